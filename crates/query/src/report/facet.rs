//! Facets: the values of a field among the documents of a query, with counts.

use std::collections::BTreeMap;

use foldhash::HashMap;
use wensou_index::FACET_SEPARATOR;
use wensou_text::fold;

use crate::engine::Facet;
use crate::error::Error;
use crate::index_ref::IndexRef;
use crate::lang::Query;
use crate::plan::{MatchExpr, Mode};
use crate::runner::Runner;

/// A value and the number of documents that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// The spelling that most documents use. Script and case of a value vary from page to page.
    pub value: String,
    /// The number of documents that have it, in any spelling.
    pub documents: u64,
}

/// Counts the values of a facet over the documents that [`crate::search`] finds.
///
/// Months are returned in chronological order; other values by their counts, most frequent first,
/// and then by name. With a `prefix`, only values that start with the prefix are returned; both are
/// folded for the comparison.
///
/// # Errors
///
/// If the query cannot be answered or the index fails.
pub fn facet<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    facet: Facet,
    prefix: Option<&str>,
) -> Result<Vec<FacetValue>, Error> {
    let runner = Runner::new(index);
    values_over(&runner, &runner.strict_or_relaxed_expr(query)?, facet, prefix)
}

/// As [`facet`], over the documents that [`crate::search`] finds with
/// [`strict`](crate::Options::strict): if no document has every word, nothing is counted.
///
/// # Errors
///
/// As [`facet`].
pub fn strict_facet<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    facet: Facet,
    prefix: Option<&str>,
) -> Result<Vec<FacetValue>, Error> {
    let runner = Runner::new(index);
    values_over(&runner, &runner.matching(query, Mode::Strict)?.expr, facet, prefix)
}

/// Counts the values of a facet over the documents that `expr` matches.
fn values_over(
    runner: &Runner<'_>,
    expr: &MatchExpr,
    facet: Facet,
    prefix: Option<&str>,
) -> Result<Vec<FacetValue>, Error> {
    Ok(facet_values(runner.engine().facet_counts(expr, facet)?, facet, prefix))
}

/// Makes facet values from the count of each spelling, ordered as [`facet`] says.
pub(crate) fn facet_values(
    counts: HashMap<String, u64>,
    facet: Facet,
    prefix: Option<&str>,
) -> Vec<FacetValue> {
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
    values.sort_by(|(folded, value), (other_folded, other)| match facet {
        Facet::Month => folded.cmp(other_folded),
        _ => other.documents.cmp(&value.documents).then(folded.cmp(other_folded)),
    });
    values.into_iter().map(|(_, value)| value).collect()
}

/// Merges the spellings of each value: their counts are added up, and the most frequent spelling
/// stands for all. Each key of `counts` is the folded value, [`FACET_SEPARATOR`] and the spelling.
fn merge_spellings(counts: HashMap<String, u64>) -> HashMap<String, u64> {
    // For each folded value: its count, its most frequent spelling, and the count of that spelling.
    let mut values: BTreeMap<&str, (u64, &str, u64)> = BTreeMap::new();
    for (key, count) in &counts {
        let Some((folded, spelling)) = key.split_once(FACET_SEPARATOR) else { continue };
        let (total, best, best_count) = values.entry(folded).or_insert((0, spelling, 0));
        *total += count;
        if (*count, spelling) > (*best_count, *best) {
            (*best, *best_count) = (spelling, *count);
        }
    }
    values.into_values().map(|(total, spelling, _)| (spelling.to_owned(), total)).collect()
}
