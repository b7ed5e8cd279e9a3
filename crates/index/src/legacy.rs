//! Decodes records of formats 4 to 6, which a build keeps while their files cannot be read.
//!
//! These records have no translator and no editor, and do not say where a date is stated. The types
//! in this file have the fields of those formats; `current` has the types of the present format.

use serde::{Deserialize, Serialize};
use wensou_ingest as current;
use wensou_ingest::{
    DateBasis, DateOrigin, Moment, Occurrence, Related, Span, TitleOrigin, Variant,
};

#[derive(Serialize, Deserialize)]
struct Date {
    value: Option<Moment>,
    provenance: DateProvenance,
}

#[derive(Serialize, Deserialize)]
enum DateProvenance {
    Stated,
    Inferred(DateBasis),
    None,
}

#[derive(Serialize, Deserialize)]
struct Article {
    id: String,
    path: String,
    span: Span,
    site: Option<String>,
    category: Option<String>,
    title: String,
    title_origin: TitleOrigin,
    suffix_tags: Vec<String>,
    author: Option<String>,
    source: Option<String>,
    date: Date,
    paragraphs: Vec<String>,
    tags: Vec<String>,
    unsplit_tags: Option<String>,
    related: Vec<Related>,
    flashes: Vec<String>,
    url: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct FlashItem {
    id: String,
    column: Option<String>,
    title: String,
    text: String,
    date: Date,
    outlet: Option<String>,
    tags: Vec<String>,
    category: Option<String>,
    url: Option<String>,
    occurrences: Vec<Occurrence>,
    variants: Vec<Variant>,
}

#[derive(Serialize, Deserialize)]
enum Record {
    Article(Article),
    Flash(FlashItem),
}

/// Decodes a record of formats 4 to 6; `None` if the bytes are not exactly one.
pub(crate) fn decode(bytes: &[u8]) -> Option<current::Record> {
    let (record, remaining) = postcard::take_from_bytes::<Record>(bytes).ok()?;
    remaining.is_empty().then(|| record.into())
}

impl From<Date> for current::Date {
    fn from(date: Date) -> Self {
        let provenance = match date.provenance {
            // The origin is not known, so the default is taken.
            DateProvenance::Stated => current::DateProvenance::Stated(DateOrigin::Text),
            DateProvenance::Inferred(basis) => current::DateProvenance::Inferred(basis),
            DateProvenance::None => current::DateProvenance::None,
        };
        Self { value: date.value, provenance }
    }
}

impl From<Record> for current::Record {
    fn from(record: Record) -> Self {
        match record {
            Record::Article(article) => Self::Article(current::Article {
                id: article.id,
                path: article.path,
                span: article.span,
                site: article.site,
                category: article.category,
                title: article.title,
                title_origin: article.title_origin,
                suffix_tags: article.suffix_tags,
                author: article.author,
                translator: None,
                editor: None,
                source: article.source,
                date: article.date.into(),
                paragraphs: article.paragraphs,
                tags: article.tags,
                unsplit_tags: article.unsplit_tags,
                related: article.related,
                flashes: article.flashes,
                url: article.url,
            }),
            Record::Flash(flash) => Self::Flash(current::FlashItem {
                id: flash.id,
                column: flash.column,
                title: flash.title,
                text: flash.text,
                date: flash.date.into(),
                outlet: flash.outlet,
                tags: flash.tags,
                category: flash.category,
                url: flash.url,
                occurrences: flash.occurrences,
                variants: flash.variants,
            }),
        }
    }
}
