//! Reads an archive of scraped pages: scans folders, decodes and parses files, and emits records.
//!
//! [`ingest`] makes two passes. The *survey* collects [`CorpusStatistics`] (known tags, how far
//! flash items extend) and caches what it understands of plain pages. The second pass parses every
//! file with these statistics. [`parse_page`] parses a single page without any files.
//!
//! A page goes through these modules:
//!
//! | module | what it does |
//! |---|---|
//! | `input` | walks the roots, opens files, goes through compression and containers |
//! | `encoding` | detects the encoding, decodes, repairs mojibake, maps offsets back to the file |
//! | `page` | splits text or HTML into lines; finds header, body and footer |
//! | `flash` | separates flash items from the body, and deduplicates them |
//! | `tags` | splits a Tags line that has no separators |
//! | `mail` | reads messages |
//! | `fields` | the keys of dumps and front matter, and their values |
//! | `dump` | reads dumps: JSON, tables, feeds, mbox |
//! | `corpus` | statistics over all pages |
//! | `archive_survey` | stores the survey of a part of an archive, and merges several |
//! | `pipeline` | runs both passes on several threads, and assigns ids |

mod archive_survey;
mod byte_pairs;
mod corpus;
mod date;
#[doc(hidden)]
pub mod direct;
mod direct_mapped;
mod dump;
mod encoding;
mod error;
mod fields;
mod file_table;
mod flash;
mod folded_hash;
mod front_coding;
pub mod id;
mod input;
mod mail;
mod options;
mod page;
mod pipeline;
mod pre_command;
mod progress;
mod punctuation;
mod record;
mod record_log;
mod report;
mod selection;
mod spawn;
mod tags;
mod title;
mod walk_order;
mod word_table;

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
pub use input::content_hash;
pub use input::fingerprint::fingerprint;
pub use input::formats::{Format, formats};
pub use input::original::{OriginalLines, original, original_lines};
pub use input::pre::kill_commands;
pub use options::Options;
pub use page::labels::Labels;
pub use page::markup::Markup;
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
pub use pre_command::PreCommand;
pub use progress::{Phase, Progress, Silent};
pub use record::{
    Article, Date, DateBasis, DateOrigin, DateProvenance, FlashItem, Moment, Occurrence, Record,
    Related, Span, TitleOrigin, Variant,
};
pub use report::{
    FileSpan, KeyCount, Reason, Report, Skipped, Unextracted, UnextractedPage, UnreadDate,
};
pub use selection::{Selection, contains_path};
pub use walk_order::walk_key;
