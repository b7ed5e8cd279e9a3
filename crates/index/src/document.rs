//! A record as a document of the index: which value goes into which field.

use jiff::civil::{DateTime, date};
use tantivy::TantivyDocument;
use tantivy::schema::Field;
use wensou_ingest::{Article, Date, DateProvenance, FlashItem, Moment, Record, id};
use wensou_text::{Script, Segmenter, fold, key_of, script_of_all};
use xxhash_rust::xxh3::xxh3_64;

use crate::analyzer::Units;
use crate::error::Error;
use crate::postings::Totals;
use crate::schema::{Fields, Kind, PROVENANCE_INFERRED, PROVENANCE_NONE, PROVENANCE_STATED, Part};

/// Separates the folded form of a facet value from the form of the page.
pub const FACET_SEPARATOR: char = '\u{1f}';

/// What `has:` can ask for.
pub const HAS: [&str; 8] =
    ["flash", "tags", "date", "source", "author", "category", "related", "url"];

/// Civil seconds since 1970-01-01T00:00:00, no time zone applied.
#[must_use]
pub fn civil_seconds(at: DateTime) -> i64 {
    let epoch = date(1970, 1, 1).at(0, 0, 0, 0);
    at.duration_since(epoch).as_secs()
}

/// The first moment of a date's value.
#[must_use]
pub fn moment_start(moment: Moment) -> DateTime {
    match moment {
        Moment::Day(day) => day.at(0, 0, 0, 0),
        Moment::Time(time) => time,
    }
}

/// The texts of a record, in the parts that they are indexed and shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// The title.
    pub title: String,
    /// Paragraphs joined by `\n`.
    pub body: String,
    /// Tags of the page, then those of the title's tail that the page does not repeat.
    pub tags: Vec<String>,
}

/// The kind, id and texts of a record, whichever kind it is.
pub trait RecordExt {
    /// What it is.
    fn kind(&self) -> Kind;
    /// Its id.
    fn id(&self) -> &str;
    /// Its date.
    fn date(&self) -> Date;
    /// Its searchable text.
    fn texts(&self) -> Texts;
    /// In how many places it stands.
    fn seen(&self) -> usize;
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

    fn seen(&self) -> usize {
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
    // Room for its text and some more, so that it need not move as it grows.
    let text = match record {
        Record::Article(article) => article.paragraphs.iter().map(|text| text.len() + 4).sum(),
        Record::Flash(flash) => flash.text.len() + 64 * flash.occurrences.len(),
    };
    let encoded = postcard::to_extend(record, Vec::with_capacity(text + 1024));
    encoded.map_err(|error| Error::Record(Some(error)))
}

/// Decodes what [`encode`] wrote.
pub(crate) fn decode(bytes: &[u8]) -> Result<Record, Error> {
    postcard::from_bytes(bytes).map_err(|error| Error::Record(Some(error)))
}

/// A record with what it is stored as.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) record: Record,
    pub(crate) bytes: Vec<u8>,
    /// See [`Fields::digest`].
    pub(crate) digest: u64,
}

impl Encoded {
    pub(crate) fn new(record: Record) -> Result<Self, Error> {
        let bytes = encode(&record)?;
        let digest = xxh3_64(&bytes);
        Ok(Self { record, bytes, digest })
    }

    /// See [`Fields::tie`].
    pub(crate) fn tie(&self) -> u64 {
        tie(self.record.id())
    }
}

/// See [`Fields::tie`].
pub(crate) fn tie(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// Adds the document of a record to totals.
pub(crate) fn add_to_totals(totals: &mut Totals, record: &Record) {
    let kind = record.kind() as usize;
    let texts = record.texts();
    totals.documents[kind] += 1;
    let tags = texts.tags.iter().map(|tag| key_of(tag).len()).sum();
    let lengths = [key_of(&texts.title).len(), key_of(&texts.body).len(), tags];
    for (total, length) in totals.characters[kind].iter_mut().zip(lengths) {
        *total += length as u64;
    }
}

/// A record, analysed: what the engine gets, and the units that the postings get.
#[derive(Debug)]
pub(crate) struct Analysed {
    pub(crate) document: TantivyDocument,
    /// Bytes of the record.
    pub(crate) bytes: u64,
    pub(crate) kind: Kind,
    pub(crate) title: Units,
    pub(crate) body: Units,
    pub(crate) tags: Vec<Units>,
    /// Where it stands.
    pub(crate) paths: Vec<String>,
}

/// Turns records into documents.
#[derive(Debug)]
pub(crate) struct Documents<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) segmenter: &'a Segmenter,
}

impl Documents<'_> {
    /// The document of one record; `ord` is its number in the order of the walk.
    pub(crate) fn analyse(&self, ord: u64, encoded: &Encoded) -> Analysed {
        let fields = self.fields;
        let record = &encoded.record;
        let kind = record.kind();
        let texts = record.texts();
        // Room for what it holds, so that it need not move as it grows.
        let room = encoded.bytes.len() + texts.body.len() / 4 + 2048;
        let mut document = TantivyDocument::with_capacity(room);
        document.add_text(fields.id, record.id());
        match id::number_of(record.id()) {
            Some(number) => document.add_u64(fields.id_number, number),
            None => document.add_text(fields.id_given, record.id()),
        }
        document.add_u64(fields.tie, encoded.tie());
        document.add_u64(fields.ord, ord);
        document.add_u64(fields.kind, kind as u64);
        document.add_u64(fields.seen, record.seen() as u64);
        self.add_date(&mut document, record.date());
        let title = Units::of(&texts.title, Part::Title, self.segmenter);
        let body = Units::of(&texts.body, Part::Body, self.segmenter);
        let mut tags = Vec::with_capacity(texts.tags.len());
        for tag in &texts.tags {
            tags.push(Units::of(tag, Part::Tags, self.segmenter));
            self.add_both(&mut document, (fields.tag, fields.tag_facet), tag);
        }
        document.add_text(fields.script, script_name(&texts));
        match record {
            Record::Article(article) => self.add_article(&mut document, article),
            Record::Flash(flash) => self.add_flash(&mut document, flash),
        }
        for name in has(record) {
            document.add_text(fields.has, name);
        }
        document.add_bytes(fields.record, &encoded.bytes);
        document.add_u64(fields.digest, encoded.digest);
        let bytes = encoded.bytes.len() as u64;
        let paths = paths(record);
        Analysed { document, bytes, kind, title, body, tags, paths }
    }

    fn add_date(&self, document: &mut TantivyDocument, date: Date) {
        let provenance = match (date.value, date.provenance) {
            (None, _) | (_, DateProvenance::None) => PROVENANCE_NONE,
            (_, DateProvenance::Inferred(_)) => PROVENANCE_INFERRED,
            (_, DateProvenance::Stated) => PROVENANCE_STATED,
        };
        document.add_u64(self.fields.provenance, provenance);
        if let Some(moment) = date.value {
            document.add_i64(self.fields.date, civil_seconds(moment_start(moment)));
        }
    }

    /// Adds a value, folded, to the field that is searched, and to the one that is counted with the
    /// form of the page behind it.
    fn add_both(&self, document: &mut TantivyDocument, fields: (Field, Field), value: &str) {
        let mut folded = fold(value);
        document.add_text(fields.0, &folded);
        folded.push(FACET_SEPARATOR);
        folded.push_str(value);
        document.add_text(fields.1, folded);
    }

    fn add_source(&self, document: &mut TantivyDocument, source: &str, counted: bool) {
        match counted {
            true => self.add_both(document, (self.fields.source, self.fields.source_facet), source),
            false => document.add_text(self.fields.source, fold(source)),
        }
    }

    fn add_category(&self, document: &mut TantivyDocument, category: &str) {
        let fields = (self.fields.category, self.fields.category_facet);
        self.add_both(document, fields, category);
    }

    fn add_article(&self, document: &mut TantivyDocument, article: &Article) {
        if let Some(source) = &article.source {
            self.add_source(document, source, true);
        }
        if let Some(author) = &article.author {
            self.add_source(document, author, false);
        }
        if let Some(category) = &article.category {
            self.add_category(document, category);
        }
    }

    fn add_flash(&self, document: &mut TantivyDocument, flash: &FlashItem) {
        if let Some(outlet) = &flash.outlet {
            self.add_source(document, outlet, true);
        }
        if let Some(category) = &flash.category {
            self.add_category(document, category);
        }
        for writing in &flash.variants {
            document.add_text(self.fields.id, &writing.id);
        }
    }
}

/// Every path where a record stands, as it is asked for.
fn paths(record: &Record) -> Vec<String> {
    let asked_for = |path: &String| path.trim_start_matches("./").to_owned();
    match record {
        Record::Article(article) => vec![asked_for(&article.path)],
        Record::Flash(flash) => flash.all_occurrences().map(|it| asked_for(&it.path)).collect(),
    }
}

fn script_name(texts: &Texts) -> &'static str {
    match script_of_all([texts.title.as_str(), &texts.body]) {
        Script::Hans => "hans",
        Script::Hant => "hant",
        Script::Mixed => "mixed",
        Script::None => "none",
    }
}

fn has(record: &Record) -> Vec<&'static str> {
    let flags = match record {
        Record::Article(article) => [
            !article.flashes.is_empty(),
            !article.tags.is_empty(),
            article.date.value.is_some(),
            article.source.is_some(),
            article.author.is_some(),
            article.category.is_some(),
            !article.related.is_empty(),
            article.url.is_some(),
        ],
        Record::Flash(flash) => [
            false,
            !flash.tags.is_empty(),
            flash.date.value.is_some(),
            flash.outlet.is_some(),
            false,
            flash.category.is_some(),
            false,
            flash.url.is_some(),
        ],
    };
    HAS.into_iter().zip(flags).filter_map(|(name, has)| has.then_some(name)).collect()
}
