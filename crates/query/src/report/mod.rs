//! Reports about a query and its hits: snippets, explanations, facets, timelines, similar
//! documents, warnings, and suggestions for words and values that no document has.

pub(crate) mod clauses;
pub(crate) mod explain;
pub(crate) mod facet;
pub(crate) mod highlight;
pub(crate) mod hits;
pub(crate) mod missing_values;
pub(crate) mod overview;
pub(crate) mod similar;
pub(crate) mod snippet;
pub(crate) mod spelling;
pub(crate) mod timeline;
pub(crate) mod warnings;
