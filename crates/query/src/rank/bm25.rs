//! The parts of BM25: idf, length norms and tf saturation.
//!
//! Document frequencies are those of the whole archive, over both kinds of document: a rare term is
//! a strong match in either kind. Average lengths are those of each kind, because an article is
//! many times as long as a flash item: an average over both would fit neither, and one kind would
//! outrank the other. Lengths are counted in key characters, even where the terms are words.

use std::sync::Arc;

use wensou_index::{Kind, LENGTH_CODES, TextField, decode_length};

use super::statistics::{FieldTerm, TermStatistics};
use crate::error::Error;

/// BM25's k1: the greater it is, the more slowly the score saturates with the term frequency.
const K1: f32 = 1.2;
/// BM25's b: how much the length of a field counts, from 0 (not at all) to 1.
const B: f32 = 0.75;

/// The inverse document frequency of a term that `doc_freq` of `documents` documents contain.
pub(crate) fn idf(doc_freq: u64, documents: u64) -> f32 {
    let (found, all) = (doc_freq.min(documents) as f32, documents as f32);
    (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
}

/// The inverse document frequency of each of `terms`, in order, over both kinds of document.
///
/// # Errors
///
/// As [`TermStatistics::doc_freqs`].
pub(crate) fn idfs(
    statistics: &dyn TermStatistics,
    terms: &[FieldTerm],
) -> Result<Vec<f32>, Error> {
    let documents = statistics.documents();
    let doc_freqs = statistics.doc_freqs(terms)?;
    Ok(doc_freqs.into_iter().map(|doc_freq| idf(doc_freq, documents)).collect())
}

/// The score that a term of weight 1 approaches as its tf grows. No document reaches it, so it is
/// an upper bound.
pub(crate) fn max_score(idf: f32) -> f32 {
    idf * (1.0 + K1)
}

/// The BM25 length norms of one field, by length code. A norm is added to the tf in the
/// denominator.
#[derive(Debug, Clone)]
pub(crate) struct LengthNorms(Arc<[f32; LENGTH_CODES]>);

impl LengthNorms {
    /// The length norms of each field, in the order of [`TextField::ALL`].
    pub(crate) fn of_fields(statistics: &dyn TermStatistics) -> [Self; 3] {
        TextField::ALL.map(|field| Self::of_field(statistics, field))
    }

    fn of_field(statistics: &dyn TermStatistics, field: TextField) -> Self {
        let averages = Kind::ALL.map(|kind| statistics.average_length(kind, field).max(1.0) as f32);
        let norms = std::array::from_fn(|code| {
            let (kind, length) = decode_length(code as u8);
            K1 * (1.0 - B + B * length as f32 / averages[kind as usize])
        });
        Self(Arc::new(norms))
    }

    /// The norm of a length code, see [`decode_length`].
    pub(crate) fn of(&self, code: u8) -> f32 {
        self.0[usize::from(code)]
    }
}

/// The saturation of the term frequency: the fraction of [`max_score`] that a document gets.
pub(crate) fn tf_saturation(tf: f32, length_norm: f32) -> f32 {
    tf / (tf + length_norm)
}
