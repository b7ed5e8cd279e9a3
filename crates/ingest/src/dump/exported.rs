//! Reads records that `wensou export` has written: they are taken over as they are, not
//! interpreted. `docs/GLOSSARY.md` explains keys that keep an older name, such as `seen_in`.

use serde_json::{Map, Value};

use super::location::Location;
use crate::date;
use crate::fields::key_reader::RawFields;
use crate::fields::stated_date::{self, StatedDate};
use crate::page::labels::Labels;
use crate::record::{
    Article, Date, DateBasis, DateOrigin, DateProvenance, FlashItem, Moment, Occurrence, Record,
    Related, TitleOrigin,
};

/// Whether a record was exported by `wensou export`: it has keys that records of other dumps do not
/// have together.
pub(crate) fn is_exported(fields: &RawFields) -> bool {
    let is_article = fields.get("title_origin").is_some_and(Value::is_string)
        && fields.get("paragraphs").is_some_and(Value::is_array)
        && fields.get("span").is_some_and(Value::is_object);
    let is_flash = fields.get("spans").is_some_and(Value::is_array)
        && fields.get("seen_in").is_some_and(Value::is_array);
    is_article || is_flash
}

/// The record as it was exported, at its new location.
///
/// # Errors
///
/// If the record has neither title nor text; an article may have flash items instead.
pub(crate) fn read(fields: &RawFields, at: Location<'_>) -> Result<Record, String> {
    let record = match fields.get("kind").and_then(Value::as_str) {
        Some("flash") => Record::Flash(flash(fields, at)),
        _ => Record::Article(article(fields, at)),
    };
    let is_empty = match &record {
        Record::Flash(flash) => flash.title.is_empty() && flash.text.is_empty(),
        Record::Article(article) => {
            article.title.is_empty() && article.paragraphs.is_empty() && article.flashes.is_empty()
        }
    };
    if is_empty { Err("no title and no text".to_owned()) } else { Ok(record) }
}

fn flash(fields: &RawFields, at: Location<'_>) -> FlashItem {
    FlashItem {
        // A variant takes the id of its item (`same_as`): deduplication then recognises it as a
        // variant and computes its own id again.
        id: text(fields, "same_as").or_else(|| text(fields, "id")).unwrap_or_default(),
        column: text(fields, "column"),
        title: text(fields, "title").unwrap_or_default(),
        text: text(fields, "text").unwrap_or_default(),
        date: date(fields),
        outlet: text(fields, "outlet"),
        tags: texts(fields, "tags"),
        category: text(fields, "category"),
        url: text(fields, "url"),
        occurrences: vec![Occurrence { path: at.path.to_owned(), span: at.span }],
        variants: Vec::new(),
    }
}

fn article(fields: &RawFields, at: Location<'_>) -> Article {
    let related = fields.get("related").and_then(Value::as_array).into_iter().flatten();
    let related = related.filter_map(Value::as_object).map(|link: &Map<String, Value>| Related {
        title: text(link, "title").unwrap_or_default(),
        snippet: text(link, "snippet").unwrap_or_default(),
    });
    Article {
        id: text(fields, "id").unwrap_or_default(),
        path: at.path.to_owned(),
        span: at.span,
        site: text(fields, "site"),
        category: text(fields, "category"),
        title: text(fields, "title").unwrap_or_default(),
        title_origin: match fields.get("title_origin").and_then(Value::as_str) {
            Some("Derived") => TitleOrigin::Derived,
            _ => TitleOrigin::Stated,
        },
        suffix_tags: texts(fields, "suffix_tags"),
        author: text(fields, "author"),
        translator: text(fields, "translator"),
        editor: text(fields, "editor"),
        source: text(fields, "source"),
        date: date(fields),
        paragraphs: texts(fields, "paragraphs"),
        tags: texts(fields, "tags"),
        unsplit_tags: text(fields, "unsplit_tags"),
        related: related.collect(),
        flashes: texts(fields, "flashes"),
        url: text(fields, "url"),
    }
}

fn text(fields: &RawFields, key: &str) -> Option<String> {
    fields.get(key)?.as_str().map(str::to_owned)
}

fn texts(fields: &RawFields, key: &str) -> Vec<String> {
    let values = fields.get(key).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A date with its provenance.
fn date(fields: &RawFields) -> Date {
    let Some(date) = fields.get("date").and_then(Value::as_object) else { return Date::default() };
    let Some(value) = date.get("value").and_then(moment) else { return Date::default() };
    let value = Some(value);
    let evidence = date.get("evidence").and_then(Value::as_str);
    let provenance = match date.get("provenance").and_then(Value::as_str) {
        Some("inferred") => DateProvenance::Inferred(basis(evidence)),
        _ => DateProvenance::Stated(origin(evidence)),
    };
    Date { value, provenance }
}

/// The moment of an exported date.
fn moment(value: &Value) -> Option<Moment> {
    match stated_date::of_value(value, Labels::builtin()) {
        Some(StatedDate::Moment(moment)) => Some(moment),
        // In an export, a time that other programs write for a missing date is meant.
        _ => date::parse_any(value.as_str()?),
    }
}

/// The date of an exported record, if it has one that cannot be read.
pub(crate) fn unread_date(fields: &RawFields) -> Option<String> {
    let value = fields.get("date")?.as_object()?.get("value")?;
    let is_unread = !value.is_null() && moment(value).is_none();
    is_unread.then(|| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// The origin of a stated date, by the name that an export gives it.
fn origin(name: Option<&str>) -> DateOrigin {
    let all = [
        DateOrigin::Text,
        DateOrigin::JsonLd,
        DateOrigin::Meta,
        DateOrigin::Markup,
        DateOrigin::Script,
        DateOrigin::FrontMatter,
        DateOrigin::Field,
        DateOrigin::Mail,
    ];
    all.into_iter().find(|origin| origin.name() == name).unwrap_or_default()
}

/// The basis of an inferred date, by the name that an export gives it.
fn basis(name: Option<&str>) -> DateBasis {
    match name {
        Some("title") => DateBasis::Title,
        Some("lead") => DateBasis::Lead,
        Some("url") => DateBasis::Url,
        _ => DateBasis::NewestFlash,
    }
}
