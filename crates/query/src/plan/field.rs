//! The filters of a query, as tantivy queries.

use tantivy::query::Query as TantivyQuery;
use wensou_index::{Kind, PROVENANCE_INFERRED, PROVENANCE_NONE, PROVENANCE_STATED};
use wensou_text::fold;

use super::Mode;
use super::compile::Compiler;
use crate::exec::filter;
use crate::exec::postings_query::{Leaf, PostingsQuery};
use crate::lang::{DateFilter, FieldClause, Value};
use crate::plan::queries::any;

impl Compiler<'_> {
    pub(super) fn compile_field(&mut self, clause: &FieldClause) -> Box<dyn TantivyQuery> {
        let fields = self.index.fields();
        let folded = |field, values: &[Value]| {
            any(values
                .iter()
                .map(|value| match value.prefix {
                    true => filter::prefix(field, &fold(&value.text)),
                    false => filter::exact(field, &fold(&value.text)),
                })
                .collect())
        };
        match clause {
            FieldClause::Tag(values) => folded(fields.tag, values),
            FieldClause::Source(values) => folded(fields.source, values),
            FieldClause::Category(values) => folded(fields.category, values),
            FieldClause::Id(values) => any(values
                .iter()
                .map(|value| match value.prefix {
                    true => filter::prefix(fields.id, &value.text),
                    false => filter::exact(fields.id, &value.text),
                })
                .collect()),
            FieldClause::Path(values) => {
                any(values.iter().map(|value| self.compile_path(value)).collect())
            }
            FieldClause::Kind(kinds) => any(kinds
                .iter()
                .map(|kind| {
                    let kind = match kind {
                        crate::lang::Kind::Article => Kind::Article,
                        crate::lang::Kind::Flash => Kind::Flash,
                    };
                    filter::number(fields.kind, kind as u64)
                })
                .collect()),
            FieldClause::Has(values) => {
                any(values.iter().map(|has| filter::exact(fields.has, has.as_str())).collect())
            }
            FieldClause::Script(values) => any(values
                .iter()
                .map(|script| filter::exact(fields.script, script.as_str()))
                .collect()),
            FieldClause::Date(date) => self.compile_date(date),
        }
    }

    /// Matches a path, a file name, a folder, or the start of one.
    fn compile_path(&self, value: &Value) -> Box<dyn TantivyQuery> {
        let name = value.text.trim_start_matches("./").trim_end_matches('/').to_owned();
        let leaf = Leaf::Path { name, whole: !value.prefix };
        Box::new(PostingsQuery {
            postings: self.index.postings().clone(),
            fields: Vec::new(),
            leaf,
        })
    }

    fn compile_date(&mut self, date: &DateFilter) -> Box<dyn TantivyQuery> {
        let provenance = |value| filter::number(self.index.fields().provenance, value);
        match date {
            DateFilter::None => provenance(PROVENANCE_NONE),
            DateFilter::Inferred => provenance(PROVENANCE_INFERRED),
            DateFilter::Any => {
                any(vec![provenance(PROVENANCE_INFERRED), provenance(PROVENANCE_STATED)])
            }
            DateFilter::Range { from, until } => {
                self.has_date_filter = true;
                if self.mode == Mode::Undated {
                    return provenance(PROVENANCE_NONE);
                }
                filter::dates(self.index.fields().date, *from, *until)
            }
        }
    }
}
