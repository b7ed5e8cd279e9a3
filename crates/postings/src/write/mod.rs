//! Writes postings files: from documents, and from the files of several segments.
//!
//! - `builder` takes documents and fills `run`s, which are sorted and written as `run_file`s;
//!   `merge_runs` merges these.
//! - `merge_segments` merges finished files.
//! - Both hand posting lists to `pipeline`, which encodes them and writes them with `file`.
//! - `columns` provides the column values, which are written last.
//! - `interner` numbers words and paths.

pub(crate) mod builder;
pub(crate) mod columns;
pub(crate) mod file;
pub(crate) mod interner;
pub(crate) mod merge_runs;
pub(crate) mod merge_segments;
pub(crate) mod pipeline;
pub(crate) mod run;
pub(crate) mod run_file;
