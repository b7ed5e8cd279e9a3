//! The statistics that BM25 is computed with: lengths per kind, document frequencies over both.
//!
//! A word is as rare as it is in the whole archive, whichever kind of document it stands in; but
//! a text is as long as it is among texts of its own kind. So the document frequency of a term is
//! summed over its fields of both kinds, and the average length of a field is taken over the
//! documents of the kind that has it. Both reach tantivy through its statistics provider, which
//! knows one number of documents only: the token total is scaled so that the division gives the
//! average wanted.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use wensou_index::{Index, Kind, Part, Unit};

#[derive(Debug)]
pub(crate) struct Statistics<'a> {
    index: &'a Index,
    documents: u64,
    /// Documents of each kind.
    by_kind: [u64; 2],
    /// For each text field: its kind, and the field of the other kind.
    fields: HashMap<Field, (Kind, Field)>,
}

impl<'a> Statistics<'a> {
    pub(crate) fn new(index: &'a Index) -> tantivy::Result<Self> {
        let mut fields = HashMap::new();
        for part in Part::ALL {
            for unit in Unit::ALL {
                let [article, flash] = Kind::ALL.map(|kind| index.fields().text(kind, part, unit));
                fields.insert(article, (Kind::Article, flash));
                fields.insert(flash, (Kind::Flash, article));
            }
        }
        let documents = index.searcher().num_docs();
        let flashes = index
            .searcher()
            .doc_freq(&Term::from_field_u64(index.fields().kind, Kind::Flash as u64))?;
        Ok(Self { index, documents, by_kind: [documents.saturating_sub(flashes), flashes], fields })
    }

    /// Inverse document frequency of a term over both kinds, as BM25 weighs it.
    pub(crate) fn idf(&self, term: &Term) -> tantivy::Result<f32> {
        let found = self.doc_freq(term)? as f32;
        let all = self.documents as f32;
        Ok((1.0 + (all - found + 0.5) / (found + 0.5)).ln())
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let tokens = self.index.searcher().total_num_tokens(field)?;
        let Some((kind, _)) = self.fields.get(&field) else { return Ok(tokens) };
        let average = tokens as f64 / self.by_kind[*kind as usize].max(1) as f64;
        Ok((average * self.documents as f64) as u64)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.documents)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let searcher = self.index.searcher();
        let mut found = searcher.doc_freq(term)?;
        if let Some((_, other)) = self.fields.get(&term.field())
            && let Some(text) = term.value().as_str()
        {
            found += searcher.doc_freq(&Term::from_field_text(*other, text))?;
        }
        Ok(found.min(self.documents))
    }
}
