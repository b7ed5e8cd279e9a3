//! The statistics of an open index.

use wensou_index::{Index, Kind, TextField};

use crate::error::Error;
use crate::rank::{FieldTerm, TermStatistics};

/// The start of the Han blocks. In the order of bytes, the words before it start with other
/// characters, such as letters and digits.
pub(crate) const FIRST_HAN: &str = "\u{2e80}";

/// The statistics of an index on this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexStatistics<'i>(pub(crate) &'i Index);

impl TermStatistics for IndexStatistics<'_> {
    fn documents(&self) -> u64 {
        self.0.searcher().num_docs()
    }

    fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error> {
        let postings = self.0.postings();
        let doc_freq = |term: &FieldTerm| postings.doc_freq(term.field, term.kind, &term.text);
        let doc_freqs = terms.iter().map(doc_freq).collect();
        self.0.verify_reads()?;
        Ok(doc_freqs)
    }

    fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        self.0.postings().average_length(kind, field)
    }

    fn for_each_pinyin_candidate(
        &self,
        each: &mut dyn FnMut(&str, &dyn Fn() -> u64),
    ) -> Result<(), Error> {
        let fields = self.0.fields();
        for field in [fields.tag, fields.source] {
            self.0.for_each_term(field, |word, documents| each(word, &|| documents))?;
        }
        let in_titles_and_tags = |count_in: &dyn Fn(TextField) -> u64| {
            count_in(TextField::Title) + count_in(TextField::Tags)
        };
        self.0.postings().for_each_word_from(FIRST_HAN, |word, count_in| {
            each(word, &|| in_titles_and_tags(count_in));
            true
        });
        Ok(self.0.verify_reads()?)
    }
}
