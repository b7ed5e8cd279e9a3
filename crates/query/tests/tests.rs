//! The query language: tables of queries with what the parser says, laws, and limits.

mod lang_dates;
mod lang_errors;
mod lang_grammar;
mod lang_laws;
mod lang_limits;
mod lang_table;
mod regressions;
