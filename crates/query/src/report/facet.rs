//! Facets: the values of a field among the documents of a query, with counts.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::DateTime;
use wensou_index::{FACET_SEPARATOR, Index, Kind};
use wensou_text::fold;

use crate::error::Error;
use crate::exec::columns::{Dates, NumberColumn, StringColumn};
use crate::exec::doc_id::DocId;
use crate::exec::segment::Segment;
use crate::lang::Query;
use crate::report::overview::civil_time;
use crate::runner::Runner;

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
    let runner = Runner::new(index);
    let (expr, executor) = (runner.strict_or_relaxed_expr(query)?, runner.executor());
    let mut counts = HashMap::new();
    for segment in executor.segments() {
        let segment = segment?;
        let mut counter = SegmentCounter::new(facet, &segment)?;
        executor.for_each_window(&expr, &segment, |window| {
            window.iter().for_each(|doc| counter.add(doc));
        })?;
        counter.add_to(&mut counts);
    }
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

/// Counts the values of a facet in one segment.
struct SegmentCounter<'i> {
    values: Values<'i>,
    /// By ordinal of the text, number of the kind, or number of the month since year 0.
    counts: HashMap<u64, u64>,
    undated: u64,
}

enum Values<'i> {
    Text(StringColumn),
    Kind(NumberColumn),
    Month(Dates<'i>),
}

impl<'i> SegmentCounter<'i> {
    fn new(facet: Facet, segment: &Segment<'i>) -> Result<Self, Error> {
        let values = match facet {
            Facet::Kind => Values::Kind(segment.numbers("kind")?),
            Facet::Month => Values::Month(segment.dates()?),
            Facet::Tag => Values::Text(segment.texts("tag_facet")?),
            Facet::Source => Values::Text(segment.texts("source_facet")?),
            Facet::Category => Values::Text(segment.texts("category_facet")?),
        };
        Ok(Self { values, counts: HashMap::new(), undated: 0 })
    }

    fn add(&mut self, doc: DocId) {
        let mut count = |value| *self.counts.entry(value).or_default() += 1;
        match &self.values {
            Values::Text(texts) => texts.ordinals(doc).for_each(count),
            Values::Kind(kinds) => kinds.of(doc).into_iter().for_each(count),
            Values::Month(dates) => match dates.of(doc).and_then(civil_time) {
                Some(at) => count(month(at)),
                None => self.undated += 1,
            },
        }
    }

    /// Adds the counts of the segment to those of all segments.
    fn add_to(self, all: &mut HashMap<String, u64>) {
        for (code, count) in self.counts {
            let value = match &self.values {
                Values::Text(texts) => texts.text(code),
                Values::Kind(_) => {
                    let kind = Kind::ALL.into_iter().find(|kind| *kind as u64 == code);
                    Some(kind.map_or("unknown", Kind::name).to_owned())
                }
                Values::Month(_) => Some(format!("{:04}-{:02}", code / 12, code % 12 + 1)),
            };
            // An ordinal without a text comes from a damaged column.
            if let Some(value) = value {
                *all.entry(value).or_default() += count;
            }
        }
        if self.undated > 0 {
            *all.entry("none".to_owned()).or_default() += self.undated;
        }
    }
}

/// Months since year 0.
fn month(at: DateTime) -> u64 {
    u64::try_from(at.year()).unwrap_or(0) * 12 + u64::try_from(at.month() - 1).unwrap_or(0)
}
