//! Turns a record into what is indexed of it: terms, values of fields, paths. Nothing here depends
//! on tantivy.
//!
//! Text is folded and segmented here, once. The postings make unigrams and bigrams of the key
//! characters. The words of a text are joined into one string, because a document may have hundreds
//! of them, and one allocation is cheaper than one for each word.

use wensou_ingest::{Article, Date, DateProvenance, FlashItem, Record, id, names_in};
use wensou_postings::{ColumnValues, DocumentTerms, FieldTerms, TextField, WORD_SEPARATOR};
use wensou_text::{
    Folded, SYMBOL_TERM_PREFIX, Script, Segmenter, TokenKind, fold, script_of_all, symbol_terms,
};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::Error;
use crate::record::{Encoded, RecordExt, Texts, civil_seconds, encode, moment_start, tie_breaker};
use crate::resemblance::{Sample, Sketch, sketch_and_sample};

/// A Han word of the body that has at most this many characters is not indexed as a word. Queries
/// find Han words by their characters anyway: a word of one character by its unigram, which every
/// document with the character has.
const MAX_UNINDEXED_CHARS: usize = 1;

/// The values of the query field `has:`, such as `has:tags`.
pub const HAS_VALUES: [&str; 8] =
    ["flash", "tags", "date", "source", "author", "category", "related", "url"];

/// Whether a word of a field has a posting list as a word. A Han word of one character in the body
/// has only the posting list of its unigram.
#[must_use]
pub fn is_indexed_word(field: TextField, kind: TokenKind, word: &str) -> bool {
    field != TextField::Body
        || kind != TokenKind::Han
        || word.chars().nth(MAX_UNINDEXED_CHARS).is_some()
}

/// The key characters of a text, and its words that are indexed.
pub(crate) fn field_terms(text: &str, field: TextField, segmenter: &Segmenter) -> FieldTerms {
    let folded = Folded::new(text);
    let mut key = Vec::with_capacity(folded.char_count());
    // About as long as the text, so that it seldom has to grow.
    let mut words = String::with_capacity(folded.as_str().len());
    // The rule of `is_indexed_word`. The segmenter applies it, so that it makes fewer tokens.
    let min_han_chars = if field == TextField::Body { MAX_UNINDEXED_CHARS + 1 } else { 1 };
    segmenter.terms(&folded, min_han_chars, &mut key, |token| {
        if !words.is_empty() {
            words.push(WORD_SEPARATOR);
        }
        words.push_str(&token.text);
    });
    symbol_terms(folded.as_str(), |symbol| {
        if !words.is_empty() {
            words.push(WORD_SEPARATOR);
        }
        words.push(SYMBOL_TERM_PREFIX);
        words.extend(symbol);
    });
    FieldTerms { key, words }
}

/// How the date of a record is known; the numbers are the values of [`Fields::provenance`].
///
/// [`Fields::provenance`]: crate::Fields::provenance
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Provenance {
    /// No date is known.
    None = 0,
    /// The date was inferred.
    Inferred = 1,
    /// The page states the date.
    Stated = 2,
}

impl Provenance {
    fn of(date: Date) -> Self {
        match (date.value, date.provenance) {
            (None, _) | (_, DateProvenance::None) => Self::None,
            (_, DateProvenance::Inferred(_)) => Self::Inferred,
            (_, DateProvenance::Stated(_)) => Self::Stated,
        }
    }
}

/// A value that filters compare in its folded form and facets show in the form of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// In its folded form.
    pub folded: String,
    /// In the form of the page.
    pub original: String,
}

impl FacetValue {
    fn new(value: &str) -> Self {
        Self { folded: fold(value), original: value.to_owned() }
    }
}

/// The values of a record by which it is filtered and counted.
#[derive(Debug)]
pub struct FieldValues {
    /// The id, then those of the variants of a flash item.
    pub ids: Vec<String>,
    /// The id, if the column of id numbers cannot hold it: a dump gave it, or it was lengthened to
    /// be unique. Otherwise `None`.
    pub external_id: Option<String>,
    /// The index of the record in the order of the walk.
    pub ordinal: u64,
    /// How often the record occurs in the archive.
    pub occurrences: u64,
    /// How its date is known.
    pub provenance: Provenance,
    /// Its tags.
    pub tags: Vec<FacetValue>,
    /// Its source or outlet.
    pub sources: Vec<FacetValue>,
    /// Its folded author, translator and editor, which `source:` finds, too. They are not counted
    /// as sources.
    pub authors: Vec<String>,
    /// Its category.
    pub categories: Vec<FacetValue>,
    /// What `author:` finds: author, translator and editor, folded, each as a whole, and each name
    /// in them.
    pub names: Vec<String>,
    /// The name of the site, its host, and the host without `www.`, folded.
    pub sites: Vec<String>,
    /// The address as [`url_key`] writes it.
    pub url: Option<String>,
    /// The [`Script`] of title and body: `hans`, `hant`, `mixed` or `none`.
    pub script: &'static str,
    /// Those of [`HAS_VALUES`] that are true of the record.
    pub has: Vec<&'static str>,
}

/// An analysed record.
#[derive(Debug)]
pub(crate) struct Analysed {
    pub(crate) values: FieldValues,
    pub(crate) terms: DocumentTerms,
    /// The hashes by which near-duplicates of an article are found; `None` for a flash item.
    pub(crate) sketch_and_sample: Option<(Sketch, Sample)>,
}

/// What is indexed of a record, for an index that is not an [`Index`](crate::Index), such as one on
/// a cluster. `ordinal` is the index of the record in the order of the walk.
///
/// ```
/// use wensou_index::analyse_record;
/// use wensou_ingest::{Article, Record};
/// use wensou_text::Segmenter;
///
/// # fn main() -> Result<(), wensou_index::Error> {
/// let article = Article { id: "a1".to_owned(), title: "比特幣".to_owned(), ..Article::default() };
/// let record = Record::Article(article);
/// let (values, terms) = analyse_record(0, &record, &Segmenter::standard())?;
/// assert_eq!(values.ids, ["a1"]);
/// assert_eq!(terms.title.key, ['比', '特', '币']);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Record`] if the record cannot be encoded.
pub fn analyse_record(
    ordinal: u64,
    record: &Record,
    segmenter: &Segmenter,
) -> Result<(FieldValues, DocumentTerms), Error> {
    let (texts, content_hash) = (record.texts(), xxh3_64(&encode(record)?));
    let values = field_values(ordinal, record, &texts);
    Ok((values, document_terms(record, &texts, content_hash, segmenter)))
}

/// Analyses a record. `ordinal` is the index of the record in the order of the walk.
pub(crate) fn analyse(ordinal: u64, encoded: &Encoded, segmenter: &Segmenter) -> Analysed {
    let record = &encoded.record;
    let texts = record.texts();
    let terms = document_terms(record, &texts, encoded.content_hash, segmenter);
    let is_article = matches!(record, Record::Article(_));
    let (title, body) = (&terms.title.key, &terms.body.key);
    let sketch_and_sample = is_article.then(|| sketch_and_sample(title, body, &texts.body));
    Analysed { values: field_values(ordinal, record, &texts), terms, sketch_and_sample }
}

fn document_terms(
    record: &Record,
    texts: &Texts,
    content_hash: u64,
    segmenter: &Segmenter,
) -> DocumentTerms {
    let terms = |text: &str, field| field_terms(text, field, segmenter);
    let columns = ColumnValues {
        tie_breaker: tie_breaker(record.id()),
        content_hash,
        id_number: id_number(record),
        date: record.date().value.map(|moment| civil_seconds(moment_start(moment))),
    };
    DocumentTerms {
        kind: record.kind(),
        columns,
        title: terms(&texts.title, TextField::Title),
        body: terms(&texts.body, TextField::Body),
        tags: texts.tags.iter().map(|tag| terms(tag, TextField::Tags)).collect(),
        paths: paths(record),
    }
}

fn field_values(ordinal: u64, record: &Record, texts: &Texts) -> FieldValues {
    let mut values = FieldValues {
        ids: vec![record.id().to_owned()],
        external_id: id_number(record).is_none().then(|| record.id().to_owned()),
        ordinal,
        occurrences: record.occurrences() as u64,
        provenance: Provenance::of(record.date()),
        tags: texts.tags.iter().map(|tag| FacetValue::new(tag)).collect(),
        sources: Vec::new(),
        authors: Vec::new(),
        categories: Vec::new(),
        names: Vec::new(),
        sites: Vec::new(),
        url: None,
        script: script_name(texts),
        has: has(record),
    };
    match record {
        Record::Article(article) => add_article(&mut values, article),
        Record::Flash(flash) => add_flash(&mut values, flash),
    }
    values
}

/// The id as a number, if it is the letter `a` or `f` and twelve hexadecimal digits. In the column
/// of id numbers, [`u64::MAX`] stands for every other id; no number is that large.
fn id_number(record: &Record) -> Option<u64> {
    id::number_of(record.id())
}

fn add_article(values: &mut FieldValues, article: &Article) {
    values.sources.extend(article.source.as_deref().map(FacetValue::new));
    for name in [&article.author, &article.translator, &article.editor] {
        let Some(name) = name else { continue };
        values.authors.push(fold(name));
        values.names.extend(names(name));
    }
    values.sites.extend(article.site.as_deref().map(fold));
    add_url(values, article.url.as_deref());
    values.categories.extend(article.category.as_deref().map(FacetValue::new));
}

fn add_flash(values: &mut FieldValues, flash: &FlashItem) {
    values.sources.extend(flash.outlet.as_deref().map(FacetValue::new));
    values.categories.extend(flash.category.as_deref().map(FacetValue::new));
    add_url(values, flash.url.as_deref());
    values.ids.extend(flash.variants.iter().map(|variant| variant.id.clone()));
}

/// Adds an address and its site: `https://www.a.com/b` gives the address `www.a.com/b`, and the
/// names `www.a.com` and `a.com` of the site.
fn add_url(values: &mut FieldValues, url: Option<&str>) {
    let Some(url) = url else { return };
    let key = url_key(url);
    let host = key.split(['/', '?', '#']).next().unwrap_or_default();
    // Leave out the name of a user, as in `user@host`.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    values.sites.push(host.to_owned());
    values.sites.extend(host.strip_prefix("www.").map(str::to_owned));
    values.url = Some(key);
}

/// The folded names in what a page states as its author, such as `甲、乙`: the whole text, and each
/// name in it.
fn names(stated: &str) -> Vec<String> {
    let whole = fold(stated);
    let mut names = vec![whole];
    for name in names_in(stated).iter().map(|name| fold(name)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The form in which addresses are compared: folded, without scheme and without slashes at the end.
#[must_use]
pub fn url_key(url: &str) -> String {
    let folded = fold(url.trim());
    let bare = folded.split_once("://").map_or(folded.as_str(), |(_, bare)| bare);
    bare.trim_end_matches('/').to_owned()
}

/// The paths of the files that contain a record, in the form that `path:` searches.
fn paths(record: &Record) -> Vec<String> {
    let searched = |path: &String| searched_path(path).to_owned();
    match record {
        Record::Article(article) => vec![searched(&article.path)],
        Record::Flash(flash) => {
            flash.all_occurrences().map(|occurrence| searched(&occurrence.path)).collect()
        }
    }
}

/// The path of a record as `path:` searches it: without `./` at its start.
///
/// ```
/// assert_eq!(wensou_index::searched_path("./2023/a.txt"), "2023/a.txt");
/// ```
#[must_use]
pub fn searched_path(path: &str) -> &str {
    path.trim_start_matches("./")
}

fn script_name(texts: &Texts) -> &'static str {
    match script_of_all([texts.title.as_str(), &texts.body]) {
        Script::Hans => "hans",
        Script::Hant => "hant",
        Script::Mixed => "mixed",
        Script::None => "none",
    }
}

/// Those of [`HAS_VALUES`] that are true of a record.
fn has(record: &Record) -> Vec<&'static str> {
    // In the order of `HAS_VALUES`.
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
    let names = HAS_VALUES.into_iter().zip(flags);
    names.filter_map(|(name, is_true)| is_true.then_some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_the_key_and_the_indexed_words() {
        // Many classes of characters, and Han words of one and of several characters.
        let segmenter = Segmenter::standard();
        let text = "「開源」大模型：人工智能公司DeepSeek-V3融資5.4亿美元，二〇二三年 Ｂｉｔｃｏｉｎ 漲到👍😀10萬；\
                    中国人民银行行长龘龘龘说кириллица ひらがな";
        for field in TextField::ALL {
            let folded = Folded::new(text);
            let mut words = Vec::new();
            segmenter.segment(&folded, |token| {
                if is_indexed_word(field, token.kind, &token.text) {
                    words.push(token.text.into_owned());
                }
            });
            symbol_terms(folded.as_str(), |symbol| {
                words.push(std::iter::once(&SYMBOL_TERM_PREFIX).chain(symbol).collect());
            });
            let terms = field_terms(text, field, &segmenter);
            // U+001F is `WORD_SEPARATOR`.
            assert_eq!(terms.words, words.join("\u{1f}"));
            assert_eq!(terms.key, wensou_text::key_of(text));
        }
    }
}
