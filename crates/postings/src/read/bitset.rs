//! A posting list decoded into a bitset.

use super::cursor::Cursor;
use super::rank::{rank, ranks};
use crate::term::{DocId, TERMINATED};

/// The number of documents that share an upper bound of tf.
const BOUND_RANGE: usize = 1024;

/// A posting list in memory: a bit for each document of the file, and the tf of each document of
/// the list.
///
/// Looking up a document, or intersecting the list with another one, costs a tenth of what it costs
/// with a [`Cursor`]. Decoding costs as much as reading the whole list, so it pays for lists that
/// are read again and again. The decoded list takes 3/16 byte for each document of the file, and
/// one byte for each of the list, see [`BitsetPostings::memory_bytes`].
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
/// let list = postings.bitset(TermKey::unigram(TextField::Title, '特')).unwrap();
/// assert_eq!(list.bits(0), [0b101]);
/// assert_eq!((list.contains(1), list.next(1), list.term_freq(2)), (false, 2, 2));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct BitsetPostings {
    /// A bit for each document.
    bits: Vec<u64>,
    /// The number of set bits before each element of `bits`.
    ranks: Vec<u32>,
    /// tf of each document of the list; [`u8::MAX`] refers to `large_tfs`.
    tfs: Vec<u8>,
    /// Documents with tf >= 255, ascending, with their tf.
    large_tfs: Vec<(DocId, u32)>,
    /// For each [`BOUND_RANGE`] documents of the file, an upper bound of tf; [`u8::MAX`] if a tf
    /// may be 255 or more.
    max_tfs: Vec<u8>,
}

impl BitsetPostings {
    /// Decodes the list of a cursor that is at its first document, in a file of `num_docs`
    /// documents.
    pub(crate) fn new(mut cursor: Cursor, num_docs: usize) -> Self {
        let mut bits = vec![0; num_docs.div_ceil(64)];
        let mut max_tfs = vec![0; num_docs.div_ceil(BOUND_RANGE)];
        let mut tfs = Vec::with_capacity((cursor.doc_freq() as usize).min(num_docs));
        let mut large_tfs = Vec::new();
        cursor.scan(0, num_docs as DocId, |docs, tfs_here| {
            for doc in docs {
                bits[*doc as usize / 64] |= 1 << (doc % 64);
            }
            tfs.extend(tfs_here.iter().map(|tf| (*tf).min(255) as u8));
            let max = tfs_here.iter().copied().max().unwrap_or_default().min(255) as u8;
            if let (Some(first), Some(last)) = (docs.first(), docs.last()) {
                let ranges = *first as usize / BOUND_RANGE..=*last as usize / BOUND_RANGE;
                max_tfs[ranges].iter_mut().for_each(|bound: &mut u8| *bound = max.max(*bound));
            }
            // Most lists have no tf of 255 or more.
            if max == u8::MAX {
                let all = docs.iter().copied().zip(tfs_here.iter().copied());
                large_tfs.extend(all.filter(|(_, tf)| *tf >= 255));
            }
        });
        Self { ranks: ranks(&bits).collect(), bits, tfs, large_tfs, max_tfs }
    }

    /// The union of the lists of these cursors, which must be at their first documents. Every
    /// document of the union has tf = 1.
    pub(crate) fn union(cursors: impl Iterator<Item = Cursor>, num_docs: usize) -> Self {
        let mut bits = vec![0; num_docs.div_ceil(64)];
        cursors.for_each(|mut cursor| cursor.fill(0, &mut bits));
        // A damaged list may have documents past the last one of the file.
        if let (Some(last), docs_in_last @ 1..) = (bits.last_mut(), num_docs % 64) {
            *last &= (1 << docs_in_last) - 1;
        }
        let count: u32 = bits.iter().map(|bits| bits.count_ones()).sum();
        Self {
            ranks: ranks(&bits).collect(),
            bits,
            tfs: vec![1; count as usize],
            large_tfs: Vec::new(),
            max_tfs: vec![1; num_docs.div_ceil(BOUND_RANGE)],
        }
    }

    /// The memory that a list takes, in bytes, by its document frequency and the number of
    /// documents of the file.
    #[must_use]
    pub fn memory_bytes(doc_freq: u32, num_docs: usize) -> usize {
        num_docs / 8 + num_docs / 16 + doc_freq as usize
    }

    /// The number of documents that contain the term.
    #[must_use]
    pub fn doc_freq(&self) -> u32 {
        self.tfs.len() as u32
    }

    /// The bits of all documents of the file from `from` on; `from` must be a multiple of 64. The
    /// bits after that of the last document are 0.
    #[must_use]
    pub fn bits(&self, from: DocId) -> &[u64] {
        self.bits.get(from as usize / 64..).unwrap_or_default()
    }

    /// The first document of the list from `target` on; [`TERMINATED`] if there is none.
    #[must_use]
    pub fn next(&self, target: DocId) -> DocId {
        let at = target as usize;
        let Some((first, remaining)) = self.bits.get(at / 64..).and_then(<[u64]>::split_first)
        else {
            return TERMINATED;
        };
        let first = first & (u64::MAX << (at % 64));
        let mut elements = (at / 64..).zip(std::iter::once(&first).chain(remaining));
        let found = elements.find(|(_, bits)| **bits != 0);
        found.map_or(TERMINATED, |(index, bits)| index as DocId * 64 + bits.trailing_zeros())
    }

    /// Whether `doc` contains the term.
    #[must_use]
    #[inline]
    pub fn contains(&self, doc: DocId) -> bool {
        let bits = self.bits.get(doc as usize / 64);
        bits.is_some_and(|bits| bits >> (doc % 64) & 1 == 1)
    }

    /// How often `doc` contains the term; 0 if it does not. Exact even above 255.
    #[must_use]
    #[inline]
    pub fn term_freq(&self, doc: DocId) -> u32 {
        if !self.contains(doc) {
            return 0;
        }
        match self.tfs[rank(&self.bits, &self.ranks, doc as usize)] {
            u8::MAX => {
                let found = self.large_tfs.binary_search_by_key(&doc, |(doc, _)| *doc);
                found.map(|at| self.large_tfs[at]).map_or(0, |(_, tf)| tf)
            }
            tf => u32::from(tf),
        }
    }

    /// An upper bound of tf for the documents from `from` on and before `until`; `None` if some tf
    /// may be 255 or more.
    #[must_use]
    pub fn max_tf_in(&self, from: DocId, until: DocId) -> Option<u32> {
        let end = (until as usize).div_ceil(BOUND_RANGE).min(self.max_tfs.len());
        let bounds = self.max_tfs.get(from as usize / BOUND_RANGE..end).unwrap_or_default();
        let max = bounds.iter().copied().max().unwrap_or_default();
        (max < u8::MAX).then_some(u32::from(max))
    }
}
