//! Extends a record by what the index needs of it: kind, id, date, searchable texts and encoding.

use jiff::civil::{DateTime, date};
use wensou_ingest::{Article, Date, Moment, Record};
use wensou_postings::Kind;
use wensou_text::fold;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::Error;

/// The seconds from 1970-01-01T00:00:00 to a civil time, without any time zone.
#[must_use]
pub fn civil_seconds(time: DateTime) -> i64 {
    let epoch = date(1970, 1, 1).at(0, 0, 0, 0);
    time.duration_since(epoch).as_secs()
}

/// The first moment of a day, month or year; a moment with a time is returned as it is.
#[must_use]
pub fn moment_start(moment: Moment) -> DateTime {
    match moment {
        Moment::Day(day) | Moment::Month(day) | Moment::Year(day) => day.at(0, 0, 0, 0),
        Moment::Time(time) => time,
    }
}

/// The searchable texts of a record, by the field in which they are indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// The title.
    pub title: String,
    /// The paragraphs of an article, joined by `\n`, or the text of a flash item.
    pub body: String,
    /// The tags of the record. For an article, those at the end of its title follow, and tags that
    /// are equal when folded appear only once.
    pub tags: Vec<String>,
}

/// Access to what articles and flash items have in common.
pub trait RecordExt {
    /// Its kind.
    fn kind(&self) -> Kind;
    /// Its id.
    fn id(&self) -> &str;
    /// Its date.
    fn date(&self) -> Date;
    /// Its searchable texts.
    fn texts(&self) -> Texts;
    /// The number of its occurrences in the archive, those of variants included.
    fn occurrences(&self) -> usize;
}

impl RecordExt for Record {
    fn kind(&self) -> Kind {
        match self {
            Record::Article(_) => Kind::Article,
            Record::Flash(_) => Kind::Flash,
        }
    }

    fn id(&self) -> &str {
        match self {
            Record::Article(article) => &article.id,
            Record::Flash(flash) => &flash.id,
        }
    }

    fn date(&self) -> Date {
        match self {
            Record::Article(article) => article.date,
            Record::Flash(flash) => flash.date,
        }
    }

    fn texts(&self) -> Texts {
        match self {
            Record::Article(article) => Texts {
                title: article.title.clone(),
                body: article.paragraphs.join("\n"),
                tags: article_tags(article),
            },
            Record::Flash(flash) => Texts {
                title: flash.title.clone(),
                body: flash.text.clone(),
                tags: flash.tags.clone(),
            },
        }
    }

    fn occurrences(&self) -> usize {
        match self {
            Record::Article(_) => 1,
            Record::Flash(flash) => flash.all_occurrences().count(),
        }
    }
}

fn article_tags(article: &Article) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut tags = Vec::new();
    for tag in article.tags.iter().chain(&article.suffix_tags) {
        let folded = fold(tag);
        if !seen.contains(&folded) {
            seen.push(folded);
            tags.push(tag.clone());
        }
    }
    tags
}

/// Encodes a record for the store.
pub(crate) fn encode(record: &Record) -> Result<Vec<u8>, Error> {
    // Allocate enough for its text and metadata, so that the buffer rarely grows. The numbers are
    // estimates in bytes: 4 for the length of a paragraph, 64 for an occurrence, 1024 for other
    // fields.
    let text_bytes = match record {
        Record::Article(article) => article.paragraphs.iter().map(|text| text.len() + 4).sum(),
        Record::Flash(flash) => flash.text.len() + 64 * flash.occurrences.len(),
    };
    let encoded = postcard::to_extend(record, Vec::with_capacity(text_bytes + 1024));
    encoded.map_err(|error| Error::Record(Some(error)))
}

/// Decodes what [`encode`] returned.
pub(crate) fn decode(bytes: &[u8]) -> Result<Record, Error> {
    postcard::from_bytes(bytes).map_err(|error| Error::Record(Some(error)))
}

/// A record with its encoding.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) record: Record,
    pub(crate) bytes: Vec<u8>,
    /// XXH3 of `bytes`. It tells whether stored bytes are intact, and whether a record has changed.
    pub(crate) content_hash: u64,
}

impl Encoded {
    pub(crate) fn new(record: Record) -> Result<Self, Error> {
        let bytes = encode(&record)?;
        let content_hash = xxh3_64(&bytes);
        Ok(Self { record, bytes, content_hash })
    }

    /// See [`tie_breaker`].
    pub(crate) fn tie_breaker(&self) -> u64 {
        tie_breaker(self.record.id())
    }

    /// The hash of the id and that of the content, which together identify a record.
    pub(crate) fn identity(&self) -> (u64, u64) {
        (self.tie_breaker(), self.content_hash)
    }
}

/// The number by which records with equal scores are ordered: XXH3 of the id. So their order does
/// not depend on the segments that they are in.
pub(crate) fn tie_breaker(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}
