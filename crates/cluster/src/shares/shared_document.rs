//! A document of an index that several machines write: a record, with what is needed to merge it
//! with the record that another machine has under the same id.

use serde::Deserialize;
use serde_json::json;
use wensou_index::{DocumentTerms, FieldValues, RecordExt, analyse_record};
use wensou_ingest::{Record, is_same_item, merge_items, walk_key};
use wensou_text::Segmenter;

use crate::document::document_fields;
use crate::document_version::DocumentVersion;
use crate::error::Result;
use crate::schema::field;

/// A document of an index that several machines write, as its `_source` has it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SharedDocument {
    pub(super) record: Record,
    /// The number of the record, from 0, in the walk of the machine that has its first occurrence.
    pub(super) ordinal: u64,
    /// See [`field::WALK`].
    pub(super) walk: String,
    /// See [`field::SHARES`].
    pub(super) shares: Vec<String>,
    /// See [`field::COUNTED`].
    #[serde(default)]
    pub(super) counted: Option<Record>,
    /// See [`field::GROUP`].
    #[serde(default)]
    pub(super) group: Option<String>,
}

/// A document as it was read from the cluster, with the version that a write must name to replace
/// it.
#[derive(Debug, Clone)]
pub(super) struct StoredDocument {
    pub(super) document: SharedDocument,
    pub(super) version: DocumentVersion,
}

/// The file and the byte offset of the first occurrence of a record, in the order of the walk.
pub(super) fn first_location(record: &Record) -> (&str, u64) {
    match record {
        Record::Article(article) => (&article.path, article.span.start),
        Record::Flash(item) => {
            let first = item.all_occurrences().min_by_key(|occurrence| walk_key(&occurrence.path));
            first.map_or(("", 0), |first| (&first.path, first.span.start))
        }
    }
}

/// The key by which records of different files sort into the order in which a single machine would
/// index them: articles before flash items, and each kind by the first occurrence.
fn walk_position(record: &Record) -> (bool, String, u64) {
    let (path, start) = first_location(record);
    (matches!(record, Record::Flash(_)), walk_key(path), start)
}

impl SharedDocument {
    /// The document of a record that no other machine is known to have.
    pub(super) fn new(record: Record, ordinal: u64, share: &str) -> Self {
        let (path, _) = first_location(&record);
        let walk = walk_key(path);
        let shares = vec![share.to_owned()];
        Self { record, ordinal, walk, shares, counted: None, group: None }
    }

    pub(super) fn id(&self) -> &str {
        self.record.id()
    }

    pub(super) fn set_id(&mut self, id: String) {
        match &mut self.record {
            Record::Article(article) => article.id = id,
            Record::Flash(item) => item.id = id,
        }
    }

    /// Whether the share with this key has the record.
    pub(super) fn is_of_share(&self, share: &str) -> bool {
        self.shares.iter().any(|key| key == share)
    }

    /// Whether a single machine would index the record before that of the other document. Of two
    /// records with equal ids, the first keeps the id.
    pub(super) fn precedes(&self, other: &Self) -> bool {
        walk_position(&self.record) < walk_position(&other.record)
    }

    /// Whether both documents have the same article: one with the same span of the same file.
    pub(super) fn is_same_article(&self, other: &Self) -> bool {
        match (&self.record, &other.record) {
            (Record::Article(article), Record::Article(other)) => {
                (&article.path, article.span) == (&other.path, other.span)
            }
            _ => false,
        }
    }

    /// This stored document after the flash item of the document `own` was merged into it. `share`
    /// is the key of the share that `own` belongs to. `None` if the two documents do not have the
    /// same flash item.
    pub(super) fn merge_item(&self, own: &Self, share: &str) -> Option<Self> {
        let (Record::Flash(item), Record::Flash(own_item)) = (&self.record, &own.record) else {
            return None;
        };
        if !is_same_item(own_item, item) {
            return None;
        }
        let mut merged = self.clone();
        let (own_path, _) = first_location(&own.record);
        if walk_key(own_path) < self.walk {
            (merged.ordinal, merged.walk) = (own.ordinal, own.walk.clone());
        }
        merged.counted.get_or_insert_with(|| self.record.clone());
        merged.record = Record::Flash(merge_items(item, own_item));
        if !self.is_of_share(share) {
            merged.shares.push(share.to_owned());
        }
        Some(merged)
    }

    /// The document as JSON. Analyses the record; if that is done already, call
    /// [`to_json`](Self::to_json).
    pub(super) fn analyse_to_json(&self, segmenter: &Segmenter) -> Result<Vec<u8>> {
        let (values, terms) = analyse_record(self.ordinal, &self.record, segmenter)?;
        self.to_json(&values, &terms)
    }

    /// The document as JSON, given the values and terms of the analysed record.
    pub(super) fn to_json(&self, values: &FieldValues, terms: &DocumentTerms) -> Result<Vec<u8>> {
        let (_, mut fields) = document_fields(&self.record, values, terms, self.group.as_deref())?;
        let mut set = |name: &str, value| fields.insert(name.to_owned(), value);
        set(field::WALK, json!(self.walk));
        set(field::SHARES, json!(self.shares));
        if self.shares.len() > 1 {
            set(field::MERGED, json!(true));
        }
        if let Some(counted) = &self.counted {
            set(field::COUNTED, serde_json::to_value(counted)?);
        }
        Ok(serde_json::to_vec(&fields)?)
    }
}
