//! The documents of an index that several machines write: a record, with what is needed to merge it
//! with the record that another machine has of the same id.

use serde::Deserialize;
use serde_json::json;
use wensou_index::{DocumentTerms, FieldValues, RecordExt, analyse_record};
use wensou_ingest::{Record, walk_key};
use wensou_text::Segmenter;

use crate::document::fields;
use crate::error::Result;
use crate::schema::field;
use crate::versioned::DocumentVersion;

/// A document of an index that several machines write, as its `_source` has it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SharedDocument {
    pub(super) record: Record,
    /// The index of the record in the walk of the machine that has its first occurrence.
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

/// A document as it was read, with the version that a write must name to replace it.
#[derive(Debug, Clone)]
pub(super) struct ReadDocument {
    pub(super) stored: SharedDocument,
    pub(super) version: DocumentVersion,
}

/// The file and the byte offset of the first occurrence of a record, in the order of the walk.
pub(super) fn first_location(record: &Record) -> (&str, u64) {
    match record {
        Record::Article(article) => (&article.path, article.span.start),
        Record::Flash(item) => {
            let first = item.all_occurrences().min_by_key(|seen| walk_key(&seen.path));
            first.map_or(("", 0), |first| (&first.path, first.span.start))
        }
    }
}

/// The key by which records of different files sort as on a single machine: articles before flash
/// items, then by the first occurrence.
pub(super) fn walk_position(record: &Record) -> (bool, String, u64) {
    let (path, start) = first_location(record);
    (matches!(record, Record::Flash(_)), walk_key(path), start)
}

impl SharedDocument {
    /// The document of a record that no other machine is known to have.
    pub(super) fn new(record: Record, ordinal: u64, share: &str) -> Self {
        let walk = walk_key(first_location(&record).0);
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

    /// The document as JSON. Analyses the record; if that is done already, call
    /// [`to_json`](Self::to_json).
    pub(super) fn analyse_to_json(&self, segmenter: &Segmenter) -> Result<Vec<u8>> {
        let (values, terms) = analyse_record(self.ordinal, &self.record, segmenter)?;
        self.to_json(&values, &terms)
    }

    /// The document as JSON, given the values and terms of the analysed record.
    pub(super) fn to_json(&self, values: &FieldValues, terms: &DocumentTerms) -> Result<Vec<u8>> {
        let (_, mut fields) = fields(&self.record, values, terms, self.group.as_deref())?;
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
