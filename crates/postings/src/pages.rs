//! Page checksums: one for each page of a file, verified when the page is first read. Here a
//! page is 4 KiB of the file, and not a page of the archive.
//!
//! Hashing a whole file would take longer than a search, which reads a small part of it. Hashing a
//! page of 4 KiB takes less than half a microsecond, about as long as the page fault of its first
//! read, and its checksum takes a thousandth of its space. In an index of 200 thousand articles,
//! pages of 8 KiB made queries slower: they hashed more bytes that they did not need.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use ownedbytes::OwnedBytes;
use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

/// Length of a page in bytes. The last page of a file may be shorter.
pub const PAGE_LEN: usize = 4 << 10;
/// Length of a page checksum in bytes.
pub const PAGE_SUM_LEN: usize = 4;

/// The checksum of a page: the lower half of its XXH3-64. The number of the page is the seed, so
/// that swapped pages are detected.
fn sum_of(number: u64, page: &[u8]) -> u32 {
    xxh3_64_with_seed(page, number) as u32
}

/// Computes page checksums of a file whose bytes arrive in pieces of any size. Costs about 60 µs
/// for each MiB and 4 bytes of memory for each page.
///
/// ```
/// use wensou_postings::{PAGE_LEN, PAGE_SUM_LEN, PageHasher};
///
/// let mut hasher = PageHasher::default();
/// hasher.update(&[1; PAGE_LEN]);
/// hasher.update(&[2; 100]);
/// assert_eq!(hasher.finish().len(), 2 * PAGE_SUM_LEN);
/// ```
#[derive(Clone, Default)]
pub struct PageHasher {
    /// The checksums of the pages before the current one.
    sums: Vec<u8>,
    /// Hashes the current page; `None` at its start.
    hasher: Option<Xxh3>,
    /// The number of bytes of the current page that have been hashed.
    filled: usize,
}

impl std::fmt::Debug for PageHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageHasher").field("pages", &self.pages()).finish_non_exhaustive()
    }
}

impl PageHasher {
    /// The number of whole pages so far, which is also the number of the current page, counted from
    /// 0.
    fn pages(&self) -> u64 {
        (self.sums.len() / PAGE_SUM_LEN) as u64
    }

    /// Hashes the next bytes of the file.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, remaining) = bytes.split_at(bytes.len().min(PAGE_LEN - self.filled));
            if self.filled == 0 && piece.len() == PAGE_LEN {
                self.push(sum_of(self.pages(), piece));
            } else {
                let number = self.pages();
                self.hasher.get_or_insert_with(|| Xxh3::with_seed(number)).update(piece);
                self.filled += piece.len();
                if self.filled == PAGE_LEN {
                    self.end_page();
                }
            }
            bytes = remaining;
        }
    }

    /// Adds the checksum of a whole page.
    fn push(&mut self, sum: u32) {
        self.sums.extend(sum.to_le_bytes());
    }

    /// Adds the checksum of the current page, unless none of its bytes has been hashed.
    fn end_page(&mut self) {
        if let Some(hasher) = self.hasher.take() {
            self.push(hasher.digest() as u32);
            self.filled = 0;
        }
    }

    /// The checksums of all pages, [`PAGE_SUM_LEN`] bytes each, little-endian.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.end_page();
        self.sums
    }
}

/// The bytes of a file whose pages are verified when they are first read. Clones share the file and
/// remember together which pages were verified.
///
/// ```
/// use wensou_postings::{OwnedBytes, PageBytes, PageHasher};
///
/// let mut bytes = vec![7; 20_000];
/// let mut hasher = PageHasher::default();
/// hasher.update(&bytes);
/// let sums = hasher.finish();
/// // This byte is in page 2, which begins at byte 8,192.
/// bytes[9_000] = 8;
/// let file = PageBytes::new(OwnedBytes::new(bytes), OwnedBytes::new(sums)).unwrap();
/// assert_eq!(file.get(100..200).map(<[u8]>::len), Some(100));
/// assert_eq!(file.get(8_100..8_300), None);
/// assert_eq!(file.damaged_page(), Some(2));
/// ```
#[derive(Clone)]
pub struct PageBytes(Arc<Shared>);

/// What the clones of a [`PageBytes`] share.
struct Shared {
    bytes: OwnedBytes,
    sums: OwnedBytes,
    /// A bit for each page: whether it was verified.
    verified: Box<[AtomicU64]>,
    /// One more than the number of a damaged page; 0 while none is known.
    damaged: AtomicU32,
}

impl std::fmt::Debug for PageBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageBytes").field("bytes", &self.len()).finish_non_exhaustive()
    }
}

impl PageBytes {
    /// A file with its page checksums. The caller must have verified that these checksums are not
    /// damaged. `None` if their number is wrong.
    #[must_use]
    pub fn new(bytes: OwnedBytes, sums: OwnedBytes) -> Option<Self> {
        let pages = bytes.len().div_ceil(PAGE_LEN);
        if sums.len() != pages * PAGE_SUM_LEN {
            return None;
        }
        let verified = (0..pages.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Some(Self(Arc::new(Shared { bytes, sums, verified, damaged: AtomicU32::new(0) })))
    }

    /// Length of the file in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.bytes.len()
    }

    /// Whether the file has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range; `None` if the file is shorter, or if a page of the range is damaged.
    /// Hashes the pages of the range that have not been verified yet.
    #[must_use]
    #[inline]
    pub fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        let bytes = self.0.bytes.get(range.clone())?;
        if bytes.is_empty() {
            return Some(bytes);
        }
        let (first, last) = (range.start / PAGE_LEN, (range.end - 1) / PAGE_LEN);
        let verified = (first..=last).all(|page| self.is_verified(page) || self.verify(page));
        verified.then_some(bytes)
    }

    /// The bytes of a range that [`PageBytes::get`] has returned before, or of a part of such a
    /// range.
    #[inline]
    pub(crate) fn get_verified(&self, range: Range<usize>) -> Option<&[u8]> {
        self.0.bytes.get(range)
    }

    /// [`PageBytes::get`] as bytes that keep the file alive.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Option<OwnedBytes> {
        self.get(range.clone())?;
        Some(self.0.bytes.slice(range))
    }

    #[inline]
    fn is_verified(&self, page: usize) -> bool {
        self.0.verified[page / 64].load(Ordering::Relaxed) >> (page % 64) & 1 == 1
    }

    /// Hashes a page, and returns whether its checksum matches.
    #[cold]
    fn verify(&self, page: usize) -> bool {
        let start = page * PAGE_LEN;
        let bytes = &self.0.bytes[start..self.len().min(start + PAGE_LEN)];
        let sum = &self.0.sums[page * PAGE_SUM_LEN..][..PAGE_SUM_LEN];
        if sum_of(page as u64, bytes).to_le_bytes() != *sum {
            self.report_damage(page);
            return false;
        }
        self.0.verified[page / 64].fetch_or(1 << (page % 64), Ordering::Relaxed);
        true
    }

    /// Remembers that the content of a page is invalid.
    pub(crate) fn report_damage(&self, page: usize) {
        self.0.damaged.store(page as u32 + 1, Ordering::Relaxed);
    }

    /// The number of a page that was read and is damaged; if there are several such pages, the
    /// number of any of them. `None` if there is none.
    ///
    /// Call this after reading, and discard what was read if there is a damaged page: a posting
    /// list with a damaged page merely ends early.
    #[must_use]
    pub fn damaged_page(&self) -> Option<u32> {
        self.0.damaged.load(Ordering::Relaxed).checked_sub(1)
    }
}

/// A section of a [`PageBytes`], with offsets from its start.
#[derive(Debug, Clone)]
pub(crate) struct PageSlice {
    file: PageBytes,
    start: usize,
    len: usize,
}

impl PageSlice {
    /// A range of a file; `None` if the file is shorter.
    pub(crate) fn new(file: &PageBytes, range: Range<usize>) -> Option<Self> {
        let len = range.end.checked_sub(range.start)?;
        (range.end <= file.len()).then(|| Self { file: file.clone(), start: range.start, len })
    }

    /// A file of these bytes, for tests.
    #[cfg(test)]
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        let mut hasher = PageHasher::default();
        hasher.update(&bytes);
        let (len, sums) = (bytes.len(), OwnedBytes::new(hasher.finish()));
        let file = PageBytes::new(OwnedBytes::new(bytes), sums).expect("a sum for each page");
        Self { file, start: 0, len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bytes of a range; `None` if the slice is shorter, or if a page of the range is damaged.
    #[inline]
    pub(crate) fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        if range.end > self.len {
            return None;
        }
        self.file.get(self.start + range.start..self.start + range.end)
    }

    /// The bytes of a range whose pages have been verified before.
    #[inline]
    pub(crate) fn get_verified(&self, range: Range<usize>) -> Option<&[u8]> {
        if range.end > self.len {
            return None;
        }
        self.file.get_verified(self.start + range.start..self.start + range.end)
    }

    /// The little-endian number of four bytes at `at`.
    #[inline]
    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// The little-endian number of eight bytes at `at`.
    #[inline]
    pub(crate) fn u64(&self, at: usize) -> Option<u64> {
        let bytes = self.get(at..at.checked_add(8)?)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// A part of the slice; `None` if the slice is shorter.
    pub(crate) fn slice(&self, range: Range<usize>) -> Option<Self> {
        if range.end > self.len {
            return None;
        }
        Self::new(&self.file, self.start + range.start..self.start + range.end)
    }

    /// All bytes; `None` if a page is damaged.
    pub(crate) fn to_owned_bytes(&self) -> Option<OwnedBytes> {
        self.file.slice(self.start..self.start + self.len)
    }

    /// Remembers that the bytes at `at` are invalid.
    #[cold]
    pub(crate) fn report_damage(&self, at: usize) {
        self.file.report_damage((self.start + at) / PAGE_LEN);
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn sums(pieces: &[&[u8]]) -> Vec<u8> {
        let mut hasher = PageHasher::default();
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn sums_do_not_depend_on_the_pieces(cuts in vec(0..40_000_usize, 0..6), seed in any::<u8>()) {
            let bytes: Vec<u8> = (0..40_000_u32).map(|at| ((at * 31) >> 3) as u8 ^ seed).collect();
            let mut cuts = cuts;
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(sums(&pieces), sums(&[&bytes]));
        }

        // The bytes make ten pages, of which the last one is shorter.
        #[test]
        fn every_changed_byte_is_detected(at in 0..40_000_usize, change in 1..=255_u8) {
            let mut bytes = vec![3; 40_000];
            let sums = sums(&[&bytes]);
            bytes[at] ^= change;
            let file = PageBytes::new(OwnedBytes::new(bytes), OwnedBytes::new(sums)).unwrap();
            for page in 0..10 {
                let range = page * PAGE_LEN..(page * PAGE_LEN + PAGE_LEN).min(40_000);
                prop_assert_eq!(file.get(range).is_some(), page != at / PAGE_LEN);
            }
            prop_assert_eq!(file.damaged_page(), Some((at / PAGE_LEN) as u32));
        }
    }

    #[test]
    fn swapped_pages_are_detected() {
        let bytes = [vec![1; PAGE_LEN], vec![2; PAGE_LEN]].concat();
        let swapped = [vec![2; PAGE_LEN], vec![1; PAGE_LEN]].concat();
        // The checksums are swapped as well, so only the number of a page tells it from the other.
        let mut sums = sums(&[&bytes]);
        sums.rotate_left(PAGE_SUM_LEN);
        let file = PageBytes::new(OwnedBytes::new(swapped), OwnedBytes::new(sums)).unwrap();
        assert_eq!((file.get(0..1), file.get(PAGE_LEN..PAGE_LEN + 1)), (None, None));
    }
}
