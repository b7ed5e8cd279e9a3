//! The attributes of a record that all formats print alike: title, location, dates, variants.

use wensou_index::moment_start;
use wensou_ingest::{DateBasis, FlashItem, Moment, Record, Span, Variant};

/// The title of a record.
pub(crate) fn title(record: &Record) -> &str {
    match record {
        Record::Article(article) => &article.title,
        Record::Flash(flash) => &flash.title,
    }
}

/// The file and byte range of a record; for a flash item, those of its first occurrence.
pub(crate) fn location(record: &Record) -> (&str, Span) {
    match record {
        Record::Article(article) => (&article.path, article.span),
        Record::Flash(flash) => flash
            .occurrences
            .first()
            .map_or(("", Span::default()), |first| (&first.path, first.span)),
    }
}

/// The file of a record; for a flash item, that of its first occurrence.
pub(crate) fn path(record: &Record) -> &str {
    let (path, _) = location(record);
    path
}

/// The path of each occurrence of a record.
pub(crate) fn occurrence_paths(record: &Record) -> Vec<&str> {
    match record {
        Record::Article(article) => vec![&article.path],
        Record::Flash(flash) => {
            flash.all_occurrences().map(|occurrence| occurrence.path.as_str()).collect()
        }
    }
}

/// The name of what an inferred date was derived from, as all formats print it.
pub(crate) fn date_basis_name(basis: DateBasis) -> &'static str {
    match basis {
        DateBasis::NewestFlash => "newest flash",
        DateBasis::Title => "title",
        DateBasis::Lead => "lead",
        DateBasis::Url => "url",
    }
}

/// A moment in ISO 8601, as precise as it is known: a year, a month, a day, or to the second.
pub(crate) fn iso(moment: Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Time(_) => moment_start(moment).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        Moment::Month(day) => day.strftime("%Y-%m").to_string(),
        Moment::Year(day) => day.strftime("%Y").to_string(),
    }
}

/// A flash item with the id, text and occurrences of one of its variants.
pub(crate) fn as_variant(flash: &FlashItem, variant: &Variant) -> FlashItem {
    let Variant { id, column, title, text, outlet, occurrences } = variant.clone();
    FlashItem {
        id,
        column,
        title,
        text,
        outlet,
        occurrences,
        variants: Vec::new(),
        ..flash.clone()
    }
}
