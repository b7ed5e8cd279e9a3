//! The match expressions of field clauses: tags, sources, dates and so on.

use wensou_index::{Kind, PROVENANCE_INFERRED, PROVENANCE_NONE, url_key};
use wensou_text::fold;

use super::expr::{Filter, FilterField, MatchExpr};
use crate::lang::{DateFilter, FieldClause, Value};

/// Documents that match a clause. With `undated`, a range of dates matches undated documents
/// instead.
pub(super) fn clause(clause: &FieldClause, undated: bool) -> MatchExpr {
    match clause {
        FieldClause::Tag(values) => any_folded_value(FilterField::Tag, values),
        FieldClause::Source(values) => any_folded_value(FilterField::Source, values),
        FieldClause::Author(values) => any_folded_value(FilterField::Author, values),
        FieldClause::Site(values) => any_folded_value(FilterField::Site, values),
        FieldClause::Url(values) => any_value(values, |value| match value.prefix {
            true => MatchExpr::with_value_prefix(FilterField::Url, url_key(&value.text)),
            false => MatchExpr::with_value(FilterField::Url, url_key(&value.text)),
        }),
        FieldClause::Category(values) => any_folded_value(FilterField::Category, values),
        FieldClause::Id(values) => any_value(values, |value| match value.prefix {
            true => MatchExpr::with_value_prefix(FilterField::Id, value.text.as_str()),
            false => MatchExpr::with_value(FilterField::Id, value.text.as_str()),
        }),
        FieldClause::Path(values) => any_value(values, path),
        FieldClause::Kind(kinds) => any_value(kinds, |kind| {
            let kind = match kind {
                crate::lang::Kind::Article => Kind::Article,
                crate::lang::Kind::Flash => Kind::Flash,
            };
            MatchExpr::with_number(FilterField::Kind, kind as u64)
        }),
        FieldClause::Has(values) => {
            any_value(values, |has| MatchExpr::with_value(FilterField::Has, has.as_str()))
        }
        FieldClause::Script(values) => {
            any_value(values, |script| MatchExpr::with_value(FilterField::Script, script.as_str()))
        }
        FieldClause::Date(filter) => date(filter, undated),
    }
}

/// Documents that match the expression of any of the values.
fn any_value<V>(values: &[V], expr: impl Fn(&V) -> MatchExpr) -> MatchExpr {
    MatchExpr::any_of(values.iter().map(expr).collect())
}

/// Documents that have one of the values in `field`, compared in folded form.
fn any_folded_value(field: FilterField, values: &[Value]) -> MatchExpr {
    any_value(values, |value| match value.prefix {
        true => MatchExpr::with_value_prefix(field, fold(&value.text)),
        false => MatchExpr::with_value(field, fold(&value.text)),
    })
}

/// Documents whose path contains the value, which consists of whole names of files and folders; if
/// the value is a prefix, its last name may be the start of a longer one.
fn path(value: &Value) -> MatchExpr {
    let name = value.text.trim_start_matches("./").trim_end_matches('/').to_owned();
    MatchExpr::Path { name, whole: !value.prefix }
}

fn date(filter: &DateFilter, undated: bool) -> MatchExpr {
    let provenance = |value| MatchExpr::with_number(FilterField::Provenance, value);
    match filter {
        DateFilter::None => provenance(PROVENANCE_NONE),
        DateFilter::Range { .. } if undated => provenance(PROVENANCE_NONE),
        DateFilter::Inferred => provenance(PROVENANCE_INFERRED),
        DateFilter::Any => MatchExpr::Filter(Filter::Exists(FilterField::Date)),
        DateFilter::Range { from, until } => MatchExpr::dated(*from, *until),
    }
}

/// Whether a clause selects a range of dates, and so leaves out undated documents.
pub(super) fn is_date_range(clause: &FieldClause) -> bool {
    matches!(clause, FieldClause::Date(DateFilter::Range { .. }))
}
