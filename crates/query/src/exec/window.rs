//! A window of document ids, as a bitset.

use wensou_index::{BitsetPostings, Cursor};

use super::doc_id::{DocId, TERMINATED};

/// The longest window, in documents: 8 KiB of bits.
pub(crate) const MAX_DOCS: usize = 1 << 16;

/// How many documents of a posting list can be read in sequence in the time of one look-up
/// (`seek`). Reading a block of 128 documents takes as long as eight look-ups. The number decides
/// how lists are read, and never what is found.
pub(crate) const SCAN_SPEEDUP: u64 = 16;

/// A set of documents within a range of document ids of one segment, as a bitset.
#[derive(Debug)]
pub(crate) struct DocWindow {
    start: DocId,
    /// The number of documents of the segment.
    documents: u32,
    bits: Vec<u64>,
}

impl Clone for DocWindow {
    fn clone(&self) -> Self {
        Self { bits: self.bits.clone(), ..*self }
    }

    /// Keeps the memory of this window.
    fn clone_from(&mut self, other: &Self) {
        (self.start, self.documents) = (other.start, other.documents);
        self.bits.clone_from(&other.bits);
    }
}

impl DocWindow {
    /// An empty window of `length` documents, rounded up to a multiple of 64 and limited to
    /// [`MAX_DOCS`]. It starts at the multiple of 64 at or before `from`. `documents` is the number
    /// of documents of the segment.
    pub(crate) fn new(from: DocId, length: usize, documents: u32) -> Self {
        let elements = length.clamp(1, MAX_DOCS).div_ceil(64);
        Self { start: from / 64 * 64, documents, bits: vec![0; elements] }
    }

    /// An estimate of how many documents of a posting list lie in the window, if the list has
    /// `count` documents.
    pub(crate) fn expected_docs(&self, count: u32) -> u64 {
        u64::from(count) * self.length() as u64 / u64::from(self.documents.max(1))
    }

    /// Whether scanning the window's part of a posting list of `count` documents costs no more than
    /// `lookups` look-ups in it.
    pub(crate) fn scan_is_cheaper(&self, count: u32, lookups: usize) -> bool {
        self.expected_docs(count) <= lookups as u64 * SCAN_SPEEDUP
    }

    /// An empty window over the same range.
    pub(crate) fn empty_like(&self) -> Self {
        Self { bits: vec![0; self.bits.len()], ..*self }
    }

    /// Empties the window and moves it to the range of another one. Keeps its memory.
    pub(crate) fn clear_like(&mut self, other: &Self) {
        (self.start, self.documents) = (other.start, other.documents);
        self.bits.clear();
        self.bits.resize(other.bits.len(), 0);
    }

    /// The first document id, a multiple of 64.
    pub(crate) fn start(&self) -> DocId {
        self.start
    }

    /// The document id after the last.
    pub(crate) fn end(&self) -> DocId {
        self.start.saturating_add(self.length() as DocId).min(TERMINATED)
    }

    /// The length of the range, in documents.
    pub(crate) fn length(&self) -> usize {
        self.bits.len() * 64
    }

    /// The bitset, which may be changed: one bit for every document of the range.
    pub(crate) fn bits(&mut self) -> &mut [u64] {
        &mut self.bits
    }

    /// The offset of a document in the range.
    pub(crate) fn offset(&self, doc: DocId) -> usize {
        (doc - self.start) as usize
    }

    pub(crate) fn insert(&mut self, doc: DocId) {
        let at = self.offset(doc);
        self.bits[at / 64] |= 1 << (at % 64);
    }

    pub(crate) fn remove(&mut self, doc: DocId) {
        let at = self.offset(doc);
        self.bits[at / 64] &= !(1 << (at % 64));
    }

    /// Inserts every document of the range that exists in a segment of `documents` documents.
    pub(crate) fn insert_all(&mut self, documents: u32) {
        let mut remaining = documents.saturating_sub(self.start) as usize;
        for bits in &mut self.bits {
            *bits |= if remaining >= 64 { u64::MAX } else { (1 << remaining) - 1 };
            remaining = remaining.saturating_sub(64);
        }
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        let at = doc.wrapping_sub(self.start) as usize;
        at < self.length() && self.bits[at / 64] >> (at % 64) & 1 == 1
    }

    /// Fills `before` with the number of set bits before each element of the bitset, as
    /// [`DocWindow::rank`] needs them.
    pub(crate) fn ranks(&self, before: &mut Vec<u32>) {
        before.clear();
        before.extend(wensou_index::ranks(&self.bits));
    }

    /// How many documents of the set come before `doc`, given the counts of [`DocWindow::ranks`].
    pub(crate) fn rank(&self, doc: DocId, before: &[u32]) -> usize {
        wensou_index::rank(&self.bits, before, self.offset(doc))
    }

    /// Removes the documents that the posting list lacks.
    pub(crate) fn retain_postings(&mut self, list: &BitsetPostings) {
        let others = list.bits(self.start).iter().chain(std::iter::repeat(&0));
        self.bits.iter_mut().zip(others).for_each(|(bits, other)| *bits &= other);
    }

    /// Inserts the documents of the posting list that lie in the range.
    pub(crate) fn insert_postings(&mut self, list: &BitsetPostings) {
        let others = list.bits(self.start);
        self.bits.iter_mut().zip(others).for_each(|(bits, other)| *bits |= other);
    }

    /// The documents that are both in the set and in the posting list, in ascending order.
    pub(crate) fn docs_also_in<'w>(
        &'w self,
        list: &'w BitsetPostings,
    ) -> impl Iterator<Item = DocId> + 'w {
        let both = self.bits.iter().zip(list.bits(self.start)).map(|(bits, other)| bits & other);
        docs_of_bits(self.start, both)
    }

    /// Removes the documents that `other` lacks.
    pub(crate) fn intersect(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits &= other);
    }

    /// Inserts the documents of `other`.
    pub(crate) fn union(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits |= other);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bits.iter().all(|bits| *bits == 0)
    }

    pub(crate) fn count(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// The documents of the set, in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        docs_of_bits(self.start, self.bits.iter().copied())
    }

    /// Calls `wanted` with each document of the set, in ascending order, and removes the documents
    /// for which `wanted` returns `false`.
    pub(crate) fn retain(&mut self, mut wanted: impl FnMut(DocId) -> bool) {
        for index in 0..self.bits.len() {
            let mut remaining = self.bits[index];
            while remaining != 0 {
                let at = remaining.trailing_zeros();
                remaining &= remaining - 1;
                if !wanted(self.start + (index as u32) * 64 + at) {
                    self.bits[index] &= !(1 << at);
                }
            }
        }
    }
}

/// Removes from the window the documents that the list lacks. Scans the list or looks up each
/// document, whichever costs less.
pub(super) fn retain_postings(list: &mut Cursor, window: &mut DocWindow) {
    if window.scan_is_cheaper(Cursor::doc_freq(list), window.count()) {
        let mut filled = window.empty_like();
        list.fill(filled.start(), filled.bits());
        window.intersect(&filled);
    } else {
        window.retain(|doc| list.seek(doc) == doc);
    }
}

/// The document ids of the set bits. The first bit stands for the document id `from`.
fn docs_of_bits(from: DocId, bits: impl Iterator<Item = u64>) -> impl Iterator<Item = DocId> {
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
    fn a_window_lists_counts_ranks_and_combines_the_documents_put_into_it() {
        // The window starts at 1024, the multiple of 64 before 1027. Its range goes far beyond the
        // 5000 documents of the segment.
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
            (window.expected_docs(5000), window.expected_docs(50)),
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
    fn the_length_of_a_window_is_rounded_up_and_bounded() {
        assert_eq!(DocWindow::new(5, 1, 9).length(), 64);
        assert_eq!(DocWindow::new(70, 65, 9).end(), 64 + 128);
        assert_eq!(DocWindow::new(5, usize::MAX, 9).length(), MAX_DOCS);
    }

    #[test]
    fn insert_all_stops_at_the_end_of_the_segment() {
        for documents in [0, 1, 63, 64, 65, 127, 128, 129, 300] {
            let mut window = DocWindow::new(64, 128, documents);
            window.insert_all(documents);
            let expected: Vec<DocId> = (64..192).filter(|doc| *doc < documents).collect();
            assert_eq!(window.iter().collect::<Vec<_>>(), expected, "{documents}");
        }
    }
}
