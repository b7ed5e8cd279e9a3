//! `"…"~N`: every word of the phrase inside a stretch of N characters, in any order.
//!
//! The index finds the documents that have every word; how close they stand is read from the
//! stored text of these, so the answer is exact for overlapping words and glued Latin too.

use std::sync::Arc;

use tantivy::query::doc_predicate_query::{
    ConstOrVariableSegmentPredicate, DocPredicate, DocPredicateQuery, SegmentDocPredicate,
};
use tantivy::query::{BooleanQuery, EnableScoring, Query};
use tantivy::schema::Field;
use tantivy::store::StoreReader;
use tantivy::{DocId, SegmentReader};
use wensou_index::{Index, Part, RecordExt, decode_document};

use crate::needle::{Haystack, Needle};
use crate::terms::{QueryWord, TextQueries};

/// Documents in which the terms stand within `distance` key characters in one of the parts.
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
    let near = Near {
        candidates: Box::new(candidates),
        record: index.fields().record,
        test: Arc::new(Test {
            needles: needles.collect(),
            words: words.len(),
            fields: queries.fields.to_vec(),
            distance,
        }),
    };
    Box::new(DocPredicateQuery::from(near))
}

#[derive(Debug)]
struct Near {
    candidates: Box<dyn Query>,
    record: Field,
    test: Arc<Test>,
}

#[derive(Debug)]
struct Test {
    needles: Vec<Needle>,
    words: usize,
    fields: Vec<Part>,
    distance: usize,
}

struct SegmentNear {
    test: Arc<Test>,
    record: Field,
    store: StoreReader,
}

impl DocPredicate for Near {
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
        // A document that the index names and the store cannot give: a hit that cannot be shown
        // is found out, and reported, when its record is read. Better that than to drop it here.
        let Ok(record) = decode_document(&self.store, self.record, doc) else { return true };
        let texts = record.texts();
        self.test.fields.iter().any(|field| match field {
            Part::Title => self.test.holds(&texts.title),
            Part::Body => self.test.holds(&texts.body),
            Part::Tags => texts.tags.iter().any(|tag| self.test.holds(tag)),
        })
    }
}

impl Test {
    /// Whether a stretch of `distance` key characters has every term.
    fn holds(&self, text: &str) -> bool {
        let haystack = Haystack::new(text);
        let places = haystack.places(&self.needles);
        places.iter().enumerate().any(|(first, start)| {
            let mut found = vec![false; self.words];
            for place in &places[first..] {
                if place.key.start - start.key.start >= self.distance {
                    break;
                }
                if place.key.end - start.key.start <= self.distance {
                    found[self.needles[place.needle].word] = true;
                }
            }
            found.iter().all(|found| *found)
        })
    }
}
