//! A stretch of documents, a bit for each.

use tantivy::{DocId, TERMINATED};
use wensou_index::Unpacked;

/// Documents of a window at most.
pub(crate) const MAX_DOCS: usize = 1 << 16;

/// Documents that a list goes through in the time in which it looks for one of them.
pub(crate) const SCAN_SPEEDUP: u64 = 16;

/// Some of the documents of a stretch of a segment.
#[derive(Debug, Clone)]
pub(crate) struct DocWindow {
    start: DocId,
    /// Of the segment.
    documents: u32,
    bits: Vec<u64>,
}

impl DocWindow {
    /// None of the documents from some multiple of 64 on, with `from` among them; so many, [`MAX_DOCS`] at most, of
    /// a segment that has `documents`.
    pub(crate) fn new(from: DocId, length: usize, documents: u32) -> Self {
        let words = length.clamp(1, MAX_DOCS).div_ceil(64);
        Self { start: from / 64 * 64, documents, bits: vec![0; words] }
    }

    /// How many of the documents of a list of `count` lie in the stretch, about.
    pub(crate) fn expected(&self, count: u32) -> u64 {
        u64::from(count) * self.length() as u64 / u64::from(self.documents.max(1))
    }

    /// Whether it costs less to go through all that a list of `count` documents has of the stretch
    /// than to look there for each of so many.
    pub(crate) fn is_dense(&self, count: u32, lookups: usize) -> bool {
        self.expected(count) <= lookups as u64 * SCAN_SPEEDUP
    }

    /// The same stretch without any document.
    pub(crate) fn empty_like(&self) -> Self {
        Self { bits: vec![0; self.bits.len()], ..*self }
    }

    /// The first document of the stretch, a multiple of 64.
    pub(crate) fn start(&self) -> DocId {
        self.start
    }

    /// The first document behind it.
    pub(crate) fn end(&self) -> DocId {
        self.start.saturating_add(self.length() as DocId).min(TERMINATED)
    }

    /// Documents of the stretch.
    pub(crate) fn length(&self) -> usize {
        self.bits.len() * 64
    }

    /// A bit for every document of the stretch.
    pub(crate) fn bits(&mut self) -> &mut [u64] {
        &mut self.bits
    }

    /// The place of a document in the stretch.
    pub(crate) fn offset(&self, doc: DocId) -> usize {
        (doc - self.start) as usize
    }

    pub(crate) fn insert(&mut self, doc: DocId) {
        let at = self.offset(doc);
        self.bits[at / 64] |= 1 << (at % 64);
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        let at = doc.wrapping_sub(self.start) as usize;
        at < self.length() && self.bits[at / 64] >> (at % 64) & 1 == 1
    }

    /// How many of its documents come before those of each word of its bits.
    pub(crate) fn ranks(&self, before: &mut Vec<u32>) {
        before.clear();
        before.extend(wensou_index::ranks(&self.bits));
    }

    /// How many of its documents come before one of them, by its [`DocWindow::ranks`].
    pub(crate) fn rank(&self, doc: DocId, before: &[u32]) -> usize {
        wensou_index::rank(&self.bits, before, self.offset(doc))
    }

    /// Leaves those that the list has too.
    pub(crate) fn retain_postings(&mut self, list: &Unpacked) {
        let others = list.bits(self.start).iter().chain(std::iter::repeat(&0));
        self.bits.iter_mut().zip(others).for_each(|(bits, other)| *bits &= other);
    }

    /// Takes what the list has of the stretch.
    pub(crate) fn insert_postings(&mut self, list: &Unpacked) {
        let others = list.bits(self.start);
        self.bits.iter_mut().zip(others).for_each(|(bits, other)| *bits |= other);
    }

    /// Those that the list has too, ascending.
    pub(crate) fn shared<'w>(&'w self, list: &'w Unpacked) -> impl Iterator<Item = DocId> + 'w {
        let both = self.bits.iter().zip(list.bits(self.start)).map(|(bits, other)| bits & other);
        documents(self.start, both)
    }

    /// Leaves those that are in both.
    pub(crate) fn intersect(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits &= other);
    }

    /// Takes those that are in the other.
    pub(crate) fn union(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits |= other);
    }

    pub(crate) fn count(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Those that are in it, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        documents(self.start, self.bits.iter().copied())
    }

    /// Leaves out what is not `wanted`; it is asked in ascending order.
    pub(crate) fn retain(&mut self, mut wanted: impl FnMut(DocId) -> bool) {
        for word in 0..self.bits.len() {
            let mut remaining = self.bits[word];
            while remaining != 0 {
                let at = remaining.trailing_zeros();
                remaining &= remaining - 1;
                if !wanted(self.start + (word as u32) * 64 + at) {
                    self.bits[word] &= !(1 << at);
                }
            }
        }
    }
}

/// The documents of bits, the first of which is that of `from`.
fn documents(from: DocId, bits: impl Iterator<Item = u64>) -> impl Iterator<Item = DocId> {
    (from..).step_by(64).zip(bits).flat_map(|(from, bits)| {
        let next = |bits: &u64| Some(bits & (bits - 1)).filter(|remaining| *remaining != 0);
        let bits = std::iter::successors((bits != 0).then_some(bits), next);
        bits.map(move |bits| from + bits.trailing_zeros())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_what_was_put_into_it() {
        let mut window = DocWindow::new(1027, MAX_DOCS, 5000);
        assert_eq!((window.end(), window.count()), (1024 + MAX_DOCS as u32, 0));
        let documents = [1024, 1025, 1087, 1088, 2000, 1024 + MAX_DOCS as u32 - 1];
        documents.iter().for_each(|doc| window.insert(*doc));
        assert_eq!(window.iter().collect::<Vec<_>>(), documents);
        assert_eq!(window.count(), 6);
        let mut before = Vec::new();
        window.ranks(&mut before);
        assert_eq!(documents.map(|doc| window.rank(doc, &before)), [0, 1, 2, 3, 4, 5]);
        assert_eq!(
            (window.expected(5000), window.expected(50)),
            (MAX_DOCS as u64, MAX_DOCS as u64 / 100)
        );
        let mut other = window.empty_like();
        other.insert(2000);
        other.insert(2001);
        let mut both = window.clone();
        both.intersect(&other);
        assert_eq!(both.iter().collect::<Vec<_>>(), [2000]);
        other.union(&window);
        assert_eq!(other.count(), 7);
        let mut asked = Vec::new();
        window.retain(|doc| {
            asked.push(doc);
            doc % 2 == 0
        });
        assert_eq!(asked, documents);
        assert_eq!(window.iter().collect::<Vec<_>>(), [1024, 1088, 2000]);
    }

    #[test]
    fn a_window_is_no_longer_than_it_may_be() {
        assert_eq!(DocWindow::new(5, 1, 9).length(), 64);
        assert_eq!(DocWindow::new(70, 65, 9).end(), 64 + 128);
        assert_eq!(DocWindow::new(5, usize::MAX, 9).length(), MAX_DOCS);
    }
}
