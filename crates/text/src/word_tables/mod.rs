//! Tables of words and of synonyms: those of the repository, and those of the user. People edit
//! them, one entry a line.
//!
//! - `editable` reads their lines.
//! - `precomputed` reads what is computed from the tables of the repository.
//! - `words` are added to the dictionary, `synonyms` to queries.

pub(crate) mod editable;
mod precomputed;
pub(crate) mod synonyms;
pub(crate) mod words;

pub use editable::TableError;
