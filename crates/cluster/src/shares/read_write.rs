//! Reads and writes documents with their versions.

use std::time::Duration;

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::json;

use super::build::Build;
use super::shared_document::{ReadDocument, SharedDocument};
use crate::error::{Error, Result};
use crate::request::{Completeness, Request, encode_segment};
use crate::schema::field;
use crate::versioned::DocumentVersion;

/// Documents that are read at a time.
pub(super) const READ_AT_ONCE: usize = 100;

/// The time for a request. Documents that were just written take longer to read.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// What is read of a document.
pub(super) const SOURCE: [&str; 6] =
    [field::RECORD, field::ORDINAL, field::WALK, field::SHARES, field::COUNTED, field::GROUP];

impl Build<'_> {
    /// Reads documents by their ids.
    pub(super) fn read(&self, ids: &[&str]) -> Result<HashMap<String, ReadDocument>> {
        #[derive(Deserialize)]
        struct Answer {
            docs: Vec<Found>,
        }
        #[derive(Deserialize)]
        struct Found {
            #[serde(rename = "_id")]
            id: String,
            #[serde(rename = "_seq_no", default)]
            seq_no: u64,
            #[serde(rename = "_primary_term", default)]
            primary_term: u64,
            #[serde(rename = "_source")]
            source: Option<SharedDocument>,
        }
        let mut all = HashMap::default();
        let path = format!("/{}/_mget", encode_segment(self.documents));
        for ids in ids.chunks(READ_AT_ONCE) {
            let request = Request::post(&path)
                .query("_source_includes", &SOURCE.join(","))
                .timeout(TIMEOUT)
                .complete(Completeness::MultiGet);
            let answer = self.client.send(&request.json(&json!({ "ids": ids }))?)?;
            for Found { id, seq_no, primary_term, source } in answer.json::<Answer>()?.docs {
                let version = DocumentVersion { seq_no, primary_term };
                all.extend(source.map(|stored| (id, ReadDocument { stored, version })));
            }
        }
        Ok(all)
    }

    pub(super) fn read_one(&self, id: &str) -> Result<Option<ReadDocument>> {
        Ok(self.read(&[id])?.remove(id))
    }

    /// Writes a document if the cluster has none of this id, or this version. Returns whether it
    /// was written.
    pub(super) fn write(
        &self,
        id: &str,
        json: Vec<u8>,
        version: Option<DocumentVersion>,
    ) -> Result<bool> {
        let request = Request::put_document(self.documents, id, version).json_bytes(json);
        match self.client.send(&request.timeout(TIMEOUT)) {
            Ok(_) => Ok(true),
            Err(Error::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
