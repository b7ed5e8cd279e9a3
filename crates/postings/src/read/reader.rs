//! An open postings file.

use ownedbytes::OwnedBytes;
use xxhash_rust::xxh3::xxh3_64;

use super::bitset::BitsetPostings;
use super::columns::{Columns, DATE_LEN, NUMBER_LEN, decode_date};
use super::cursor::Cursor;
use super::dictionary::{Dictionary, DictionaryReader, INDEX_ENTRY_LEN};
use super::table::Table;
use crate::footer::{FOOTER_LEN, Footer};
use crate::pages::{PAGE_LEN, PAGE_SUM_LEN, PageBytes, PageSlice};
use crate::term::{Kind, TermKey, TermKind, TextField};

/// An open postings file: the posting lists, field lengths and columns of the documents of one
/// segment. Clones share it.
///
/// Opening reads the footer and the page checksums, a thousandth of the file. Everything else
/// is read, and its pages are verified, when it is needed.
///
/// ```
/// # use ownedbytes::OwnedBytes;
/// # use wensou_postings::*;
/// # let mut builder = PostingsBuilder::new(std::env::temp_dir());
/// # for title in ["比特币", "以太坊", "比特币比特币"] {
/// #     let title = FieldTerms { key: title.chars().collect(), words: title.to_owned() };
/// #     builder.add(&DocumentTerms {
/// #         kind: Kind::Article, columns: ColumnValues::default(), title,
/// #         body: FieldTerms::default(), tags: Vec::new(), paths: vec!["2020/一.txt".to_owned()],
/// #     })?;
/// # }
/// # let file = builder.finish(Vec::new())?;
/// // Three documents have the titles 比特币, 以太坊 and 比特币比特币.
/// let postings = Postings::open(OwnedBytes::new(file)).unwrap();
/// let word = postings.term_key(TextField::Title, TermKind::Word, "以太坊").unwrap();
/// assert_eq!((postings.num_docs(), postings.doc_freq(word)), (3, 1));
/// let mut words = Vec::new();
/// postings.for_each_word(TextField::Title, "比", |word, _| words.push(word.to_owned()));
/// assert_eq!(words, ["比特币", "比特币比特币"]);
/// let whole = true;
/// assert_eq!(postings.docs_in_path("2020", whole).doc_freq(), 3);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Postings {
    pub(crate) dictionary: Dictionary,
    pub(crate) words: Table,
    /// The paths and their suffixes.
    pub(crate) paths: Table,
    /// The length codes of all documents, by field.
    lengths: [PageSlice; 3],
    columns: Columns,
    pub(crate) footer: Footer,
    file: PageBytes,
}

impl std::fmt::Debug for Postings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postings").field("footer", &self.footer).finish_non_exhaustive()
    }
}

impl Postings {
    /// Opens a postings file, given its bytes without tantivy's footer.
    ///
    /// # Errors
    ///
    /// If the file is too short, has another format, or if its footer or page checksums are
    /// damaged. The error is text that says so, with "it" for the file.
    pub fn open(file: OwnedBytes) -> Result<Self, &'static str> {
        let at = file.len().checked_sub(FOOTER_LEN).ok_or("it is too short for a postings file")?;
        let (body, footer) = file.split(at);
        let footer = Footer::parse(&footer)?;
        let misfit = "its sections do not fit into it";
        // Before the footer there are n pages and n page checksums; only the last page may be
        // shorter.
        let pages = body.len().div_ceil(PAGE_LEN + PAGE_SUM_LEN);
        let sums_at = body.len().checked_sub(pages * PAGE_SUM_LEN).ok_or(misfit)?;
        let (body, sums) = body.split(sums_at);
        if xxh3_64(&sums) != footer.page_sums_hash {
            return Err("checksum mismatch in its page checksums");
        }
        let file = PageBytes::new(body, sums).ok_or(misfit)?;
        let mut start = 0_usize;
        let mut section = |length: Option<u64>| {
            let end = length.and_then(|length| start.checked_add(usize::try_from(length).ok()?));
            let section = end.and_then(|end| PageSlice::new(&file, start..end)).ok_or(misfit);
            start += section.as_ref().map_or(0, PageSlice::len);
            section
        };
        let num_docs = footer.num_docs;
        let dictionary = Dictionary {
            lists: section(Some(footer.lists))?,
            entries: section(Some(footer.dictionary))?,
            index: section(Some(footer.dictionary_index))?,
        };
        let words = Table::new(section(Some(footer.words))?);
        let paths = Table::new(section(Some(footer.paths))?);
        let lengths =
            [section(Some(num_docs))?, section(Some(num_docs))?, section(Some(num_docs))?];
        let columns = Columns {
            tie_breakers: section(num_docs.checked_mul(NUMBER_LEN as u64))?,
            content_hashes: section(num_docs.checked_mul(NUMBER_LEN as u64))?,
            id_numbers: section(num_docs.checked_mul(NUMBER_LEN as u64))?,
            dates: section(num_docs.checked_mul(DATE_LEN as u64))?,
        };
        if start != file.len() || !dictionary.index.len().is_multiple_of(INDEX_ENTRY_LEN) {
            return Err(misfit);
        }
        Ok(Self { dictionary, words, paths, lengths, columns, footer, file })
    }

    /// The number of a page that was read and is damaged: its checksum does not match, or its
    /// content is invalid. `None` if there is none.
    ///
    /// Call this after a query, and discard its result if there is damage: a posting list with a
    /// damaged page merely ends early.
    #[must_use]
    pub fn damage(&self) -> Option<u32> {
        self.file.damaged_page()
    }

    /// The number of documents, including deleted ones.
    #[must_use]
    pub fn num_docs(&self) -> usize {
        self.footer.num_docs as usize
    }

    /// The number of documents of a kind, including deleted ones.
    #[must_use]
    pub fn num_docs_of(&self, kind: Kind) -> u64 {
        self.footer.docs_by_kind[kind as usize]
    }

    /// The number of key characters in a field of all documents of a kind.
    #[must_use]
    pub fn total_length(&self, kind: Kind, field: TextField) -> u64 {
        self.footer.total_lengths[kind as usize][field as usize]
    }

    /// The length code of a field of each document, see [`decode_length`](crate::decode_length).
    /// All of them are verified at once, because a query reads many codes and a page has 4,096.
    /// `None` if a page is damaged.
    #[must_use]
    pub fn length_codes(&self, field: TextField) -> Option<OwnedBytes> {
        self.lengths[field as usize].to_owned_bytes()
    }

    /// The oldest and the newest date of all documents, in seconds since 1970-01-01T00:00:00 in the
    /// time zone of the archive; `None` if no document has a date.
    #[must_use]
    pub fn date_bounds(&self) -> Option<[i64; 2]> {
        let [oldest, newest] = self.footer.date_bounds.map(decode_date);
        Some([oldest?, newest?])
    }

    /// Tie breakers, content hashes, id numbers and dates.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The key of a term. `text` is the character of a unigram, the two characters of a bigram, or
    /// the word; further characters after a unigram or bigram are ignored. `None` if `text` is too
    /// short, or if no document contains the word.
    ///
    /// A word is looked up in the table of words, by a binary search. Other keys need no lookup.
    #[must_use]
    pub fn term_key(&self, field: TextField, kind: TermKind, text: &str) -> Option<TermKey> {
        let mut chars = text.chars();
        match (kind, chars.next(), chars.next()) {
            (TermKind::Bigram, Some(first), Some(second)) => {
                Some(TermKey::bigram(field, first, second))
            }
            (TermKind::Unigram, Some(only), _) => Some(TermKey::unigram(field, only)),
            (TermKind::Word, ..) => Some(TermKey::word(field, self.words.number_of(text)?)),
            _ => None,
        }
    }

    /// Calls `each` with every word of the file that starts with `prefix`, in the order of bytes,
    /// and with its key in `field`. A word may occur in other fields only; then that key has no
    /// list.
    pub fn for_each_word(
        &self,
        field: TextField,
        prefix: &str,
        mut each: impl FnMut(&str, TermKey),
    ) {
        self.words.for_each_from(prefix, |word, number| {
            let matches = word.starts_with(prefix);
            if matches {
                each(word, TermKey::word(field, number));
            }
            matches
        });
    }

    /// Calls `each` with every word of the file from `from` on, in the order of bytes, and with a
    /// function from a field to the word's key in that field, until `each` returns `false`.
    pub fn for_each_word_from(
        &self,
        from: &str,
        mut each: impl FnMut(&str, &dyn Fn(TextField) -> TermKey) -> bool,
    ) {
        self.words
            .for_each_from(from, |word, number| each(word, &|field| TermKey::word(field, number)));
    }

    /// The number of documents that contain a term, including deleted ones. Takes about half a
    /// microsecond.
    #[must_use]
    pub fn doc_freq(&self, key: TermKey) -> u32 {
        DictionaryReader::new(&self.dictionary).doc_freq(key)
    }

    /// A cursor at the first document that contains a term; `None` if there is none. Costs as much
    /// as [`Postings::doc_freq`], and decoding the first block.
    #[must_use]
    pub fn cursor(&self, key: TermKey) -> Option<Cursor> {
        DictionaryReader::new(&self.dictionary).cursor(key)
    }

    /// The posting list of a term, decoded as a whole; `None` if no document contains it. Takes
    /// about a nanosecond for each document of the list, and another one for every 16 documents of
    /// the file.
    #[must_use]
    pub fn bitset(&self, key: TermKey) -> Option<BitsetPostings> {
        Some(BitsetPostings::new(self.cursor(key)?, self.num_docs()))
    }

    /// The documents that contain a word with this prefix in one of the fields. Reads the lists of
    /// all such words.
    #[must_use]
    pub fn docs_with_word_prefix(&self, fields: &[TextField], prefix: &str) -> BitsetPostings {
        let mut keys = Vec::new();
        for field in fields {
            self.for_each_word(*field, prefix, |_, key| keys.push(key));
        }
        self.union(keys)
    }

    /// The documents of the files that have `name` in their path: as the name of the file or of a
    /// folder at any depth, or as adjacent names, such as `2020/05`. If `whole` is `false`, the
    /// last of these names may be longer: `2020/0` then finds `2020/05` as well.
    #[must_use]
    pub fn docs_in_path(&self, name: &str, whole: bool) -> BitsetPostings {
        let mut keys = Vec::new();
        let mut collect = |from: &str, whole_suffix: bool| {
            self.paths.for_each_from(from, |suffix, number| {
                let matches = if whole_suffix { suffix == from } else { suffix.starts_with(from) };
                if matches {
                    keys.push(TermKey::path(number));
                }
                matches
            });
        };
        collect(name, whole);
        if whole {
            // The files in a folder of this name: a suffix of their path starts with `{name}/`.
            let whole_suffix = false;
            collect(&format!("{name}/"), whole_suffix);
        }
        self.union(keys)
    }

    /// All paths by number: the longest suffix in the table with each number.
    pub(crate) fn all_paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        self.paths.for_each_from("", |suffix, number| {
            let at = number as usize;
            // Every path takes at least one byte of the table, so the number of a path is less than
            // the number of bytes. A greater one is damage, and must not make `paths` longer.
            if at < self.paths.bytes().len() {
                if paths.len() <= at {
                    paths.resize(at + 1, String::new());
                }
                if paths[at].len() < suffix.len() {
                    suffix.clone_into(&mut paths[at]);
                }
            }
            true
        });
        paths
    }

    /// The documents that contain any of these terms.
    fn union(&self, mut keys: Vec<TermKey>) -> BitsetPostings {
        keys.sort_unstable();
        keys.dedup();
        let mut reader = DictionaryReader::new(&self.dictionary);
        let cursors = keys.into_iter().filter_map(|key| reader.cursor(key));
        BitsetPostings::union(cursors, self.num_docs())
    }
}
