//! Reads an archive of scraped pages: walks folders, decodes and parses files, and emits records.
//!
//! [`ingest`] makes two passes. The *survey* collects [`CorpusStatistics`] (known tags, how far
//! flash items extend, which lines recur), and caches what it understands of most uncompressed
//! pages. The second pass parses every page and dump with these statistics, and does not read the
//! cached pages again. [`parse_page`] parses a single page without any files. [`survey_archive`]
//! and [`merge_survey_files`] survey an archive that several machines index together, and
//! [`merge_items`], [`next_free_id`] and [`correct_references`] join what these machines have read.
//!
//! The modules, roughly in the order in which a page goes through them:
//!
//! | module | what it does |
//! |---|---|
//! | `pipeline` | runs both passes on several threads, and assigns ids |
//! | `input` | walks the roots, opens files, goes through compression and containers |
//! | `encoding` | detects the encoding, decodes, repairs mojibake, maps offsets back to the file |
//! | `page` | splits text or HTML into lines; finds header, body and footer |
//! | `dump`, `mail` | read dumps (JSON, tables, feeds, mbox) and messages instead of pages |
//! | `fields` | understands the keys of dumps and front matter, and their values |
//! | `title`, `date` | parse title lines and dates, wherever they stand |
//! | `flash` | separates flash items from the body, and deduplicates them |
//! | `tags` | splits a line of tags that has no separators |
//! | `corpus` | collects statistics over all pages |
//! | `archive_survey` | stores the survey of a part of an archive, and merges several |
//! | `record`, `report` | what comes out: records, and what was counted and skipped |
//!
//! `options` decides which files are read, and how. `file_table` has what a build remembers about
//! each file, and `id` makes the ids of records. `progress` has the callbacks that tell the caller
//! how far a run is, and `error` says why a run ended early. Helpers are `text` (characters, words,
//! hashes), `temporary` (data in temporary files), `direct_mapped_cache` and `spawn` (threads).
//! `fuzz_entry` calls parsers for the fuzz targets.

mod archive_survey;
mod corpus;
mod date;
mod direct_mapped_cache;
mod dump;
mod encoding;
mod error;
mod fields;
mod file_table;
mod flash;
#[doc(hidden)]
pub mod fuzz_entry;
pub mod id;
mod input;
mod mail;
mod options;
mod page;
mod pipeline;
mod progress;
mod record;
mod report;
mod spawn;
mod tags;
mod temporary;
#[cfg(test)]
mod test_support;
mod text;
mod title;

pub use archive_survey::{
    ArchiveSurvey, FileTotals, FinishedSurvey, SurveyFileError, SurveyPart, merge_survey_files,
    read_survey_file, write_survey_file,
};
pub use corpus::statistics::CorpusStatistics;
pub use date::{DatePart, DateParts, date_parts};
pub use encoding::decode::decode;
pub use error::Error;
pub use fields::field::Field;
pub use fields::field_map::FieldMap;
pub use file_table::{FileEntries, FileEntry, FileStamp};
pub use input::file_hash;
pub use input::fingerprint::fingerprint;
pub use input::formats::{Format, endings_never_read, endings_of_documents, formats};
pub use input::original::{OriginalLines, original, original_lines};
pub use input::pre::kill_commands;
pub use input::walk_order::walk_key;
pub use options::Options;
pub use options::pre_command::PreCommand;
pub use options::selection::{Selection, contains_path};
pub use page::labels::Labels;
pub use page::markup::Markup;
pub use page::names::list::names_in;
pub use page::parse_page;
pub use page::parsed::{Page, PageNotes};
pub use pipeline::byte_budget::ByteBudget;
pub use pipeline::carry_over::StoredRecords;
pub use pipeline::ingest::{ingest, ingest_scanned};
pub use pipeline::merge_items::{is_same_item, merge_items};
pub use pipeline::record_sink::Ingested;
pub use pipeline::scan::{ScannedArchive, scan, scan_tolerant};
pub use pipeline::share_ids::{correct_references, next_free_id};
pub use pipeline::survey_archive::{SurveySummary, survey_archive};
pub use progress::{Phase, Progress, Silent};
pub use record::{
    Article, Date, DateBasis, DateOrigin, DateProvenance, FlashItem, Moment, Occurrence, Record,
    Related, Span, TitleOrigin, Variant,
};
pub use report::{
    FileSpan, KeyCount, Reason, Report, Skipped, Unextracted, UnextractedPage, UnreadDate,
};
