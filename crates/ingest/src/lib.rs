//! From files to records: walking, decoding and parsing an archive of scraped pages.

mod record;

pub use record::{
    Article, Date, DateProvenance, Evidence, FlashItem, Moment, Record, Related, Sighting, Span,
    TitleOrigin,
};
