//! What planning and scoring have to know about an index.

use wensou_index::{Kind, TermKind, TextField};

use crate::error::Error;

/// A term of the index in one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldTerm {
    pub(crate) field: TextField,
    pub(crate) kind: TermKind,
    pub(crate) text: String,
}

/// The statistics of a collection of documents, wherever they are kept.
///
/// A plan asks for all its terms in one batch, so that an implementation may fetch them from
/// another process.
pub(crate) trait TermStatistics {
    /// Documents of both kinds.
    fn documents(&self) -> u64;

    /// For each of `terms`, in order, the documents of both kinds that have it in its field.
    ///
    /// # Errors
    ///
    /// If the statistics cannot be read.
    fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error>;

    /// Key characters that a field of a document of this kind has on average.
    fn average_length(&self, kind: Kind, field: TextField) -> f64;

    /// Calls `each` with every word of Han characters in titles, tags and sources that readings of
    /// pinyin may stand for, and with a function that counts the documents that have it, perhaps
    /// none. A word may come more than once.
    ///
    /// # Errors
    ///
    /// If the term dictionary cannot be read.
    fn for_each_name(&self, each: &mut dyn FnMut(&str, &dyn Fn() -> u64)) -> Result<(), Error>;
}
