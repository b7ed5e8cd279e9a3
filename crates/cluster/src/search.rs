//! Searches and counts, whose answers have the documents of all shards or are errors.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::request::{Completeness, Request, Response, encode_segment};

const MULTI_SEARCH_PATH: &str = "/_msearch";

/// The time limit of a request with several searches while no node is known to hang. When it is
/// over, the client asks each node whether it hangs, and sends the searches again.
const FIRST_MULTI_SEARCH_TIMEOUT: Duration = Duration::from_secs(5);

impl Client {
    /// Searches an index. If `index` is empty, searches the point in time that the body names.
    ///
    /// An answer is accepted only if all shards have answered in time; otherwise another node is
    /// asked. `allow_partial_search_results=false` is always sent.
    ///
    /// # Errors
    ///
    /// [`Error::Partial`] or [`Error::Unavailable`] if shards are missing, and as [`Self::send`].
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

    /// Runs several searches of an index in one request, and returns their answers in order.
    ///
    /// `parameters` go with each search, such as `("search_type", "dfs_query_then_fetch")`. If one
    /// of the answers is an error or partial, all searches are repeated, or the request fails.
    ///
    /// # Errors
    ///
    /// The error of the first search that failed, and as [`Self::search`].
    pub fn multi_search(
        &self,
        index: &str,
        parameters: &[(&str, &str)],
        bodies: &[impl Serialize],
    ) -> Result<Vec<Box<RawValue>>> {
        #[derive(serde::Deserialize)]
        struct Answers {
            responses: Vec<Box<RawValue>>,
        }
        if bodies.is_empty() {
            return Ok(Vec::new());
        }
        let mut header: Map<String, Value> =
            parameters.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        header.insert("index".to_owned(), json!(index));
        header.insert("allow_partial_search_results".to_owned(), json!(false));
        let send = |preference: Option<String>| {
            let mut header = header.clone();
            let has_preference = preference.is_some();
            header.extend(preference.map(|nodes| ("preference".to_owned(), json!(nodes))));
            let mut lines = Vec::new();
            for body in bodies {
                write_line(&mut lines, &header, MULTI_SEARCH_PATH)?;
                write_line(&mut lines, body, MULTI_SEARCH_PATH)?;
            }
            let request = Request::post(MULTI_SEARCH_PATH).ndjson(lines);
            let request = request.require(Completeness::MultiSearch);
            self.send(&if has_preference {
                request
            } else {
                request.timeout(FIRST_MULTI_SEARCH_TIMEOUT)
            })
        };
        let response = match send(self.preference()) {
            // The node that hangs may be another than the one that was asked: one that has a shard.
            // A preference for the shards on other nodes is a part of each search in the body, so
            // the body is written again.
            Err(error @ Error::TimedOut { .. }) => match self.preference_after_time_out() {
                Some(preference) => send(Some(preference))?,
                None => return Err(error),
            },
            sent => sent?,
        };
        let answers = response.json::<Answers>()?.responses;
        if answers.len() != bodies.len() {
            let problem = format!("{} answers to {} searches", answers.len(), bodies.len());
            return Err(response.malformed(&problem));
        }
        Ok(answers)
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

/// Appends a value and a line feed.
fn write_line(lines: &mut Vec<u8>, value: &impl Serialize, path: &str) -> Result<()> {
    serde_json::to_writer(&mut *lines, value).map_err(|error| Error::Encode {
        request: format!("POST {path}"),
        problem: error.to_string(),
    })?;
    lines.push(b'\n');
    Ok(())
}
