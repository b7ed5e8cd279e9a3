//! Facets: the values of a field among the documents of a query, with counts.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::DateTime;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};
use wensou_index::{FACET_SEPARATOR, Index, Kind};
use wensou_text::fold;

use crate::error::Error;
use crate::lang::Query;
use crate::report::overview::civil_time;
use crate::session::answering_plan;

/// What documents can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Tags.
    Tag,
    /// Sources of articles, outlets of flash items.
    Source,
    /// Categories.
    Category,
    /// `article` and `flash`.
    Kind,
    /// Months as `2023-05`; documents without a date are counted as `none`.
    Month,
}

impl Facet {
    /// Every facet, in the order of the variants.
    pub const ALL: [Facet; 5] =
        [Facet::Tag, Facet::Source, Facet::Category, Facet::Kind, Facet::Month];

    /// The name of the facet.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Facet::Tag => "tag",
            Facet::Source => "source",
            Facet::Category => "category",
            Facet::Kind => "kind",
            Facet::Month => "month",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Facet::Tag => "tag_facet",
            Facet::Source => "source_facet",
            Facet::Category => "category_facet",
            Facet::Kind => "kind",
            Facet::Month => "date",
        }
    }
}

/// A value and the number of documents that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// The spelling that most documents use: script and case vary from page to page.
    pub value: String,
    /// Documents that have it in any spelling.
    pub documents: u64,
}

/// The values of a facet over the documents that [`crate::search`] finds: most frequent first, then
/// by name; months in order. With `prefix`, only values that start with it once both are folded.
///
/// # Errors
///
/// If the query cannot be answered or the index fails.
pub fn facet(
    index: &Index,
    query: &Query,
    facet: Facet,
    prefix: Option<&str>,
) -> Result<Vec<FacetValue>, Error> {
    let plan = answering_plan(index, query)?;
    let counts = index.searcher().search(&plan.match_query, &Counter { facet })?;
    let prefix = prefix.map(fold).unwrap_or_default();
    let values = match facet {
        Facet::Month | Facet::Kind => counts,
        _ => merge_spellings(counts),
    };
    let mut values: Vec<(String, FacetValue)> = values
        .into_iter()
        .map(|(value, documents)| (fold(&value), FacetValue { value, documents }))
        .filter(|(folded, _)| folded.starts_with(&prefix))
        .collect();
    values.sort_by(|(a, one), (b, other)| match facet {
        Facet::Month => a.cmp(b),
        _ => other.documents.cmp(&one.documents).then(a.cmp(b)),
    });
    Ok(values.into_iter().map(|(_, value)| value).collect())
}

/// Adds up the spellings of one value under the most frequent of them.
fn merge_spellings(counts: HashMap<String, u64>) -> HashMap<String, u64> {
    let mut values: BTreeMap<&str, (u64, &str, u64)> = BTreeMap::new();
    for (facet, count) in &counts {
        let Some((folded, form)) = facet.split_once(FACET_SEPARATOR) else { continue };
        let (total, best, best_count) = values.entry(folded).or_insert((0, form, 0));
        *total += count;
        if (*count, form) > (*best_count, *best) {
            (*best, *best_count) = (form, *count);
        }
    }
    values.into_values().map(|(total, form, _)| (form.to_owned(), total)).collect()
}

/// Counts the values of a column over the matching documents.
struct Counter {
    facet: Facet,
}

enum Values {
    Text(Option<StrColumn>),
    Kind(Column<u64>),
    Month(Column<i64>),
}

struct SegmentCounter {
    values: Values,
    /// By ordinal of the text, number of the kind, or number of the month since year 0.
    counts: HashMap<u64, u64>,
    undated: u64,
}

impl Collector for Counter {
    type Fruit = HashMap<String, u64>;
    type Child = SegmentCounter;

    fn for_segment(
        &self,
        _segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentCounter> {
        let columns = reader.fast_fields();
        let column = self.facet.column();
        let values = match self.facet {
            Facet::Kind => Values::Kind(columns.u64(column)?),
            Facet::Month => Values::Month(columns.i64(column)?),
            _ => Values::Text(columns.str(column)?),
        };
        Ok(SegmentCounter { values, counts: HashMap::new(), undated: 0 })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<HashMap<String, u64>>) -> tantivy::Result<Self::Fruit> {
        let mut all = HashMap::new();
        for (value, count) in segments.into_iter().flatten() {
            *all.entry(value).or_default() += count;
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentCounter {
    type Fruit = HashMap<String, u64>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        match &self.values {
            Values::Text(Some(column)) => {
                for ord in column.term_ords(doc) {
                    *self.counts.entry(ord).or_default() += 1;
                }
            }
            Values::Text(None) => {}
            Values::Kind(column) => {
                if let Some(kind) = column.first(doc) {
                    *self.counts.entry(kind).or_default() += 1;
                }
            }
            Values::Month(column) => match column.first(doc).and_then(civil_time) {
                Some(at) => *self.counts.entry(month(at)).or_default() += 1,
                None => self.undated += 1,
            },
        }
    }

    fn harvest(self) -> HashMap<String, u64> {
        let mut counts = HashMap::new();
        for (code, count) in self.counts {
            let value = match &self.values {
                Values::Text(column) => {
                    let mut value = String::new();
                    let read = column.as_ref().map(|column| column.ord_to_str(code, &mut value));
                    if !matches!(read, Some(Ok(true))) {
                        continue;
                    }
                    value
                }
                Values::Kind(_) => {
                    let kind = Kind::ALL.into_iter().find(|kind| *kind as u64 == code);
                    kind.map_or("unknown", Kind::name).to_owned()
                }
                Values::Month(_) => format!("{:04}-{:02}", code / 12, code % 12 + 1),
            };
            counts.insert(value, count);
        }
        if self.undated > 0 {
            counts.insert("none".to_owned(), self.undated);
        }
        counts
    }
}

/// Months since year 0.
fn month(at: DateTime) -> u64 {
    u64::try_from(at.year()).unwrap_or(0) * 12 + u64::try_from(at.month() - 1).unwrap_or(0)
}
