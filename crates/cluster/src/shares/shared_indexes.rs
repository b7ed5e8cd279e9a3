//! The indexes that several machines write. A document is read with its version, and every write
//! names the version that it replaces.

use std::time::Duration;

use foldhash::HashMap;

use super::shared_document::{SharedDocument, StoredDocument};
use crate::client::Client;
use crate::document_version::DocumentVersion;
use crate::error::{Error, Result};
use crate::request::Request;
use crate::schema::field;

/// The most documents that one request reads.
pub(super) const READ_AT_ONCE: usize = 100;

/// The time limit of a request that reads or writes documents. It is long because documents that
/// were just written take longer to read.
pub(super) const DOCUMENT_TIMEOUT: Duration = Duration::from_secs(60);

/// The fields of a document that a [`SharedDocument`] has.
pub(super) const SHARED_DOCUMENT_FIELDS: [&str; 6] =
    [field::RECORD, field::ORDINAL, field::WALK, field::SHARES, field::COUNTED, field::GROUP];

/// The indexes that several machines write.
pub(super) struct SharedIndexes<'c> {
    pub(super) client: &'c Client,
    /// The alias that will lead to the index of documents.
    pub(super) alias: &'c str,
    /// The name of the index of documents.
    pub(super) documents_index: &'c str,
    /// The name of the index of parts, see [`parts`](super::parts).
    pub(super) parts_index: String,
}

impl SharedIndexes<'_> {
    /// Reads documents of the index of documents. Returns those that exist, by their ids.
    pub(super) fn read(&self, ids: &[&str]) -> Result<HashMap<String, StoredDocument>> {
        let mut all = HashMap::default();
        for ids in ids.chunks(READ_AT_ONCE) {
            let request = Request::multi_get(self.documents_index)
                .query("_source_includes", &SHARED_DOCUMENT_FIELDS.join(","))
                .min_timeout(DOCUMENT_TIMEOUT);
            let found = self.client.get_documents::<SharedDocument>(request, ids)?;
            for (id, found) in ids.iter().zip(found) {
                let Some((version, document)) = found else { continue };
                all.insert((*id).to_owned(), StoredDocument { document, version });
            }
        }
        Ok(all)
    }

    /// Reads a document of the index of documents; `None` if it does not exist.
    pub(super) fn read_one(&self, id: &str) -> Result<Option<StoredDocument>> {
        Ok(self.read(&[id])?.remove(id))
    }

    /// Writes a document into the index of documents if `version` is its current version; if that
    /// is `None`, only if there is no such document. Returns whether the document was written; it
    /// is not if another machine has changed or created the document meanwhile.
    pub(super) fn write(
        &self,
        id: &str,
        json: Vec<u8>,
        version: Option<DocumentVersion>,
    ) -> Result<bool> {
        let request = Request::put_document(self.documents_index, id, version).json_bytes(json);
        match self.client.send(&request.min_timeout(DOCUMENT_TIMEOUT)) {
            Ok(_) => Ok(true),
            Err(Error::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
