//! The index: one tantivy index of articles and flash items, built, swapped in and opened.
//!
//! - [`build`] reads an archive and writes a new generation; [`Index::open`] opens the current one.
//! - `schema` says what is indexed, field by field; `analyzer` what text becomes before that.
//! - `postings` has all that text is found and ranked by, beside the engine's segment.
//! - [`check`] compares an index with its checksums and with the archive.
//! - `generation` keeps the folder safe: a build never touches the index in use.
//!
//! Ranking and the meaning of queries are not here but in `wensou-query`.

mod analysis;
mod analyzer;
mod build;
mod building;
mod check;
mod counted;
mod document;
mod error;
mod existing;
mod generation;
mod generation_directory;
mod mapping;
mod meta;
mod open;
mod postings;
mod previous;
mod schema;
mod stored;
mod writer;

pub use analysis::{Analysis, TableFile, TableFiles, TableMeta};
pub use analyzer::is_indexed_word;
pub use build::{BuildOptions, Built, build, is_current};
pub use check::{Checked, Finding, Severity, check, check_files};
pub use document::{FACET_SEPARATOR, HAS, RecordExt, Texts, civil_seconds, moment_start};
pub use error::Error;
pub use generation::{
    Sum, Sums, abandon, backup, is_index_folder, recover, remove_litter, settings,
};
pub use mapping::report_lost_files;
pub use meta::{Base, Meta, Settings, Stale, analysis};
pub use open::{Index, Lookup, decode_document};
pub use postings::{
    Cursor, KINDS_OF_LENGTH, Postings, SegmentPostings, Totals, UnitKey, Unpacked, length_of, rank,
    ranks,
};
pub use schema::{
    FORMAT_VERSION, Fields, Kind, PROVENANCE_INFERRED, PROVENANCE_NONE, PROVENANCE_STATED, Part,
    Unit,
};
