//! The statistics of an index on a cluster.

use wensou_cluster::{ClusterIndex, word_token};
use wensou_index::{Kind, TermKind, TextField};

use crate::error::Error;
use crate::exec::FIRST_HAN;
use crate::rank::{FieldTerm, TermStatistics};

/// The statistics that the build of an index on a cluster has left there.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClusterStatistics<'c>(pub(super) &'c ClusterIndex);

impl ClusterStatistics<'_> {
    /// For each of `terms`, in order, how many articles and how many flash items have it in its
    /// field.
    pub(super) fn by_kind<'t>(
        self,
        terms: impl Iterator<Item = (TextField, TermKind, &'t str)>,
    ) -> Result<Vec<[u64; 2]>, Error> {
        let token = |(field, kind, text): (_, _, &str)| match kind {
            TermKind::Word => (field, word_token(text)),
            TermKind::Unigram | TermKind::Bigram => (field, text.to_owned()),
        };
        let tokens: Vec<_> = terms.map(token).collect();
        Ok(self.0.doc_freqs_by_kind(&tokens)?)
    }
}

impl TermStatistics for ClusterStatistics<'_> {
    fn documents(&self) -> u64 {
        self.0.description().documents.iter().sum()
    }

    fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error> {
        let terms = terms.iter().map(|term| (term.field, term.kind, term.text.as_str()));
        let by_kind = self.by_kind(terms)?;
        Ok(by_kind.into_iter().map(|documents| documents.iter().sum()).collect())
    }

    fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        self.0.description().average_length(kind, field)
    }

    fn for_each_pinyin_candidate(
        &self,
        each: &mut dyn FnMut(&str, &dyn Fn() -> u64),
    ) -> Result<(), Error> {
        // Names are tags, sources, outlets and authors.
        for (name, documents) in self.0.names()? {
            each(&name, &|| documents);
        }
        for (word, documents) in self.0.words()? {
            if word.as_str() >= FIRST_HAN {
                each(&word, &|| documents);
            }
        }
        Ok(())
    }
}
