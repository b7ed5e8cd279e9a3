//! Fields of records in dumps, tables, feeds and front matter: which keys stand for them, and how
//! their values are read.
//!
//! | module | what it does |
//! |---|---|
//! | `field` | the fields of a record |
//! | `key_table`, `keys` | the well-known keys, and the field that each stands for |
//! | `field_map` | the user's own keys (`--map`) |
//! | `key_reader` | finds the fields of a record by their keys |
//! | `understood` | the fields of a record, with their values |
//! | `key_counts` | counts the keys of a dump that were not used, or have values of a wrong type |
//! | `value`, `html_text`, `stated_date` | read values: texts and lists, HTML, dates |
//! | `literal` | reads lists and objects that are written as one text |
//! | `labelled` | reads names that keep the label of a page |
//! | `placeholder` | recognises values that state nothing, such as `undefined` |
//! | `front_matter` | the metadata in the front matter of a Markdown file |

pub(crate) mod field;
pub(crate) mod field_map;
pub(crate) mod front_matter;
pub(crate) mod html_text;
pub(crate) mod key_counts;
pub(crate) mod key_reader;
mod key_table;
pub(crate) mod keys;
mod labelled;
mod literal;
pub(crate) mod placeholder;
pub(crate) mod stated_date;
pub(crate) mod understood;
pub(crate) mod value;
