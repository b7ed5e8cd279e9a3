//! `page-sums`: the file with the page checksums of those files of tantivy that may become large.
//!
//! A search maps large files and reads little of them, so hashing a whole file when it is opened
//! would cost too much. Postings files contain their own page checksums. `page-sums` has those of
//! the other files that a search reads: columns, terms, tantivy's posting lists, and the store.
//! The store needs them although every record has a content hash: that hash is compared only after
//! tantivy has read the record's block. If a damaged block stated a huge length, tantivy would
//! allocate that much memory.
//!
//! ```text
//! file  = entry of each file, in the order of names
//! entry = length of the name u32 | name | number of pages u32 | checksum of each page u32 …
//! ```
//!
//! All numbers are little-endian.

use std::collections::BTreeMap;

use wensou_postings::{OwnedBytes, PAGE_SUM_LEN};

/// The name of the file.
pub(crate) const PAGE_SUMS: &str = "page-sums";
/// The maximum length of the file, in bytes. It has 4 bytes for each page of 4 KiB, so this is
/// enough for a generation of 256 GiB.
pub(crate) const PAGE_SUMS_LIMIT: u64 = 256 << 20;

/// Whether `page-sums` has the page checksums of the file `name`.
pub(crate) fn has_page_sums(name: &str) -> bool {
    [".fast", ".term", ".idx", ".store"].iter().any(|extension| name.ends_with(extension))
}

/// The page checksums of files, by name.
#[derive(Debug, Default)]
pub(crate) struct PageSums(BTreeMap<String, OwnedBytes>);

impl PageSums {
    /// Adds the checksums of a file, as [`PageHasher`](wensou_postings::PageHasher) computes them.
    pub(crate) fn insert(&mut self, name: &str, sums: Vec<u8>) {
        self.0.insert(name.to_owned(), OwnedBytes::new(sums));
    }

    /// The checksums of a file.
    pub(crate) fn of(&self, name: &str) -> Option<&OwnedBytes> {
        self.0.get(name)
    }

    /// The bytes of the file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, sums) in &self.0 {
            bytes.extend((name.len() as u32).to_le_bytes());
            bytes.extend(name.as_bytes());
            bytes.extend(((sums.len() / PAGE_SUM_LEN) as u32).to_le_bytes());
            bytes.extend_from_slice(sums);
        }
        bytes
    }

    /// Reads what [`PageSums::to_bytes`] returns; `None` if an entry is incomplete.
    pub(crate) fn parse(mut bytes: OwnedBytes) -> Option<Self> {
        let mut files = BTreeMap::new();
        while !bytes.is_empty() {
            let name = take_counted(&mut bytes, 1)?;
            let name = String::from_utf8(name.to_vec()).ok()?;
            files.insert(name, take_counted(&mut bytes, PAGE_SUM_LEN)?);
        }
        Some(Self(files))
    }
}

/// Takes a count (u32) off the front of `bytes`, and then that many elements of `size` bytes each.
/// Returns the elements; `None` if `bytes` are too short.
fn take_counted(bytes: &mut OwnedBytes, size: usize) -> Option<OwnedBytes> {
    let (count, remaining) = bytes.split_first_chunk::<4>()?;
    let length = (u32::from_le_bytes(*count) as usize).checked_mul(size)?;
    if length > remaining.len() {
        return None;
    }
    let (taken, remaining) = bytes.slice(4..bytes.len()).split(length);
    *bytes = remaining;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_sums_are_parsed_as_they_were_written() {
        let mut sums = PageSums::default();
        sums.insert("a.fast", vec![1, 2, 3, 4, 5, 6, 7, 8]);
        sums.insert("b.term", Vec::new());
        let bytes = sums.to_bytes();
        let parsed = PageSums::parse(OwnedBytes::new(bytes.clone())).unwrap();
        assert_eq!(parsed.to_bytes(), bytes);
        assert_eq!(parsed.of("a.fast").unwrap().as_slice(), [1, 2, 3, 4, 5, 6, 7, 8]);
        for cut in 1..bytes.len() {
            let parsed = PageSums::parse(OwnedBytes::new(bytes[..cut].to_vec()));
            // A cut between two entries goes unnoticed here: the description has a checksum of the
            // file.
            assert!(parsed.is_none_or(|parsed| parsed.to_bytes() != bytes));
        }
    }
}
