//! Hits and records as JSON. The keys are part of the interface: see docs/schema.

use serde::Serialize;
use serde_json::{Value, json};
use wensou_index::RecordExt;
use wensou_ingest::{Article, Date, DateProvenance, FlashItem, Record, Span, Variant};
use wensou_query::{Hit, Snippet};

use super::attributes::{as_variant, date_basis_name, iso, location, occurrence_paths, title};

/// A hit as `search` prints it. `docs/schema` says what each key means, and [`HIT_KEYS`] must have
/// the same keys.
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
    /// Left out if `false`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    backfilled: bool,
    /// Of `wensou similar`: the key terms that the hit shares with the given document.
    #[serde(rename = "shared", skip_serializing_if = "<[String]>::is_empty")]
    shared_terms: &'a [String],
}

/// The keys of [`HitObject`], in order.
pub(crate) const HIT_KEYS: [&str; 19] = [
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

/// A hit with the keys that `--fields` selects, in that order.
pub(crate) struct SelectedKeys<'f> {
    /// The whole hit as an object.
    hit: Value,
    keys: &'f [String],
}

impl<'f> SelectedKeys<'f> {
    pub(crate) fn of(hit: &Hit, keys: &'f [String]) -> anyhow::Result<Self> {
        Ok(Self { hit: serde_json::to_value(hit_object(hit))?, keys })
    }

    /// The selected keys with their values; null for a key that this hit lacks.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'f str, &Value)> {
        let entry = |key: &'f String| (key.as_str(), self.hit.get(key).unwrap_or(&Value::Null));
        self.keys.iter().map(entry)
    }
}

impl Serialize for SelectedKeys<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

/// A hit as the object that `search` prints.
pub(crate) fn hit_object(hit: &Hit) -> HitObject<'_> {
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
        date: date_object(record.date()),
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
        seen_in: occurrence_paths(record),
        near_duplicates: &hit.near_duplicates,
        missing: &hit.missing,
        backfilled: hit.backfilled,
        shared_terms: &hit.shared_terms,
    }
}

/// A date as an object: its value in ISO 8601, which is the archive's time (UTC+8) without the
/// offset, and its provenance.
fn date_object(date: Date) -> Value {
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

/// A whole record, as `export` writes it.
pub(crate) fn record_object(record: &Record) -> Value {
    match record {
        Record::Article(article) => article_object(article),
        Record::Flash(flash) => flash_object(flash),
    }
}

/// The variants of a flash item, each as a record of its own with the text as its pages have it.
/// `same_as` is the id of the item.
pub(crate) fn variant_objects(record: &Record) -> Vec<Value> {
    let Record::Flash(flash) = record else { return Vec::new() };
    let object = |variant: &Variant| {
        let mut object = flash_object(&as_variant(flash, variant));
        object["same_as"] = flash.id.clone().into();
        object
    };
    flash.variants.iter().map(object).collect()
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
        "date": date_object(article.date),
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
        "date": date_object(flash.date),
        "outlet": flash.outlet,
        "category": flash.category,
        "tags": flash.tags,
        "url": flash.url,
        "seen_in": flash.occurrences.iter().map(|occurrence| &occurrence.path).collect::<Vec<_>>(),
        "spans": flash.occurrences.iter().map(|occurrence| occurrence.span).collect::<Vec<_>>(),
    })
}
