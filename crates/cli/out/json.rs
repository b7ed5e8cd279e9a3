//! Hits and records as JSON. The keys are part of the interface: see docs/schema.

use serde::Serialize;
use serde_json::{Value, json};
use wensou_index::{RecordExt, moment_start};
use wensou_ingest::{
    Article, Date, DateBasis, DateProvenance, FlashItem, Moment, Record, Span, Variant,
};
use wensou_query::{Hit, Snippet};

/// A hit as `search` prints it.
#[derive(Serialize)]
pub(crate) struct HitObject<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    date: Value,
    source: Option<&'a str>,
    author: Option<&'a str>,
    site: Option<&'a str>,
    url: Option<&'a str>,
    category: Option<&'a str>,
    tags: Vec<String>,
    path: &'a str,
    span: Span,
    score: f64,
    snippet: &'a Snippet,
    seen_in: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    near_duplicates: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    missing: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    backfilled: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    shared: &'a [String],
}

/// The keys of a hit, in order.
pub(crate) const FIELDS: [&str; 19] = [
    "id",
    "kind",
    "title",
    "date",
    "source",
    "author",
    "site",
    "url",
    "category",
    "tags",
    "path",
    "span",
    "score",
    "snippet",
    "seen_in",
    "near_duplicates",
    "missing",
    "backfilled",
    "shared",
];

/// A hit with the chosen keys only, in the given order.
pub(crate) struct SelectedKeys<'f> {
    all: Value,
    fields: &'f [String],
}

impl<'f> SelectedKeys<'f> {
    pub(crate) fn of(hit: &Hit, fields: &'f [String]) -> anyhow::Result<Self> {
        Ok(Self { all: serde_json::to_value(self::hit(hit))?, fields })
    }

    /// The chosen keys with their values; the value of a key that this hit lacks is null.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'f str, &Value)> {
        let value =
            |field: &'f String| (field.as_str(), self.all.get(field).unwrap_or(&Value::Null));
        self.fields.iter().map(value)
    }
}

impl Serialize for SelectedKeys<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

/// A hit as the object that `search` prints.
pub(crate) fn hit(hit: &Hit) -> HitObject<'_> {
    let record = &hit.record;
    let (path, span) = location(record);
    let (source, author, site, url, category) = match record {
        Record::Article(Article { source, author, site, url, category, .. }) => {
            (source, author, site, url, category)
        }
        Record::Flash(FlashItem { outlet, url, category, .. }) => {
            (outlet, &None, &None, url, category)
        }
    };
    HitObject {
        id: record.id(),
        kind: record.kind().name(),
        title: title(record),
        date: date(record.date()),
        source: source.as_deref(),
        author: author.as_deref(),
        site: site.as_deref(),
        url: url.as_deref(),
        category: category.as_deref(),
        tags: record.texts().tags,
        path,
        span,
        // Rounded to four decimal places, so that all formats print the same digits.
        score: (f64::from(hit.score) * 1e4).round() / 1e4,
        snippet: &hit.snippet,
        seen_in: seen_in(record),
        near_duplicates: &hit.near_duplicates,
        missing: &hit.missing,
        backfilled: hit.backfilled,
        shared: &hit.shared,
    }
}

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

/// Every file that contains a record.
pub(crate) fn seen_in(record: &Record) -> Vec<&str> {
    match record {
        Record::Article(article) => vec![&article.path],
        Record::Flash(flash) => {
            flash.all_occurrences().map(|location| location.path.as_str()).collect()
        }
    }
}

/// A date as an object: local time or day in ISO 8601, and its provenance.
pub(crate) fn date(date: Date) -> Value {
    let value = date.value.map(iso);
    match date.provenance {
        DateProvenance::Stated(origin) => match origin.name() {
            None => json!({"value": value, "provenance": "stated"}),
            Some(name) => json!({"value": value, "provenance": "stated", "evidence": name}),
        },
        DateProvenance::Inferred(basis) => {
            json!({"value": value, "provenance": "inferred", "evidence": date_basis_name(basis)})
        }
        DateProvenance::None => json!({"value": null, "provenance": "none"}),
    }
}

/// The name of what an inferred date was derived from.
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

/// A whole record, as `export` writes it.
pub(crate) fn record(record: &Record) -> Value {
    match record {
        Record::Article(article) => article_object(article),
        Record::Flash(flash) => flash_object(flash),
    }
}

/// The variants of a flash item, each as a record of its own with the text as its pages have it.
/// `same_as` is the id of the item.
pub(crate) fn variants(record: &Record) -> Vec<Value> {
    let Record::Flash(flash) = record else { return Vec::new() };
    let object = |variant: &Variant| {
        let mut object = flash_object(&as_variant(flash, variant));
        object["same_as"] = flash.id.clone().into();
        object
    };
    flash.variants.iter().map(object).collect()
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

fn article_object(article: &Article) -> Value {
    json!({
        "id": article.id,
        "kind": "article",
        "path": article.path,
        "span": article.span,
        "site": article.site,
        "category": article.category,
        "title": article.title,
        "title_origin": article.title_origin,
        "suffix_tags": article.suffix_tags,
        "author": article.author,
        "translator": article.translator,
        "editor": article.editor,
        "source": article.source,
        "date": date(article.date),
        "paragraphs": article.paragraphs,
        "tags": article.tags,
        "unsplit_tags": article.unsplit_tags,
        "related": article.related,
        "flashes": article.flashes,
        "url": article.url,
    })
}

fn flash_object(flash: &FlashItem) -> Value {
    json!({
        "id": flash.id,
        "kind": "flash",
        "column": flash.column,
        "title": flash.title,
        "text": flash.text,
        "date": date(flash.date),
        "outlet": flash.outlet,
        "category": flash.category,
        "tags": flash.tags,
        "url": flash.url,
        "seen_in": flash.occurrences.iter().map(|location| &location.path).collect::<Vec<_>>(),
        "spans": flash.occurrences.iter().map(|location| location.span).collect::<Vec<_>>(),
    })
}
