//! Warnings about values of fields that no document has, with the values that come closest.

use wensou_text::fold;

use crate::engine::Facet;
use crate::error::Error;
use crate::lang::{Diagnostic, FieldClause, Node, NodeKind, Query, Value};
use crate::plan::expr::FilterField;
use crate::plan::{MatchExpr, Mode};
use crate::report::clauses::query_of;
use crate::report::facet::facet_values;
use crate::runner::Runner;

/// The most existing values that a warning suggests.
const MAX_SUGGESTIONS: usize = 3;
/// A suggestion that does not contain what was typed has a likeness above this. The likeness is the
/// Jaro-Winkler similarity, from 0 to 1.
const MIN_LIKENESS: f64 = 0.7;

/// Warnings about the values of a field clause that no document has.
pub(crate) fn missing_values(
    runner: &Runner<'_>,
    query: &Query,
    node: &Node,
    clause: &FieldClause,
) -> Result<Vec<Diagnostic>, Error> {
    let field = clause.name().as_str();
    let Some((values, clause_of)) = text_values(clause) else {
        // A day without documents is no mistake. The other fields here, such as `kind:`, take few
        // values, and the parser has refused all others, so no value is suggested.
        let is_date = matches!(clause, FieldClause::Date(_));
        if is_date || count(runner, query, node.clone())? > 0 {
            return Ok(Vec::new());
        }
        let value = node.span.of(&query.text);
        let value = value.split_once([':', '：']).map_or(value, |(_, value)| value);
        return Ok(vec![Diagnostic::no_such_value(
            &query.text,
            node.span,
            [field, value],
            &[],
            "the index has no document of this kind",
        )]);
    };
    let mut warnings = Vec::new();
    for value in values {
        let single = NodeKind::Field(clause_of(vec![value.clone()]));
        if count(runner, query, Node { kind: single, span: value.span })? > 0 {
            continue;
        }
        let nearest = nearest(&fold(&value.text), &existing_values(runner, clause)?);
        let text = &value.text;
        warnings.push(match clause {
            FieldClause::Tag(_) => Diagnostic::no_such_tag(&query.text, value.span, text, &nearest),
            _ => Diagnostic::no_such_value(
                &query.text,
                value.span,
                [field, text],
                &nearest,
                help(clause),
            ),
        });
    }
    Ok(warnings)
}

/// Makes a clause of one particular field from values.
type ClauseOfValues = fn(Vec<Value>) -> FieldClause;

/// The values of a clause, and a function that makes a clause of the same field from other values.
/// `None` for fields whose values are not text from the archive.
fn text_values(clause: &FieldClause) -> Option<(&[Value], ClauseOfValues)> {
    Some(match clause {
        FieldClause::Tag(values) => (values, FieldClause::Tag),
        FieldClause::Source(values) => (values, FieldClause::Source),
        FieldClause::Author(values) => (values, FieldClause::Author),
        FieldClause::Site(values) => (values, FieldClause::Site),
        FieldClause::Url(values) => (values, FieldClause::Url),
        FieldClause::Category(values) => (values, FieldClause::Category),
        FieldClause::Id(values) => (values, FieldClause::Id),
        FieldClause::Path(values) => (values, FieldClause::Path),
        _ => return None,
    })
}

/// The help of a warning that can suggest no value.
fn help(clause: &FieldClause) -> &'static str {
    match clause {
        FieldClause::Source(_) => "`wensou search --facet source` counts the sources",
        FieldClause::Category(_) => "`wensou search --facet category` counts the categories",
        FieldClause::Id(_) => "the beginning of an id matches with `*` at its end",
        FieldClause::Path(_) => "a path is matched by the names of its folders and its file",
        _ => "the beginning of a value matches with `*` at its end",
    }
}

/// The number of documents that match a node of a query.
fn count(runner: &Runner<'_>, query: &Query, node: Node) -> Result<usize, Error> {
    runner.count(&query_of(query, vec![node]), Mode::Strict)
}

/// The values that documents have in the field of a clause, with their document counts. Empty for
/// fields whose values are not listed.
fn existing_values(runner: &Runner<'_>, clause: &FieldClause) -> Result<Vec<(String, u64)>, Error> {
    let original_spellings = |of: Facet| -> Result<Vec<(String, u64)>, Error> {
        let counts = runner.engine().facet_counts(&MatchExpr::All, of)?;
        let values = facet_values(counts, of, None);
        Ok(values.into_iter().map(|value| (value.value, value.documents)).collect())
    };
    match clause {
        FieldClause::Tag(_) => runner.engine().values(FilterField::Tag),
        FieldClause::Source(_) => original_spellings(Facet::Source),
        FieldClause::Category(_) => original_spellings(Facet::Category),
        FieldClause::Author(_) => runner.engine().values(FilterField::Author),
        FieldClause::Site(_) => runner.engine().values(FilterField::Site),
        _ => Ok(Vec::new()),
    }
}

/// The values most similar to `wanted`, which is folded: first those that contain `wanted`. Of
/// equally similar values, the most frequent comes first. `values` are given with their document
/// counts.
fn nearest(wanted: &str, values: &[(String, u64)]) -> Vec<(String, u64)> {
    let likeness = |value: &str| {
        let folded = fold(value);
        match !wanted.is_empty() && folded.contains(wanted) {
            true => 1.0,
            false => strsim::jaro_winkler(wanted, &folded),
        }
    };
    let mut alike: Vec<(f64, &String, u64)> = values
        .iter()
        .map(|(value, documents)| (likeness(value), value, *documents))
        .filter(|(likeness, ..)| *likeness > MIN_LIKENESS)
        .collect();
    alike.sort_by(|(one, _, documents), (other, _, other_documents)| {
        other.total_cmp(one).then(other_documents.cmp(documents))
    });
    let nearest = alike.into_iter().take(MAX_SUGGESTIONS);
    nearest.map(|(_, value, documents)| (value.clone(), documents)).collect()
}
