//! The statistics that BM25 is computed with: lengths per kind, document frequencies over both.
//!
//! A word is as rare as it is in the whole archive, whichever kind of document it stands in; but
//! a text is as long as it is among texts of its own kind, because an article is twenty times as
//! long as a flash item: over both, the average length would be nobody's, and one kind would drown
//! the other. Lengths are in key characters, for words too.

use std::sync::{Arc, OnceLock};

use wensou_index::{Index, KINDS_OF_LENGTH, Kind, Part, Unit, length_of};

use crate::exec::cache::PostingsCache;

/// How soon another occurrence of a unit stops to count.
const K1: f32 = 1.2;
/// How much the length of a text counts.
const B: f32 = 0.75;

#[derive(Debug)]
pub(crate) struct Statistics<'a> {
    index: &'a Index,
    documents: u64,
    length_norms: OnceLock<[LengthNorms; 3]>,
    /// Opens lists for all queries that are asked with these statistics.
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

    /// Documents of both kinds that have a unit in a part.
    pub(crate) fn doc_freq(&self, field: Part, kind: Unit, text: &str) -> u64 {
        let found = self.index.postings().count(field, kind, text);
        found.min(self.documents)
    }

    /// Inverse document frequency over both kinds.
    pub(crate) fn idf(&self, field: Part, kind: Unit, text: &str) -> f32 {
        let (found, all) = (self.doc_freq(field, kind, text) as f32, self.documents as f32);
        (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
    }

    /// The most that a unit of this weight adds to a score.
    pub(crate) fn max_score(&self, field: Part, kind: Unit, text: &str) -> f32 {
        self.idf(field, kind, text) * (1.0 + K1)
    }

    /// For each part and length byte, what is added to the frequency of a unit to damp it.
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

/// What is added to the frequency of a unit, by the length byte of the text that it stands in.
#[derive(Debug, Clone)]
pub(crate) struct LengthNorms(Arc<[f32; KINDS_OF_LENGTH]>);

impl LengthNorms {
    /// That of a length byte.
    pub(crate) fn of(&self, length: u8) -> f32 {
        self.0[usize::from(length)]
    }
}

/// The share of its most that a unit adds to a score.
pub(crate) fn tf_saturation(tf: f32, length_norm: f32) -> f32 {
    tf / (tf + length_norm)
}
