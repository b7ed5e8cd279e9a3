//! `page-sums`: checksums of the pages of tantivy's large files.
//!
//! A search maps large files and reads little of them, so hashing a whole file when it is opened
//! would cost too much. Postings files contain their own page checksums, and each stored record has
//! a content hash. This file has page checksums of the rest: columns, terms and tantivy's posting
//! lists.
//!
//! ```text
//! file  = entry of each file, in the order of names
//! entry = length of the name u32 | name | number of pages u32 | checksum of each page u32 …
//! ```
//!
//! All numbers are little-endian.

use std::collections::BTreeMap;

use wensou_postings::PAGE_SUM;

/// The name of the file.
pub(crate) const PAGE_SUMS: &str = "page-sums";

/// Whether the file has checksums of the pages of this one.
pub(crate) fn has_page_sums(name: &str) -> bool {
    [".fast", ".term", ".idx"].iter().any(|extension| name.ends_with(extension))
}

/// The page checksums of files, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PageSums(BTreeMap<String, Vec<u8>>);

impl PageSums {
    /// Adds the checksums of a file, as [`PageHasher`](wensou_postings::PageHasher) computes them.
    pub(crate) fn insert(&mut self, name: &str, sums: Vec<u8>) {
        self.0.insert(name.to_owned(), sums);
    }

    /// The checksums of a file.
    pub(crate) fn of(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, sums) in &self.0 {
            bytes.extend((name.len() as u32).to_le_bytes());
            bytes.extend(name.as_bytes());
            bytes.extend(((sums.len() / PAGE_SUM) as u32).to_le_bytes());
            bytes.extend(sums);
        }
        bytes
    }

    /// Reads what [`PageSums::to_bytes`] returns; `None` if an entry is incomplete.
    pub(crate) fn parse(mut bytes: &[u8]) -> Option<Self> {
        let mut files = BTreeMap::new();
        while !bytes.is_empty() {
            let name = take(&mut bytes, 1)?;
            let name = String::from_utf8(name.to_vec()).ok()?;
            files.insert(name, take(&mut bytes, PAGE_SUM)?.to_vec());
        }
        Some(Self(files))
    }
}

/// Takes a count and as many elements of `size` bytes off the front.
fn take<'b>(bytes: &mut &'b [u8], size: usize) -> Option<&'b [u8]> {
    let (count, rest) = bytes.split_first_chunk::<4>()?;
    let length = (u32::from_le_bytes(*count) as usize).checked_mul(size)?;
    let (taken, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_parsed() {
        let mut sums = PageSums::default();
        sums.insert("a.fast", vec![1, 2, 3, 4, 5, 6, 7, 8]);
        sums.insert("b.term", Vec::new());
        let bytes = sums.to_bytes();
        assert_eq!(PageSums::parse(&bytes).as_ref(), Some(&sums));
        assert_eq!(sums.of("a.fast"), Some(&[1, 2, 3, 4, 5, 6, 7, 8][..]));
        for cut in 1..bytes.len() {
            assert_ne!(PageSums::parse(&bytes[..cut]).as_ref(), Some(&sums));
        }
    }
}
