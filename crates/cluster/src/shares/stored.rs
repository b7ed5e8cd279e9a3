//! A document with what other machines need to know of it.

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
pub(super) struct Stored {
    pub(super) record: Record,
    /// The index of the record in the order of the walk of the machine that has its first
    /// occurrence.
    pub(super) ordinal: u64,
    /// See [`field::WALK`].
    pub(super) walk: String,
    /// See [`field::SHARES`].
    pub(super) shares: Vec<String>,
    /// See [`field::COUNTED`].
    #[serde(default)]
    pub(super) counted: Option<Record>,
    #[serde(default)]
    pub(super) group: Option<String>,
}

/// A document that was read, and its version.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) stored: Stored,
    pub(super) version: DocumentVersion,
}

/// Where a record stands first.
pub(super) fn first_path(record: &Record) -> (&str, u64) {
    match record {
        Record::Article(article) => (&article.path, article.span.start),
        Record::Flash(item) => {
            let first = item.all_occurrences().min_by_key(|seen| walk_key(&seen.path));
            first.map_or(("", 0), |seen| (&seen.path, seen.span.start))
        }
    }
}

/// The place of a record in the order of one machine, compared with records of other files.
pub(super) fn position(record: &Record) -> (bool, String, u64) {
    let (path, start) = first_path(record);
    (matches!(record, Record::Flash(_)), walk_key(path), start)
}

impl Stored {
    /// A record that no other machine is known to have.
    pub(super) fn new(record: Record, ordinal: u64, share: &str) -> Self {
        let walk = walk_key(first_path(&record).0);
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

    /// The document as JSON.
    pub(super) fn render(&self, segmenter: &Segmenter) -> Result<Vec<u8>> {
        let (values, terms) = analyse_record(self.ordinal, &self.record, segmenter)?;
        self.to_json(&values, &terms)
    }

    /// The document as JSON, given what is indexed of the record.
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
