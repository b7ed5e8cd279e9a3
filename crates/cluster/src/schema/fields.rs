//! The fields of a document, and their mappings.

use serde_json::{Map, Value, json};
use wensou_index::{Kind, TextField};

/// The version of the fields and mappings. Opening an index of another version is an error.
pub const FORMAT: u32 = 3;

/// Names of the fields of a document.
pub mod field {
    /// The id of the record, and the ids of the variants of a flash item.
    pub const ID: &str = "id";
    /// The number of the record in the order of the walk, from 0. If several machines have indexed
    /// an archive: in the walk of the machine that has the first occurrence of the record.
    pub const ORDINAL: &str = "ordinal";
    /// The number of the [`wensou_index::Kind`] of the record.
    pub const KIND: &str = "kind";
    /// The date of the record: seconds since 1970-01-01T00:00:00, without any time zone.
    pub const DATE: &str = "date";
    /// The day of the date, as days since 1970-01-01, for timelines.
    pub const DAY: &str = "day";
    /// The date provenance (stated, inferred or missing), as a number.
    pub const PROVENANCE: &str = "provenance";
    /// Folded tags.
    pub const TAG: &str = "tag";
    /// Folded sources and outlets, and the folded author, translator and editor, each as a whole.
    pub const SOURCE: &str = "source";
    /// The folded author, translator and editor, each as a whole, and each name in them.
    pub const AUTHOR: &str = "author";
    /// The name of the site, its host, and the host without `www.`, folded.
    pub const SITE: &str = "site";
    /// The URL of the page, normalised by [`wensou_index::url_key`].
    pub const URL: &str = "url";
    /// Folded categories.
    pub const CATEGORY: &str = "category";
    /// What the record has, for queries such as `has:date`.
    pub const HAS: &str = "has";
    /// The script of the title and the body: `hans` (Simplified), `hant` (Traditional), `mixed` or
    /// `none`.
    pub const SCRIPT: &str = "script";
    /// Suffixes of the paths, each starting with the name of a file or folder.
    pub const PATH: &str = "path";
    /// Tags for counting: folded form, U+001F, original form.
    pub const TAG_FACET: &str = "tag_facet";
    /// Sources for counting, in the form of [`TAG_FACET`].
    pub const SOURCE_FACET: &str = "source_facet";
    /// Categories for counting, in the form of [`TAG_FACET`].
    pub const CATEGORY_FACET: &str = "category_facet";
    /// The tie breaker, by which documents of equal rank ascend.
    pub const TIE: &str = "tie";
    /// The sum: a hash of all other fields except [`WALK`], [`SHARES`], [`MERGED`] and [`COUNTED`],
    /// by which a changed document is recognised.
    pub const SUM: &str = "sum";
    /// The content hash of the record, as 16 hexadecimal digits.
    pub const HASH: &str = "hash";
    /// The least id in the group of near-duplicates, if the document is in one.
    pub const GROUP: &str = "group";
    /// The number of occurrences of the record.
    pub const OCCURRENCES: &str = "occurrences";
    /// The record. It is not indexed.
    pub const RECORD: &str = "record";
    /// If several machines have indexed an archive: the walk key of the file with the first
    /// occurrence of the record. Records sort by [`KIND`], then by this key, then by [`ORDINAL`].
    pub const WALK: &str = "walk";
    /// The keys of the shares that have the record. The machine of the first of these shares has
    /// counted the record in its statistics.
    pub const SHARES: &str = "shares";
    /// `true` if several shares have the record; missing otherwise.
    pub const MERGED: &str = "merged";
    /// The record as it was counted in statistics, if it was merged with others afterwards.
    pub const COUNTED: &str = "counted";
}

/// The name of the field that has the tokens of a text field in documents of a kind. Each kind has
/// fields of its own, because the cluster computes one average length for each field, and lengths
/// are to be compared within a kind.
#[must_use]
pub fn text_field(kind: Kind, field: TextField) -> String {
    let field = match field {
        TextField::Title => "title",
        TextField::Body => "body",
        TextField::Tags => "tags",
    };
    format!("{}.{field}", kind.name())
}

/// The mappings of all fields of a document, by their names.
pub(super) fn mappings() -> Map<String, Value> {
    // The cluster refuses values of more than 32,766 bytes; 8,000 characters have at most 32,000.
    // Longer values are not indexed, so they are not found.
    let keyword = || json!({ "type": "keyword", "ignore_above": 8000 });
    // Columns are not searched. Hits are sorted and counted by columns, and the value of a column
    // is read without reading the document.
    let column = || json!({ "type": "keyword", "index": false });
    let number = |type_name: &str| json!({ "type": type_name });
    let number_column = |type_name: &str| json!({ "type": type_name, "index": false });
    let stored_only = || json!({ "type": "object", "enabled": false });
    let text = || json!({ "type": "text", "analyzer": "tokens" });
    let texts = || json!({ "properties": { "title": text(), "body": text(), "tags": text() } });
    let fields = [
        (field::ID, keyword()),
        (field::ORDINAL, number_column("long")),
        (field::KIND, number("byte")),
        (field::DATE, number("long")),
        (field::DAY, number_column("integer")),
        (field::PROVENANCE, number("byte")),
        (field::TAG, keyword()),
        (field::SOURCE, keyword()),
        (field::AUTHOR, keyword()),
        (field::SITE, keyword()),
        (field::URL, keyword()),
        (field::CATEGORY, keyword()),
        (field::HAS, keyword()),
        (field::SCRIPT, keyword()),
        (field::PATH, keyword()),
        (field::TAG_FACET, column()),
        (field::SOURCE_FACET, column()),
        (field::CATEGORY_FACET, column()),
        (field::TIE, number_column("long")),
        (field::HASH, column()),
        (field::SUM, column()),
        (field::GROUP, keyword()),
        (field::OCCURRENCES, number_column("integer")),
        (field::RECORD, stored_only()),
        (field::WALK, column()),
        (field::SHARES, json!({ "type": "keyword", "index": false, "doc_values": false })),
        (field::MERGED, json!({ "type": "boolean" })),
        (field::COUNTED, stored_only()),
    ];
    let fields = fields.into_iter().map(|(name, mapping)| (name.to_owned(), mapping));
    let text_fields = Kind::ALL.into_iter().map(|kind| (kind.name().to_owned(), texts()));
    fields.chain(text_fields).collect()
}
