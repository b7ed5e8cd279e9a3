//! The footer of a postings file: the lengths of its sections, and totals over its documents.

use xxhash_rust::xxh3::xxh3_64;

/// The number of the index format. Every change to the bytes of postings files, to those of other
/// files of an index, or to the layout of its folder must raise it. An index of another format is
/// refused.
pub const FORMAT_VERSION: u32 = 8;

/// The last eight bytes of a postings file: `wensou`, then the format number in two bytes.
pub(crate) const MAGIC: u64 =
    u64::from_le_bytes(*b"wensou\0\0") | (FORMAT_VERSION as u64) << (6 * 8);

/// A footer consists of this many numbers of eight bytes each.
const NUMBERS: usize = 19;
/// The length of a footer in bytes.
pub(crate) const FOOTER_LEN: usize = NUMBERS * 8;

/// A footer. The fields without a comment are the lengths of sections in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) lists: u64,
    pub(crate) dictionary: u64,
    pub(crate) dictionary_index: u64,
    pub(crate) words: u64,
    pub(crate) paths: u64,
    /// The number of documents.
    pub(crate) num_docs: u64,
    /// The number of documents of each kind.
    pub(crate) docs_by_kind: [u64; 2],
    /// The number of key characters in all documents, by kind and field.
    pub(crate) total_lengths: [[u64; 3]; 2],
    /// The oldest and the newest date, encoded as in the column of dates; 0 if no document has one.
    pub(crate) date_bounds: [u64; 2],
    /// XXH3-64 of the section of page checksums.
    pub(crate) page_sums_hash: u64,
}

impl Footer {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let [articles, flashes] = self.total_lengths;
        let numbers = [
            self.lists,
            self.dictionary,
            self.dictionary_index,
            self.words,
            self.paths,
            self.num_docs,
        ];
        let numbers = numbers.into_iter().chain(self.docs_by_kind).chain(articles).chain(flashes);
        let numbers = numbers.chain(self.date_bounds).chain([self.page_sums_hash]);
        let mut bytes: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
        let hash = xxh3_64(&bytes);
        bytes.extend(hash.to_le_bytes());
        bytes.extend(MAGIC.to_le_bytes());
        bytes
    }

    /// Parses and verifies a footer. `bytes` must be the last [`FOOTER_LEN`] bytes of a file.
    ///
    /// # Errors
    ///
    /// A message, if the footer is too short, or if the format number or the checksum is wrong.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let (numbers, _) = bytes.as_chunks::<8>();
        let numbers: [[u8; 8]; NUMBERS] =
            numbers.try_into().map_err(|_| "its footer is too short")?;
        let [
            lists,
            dictionary,
            dictionary_index,
            words,
            paths,
            num_docs,
            articles,
            flashes,
            article_title,
            article_body,
            article_tags,
            flash_title,
            flash_body,
            flash_tags,
            oldest,
            newest,
            page_sums_hash,
            hash,
            magic,
        ] = numbers.map(u64::from_le_bytes);
        if magic != MAGIC {
            return Err("it does not end as a postings file of this format does");
        }
        // The checksum is over the bytes before it. `hash` and `magic` have eight bytes each.
        if xxh3_64(&bytes[..FOOTER_LEN - 16]) != hash {
            return Err("checksum mismatch in its footer");
        }
        Ok(Self {
            lists,
            dictionary,
            dictionary_index,
            words,
            paths,
            num_docs,
            docs_by_kind: [articles, flashes],
            total_lengths: [
                [article_title, article_body, article_tags],
                [flash_title, flash_body, flash_tags],
            ],
            date_bounds: [oldest, newest],
            page_sums_hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_is_parsed_as_it_was_written_and_a_part_of_it_is_refused() {
        let footer = Footer { lists: 5, num_docs: 7, date_bounds: [8, 9], ..Footer::default() };
        let bytes = footer.to_bytes();
        assert_eq!(bytes.len(), FOOTER_LEN);
        assert_eq!(Footer::parse(&bytes), Ok(footer));
        for start in [1, 8, FOOTER_LEN - 8, FOOTER_LEN] {
            assert_eq!(Footer::parse(&bytes[start..]), Err("its footer is too short"), "{start}");
        }
    }
}
