//! Warnings about a valid query that may not find what the user expects: values that no document
//! has, inverted date ranges, dates after the newest document, undated documents, and an index that
//! is stale.

use jiff::civil::{Date, DateTime};

use crate::error::Error;
use crate::lang::{DateFilter, Diagnostic, FieldClause, Node, NodeKind, Query, Span};
use crate::report::missing_values::missing_values;
use crate::report::overview::civil_bounds;
use crate::runner::Runner;

/// The warnings W002 (a value that no document has) to W005 (a stale index), which need the index,
/// and W007 (no day is in all date ranges). `undated` is the number of documents that have no date
/// and match all of the query but its date filters. `found` says whether a document has every word.
pub(crate) fn warnings(
    runner: &Runner<'_>,
    query: &Query,
    undated: usize,
    found: bool,
) -> Result<Vec<Diagnostic>, Error> {
    let mut warnings = Vec::new();
    warnings.extend(runner.engine().stale_warning());
    // The span and the first day of each range of dates.
    let mut dates = Vec::new();
    for_each_node(&query.root, &mut |node| match &node.kind {
        NodeKind::Field(FieldClause::Date(DateFilter::Range { from, .. })) => {
            dates.push((node.span, *from));
            Ok(())
        }
        // For most fields, the term dictionary has the document count of each value. For the
        // others, counting takes a search. That search is only made if no document was found: then
        // the value may be the reason.
        NodeKind::Field(clause) if !found || is_counted(clause) => {
            warnings.extend(missing_values(runner, query, node, clause)?);
            Ok(())
        }
        _ => Ok(()),
    })?;
    if let Some(empty) = empty_range(query) {
        warnings.push(empty);
        return Ok(warnings);
    }
    if let Some((span, _)) = dates.first()
        && undated > 0
    {
        warnings.push(Diagnostic::undated_left_out(&query.text, *span, undated as u64));
    }
    warnings.extend(after_newest(runner, query, &dates)?);
    Ok(warnings)
}

/// Whether the term dictionary has the values of the clause's field, each with its document count.
fn is_counted(clause: &FieldClause) -> bool {
    use FieldClause::{Author, Category, Id, Site, Source, Tag, Url};
    matches!(clause, Tag(_) | Source(_) | Author(_) | Site(_) | Url(_) | Category(_) | Id(_))
}

/// The warning W007, if date clauses of the outermost group have no day in common.
fn empty_range(query: &Query) -> Option<Diagnostic> {
    let NodeKind::And(nodes) = &query.root.kind else { return None };
    let ranges = nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Field(FieldClause::Date(DateFilter::Range { from, until })) => {
            Some((node.span, *from, *until))
        }
        _ => None,
    });
    let ranges: Vec<_> = ranges.collect();
    let latest_start = ranges.iter().filter_map(|(_, from, _)| *from).max()?;
    let ends = ranges.iter().filter_map(|(span, _, until)| Some(((*until)?, *span)));
    let (first_end, span) = ends.min_by_key(|(until, _)| *until)?;
    let last = first_end.yesterday().unwrap_or(first_end);
    (latest_start >= first_end)
        .then(|| Diagnostic::empty_range(&query.text, span, latest_start, last))
}

/// The warnings W003: one for each of the date clauses, given by span and first day, that starts
/// after the newest document.
fn after_newest(
    runner: &Runner<'_>,
    query: &Query,
    dates: &[(Span, Option<Date>)],
) -> Result<Vec<Diagnostic>, Error> {
    if dates.iter().all(|(_, from)| from.is_none()) {
        return Ok(Vec::new());
    }
    let Some(newest) = civil_bounds(runner)?[1].map(DateTime::date) else { return Ok(Vec::new()) };
    let late = dates.iter().filter(|(_, from)| from.is_some_and(|from| from > newest));
    Ok(late.map(|(span, _)| Diagnostic::range_after_newest(&query.text, *span, newest)).collect())
}

/// Calls `each` with a node and every node below it.
fn for_each_node(
    node: &Node,
    each: &mut dyn FnMut(&Node) -> Result<(), Error>,
) -> Result<(), Error> {
    each(node)?;
    match &node.kind {
        NodeKind::And(nodes) | NodeKind::Or(nodes) => {
            nodes.iter().try_for_each(|node| for_each_node(node, each))
        }
        NodeKind::Not(node) | NodeKind::Required(node) | NodeKind::Scoped { node, .. } => {
            for_each_node(node, each)
        }
        _ => Ok(()),
    }
}
