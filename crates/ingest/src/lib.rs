//! From files to records: walking, decoding and parsing an archive of scraped pages.
//!
//! [`ingest`] reads an archive in two passes: the *survey* collects what the archive says about itself
//! ([`CorpusStatistics`]: which tags there are, where flash items begin), the second pass parses every file
//! with that evidence; of plain pages it takes what the survey has understood by themselves (`draft`, `spill`). [`parse_page`] is the parser of one page, without any files.
//!
//! `inputs` finds the pages and dumps in files, through compression and archives.
//! A page goes through these modules: `decode` (bytes to text), `line` or `html` (text to lines),
//! `mojibake`, `header` and `footer` (where the body is), `byline`, `flash`, `beginning` and `headline` (the body),
//! `tags` (the glued Tags line).

mod corpus;
mod date;
#[doc(hidden)]
pub mod direct;
mod dump;
mod encoding;
mod error;
mod flash;
mod folded_hash;
pub mod id;
mod input;
mod options;
mod page;
mod pipeline;
mod progress;
mod punctuation;
mod record;
mod report;
mod tags;

pub use corpus::statistics::CorpusStatistics;
pub use encoding::decode::decode;
pub use error::Error;
pub use flash::PageFlash;
pub use input::fingerprint::fingerprint;
pub use input::original::original;
pub use options::Options;
pub use page::{Markup, Page, parse_page};
pub use pipeline::byte_budget::ByteBudget;
pub use pipeline::carry_over::StoredRecords;
pub use pipeline::ingest::{ScannedArchive, ingest, ingest_scanned, scan, scan_tolerant};
pub use progress::{Phase, Progress, Silent};
pub use record::{
    Article, Date, DateBasis, DateProvenance, FlashItem, Moment, Occurrence, Record, Related, Span,
    TitleOrigin, Variant,
};
pub use report::{FileSpan, Reason, Report, Skipped};
