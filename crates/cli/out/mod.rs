//! Printing: the terminal, and a printer for each kind of result.

pub(crate) mod attributes;
pub(crate) mod clauses;
pub(crate) mod count;
pub(crate) mod explanation;
pub(crate) mod facets;
pub(crate) mod hits;
pub(crate) mod json;
pub(crate) mod locate;
pub(crate) mod pager;
pub(crate) mod record;
pub(crate) mod sanitize;
pub(crate) mod script;
pub(crate) mod style;
pub(crate) mod terminal;
pub(crate) mod text;
pub(crate) mod timeline;
pub(crate) mod vimgrep;
pub(crate) mod visible_text;

pub(crate) use terminal::{Terminal, usage_error};
