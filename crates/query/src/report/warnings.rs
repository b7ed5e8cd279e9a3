//! Warnings about a valid query that may not find what the user expects: tags that no document has,
//! dates after the newest document, undated documents, and an index that is stale.

use jiff::civil::{Date, DateTime};
use wensou_index::Index;
use wensou_text::fold;

use crate::error::Error;
use crate::lang::{DateFilter, Diagnostic, FieldClause, Node, NodeKind, Query, Span};
use crate::plan::expr::{Filter, FilterField};
use crate::report::overview::date_bounds;
use crate::report::tags::all_tags;
use crate::runner::Runner;

/// The most existing tags that a warning suggests.
const MAX_SUGGESTIONS: usize = 3;

/// The warnings that need the index, W002 to W005. `undated` is the number of documents that match
/// everything but the date filters and have no date.
pub(crate) fn warnings(
    runner: &Runner<'_>,
    query: &Query,
    undated: usize,
) -> Result<Vec<Diagnostic>, Error> {
    let index = runner.index();
    let mut warnings = Vec::new();
    if let Some(stale) = index.meta().stale() {
        warnings.push(Diagnostic::stale_index(stale.to_string()));
    }
    let mut dates = Vec::new();
    visit(&query.root, &mut |node| match &node.kind {
        NodeKind::Field(FieldClause::Tag(values)) => {
            for value in values.iter().filter(|value| !value.prefix) {
                let folded = fold(&value.text);
                let tagged = Filter::text(FilterField::Tag, folded.as_str());
                if runner.executor().count(&tagged)? == 0 {
                    let nearest = nearest(&folded, &all_tags(index)?);
                    let tag = &value.text;
                    let warning = Diagnostic::no_such_tag(&query.text, value.span, tag, &nearest);
                    warnings.push(warning);
                }
            }
            Ok(())
        }
        NodeKind::Field(FieldClause::Date(DateFilter::Range { from, .. })) => {
            dates.push((node.span, *from));
            Ok(())
        }
        _ => Ok(()),
    })?;
    if let Some((span, _)) = dates.first()
        && undated > 0
    {
        warnings.push(Diagnostic::undated_left_out(&query.text, *span, undated as u64));
    }
    warnings.extend(after_newest(index, query, &dates)?);
    Ok(warnings)
}

fn after_newest(
    index: &Index,
    query: &Query,
    dates: &[(Span, Option<Date>)],
) -> Result<Vec<Diagnostic>, Error> {
    if dates.iter().all(|(_, from)| from.is_none()) {
        return Ok(Vec::new());
    }
    let Some(newest) = date_bounds(index)?[1].map(DateTime::date) else { return Ok(Vec::new()) };
    let late = dates.iter().filter(|(_, from)| from.is_some_and(|from| from > newest));
    Ok(late.map(|(span, _)| Diagnostic::range_after_newest(&query.text, *span, newest)).collect())
}

fn visit(node: &Node, see: &mut dyn FnMut(&Node) -> Result<(), Error>) -> Result<(), Error> {
    see(node)?;
    match &node.kind {
        NodeKind::And(nodes) | NodeKind::Or(nodes) => {
            nodes.iter().try_for_each(|node| visit(node, see))
        }
        NodeKind::Not(node) | NodeKind::Required(node) | NodeKind::Scoped { node, .. } => {
            visit(node, see)
        }
        _ => Ok(()),
    }
}

/// The tags most similar to `wanted`; of equally similar ones the most frequent first.
fn nearest(wanted: &str, tags: &[(String, u64)]) -> Vec<(String, u64)> {
    let mut scored: Vec<(f64, &(String, u64))> = tags
        .iter()
        .map(|tag| (strsim::jaro_winkler(wanted, &tag.0), tag))
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(other.1.cmp(&one.1)));
    scored.into_iter().take(MAX_SUGGESTIONS).map(|(_, tag)| tag.clone()).collect()
}
