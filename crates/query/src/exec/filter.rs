//! Runs filters: dates are compared with a column, and all other filters are tantivy queries. This
//! is the only file of the crate that makes tantivy queries.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, EnableScoring, ExistsQuery, InvertedIndexRangeQuery, Query, RangeQuery, Scorer,
    TermQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use wensou_index::{Fields, Index};

use super::candidates::Candidates;
use super::date_range::DateRange;
use super::doc_id::DocId;
use super::segment::Segment;
use super::window::DocWindow;
use crate::error::Error;
use crate::plan::expr::{Filter, FilterField, FilterValue};

/// The tantivy query that finds the documents that a filter selects.
fn query(index: &Index, filter: &Filter) -> tantivy::Result<Box<dyn Query>> {
    let fields = index.fields();
    Ok(match filter {
        Filter::Term(field, value) => {
            let field = tantivy_field(fields, *field)?;
            let term = match value {
                FilterValue::Text(text) => Term::from_field_text(field, text),
                FilterValue::Number(number) => Term::from_field_u64(field, *number),
            };
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        }
        Filter::Prefix(field, start) => prefix_query(tantivy_field(fields, *field)?, start),
        Filter::Range { field, from, until } => {
            let field = tantivy_field(fields, *field)?;
            // The lower end is never open: a range that is open at both ends would match documents
            // without a value as well.
            let lower = Term::from_field_i64(field, from.unwrap_or(i64::MIN));
            let upper = until.map(|until| Bound::Excluded(Term::from_field_i64(field, until)));
            Box::new(RangeQuery::new(Bound::Included(lower), upper.unwrap_or(Bound::Unbounded)))
        }
        Filter::Exists(field) => {
            let field = tantivy_field(fields, *field)?;
            let column = index.searcher().schema().get_field_name(field).to_owned();
            let json_subpaths = false;
            Box::new(ExistsQuery::new(column, json_subpaths))
        }
    })
}

/// The tantivy field that a filter reads. An error for dates, which [`DateRange`] compares.
fn tantivy_field(fields: &Fields, field: FilterField) -> tantivy::Result<Field> {
    Ok(match field {
        FilterField::Id => fields.id,
        FilterField::Kind => fields.kind,
        FilterField::Date => {
            let cause = "dates are compared as ranges".to_owned();
            return Err(tantivy::TantivyError::InvalidArgument(cause));
        }
        FilterField::Provenance => fields.provenance,
        FilterField::Tag => fields.tag,
        FilterField::Source => fields.source,
        FilterField::Author => fields.author,
        FilterField::Site => fields.site,
        FilterField::Url => fields.url,
        FilterField::Category => fields.category,
        FilterField::Has => fields.has,
        FilterField::Script => fields.script,
    })
}

/// The query for documents with a value that starts with `prefix`; for all documents if `prefix` is
/// empty.
fn prefix_query(field: Field, prefix: &str) -> Box<dyn Query> {
    let lower = Bound::Included(Term::from_field_text(field, prefix));
    let upper = match successor(prefix) {
        Some(upper) => Bound::Excluded(Term::from_field_text(field, &upper)),
        None if prefix.is_empty() => return Box::new(AllQuery),
        None => Bound::Unbounded,
    };
    Box::new(InvertedIndexRangeQuery::new(lower, upper))
}

/// The smallest string that is greater than every string starting with `prefix`, if there is one.
fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Strings compare as their UTF-8 bytes do, which is the order of their scalar values. No
        // scalar value lies between U+D7FF and U+E000.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// A filter as tantivy runs it: a query bound to an index, which tantivy calls a weight. It scores
/// nothing.
fn weight(index: &Index, filter: &Filter) -> tantivy::Result<Box<dyn Weight>> {
    let scoring = EnableScoring::disabled_from_searcher(index.searcher());
    query(index, filter)?.weight(scoring)
}

/// The number of documents that a filter selects. tantivy reads the number for a single term from
/// its dictionary, unless documents were deleted.
pub(crate) fn count(index: &Index, filter: &Filter) -> Result<usize, Error> {
    if let Some((from, until)) = date_range(filter) {
        let mut count = 0;
        for segment in Segment::all(index) {
            let segment = segment?;
            let range = DateRange::new(&segment, from, until)?;
            count += segment.alive_docs().filter(|doc| range.contains(*doc)).count();
        }
        index.verify_reads()?;
        return Ok(count);
    }
    let count = || -> tantivy::Result<usize> {
        let weight = weight(index, filter)?;
        let readers = index.searcher().segment_readers().iter();
        let counts = readers.map(|reader| weight.count(reader).map(|count| count as usize));
        counts.sum()
    };
    Ok(count().map_err(wensou_index::Error::from)?)
}

/// The range of dates that a filter selects: its start and its end, each `None` if it is open.
/// Returns `None` for a filter that does not select by date.
pub(crate) fn date_range(filter: &Filter) -> Option<(Option<i64>, Option<i64>)> {
    match filter {
        Filter::Range { field: FilterField::Date, from, until } => Some((*from, *until)),
        Filter::Exists(FilterField::Date) => Some((None, None)),
        _ => None,
    }
}

/// The documents of one segment that a filter selects, found by tantivy.
pub(crate) struct FilterDocs {
    scorer: Box<dyn Scorer>,
    /// A lower bound of the next document, set when tantivy's `seek_danger` did not find its
    /// target. While it is set, `scorer.doc()` is not valid.
    not_before: Option<DocId>,
}

impl FilterDocs {
    /// Opens a filter in a segment.
    pub(crate) fn open(segment: &Segment<'_>, filter: &Filter) -> Result<Self, Error> {
        let boost = 1.0;
        let weight = weight(segment.index(), filter);
        let scorer = weight.and_then(|weight| weight.scorer(segment.reader(), boost));
        Ok(Self { scorer: scorer.map_err(wensou_index::Error::from)?, not_before: None })
    }
}

impl Candidates for FilterDocs {
    fn cost(&self) -> u64 {
        self.scorer.cost()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let doc = self.scorer.doc();
        if doc < target { self.scorer.seek(target) } else { doc }
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        use tantivy::SeekDangerResult::{Found, SeekLowerBound};

        let result = match self.not_before {
            Some(next) if doc < next => return Err(next),
            Some(_) => self.scorer.seek_danger(doc),
            None if self.scorer.doc() < doc => self.scorer.seek_danger(doc),
            None if self.scorer.doc() == doc => Found,
            None => return Err(self.scorer.doc()),
        };
        match result {
            Found => {
                self.not_before = None;
                Ok(())
            }
            SeekLowerBound(next) => Err(*self.not_before.insert(next)),
        }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let mut doc = self.seek(window.start());
        while doc < window.end() {
            window.insert(doc);
            doc = self.scorer.advance();
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        window.retain(|doc| self.probe(doc).is_ok());
    }

    fn is_postings_only(&self) -> bool {
        false
    }

    fn is_exact(&self) -> bool {
        true
    }

    fn confirm(&mut self, _: DocId) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_has_the_next_character_at_the_last_place_that_has_one() {
        assert_eq!(successor("btc").as_deref(), Some("btd"));
        assert_eq!(successor("比特").as_deref(), Some("比牺"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10ffff}"), None);
        assert_eq!(successor(""), None);
    }
}
