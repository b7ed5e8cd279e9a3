//! The fields of the indices on a cluster, and their mappings.
//!
//! An index of wensou is two indices of the cluster: the documents, and the statistics of their
//! terms. An alias leads to the documents; the name of the other follows from theirs.

use serde_json::{Map, Value, json};
use wensou_index::{Kind, TextField};

use crate::token::MAX_TOKEN_CHARS;

/// The version of the layout. An index of another one is refused.
pub const FORMAT: u32 = 2;

/// Names of the fields of a document.
pub mod field {
    /// The id, and those of the variants of a flash item.
    pub const ID: &str = "id";
    /// The index of the record in the order of the walk.
    pub const ORDINAL: &str = "ordinal";
    /// The number of the kind.
    pub const KIND: &str = "kind";
    /// Civil seconds.
    pub const DATE: &str = "date";
    /// Days since 1970-01-01, for timelines.
    pub const DAY: &str = "day";
    /// How the date is known.
    pub const PROVENANCE: &str = "provenance";
    /// Folded tags.
    pub const TAG: &str = "tag";
    /// Folded sources, outlets and authors.
    pub const SOURCE: &str = "source";
    /// Folded names of authors.
    pub const AUTHOR: &str = "author";
    /// Names and hosts of sites.
    pub const SITE: &str = "site";
    /// The address.
    pub const URL: &str = "url";
    /// Folded categories.
    pub const CATEGORY: &str = "category";
    /// What the record has.
    pub const HAS: &str = "has";
    /// The script.
    pub const SCRIPT: &str = "script";
    /// Suffixes of paths that start where a name does.
    pub const PATH: &str = "path";
    /// Tags for counting: folded form, U+001F, original form.
    pub const TAG_FACET: &str = "tag_facet";
    /// Sources for counting.
    pub const SOURCE_FACET: &str = "source_facet";
    /// Categories for counting.
    pub const CATEGORY_FACET: &str = "category_facet";
    /// Orders documents of equal rank, ascending.
    pub const TIE: &str = "tie";
    /// A hash of the whole document without this field: whether it has changed.
    pub const SUM: &str = "sum";
    /// The content hash of the record, as 16 hexadecimal digits.
    pub const HASH: &str = "hash";
    /// The least id of the group of near-duplicates, if there is one.
    pub const GROUP: &str = "group";
    /// Number of occurrences of the record.
    pub const OCCURRENCES: &str = "occurrences";
    /// The record. It is not indexed.
    pub const RECORD: &str = "record";
    /// If several machines have indexed an archive: the key of the file that the record comes from,
    /// by which it sorts before [`ORDINAL`] does. The ordinals are those of one machine each.
    pub const WALK: &str = "walk";
    /// The machines that have the record, by the keys of their shares: first the one that counted
    /// it in its statistics.
    pub const SHARES: &str = "shares";
    /// Whether several machines have the record.
    pub const MERGED: &str = "merged";
    /// The record as it was counted, if it was merged with others since.
    pub const COUNTED: &str = "counted";
}

/// The field of the cluster that has the tokens of a text field in documents of a kind. Lengths are
/// compared within a kind, and the engine knows one average length for each of its fields.
#[must_use]
pub fn text_field(kind: Kind, field: TextField) -> String {
    let field = match field {
        TextField::Title => "title",
        TextField::Body => "body",
        TextField::Tags => "tags",
    };
    format!("{}.{field}", kind.name())
}

/// How the name of an index of statistics ends.
pub(crate) const TERMS: &str = ".terms";

/// How the name of an index ends in which several machines tell each other what they have sent.
pub(crate) const PARTS: &str = ".parts";

/// The name of the index of statistics that belongs to an index of documents.
#[must_use]
pub(crate) fn statistics_name(documents: &str) -> String {
    format!("{documents}{TERMS}")
}

/// The name of the index of what several machines tell each other while they write an index of
/// documents.
#[must_use]
pub(crate) fn parts_name(documents: &str) -> String {
    format!("{documents}{PARTS}")
}

/// The name of the index that has the lock of an alias.
#[must_use]
pub(crate) fn lock_name(alias: &str) -> String {
    format!("{alias}-wensou-lock")
}

/// How the documents are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The number of primary shards.
    pub shards: u32,
    /// The number of copies of each shard beside it.
    pub replicas: u32,
}

impl Default for Layout {
    fn default() -> Self {
        Self { shards: 3, replicas: 1 }
    }
}

/// The body that creates the index of documents of an alias. `analysis` is the analysis version of
/// the documents, see [`wensou_index::Meta::analysis`].
#[must_use]
pub(crate) fn documents_index(layout: Layout, analysis: &str, alias: &str) -> Value {
    json!({
        "settings": {
            "index": {
                "number_of_shards": layout.shards,
                "number_of_replicas": layout.replicas,
                // A build is searched when it is whole.
                "refresh_interval": "-1",
                // Terms with a prefix, and values of long queries.
                "max_terms_count": 65_536,
            },
            "analysis": {
                "tokenizer": {
                    "tokens": { "type": "whitespace", "max_token_length": MAX_TOKEN_CHARS },
                },
                "analyzer": { "tokens": { "type": "custom", "tokenizer": "tokens" } },
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": unfinished(analysis, alias),
            "properties": properties(),
        },
    })
}

/// The mappings of all fields of a document.
fn properties() -> Map<String, Value> {
    let keyword = || json!({ "type": "keyword", "ignore_above": 8000 });
    let counted = || json!({ "type": "keyword", "index": false });
    let number = |kind: &str| json!({ "type": kind });
    let stored = |kind: &str| json!({ "type": kind, "index": false });
    let object = || json!({ "type": "object", "enabled": false });
    let text = || json!({ "type": "text", "analyzer": "tokens" });
    let texts = || json!({ "properties": { "title": text(), "body": text(), "tags": text() } });
    let fields = [
        (field::ID, keyword()),
        (field::ORDINAL, stored("long")),
        (field::KIND, number("byte")),
        (field::DATE, number("long")),
        (field::DAY, stored("integer")),
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
        (field::TAG_FACET, counted()),
        (field::SOURCE_FACET, counted()),
        (field::CATEGORY_FACET, counted()),
        (field::TIE, stored("long")),
        (field::HASH, counted()),
        (field::SUM, counted()),
        (field::GROUP, keyword()),
        (field::OCCURRENCES, stored("integer")),
        (field::RECORD, object()),
        (field::WALK, json!({ "type": "keyword", "index": false })),
        (field::SHARES, json!({ "type": "keyword", "index": false, "doc_values": false })),
        (field::MERGED, json!({ "type": "boolean" })),
        (field::COUNTED, object()),
    ];
    let of_fields = fields.into_iter().map(|(name, mapping)| (name.to_owned(), mapping));
    let of_texts = Kind::ALL.into_iter().map(|kind| (kind.name().to_owned(), texts()));
    of_fields.chain(of_texts).collect()
}

/// What the mapping of an index of documents says while a copy is written. A whole
/// [`Description`](crate::Description) takes its place at the end.
///
/// `alias` marks an index as written for that alias. Only marked indexes are ever deleted.
#[must_use]
pub(crate) fn unfinished(analysis: &str, alias: &str) -> Value {
    json!({ "wensou": { "format": FORMAT, "analysis": analysis, "alias": alias } })
}

/// The body that creates the index of statistics of an alias.
#[must_use]
pub(crate) fn statistics_index(replicas: u32, alias: &str) -> Value {
    json!({
        "settings": { "index": {
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
        } },
        "mappings": {
            "dynamic": "strict",
            "_meta": { "wensou": { "alias": alias } },
            "properties": { "data": { "type": "object", "enabled": false } },
        },
    })
}

/// The body that creates the index of the lock of an alias. Patterns such as `news-*` do not match
/// it unless they ask for hidden indexes.
#[must_use]
pub(crate) fn lock_index(alias: &str) -> Value {
    json!({
        "settings": { "index": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "hidden": true,
        } },
        "mappings": {
            "_meta": { "wensou": { "alias": alias } },
            // It is only read by its id.
            "enabled": false,
        },
    })
}
