//! The index: one tantivy index of articles and flash items, built, updated, swapped in and opened.
//!
//! - [`build`] reads an archive and writes a new generation; [`Index::open`] opens the current one.
//! - `analyze` turns a record into terms and values; `engine` is the tantivy index that they go
//!   into, with the [postings](wensou_postings) as a plugin.
//! - `write` runs the stages of a build; `update` decides which documents stay.
//! - [`check`] compares an index with its checksums and with the archive.
//! - `generation` keeps the folder safe: a build never touches the index in use.
//!
//! Ranking and the meaning of queries are in `wensou-query`.

mod analysis;
mod analyze;
mod build;
mod check;
mod engine;
mod error;
mod existing;
mod generation;
mod mapping;
mod meta;
mod open;
mod options;
mod record;
mod stored;
mod update;
mod write;

pub use analysis::{Analysis, TableFile, TableFiles, TableMeta};
pub use analyze::{HAS, is_indexed_word};
pub use build::{Built, build, is_current};
pub use check::{Checked, Finding, Severity, check, check_files};
pub use engine::document::FACET_SEPARATOR;
pub use engine::schema::{Fields, PROVENANCE_INFERRED, PROVENANCE_NONE, PROVENANCE_STATED};
pub use engine::segment_postings::{SegmentPostings, Totals};
pub use error::Error;
pub use generation::{
    Sum, Sums, abandon, backup, is_index_folder, recover, remove_litter, settings,
};
pub use mapping::{report_lost_files, restore_terminal_on_sigbus};
pub use meta::{Base, Meta, Settings, Stale, analysis};
pub use open::{Index, Lookup};
pub use options::BuildOptions;
pub use record::{RecordExt, Texts, civil_seconds, moment_start};
pub use wensou_postings::{
    BitsetPostings, Columns, Cursor, FORMAT_VERSION, Kind, LENGTH_CODES, Postings, TermKey,
    TermKind, TextField, decode_length, rank, ranks,
};
