//! The index: one tantivy index of articles and flash items, with postings in our own format.
//!
//! - [`build`] reads an archive and writes a new generation; [`Index::open`] opens the current one.
//! - `analyze` turns a record into terms and values. `engine` is the tantivy index that they go
//!   into, with the [postings](wensou_postings) as a plugin.
//! - `write` runs the stages of a build. `existing` is the index that the folder has before the
//!   build. `update` decides which documents of that index stay. `stored` reads from it the records
//!   of files that cannot be read at the moment, with `legacy` for records of older formats.
//! - `planned` says what a build would change, and `file_changes` what it has changed. `survey`
//!   collects the corpus statistics of a part of an archive.
//! - `duplicates` finds the groups of near-duplicates in a build; `resemblance` says which texts
//!   are near-duplicates.
//! - [`check()`] compares an index with its checksums, with its records and with the archive.
//! - `generation` has the folder of an index, in which a build never touches the generation in use;
//!   `files` opens the files in it.
//! - `meta` is the description of a generation, `analysis` its segmenter and synonyms, with the
//!   user's tables, and `file_table` the table of the files of the archive. `parts` reads and
//!   writes files that consist of parts: the two files of a generation that are named `files` (the
//!   file table) and `duplicates` (the groups). `mapping` maps large files into memory.
//! - `roots` and `share` say which files of an archive an index covers; `root_totals` counts them.
//!
//! Queries and ranking are in `wensou-query`.
//!
//! # Example
//!
//! Build an index of a folder with one page, open it, and read a posting list.
//!
//! ```
//! use wensou_index::{BuildOptions, Index, RecordExt, TermKey, TextField, build};
//! use wensou_ingest::Silent;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let archive = folder.path().join("archive");
//! std::fs::create_dir(&archive)?;
//! std::fs::write(archive.join("page.txt"), "比特币突破历史高点\n\n市场反应热烈，交易量大增。\n")?;
//!
//! let dir = folder.path().join("index");
//! let built = build(&dir, &[archive], &BuildOptions::default(), &Silent)?;
//! assert_eq!(built.meta.report.articles, 1);
//!
//! let index = Index::open(&dir)?;
//! let address = index.in_walk_order()?[0];
//! assert_eq!(index.record(address)?.texts().title, "比特币突破历史高点");
//!
//! let postings = index.postings();
//! let postings = postings.of_segment(address.segment_ord).expect("a segment has postings");
//! let cursor = postings.cursor(TermKey::bigram(TextField::Title, '比', '特'));
//! assert_eq!(cursor.map(|cursor| cursor.doc()), Some(address.doc_id));
//! // A damaged posting list ends early and gives no error, so verify the pages that were read.
//! index.verify_reads()?;
//! # Ok(())
//! # }
//! ```

mod analysis;
mod analyze;
mod build;
mod check;
mod duplicates;
mod engine;
mod error;
mod existing;
mod file_changes;
mod file_table;
mod files;
#[cfg(test)]
mod format_tests;
mod generation;
mod legacy;
mod mapping;
mod meta;
mod open;
mod options;
mod parts;
mod planned;
mod record;
mod resemblance;
mod root_totals;
mod roots;
mod share;
mod stored;
mod survey;
mod update;
mod write;

pub use analysis::{Analysis, TableFile, TableFiles, TableMeta};
pub use analyze::{
    FacetValue, FieldValues, HAS_VALUES, Provenance, analyse_record, is_indexed_word,
    searched_path, url_key,
};
pub use build::{Built, build, is_current};
pub use check::{Checked, Finding, Severity, check, check_files};
pub use duplicates::DuplicateGroups;
pub use engine::document::FACET_SEPARATOR;
pub use engine::schema::{Fields, PROVENANCE_INFERRED, PROVENANCE_NONE, PROVENANCE_STATED};
pub use engine::segment_postings::{SegmentPostings, Totals};
pub use error::Error;
pub use file_changes::{FileChanges, FileCounts};
pub use files::{Sum, Sums};
pub use generation::{
    CopiedFiles, abandon_drafts, backup, current_generation, is_index_folder, remove_litter,
    restore_current, settings,
};
pub use mapping::{report_truncated_files, restore_terminal_on_sigbus};
pub use meta::{Base, Meta, Settings, Stale, analysis_version};
pub use open::{Index, Lookup};
pub use options::BuildOptions;
pub use planned::{PlannedChanges, planned_changes};
pub use record::{RecordExt, Texts, civil_seconds, moment_start};
pub use resemblance::{ArticleText, NearDuplicateFinder, Sketch};
pub use root_totals::RootTotals;
pub use roots::{Added, Root, RootSet, canonical};
pub use share::{Share, SurveyTotals, select_share};
pub use survey::survey;
pub use tantivy::DocAddress;
pub use wensou_postings::{
    BitsetPostings, Columns, Cursor, DocumentTerms, FORMAT_VERSION, FieldTerms, Kind, LENGTH_CODES,
    Postings, TermKey, TermKind, TextField, decode_length, encode_length, rank, ranks,
};
