//! Fields of records in dumps, tables, feeds and front matter: which keys stand for them, and how
//! their values are read.

pub(crate) mod field;
pub(crate) mod field_map;
pub(crate) mod front_matter;
pub(crate) mod html_text;
pub(crate) mod key_counts;
pub(crate) mod key_reader;
mod key_table;
pub(crate) mod keys;
pub(crate) mod stated_date;
mod value;
