//! `"…"~N`: every word of the phrase within N characters, in any order.
//!
//! The postings find the documents that have every word; how close the words are is read from the
//! stored text of those documents. The answer is therefore exact for overlapping words, and for
//! Latin words that stand inside a longer run.

use std::sync::Arc;

use tantivy::query::doc_predicate_query::{
    ConstOrVariableSegmentPredicate, DocPredicate, DocPredicateQuery, SegmentDocPredicate,
};
use tantivy::query::{BooleanQuery, EnableScoring, Query};
use tantivy::schema::Field;
use tantivy::store::StoreReader;
use tantivy::{DocId, SegmentReader};
use wensou_index::{Index, Part, RecordExt, decode_document};

use crate::plan::analyze::QueryWord;
use crate::plan::needle::{Haystack, Needle};
use crate::plan::queries::TextQueries;

/// Documents in which all words stand within `distance` key characters in one of the fields.
pub(crate) fn query(
    index: &Index,
    queries: TextQueries<'_>,
    words: &[QueryWord],
    distance: usize,
) -> Box<dyn Query> {
    let candidates =
        BooleanQuery::intersection(words.iter().map(|word| queries.any_variant(word)).collect());
    let needles = words.iter().enumerate().flat_map(|(number, word)| {
        word.variants.iter().filter_map(move |variant| Needle::of(variant, number, 1.0))
    });
    let near = NearPredicate {
        candidates: Box::new(candidates),
        record: index.fields().record,
        test: Arc::new(NearTest {
            needles: needles.collect(),
            words: words.len(),
            fields: queries.fields.to_vec(),
            distance,
        }),
    };
    Box::new(DocPredicateQuery::from(near))
}

#[derive(Debug)]
struct NearPredicate {
    candidates: Box<dyn Query>,
    record: Field,
    test: Arc<NearTest>,
}

#[derive(Debug)]
struct NearTest {
    needles: Vec<Needle>,
    words: usize,
    fields: Vec<Part>,
    distance: usize,
}

struct SegmentNear {
    test: Arc<NearTest>,
    record: Field,
    store: StoreReader,
}

impl DocPredicate for NearPredicate {
    type SegmentDocPredicate = SegmentNear;

    fn doc_predicate(
        &self,
        reader: &SegmentReader,
    ) -> tantivy::Result<ConstOrVariableSegmentPredicate<SegmentNear>> {
        let weight =
            self.candidates.weight(EnableScoring::disabled_from_schema(reader.schema()))?;
        Ok(ConstOrVariableSegmentPredicate::Variable {
            predicate: SegmentNear {
                test: Arc::clone(&self.test),
                record: self.record,
                store: reader.get_store_reader(1)?,
            },
            necessary_condition: weight.scorer(reader, 1.0)?,
        })
    }
}

impl SegmentDocPredicate for SegmentNear {
    fn eval(&mut self, doc: DocId) -> bool {
        // The index has the document but its record cannot be read. Keep the hit: reading its
        // record for display reports the damage, whereas dropping it here would hide it.
        let Ok(record) = decode_document(&self.store, self.record, doc) else { return true };
        let texts = record.texts();
        self.test.fields.iter().any(|field| match field {
            Part::Title => self.test.is_near_in(&texts.title),
            Part::Body => self.test.is_near_in(&texts.body),
            Part::Tags => texts.tags.iter().any(|tag| self.test.is_near_in(tag)),
        })
    }
}

impl NearTest {
    /// Whether some passage of `distance` key characters has every word.
    fn is_near_in(&self, text: &str) -> bool {
        let haystack = Haystack::new(text);
        let matches = haystack.matches(&self.needles);
        matches.iter().enumerate().any(|(first, start)| {
            let mut present = vec![false; self.words];
            for found in &matches[first..] {
                if found.key.start - start.key.start >= self.distance {
                    break;
                }
                if found.key.end - start.key.start <= self.distance {
                    present[self.needles[found.needle].word] = true;
                }
            }
            present.iter().all(|present| *present)
        })
    }
}
