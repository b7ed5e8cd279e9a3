//! Facets: the values of a field among the documents of a query, with counts.

use std::collections::BTreeMap;

use foldhash::HashMap;
use wensou_index::FACET_SEPARATOR;
use wensou_text::fold;

use crate::engine::Facet;
use crate::error::Error;
use crate::index_ref::IndexRef;
use crate::lang::Query;
use crate::runner::Runner;

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
pub fn facet<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    facet: Facet,
    prefix: Option<&str>,
) -> Result<Vec<FacetValue>, Error> {
    let runner = Runner::new(index);
    let counts = runner.engine().facet_counts(&runner.strict_or_relaxed_expr(query)?, facet)?;
    Ok(facet_values(counts, facet, prefix))
}

/// The values of a facet in order, given the count of each spelling.
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
    values.sort_by(|(a, one), (b, other)| match facet {
        Facet::Month => a.cmp(b),
        _ => other.documents.cmp(&one.documents).then(a.cmp(b)),
    });
    values.into_iter().map(|(_, value)| value).collect()
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
