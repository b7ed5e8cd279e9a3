//! The tantivy schema, field by field.
//!
//! Responsible for what is indexed and how; not for what text becomes on the way in (`analyzer`)
//! nor for how a query uses it.
//!
//! Text is indexed in three parts (title, body, tags) and three units:
//!
//! | unit | what | postings | where | for |
//! |---|---|---|---|---|
//! | gram | every two neighbouring key characters | frequencies, places | [`crate::Postings`] | exact phrases; ranking |
//! | char | every key character | frequencies | [`crate::Postings`] | phrases of one character; ranking |
//! | word | jieba's search-mode words, Latin and number runs and their parts | frequencies | [`crate::Postings`] | ranking; Latin and number words |
//!
//! The paths where a document stands have lists of theirs there too.
//!
//! Of the body, Chinese words of one or two characters have no posting of their own: a character or
//! a pair is the same in the other structure. Titles and tags keep them, because letters are read
//! as the pinyin of whole words.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing, TextOptions,
};

/// Raised whenever the fields below, the postings or the layout of the folder change: an index of
/// another format cannot be read.
pub const FORMAT_VERSION: u32 = 5;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A page's article.
    Article,
    /// A flash item (快訊).
    Flash,
}

impl Kind {
    /// Both, in the order of their codes.
    pub const ALL: [Kind; 2] = [Kind::Article, Kind::Flash];

    /// The name in output and in `kind:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::Flash => "flash",
        }
    }
}

/// A part of a document's text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Part {
    /// The title.
    Title,
    /// The paragraphs of an article, the text of a flash item.
    Body,
    /// Tags, those of the title's tail among them.
    Tags,
}

impl Part {
    /// All three, in the order in which their text is scored.
    pub const ALL: [Part; 3] = [Part::Title, Part::Body, Part::Tags];

    /// The name in `explain` and in field names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::Title => "title",
            Part::Body => "body",
            Part::Tags => "tags",
        }
    }
}

/// A unit that text is indexed in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Unit {
    /// Two neighbouring key characters.
    Gram,
    /// One key character.
    Char,
    /// One word of the segmenter.
    Word,
}

/// The value of [`Fields::provenance`] for a date that is not known.
pub const PROVENANCE_NONE: u64 = 0;
/// The value of [`Fields::provenance`] for an inferred date.
pub const PROVENANCE_INFERRED: u64 = 1;
/// The value of [`Fields::provenance`] for a date that the page states.
pub const PROVENANCE_STATED: u64 = 2;

/// Handles of every field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// Id, whole; of a flash item, then those of its other writings. Indexed: `show ID`, `id:`.
    pub id: Field,
    /// The id as a number (its letter and its digits), fast: lists of ids need no stored record.
    /// Absent where it is none.
    pub id_number: Field,
    /// The id where it is no number, fast: those that a dump gives.
    pub id_given: Field,
    /// xxh3 of the id, fast: breaks ties the same way however segments lie.
    pub tie: Field,
    /// Number of the record in the order of the walk, fast: the order of `export`.
    pub ord: Field,
    /// Code of the [`Kind`], fast and indexed: `kind:`.
    pub kind: Field,
    /// Civil seconds since 1970-01-01T00:00:00 in the archive's own time, fast: `date:`. Absent
    /// where no date is known.
    pub date: Field,
    /// [`PROVENANCE_NONE`] and so on, fast and indexed: `date:none`, `date:inferred`.
    pub provenance: Field,
    /// Folded tag, whole, one value a tag (those of the title's tail too): `tag:`.
    pub tag: Field,
    /// The same tags for counting: folded form, U+001F, form of the page. Fast.
    pub tag_facet: Field,
    /// Folded source, author, outlet, each whole: `source:`.
    pub source: Field,
    /// Sources for counting, as `tag_facet`.
    pub source_facet: Field,
    /// Folded category, whole: `category:`.
    pub category: Field,
    /// Categories for counting, as `tag_facet`.
    pub category_facet: Field,
    /// What the record has: names of [`crate::document::HAS`]. `has:`.
    pub has: Field,
    /// `hans`, `hant` or `mixed`: `script:`.
    pub script: Field,
    /// In how many places the record stands, fast.
    pub seen: Field,
    /// The whole record, encoded: the only stored field, read for hits alone.
    pub record: Field,
    /// xxh3 of the encoded record, fast: whether it is what was written, and whether a page still
    /// says the same.
    pub digest: Field,
}

/// The schema and its fields.
#[must_use]
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let facet = || TextOptions::default().set_fast("raw");
    // Nothing of a field is scored, so no length of it is kept.
    let number = || NumericOptions::default().set_fast().set_indexed();
    let whole = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        )
    };
    let fields = Fields {
        id: builder.add_text_field("id", whole()),
        id_number: builder.add_u64_field("id_number", FAST),
        id_given: builder.add_text_field("id_given", facet()),
        tie: builder.add_u64_field("tie", FAST),
        ord: builder.add_u64_field("ord", FAST),
        kind: builder.add_u64_field("kind", number()),
        date: builder.add_i64_field("date", FAST),
        provenance: builder.add_u64_field("provenance", number()),
        tag: builder.add_text_field("tag", whole()),
        tag_facet: builder.add_text_field("tag_facet", facet()),
        source: builder.add_text_field("source", whole()),
        source_facet: builder.add_text_field("source_facet", facet()),
        category: builder.add_text_field("category", whole()),
        category_facet: builder.add_text_field("category_facet", facet()),
        has: builder.add_text_field("has", whole()),
        script: builder.add_text_field("script", whole()),
        seen: builder.add_u64_field("seen", FAST),
        record: builder.add_bytes_field("record", STORED),
        digest: builder.add_u64_field("digest", FAST),
    };
    (builder.build(), fields)
}
