//! Reads one posting list, document by document.

use super::block::Block;
use crate::codec::posting_list::{BLOCK, SKIP_LEN};
use crate::pages::PageSlice;
use crate::term::{DocId, TERMINATED};

/// A cursor over one posting list. It is at a document of the list, or at the end.
///
/// The doc ids of a block of 128 documents are decoded when the cursor enters it; its term
/// frequencies and positions are decoded when they are first asked for. Blocks that are skipped are
/// not decoded. Make a cursor with [`Postings::cursor`](crate::Postings::cursor).
///
/// Doc ids ascend strictly. A damaged list ends early, and its file remembers the damage, see
/// [`Postings::damage`](crate::Postings::damage).
///
/// ```
/// # use ownedbytes::OwnedBytes;
/// # use wensou_postings::*;
/// # let mut builder = PostingsBuilder::new(std::env::temp_dir());
/// # for title in ["比特币", "以太坊", "比特币比特币"] {
/// #     let title = FieldTerms { key: title.chars().collect(), words: String::new() };
/// #     builder.add(&DocumentTerms {
/// #         kind: Kind::Article, columns: ColumnValues::default(), title,
/// #         body: FieldTerms::default(), tags: Vec::new(), paths: Vec::new(),
/// #     })?;
/// # }
/// # let postings = Postings::open(OwnedBytes::new(builder.finish(Vec::new())?)).unwrap();
/// // Three documents have the titles 比特币, 以太坊 and 比特币比特币.
/// let mut cursor = postings.cursor(TermKey::bigram(TextField::Title, '比', '特')).unwrap();
/// assert_eq!((cursor.doc_freq(), cursor.doc(), cursor.term_freq()), (2, 0, 1));
/// assert_eq!((cursor.seek(1), cursor.term_freq()), (2, 2));
/// let mut positions = Vec::new();
/// cursor.positions(&mut positions);
/// assert_eq!(positions, [0, 3]);
/// assert_eq!(cursor.advance(), TERMINATED);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Cursor {
    list: PageSlice,
    doc_freq: u32,
    has_positions: bool,
    /// The number of the current block, from 0.
    block_number: usize,
    block: Block,
    /// The index of the current document in the block.
    at: usize,
    /// The block that [`Cursor::max_tf_in`] has advanced to, without decoding it.
    shallow_block: usize,
}

/// The skip entry of a block.
#[derive(Clone, Copy)]
struct SkipEntry {
    /// The last doc id of the block.
    last: DocId,
    /// Where the block ends in the list.
    end: usize,
    /// The greatest tf in the block; 255 stands for any tf of at least 255.
    max_tf: u8,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Cursor");
        debug.field("doc_freq", &self.doc_freq).field("doc", &self.doc()).finish()
    }
}

impl Cursor {
    /// The greatest number of documents that [`Cursor::scan`] reports at once.
    pub const BLOCK_LEN: usize = BLOCK;

    /// A cursor at the first of `doc_freq` documents.
    pub(crate) fn new(list: PageSlice, doc_freq: u32, has_positions: bool) -> Self {
        let block = Block::empty();
        let (block_number, at, shallow_block) = (0, 0, 0);
        let mut cursor =
            Self { list, doc_freq, has_positions, block_number, block, at, shallow_block };
        let skips_end = if cursor.block_count() > 1 { cursor.block_count() * SKIP_LEN } else { 0 };
        if cursor.list.get(0..skips_end).is_none() {
            // Without skip entries no block can be found: treat the list as empty.
            cursor.list.report_damage(0);
            cursor.doc_freq = 0;
        }
        cursor.load(0);
        cursor
    }

    /// The number of documents that contain the term, by the dictionary; 0 if the skips of the list
    /// are damaged.
    #[must_use]
    pub fn doc_freq(&self) -> u32 {
        self.doc_freq
    }

    /// A new cursor at the first document of the same list.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self::new(self.list.clone(), self.doc_freq, self.has_positions)
    }

    /// The current document; [`TERMINATED`] at the end.
    #[must_use]
    #[inline]
    pub fn doc(&self) -> DocId {
        if self.at < self.block.len { self.block.docs[self.at] } else { TERMINATED }
    }

    /// Advances to the next document and returns it; [`TERMINATED`] at the end and from then on.
    pub fn advance(&mut self) -> DocId {
        self.at += 1;
        if self.at >= self.block.len && self.block.len > 0 {
            self.load(self.block_number + 1);
        }
        self.doc()
    }

    /// Advances to the first document from `target` on and returns it. Does not move if the current
    /// document is not before `target`. Gallops, so the cost is logarithmic in the distance.
    pub fn seek(&mut self, target: DocId) -> DocId {
        // No document comes after the end.
        let target = target.min(TERMINATED);
        if self.doc() >= target {
            return self.doc();
        }
        if self.block.docs[self.block.len - 1] < target {
            self.load_block_of(target);
            if self.doc() >= target {
                return self.doc();
            }
        }
        let remaining = &self.block.docs[self.at..self.block.len];
        // Often the target is the next document.
        if remaining.get(1).is_some_and(|doc| *doc >= target) {
            self.at += 1;
            return self.doc();
        }
        let mut step = 2;
        while step < remaining.len() && remaining[step] < target {
            step *= 2;
        }
        // The document at `step / 2` is before `target`, and the one at `step`, if any, is not.
        let (from, until) = (step / 2, remaining.len().min(step + 1));
        let near = &remaining[from.min(until)..until];
        self.at += from + near.partition_point(|doc| *doc < target);
        if self.at >= self.block.len {
            // This happens only if a skip entry and its block contradict each other.
            self.list.report_damage(0);
            self.load(self.block_count());
        }
        self.doc()
    }

    /// How often the current document contains the term; 1 at the end.
    pub fn term_freq(&mut self) -> u32 {
        self.block.term_freq(self.at, &self.list)
    }

    /// Replaces the content of `positions` by the positions of the current document, ascending. A
    /// position is the index, in the key characters of the field, of the first character of the
    /// bigram. There are none at the end, and none of unigrams, words and paths.
    pub fn positions(&mut self, positions: &mut Vec<u32>) {
        positions.clear();
        if !self.has_positions || self.doc() == TERMINATED {
            return;
        }
        self.block.for_each_position(self.at, &self.list, |position| positions.push(position));
    }

    /// Sets the bits of the documents of the list in a window of doc ids, and advances past the
    /// window. `bits` has one bit for each doc id from `from` on. The cursor must not have advanced
    /// past `from`.
    pub fn fill(&mut self, from: DocId, bits: &mut [u64]) {
        let until = from.saturating_add(bits.len() as u32 * u64::BITS).min(TERMINATED);
        while self.seek(from) < until {
            let count = self.count_until(until);
            let mut set = |doc: DocId| {
                let at = (doc - from) as usize;
                bits[at / 64] |= 1 << (at % 64);
            };
            // Adjacent documents often have their bits in the same element of `bits`, and each
            // write to an element has to wait for the previous write to it. So the bits of the two
            // halves of the documents are set alternately.
            let (front, back) = self.block.docs[self.at..self.at + count].split_at(count / 2);
            for (front, back) in front.iter().zip(back) {
                set(*front);
                set(*back);
            }
            back[front.len()..].iter().copied().for_each(set);
            self.skip_decoded(count);
        }
    }

    /// Calls `report` with the documents from `from` on and before `until` and their term
    /// frequencies, at most [`Cursor::BLOCK_LEN`] at a time, and advances past them. The cursor
    /// must not have advanced past `from`.
    #[inline]
    pub fn scan(&mut self, from: DocId, until: DocId, mut report: impl FnMut(&[DocId], &[u32])) {
        let until = until.min(TERMINATED);
        while self.seek(from) < until {
            let count = self.count_until(until);
            let mut tfs = [1; BLOCK];
            let mut has_extra_tf = self.block.has_extra_tf;
            for extra in self.block.extra_tfs(&self.list) {
                tfs[has_extra_tf.trailing_zeros() as usize % BLOCK] = extra.saturating_add(2);
                has_extra_tf &= has_extra_tf.wrapping_sub(1);
            }
            let range = self.at..self.at + count;
            report(&self.block.docs[range.clone()], &tfs[range]);
            self.skip_decoded(count);
        }
    }

    /// An upper bound of tf for the documents from `from` on and before `until`; 255 stands for any
    /// tf of at least 255. `None` if the list has fewer than two blocks, or if `from` or the cursor
    /// is after the last document of the list.
    ///
    /// Reads skip entries only; the cursor does not move. `from` must not be less than `until` of
    /// the previous call, because the skip entries of the blocks before that are not read again.
    pub fn max_tf_in(&mut self, from: DocId, until: DocId) -> Option<u8> {
        let blocks = self.block_count();
        if blocks < 2 {
            return None;
        }
        self.shallow_block = self.shallow_block.max(self.block_number);
        while self.last_of(self.shallow_block)? < from {
            self.shallow_block += 1;
        }
        let mut bound = 0;
        loop {
            let SkipEntry { last, max_tf, .. } = self.skip_entry(self.shallow_block)?;
            bound = bound.max(max_tf);
            if last >= until.saturating_sub(1) || self.shallow_block + 1 >= blocks {
                return Some(bound);
            }
            self.shallow_block += 1;
        }
    }
}

/// Blocks.
impl Cursor {
    fn block_count(&self) -> usize {
        (self.doc_freq as usize).div_ceil(BLOCK)
    }

    /// The skip entry of a block. Only lists of more than one block have skip entries. Their pages
    /// are verified when a cursor is made.
    #[inline]
    fn skip_entry(&self, block: usize) -> Option<SkipEntry> {
        if block >= self.block_count() {
            return None;
        }
        let at = block * SKIP_LEN;
        let skip: &[u8; SKIP_LEN] = self.list.get_verified(at..at + SKIP_LEN)?.try_into().ok()?;
        let [a, b, c, d, e, f, g, h, max_tf] = *skip;
        let last = u32::from_le_bytes([a, b, c, d]);
        let end = self.block_count() * SKIP_LEN + u32::from_le_bytes([e, f, g, h]) as usize;
        Some(SkipEntry { last, end, max_tf })
    }

    /// The last doc id of a block, by its skip entry.
    fn last_of(&self, block: usize) -> Option<DocId> {
        self.skip_entry(block).map(|skip| skip.last)
    }

    /// Goes to the first document of a block; to the end of the list if there is no such block, or
    /// if the block is damaged.
    fn load(&mut self, number: usize) {
        let previous = self.block.len.checked_sub(1).map(|last| self.block.docs[last]);
        self.block_number = number;
        self.at = 0;
        if number < self.block_count() {
            // A damaged skip entry can lead backwards, but merging relies on ascending doc ids.
            if self.decode(number).is_some_and(|()| previous < Some(self.block.docs[0])) {
                return;
            }
            self.list.report_damage(0);
        }
        self.block.clear();
        self.block_number = self.block_count();
    }

    /// Decodes the block with this number.
    fn decode(&mut self, number: usize) -> Option<()> {
        let blocks = self.block_count();
        let (mut start, mut end, mut last) = (0, self.list.len(), None);
        if blocks > 1 {
            end = self.skip_entry(number)?.end;
            start = blocks * SKIP_LEN;
            if number > 0 {
                let before = self.skip_entry(number - 1)?;
                last = Some(before.last).filter(|last| *last < TERMINATED);
                last?;
                start = before.end;
            }
        }
        let count = (self.doc_freq as usize - number * BLOCK).min(BLOCK);
        self.block.decode(&self.list, (start, end), count, last)
    }

    /// Goes to the first document of the block that would contain `target`, which must be after the
    /// current block. Goes to the end of the list if all blocks end before `target`.
    fn load_block_of(&mut self, target: DocId) {
        let blocks = self.block_count();
        let ends_before = |block: usize| self.last_of(block).is_some_and(|last| last < target);
        // Gallop, because the target is usually near.
        let (mut low, mut step) = (self.block_number + 1, 1);
        while low + step <= blocks && ends_before(low + step - 1) {
            low += step;
            step *= 2;
        }
        let mut high = blocks.min(low + step);
        while low < high {
            let middle = (low + high) / 2;
            match ends_before(middle) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        self.load(low);
    }

    /// The number of documents of the current block from the current document on and before
    /// `until`.
    fn count_until(&self, until: DocId) -> usize {
        let remaining = &self.block.docs[self.at..self.block.len];
        match remaining.last() {
            Some(last) if *last >= until => remaining.partition_point(|doc| *doc < until),
            _ => remaining.len(),
        }
    }

    /// Advances by `count` documents of the block, or to the next block if they are its last ones.
    fn skip_decoded(&mut self, count: usize) {
        self.at += count;
        if self.at >= self.block.len {
            self.load(self.block_number + 1);
        }
    }
}
