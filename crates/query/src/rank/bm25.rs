//! The statistics behind BM25: average lengths for each kind of document, document frequencies over
//! both kinds.
//!
//! A word is as rare as it is in the whole archive, whichever kind of document has it. Lengths are
//! compared within a kind, because an article is twenty times as long as a flash item: an average
//! over both would fit neither, and one kind would drown the other. Lengths are counted in key
//! characters, for words too.

use std::sync::{Arc, OnceLock};

use wensou_index::{Index, KINDS_OF_LENGTH, Kind, Part, Unit, length_of};

use crate::exec::cache::PostingsCache;

/// How quickly the score saturates with the term frequency (BM25's k1).
const K1: f32 = 1.2;
/// How much the length of a field counts (BM25's b).
const B: f32 = 0.75;

#[derive(Debug)]
pub(crate) struct Statistics<'a> {
    index: &'a Index,
    documents: u64,
    length_norms: OnceLock<[LengthNorms; 3]>,
    /// Opens posting lists for all queries that use these statistics.
    pub(crate) postings_cache: PostingsCache,
}

impl<'a> Statistics<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self {
            index,
            documents: index.searcher().num_docs(),
            length_norms: OnceLock::new(),
            postings_cache: PostingsCache::default(),
        }
    }

    /// Documents of both kinds that have a term in a field.
    pub(crate) fn doc_freq(&self, field: Part, kind: Unit, text: &str) -> u64 {
        let found = self.index.postings().count(field, kind, text);
        found.min(self.documents)
    }

    /// Inverse document frequency over both kinds.
    pub(crate) fn idf(&self, field: Part, kind: Unit, text: &str) -> f32 {
        let (found, all) = (self.doc_freq(field, kind, text) as f32, self.documents as f32);
        (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
    }

    /// The supremum of what a term of weight 1 adds to a score.
    pub(crate) fn max_score(&self, field: Part, kind: Unit, text: &str) -> f32 {
        self.idf(field, kind, text) * (1.0 + K1)
    }

    /// The length norms of each field, by the byte that encodes a length.
    pub(crate) fn length_norms(&self) -> &[LengthNorms; 3] {
        self.length_norms.get_or_init(|| Part::ALL.map(|field| self.length_norms_of(field)))
    }

    fn length_norms_of(&self, field: Part) -> LengthNorms {
        let averages =
            Kind::ALL.map(|kind| self.index.postings().average_length(kind, field).max(1.0) as f32);
        let norms = std::array::from_fn(|code| {
            let (kind, length) = length_of(code as u8);
            K1 * (1.0 - B + B * length as f32 / averages[kind as usize])
        });
        LengthNorms(Arc::new(norms))
    }
}

/// The BM25 length norms of one field: what is added to the tf in the denominator, by length byte.
#[derive(Debug, Clone)]
pub(crate) struct LengthNorms(Arc<[f32; KINDS_OF_LENGTH]>);

impl LengthNorms {
    /// The norm of a length byte.
    pub(crate) fn of(&self, length: u8) -> f32 {
        self.0[usize::from(length)]
    }
}

/// Saturation of the term frequency: the share of the maximum score that a document gets, 0 to 1.
pub(crate) fn tf_saturation(tf: f32, length_norm: f32) -> f32 {
    tf / (tf + length_norm)
}
