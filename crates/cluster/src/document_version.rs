//! Reads documents by their ids with their versions, and writes them on condition that the version
//! is still the same, so that no write replaces a change that another process has made in between.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bulk::VersionCondition;
use crate::client::Client;
use crate::error::Result;
use crate::request::{Completeness, Request, encode_segment};

/// A version of a document, as the cluster numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct DocumentVersion {
    #[serde(rename = "_seq_no")]
    pub(crate) seq_no: u64,
    #[serde(rename = "_primary_term")]
    pub(crate) primary_term: u64,
}

impl From<DocumentVersion> for VersionCondition {
    fn from(DocumentVersion { seq_no, primary_term }: DocumentVersion) -> Self {
        Self::Unchanged { seq_no, primary_term }
    }
}

impl Request {
    /// A request that writes a document if `version` is its current version; if `version` is
    /// `None`, only if there is no such document. Otherwise, the cluster answers with a conflict.
    pub(crate) fn put_document(index: &str, id: &str, version: Option<DocumentVersion>) -> Self {
        let (index, id) = (encode_segment(index), encode_segment(id));
        match version {
            Some(version) => Self::put(format!("/{index}/_doc/{id}")).if_version(version),
            None => Self::put(format!("/{index}/_create/{id}")),
        }
    }

    /// A request for a document of an index, for [`Client::get_document`].
    pub(crate) fn get_document(index: &str, id: &str) -> Self {
        Self::get(format!("/{}/_doc/{}", encode_segment(index), encode_segment(id))).accept(404)
    }

    /// A request for documents of an index by their ids, for [`Client::get_documents`].
    pub(crate) fn multi_get(index: &str) -> Self {
        Self::post(format!("/{}/_mget", encode_segment(index))).require(Completeness::MultiGet)
    }

    /// Applies the request only to this version of the document.
    pub(crate) fn if_version(
        self,
        DocumentVersion { seq_no, primary_term }: DocumentVersion,
    ) -> Self {
        self.query("if_seq_no", &seq_no.to_string())
            .query("if_primary_term", &primary_term.to_string())
    }
}

impl Client {
    /// Reads a document with a request of [`Request::get_document`]. Returns it with its version;
    /// `None` if there is no such document.
    pub(crate) fn get_document<T: DeserializeOwned>(
        &self,
        request: &Request,
    ) -> Result<Option<(DocumentVersion, T)>> {
        // Not `DocumentVersion` with `flatten`, for which serde would buffer the whole document.
        #[derive(Deserialize)]
        struct Found<T> {
            #[serde(rename = "_seq_no")]
            seq_no: u64,
            #[serde(rename = "_primary_term")]
            primary_term: u64,
            #[serde(rename = "_source")]
            source: T,
        }
        let response = self.send(request)?;
        if response.status() == 404 {
            return Ok(None);
        }
        let Found { seq_no, primary_term, source } = response.json()?;
        Ok(Some((DocumentVersion { seq_no, primary_term }, source)))
    }

    /// Reads documents with one request, see [`Request::multi_get`]. Returns each with its version,
    /// in the order of `ids`; `None` for those that do not exist.
    pub(crate) fn get_documents<T: DeserializeOwned>(
        &self,
        request: Request,
        ids: &[impl Serialize],
    ) -> Result<Vec<Option<(DocumentVersion, T)>>> {
        #[derive(Deserialize)]
        struct Answer<T> {
            docs: Vec<Found<T>>,
        }
        #[derive(Deserialize)]
        struct Found<T> {
            #[serde(rename = "_seq_no", default)]
            seq_no: u64,
            #[serde(rename = "_primary_term", default)]
            primary_term: u64,
            /// `None` if the document does not exist; the version is missing then, too.
            #[serde(rename = "_source")]
            source: Option<T>,
        }
        let answer: Answer<T> = self.send(&request.json(&json!({ "ids": ids }))?)?.json()?;
        let documents = answer.docs.into_iter().map(|Found { seq_no, primary_term, source }| {
            Some((DocumentVersion { seq_no, primary_term }, source?))
        });
        Ok(documents.collect())
    }
}
