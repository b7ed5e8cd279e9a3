//! The statistics of an index that planning and scoring need.

use std::cell::RefCell;

use foldhash::HashMap;
use wensou_index::{Kind, TermKind, TextField};

use crate::error::Error;

/// A term of the index in one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The number of documents, of both kinds together.
    fn documents(&self) -> u64;

    /// For each of `terms`, in order, the number of documents (of both kinds together) that have it
    /// in its field.
    ///
    /// # Errors
    ///
    /// If the statistics cannot be read.
    fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error>;

    /// The number of key characters that a field of a document of this kind has on average.
    fn average_length(&self, kind: Kind, field: TextField) -> f64;

    /// Calls `each` with every word that typed pinyin may stand for (the words of Han characters in
    /// titles and tags, all tags, and all names of [`FilterField::Source`]), and with a function
    /// that counts the documents that have the word there. The count may be 0, and a word may come
    /// more than once.
    ///
    /// [`FilterField::Source`]: crate::plan::expr::FilterField::Source
    ///
    /// # Errors
    ///
    /// If the term dictionary cannot be read.
    fn for_each_pinyin_candidate(
        &self,
        each: &mut dyn FnMut(&str, &dyn Fn() -> u64),
    ) -> Result<(), Error>;
}

/// Statistics that ask the index for each term once. Used for the plans of one query, which share
/// most terms.
pub(crate) struct CachedStatistics<'s> {
    statistics: &'s dyn TermStatistics,
    doc_freqs: RefCell<HashMap<FieldTerm, u64>>,
}

impl<'s> CachedStatistics<'s> {
    pub(crate) fn new(statistics: &'s dyn TermStatistics) -> Self {
        Self { statistics, doc_freqs: RefCell::default() }
    }
}

impl TermStatistics for CachedStatistics<'_> {
    fn documents(&self) -> u64 {
        self.statistics.documents()
    }

    fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error> {
        let mut known = self.doc_freqs.borrow_mut();
        let unknown: Vec<FieldTerm> =
            terms.iter().filter(|term| !known.contains_key(term)).cloned().collect();
        if !unknown.is_empty() {
            let doc_freqs = self.statistics.doc_freqs(&unknown)?;
            known.extend(unknown.into_iter().zip(doc_freqs));
        }
        Ok(terms.iter().map(|term| known[term]).collect())
    }

    fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        self.statistics.average_length(kind, field)
    }

    fn for_each_pinyin_candidate(
        &self,
        each: &mut dyn FnMut(&str, &dyn Fn() -> u64),
    ) -> Result<(), Error> {
        self.statistics.for_each_pinyin_candidate(each)
    }
}

/// Statistics that only collect the terms that a plan asks for.
pub(crate) struct TermCollector<'s> {
    statistics: &'s dyn TermStatistics,
    terms: RefCell<Vec<FieldTerm>>,
}

impl<'s> TermCollector<'s> {
    /// A collector for plans of an index with these statistics.
    pub(crate) fn new(statistics: &'s dyn TermStatistics) -> Self {
        Self { statistics, terms: RefCell::default() }
    }

    /// The terms, each once.
    pub(crate) fn into_terms(self) -> Vec<FieldTerm> {
        let mut terms = self.terms.into_inner();
        terms.sort_unstable();
        terms.dedup();
        terms
    }
}

impl TermStatistics for TermCollector<'_> {
    fn documents(&self) -> u64 {
        self.statistics.documents()
    }

    /// Returns 1 for every term: the plans that the terms are collected from are thrown away.
    fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error> {
        self.terms.borrow_mut().extend_from_slice(terms);
        Ok(vec![1; terms.len()])
    }

    fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        self.statistics.average_length(kind, field)
    }

    fn for_each_pinyin_candidate(
        &self,
        each: &mut dyn FnMut(&str, &dyn Fn() -> u64),
    ) -> Result<(), Error> {
        self.statistics.for_each_pinyin_candidate(each)
    }
}
