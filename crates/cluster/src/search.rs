//! Searches and counts. If the answer lacks the documents of a shard, that is an error.

use serde::Serialize;

use crate::client::Client;
use crate::error::Result;
use crate::request::{Completeness, Request, Response, encode_segment};

impl Client {
    /// Searches an index. If `index` is empty, searches the point in time that the body names.
    ///
    /// An answer is accepted only if all shards have answered in time; otherwise another node is
    /// asked. `allow_partial_search_results=false` is always sent.
    ///
    /// # Errors
    ///
    /// [`Partial`](crate::Error::Partial) or [`Unavailable`](crate::Error::Unavailable) if shards
    /// are missing, and as [`Self::send`].
    pub fn search(
        &self,
        index: &str,
        parameters: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Response> {
        self.send(&search_request(index, parameters).json(body)?)
    }

    /// Counts the documents that match the `query` in the body.
    ///
    /// # Errors
    ///
    /// As [`Self::search`].
    pub fn count(&self, index: &str, body: &impl Serialize) -> Result<u64> {
        #[derive(serde::Deserialize)]
        struct Count {
            count: u64,
        }
        let path = format!("/{}/_count", encode_segment(index));
        let request = Request::post(path).json(body)?.require(Completeness::Search);
        Ok(self.send(&request)?.json::<Count>()?.count)
    }
}

/// A search whose answer must have the hits of all shards. If `index` is empty, the body names a
/// point in time.
pub(crate) fn search_request(index: &str, parameters: &[(&str, &str)]) -> Request {
    let path = match index {
        "" => "/_search".to_owned(),
        _ => format!("/{}/_search", encode_segment(index)),
    };
    let request = Request::post(path).queries(parameters).require(Completeness::Search);
    request.query("allow_partial_search_results", "false")
}
