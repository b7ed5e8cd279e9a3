//! Requests to a cluster, and the responses of the cluster, as plain data.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Exchange, Result};

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `DELETE`.
    Delete,
    /// `HEAD`.
    Head,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        })
    }
}

/// What a response must have to count as complete, see [`completeness`](crate::completeness).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Completeness {
    /// Nothing is checked.
    #[default]
    Any,
    /// The hits of all shards. Also for counts, and for opening a point in time: their answers say
    /// in the same way which shards have failed.
    Search,
    /// Each of the requested documents, or the statement that it does not exist.
    MultiGet,
}

/// A request to any node of the cluster.
///
/// A request is repeated after a transient failure (see [`Error::is_transient`]), because requests
/// are idempotent: to send one twice has the effect of sending it once. Call
/// [`Self::not_idempotent`] for a request that is not.
///
/// ```
/// use wensou_cluster::Request;
///
/// let request = Request::get("/news/_count").query("q", "title:a b");
/// assert_eq!(request.to_string(), "GET /news/_count?q=title%3Aa%20b");
/// ```
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    /// The path with its parameters.
    path: String,
    // The methods that set the following fields describe what they mean.
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) ndjson: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) min_timeout: Option<Duration>,
    pub(crate) rotate: bool,
    pub(crate) idempotent: bool,
    pub(crate) retry_overload: bool,
    pub(crate) node: Option<usize>,
    pub(crate) accepted: Vec<u16>,
    pub(crate) completeness: Completeness,
}

impl Request {
    /// A request with this method. The path begins with a slash; its segments are encoded, see
    /// [`encode_segment`].
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            ndjson: false,
            timeout: None,
            min_timeout: None,
            rotate: false,
            idempotent: true,
            retry_overload: true,
            node: None,
            accepted: Vec::new(),
            completeness: Completeness::Any,
        }
    }

    /// A `GET` request.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// A `POST` request.
    #[must_use]
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::Post, path)
    }

    /// A `PUT` request.
    #[must_use]
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::Put, path)
    }

    /// A `DELETE` request.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path)
    }

    /// A `HEAD` request.
    #[must_use]
    pub fn head(path: impl Into<String>) -> Self {
        Self::new(Method::Head, path)
    }

    /// Adds a parameter; key and value are encoded.
    #[must_use]
    pub fn query(mut self, key: &str, value: &str) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        self.path.push(separator);
        self.path.push_str(&encode_segment(key));
        self.path.push('=');
        self.path.push_str(&encode_segment(value));
        self
    }

    /// Adds parameters.
    #[must_use]
    pub fn queries(self, pairs: &[(&str, &str)]) -> Self {
        pairs.iter().fold(self, |request, (key, value)| request.query(key, value))
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if the value cannot be written as JSON, such as a map whose keys are not
    /// strings.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self> {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes),
            Err(error) => {
                let (request, problem) = (self.to_string(), error.to_string());
                return Err(Error::Encode { request, problem });
            }
        }
        Ok(self)
    }

    /// Sets the body to bytes that are JSON already.
    #[must_use]
    pub fn json_bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets a body of lines, each a JSON value and ended by a line feed, for `_bulk`.
    #[must_use]
    pub fn ndjson(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self.ndjson = true;
        self
    }

    /// Sets the time limit of this request with all its repetitions, instead of that of the client.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Raises the time limit of this request with all its repetitions, unless that of the client is
    /// longer. For requests that take longer than searches.
    #[must_use]
    pub fn min_timeout(mut self, timeout: Duration) -> Self {
        self.min_timeout = Some(timeout);
        self
    }

    /// The time limit of this request with all its repetitions, if that of the client is
    /// `of_client`.
    pub(crate) fn time_limit(&self, of_client: Duration) -> Duration {
        let raised = of_client.max(self.min_timeout.unwrap_or_default());
        self.timeout.unwrap_or(raised)
    }

    /// For a request that only the elected cluster manager can answer. If there is no cluster
    /// manager, the node that is asked waits for one: by default, for half a minute; with this, for
    /// 5 seconds if [`min_timeout`](Self::min_timeout) was called before, or else for 2 seconds.
    #[must_use]
    pub fn by_cluster_manager(self) -> Self {
        let time = if self.min_timeout.is_some() { "5s" } else { "2s" };
        self.query("cluster_manager_timeout", time)
    }

    /// Lets this request rotate: such requests go to the nodes in turn, to spread the load. All
    /// other requests go to the same node while it answers, because the connection to it is open.
    #[must_use]
    pub fn rotate(mut self) -> Self {
        self.rotate = true;
        self
    }

    /// Sends this request once, and never repeats it.
    #[must_use]
    pub fn not_idempotent(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// Status 429 (the cluster has too much to do) becomes an error at once, for a caller that then
    /// sends less at a time.
    #[must_use]
    pub fn no_retry_on_overload(mut self) -> Self {
        self.retry_overload = false;
        self
    }

    /// Sends this request only to the node with this number: nodes are counted from 0, in the order
    /// of the address.
    #[must_use]
    pub fn to_node(mut self, node: usize) -> Self {
        self.node = Some(node);
        self
    }

    /// Returns an answer with this status as a response, not as an error: for example 404, if an
    /// index may be missing.
    #[must_use]
    pub fn accept(mut self, status: u16) -> Self {
        self.accepted.push(status);
        self
    }

    /// Sets what the response must have.
    pub(crate) fn require(mut self, completeness: Completeness) -> Self {
        self.completeness = completeness;
        self
    }

    /// Whether a preference for shards can be added: this is a request for documents of an index,
    /// not of a point in time, and has none yet.
    pub(crate) fn can_prefer(&self) -> bool {
        matches!(self.completeness, Completeness::Search | Completeness::MultiGet)
            && !self.path.starts_with("/_")
            && !self.path.contains("preference=")
    }

    /// The path with its parameters.
    pub(crate) fn target(&self) -> &str {
        &self.path
    }

    /// The number of bytes of the body.
    pub(crate) fn body_bytes(&self) -> usize {
        self.body.as_ref().map_or(0, Vec::len)
    }

    /// This request and the node that it is sent to, for messages: without parameters, and with at
    /// most 120 characters of the path, because both may be long.
    pub(crate) fn exchange_with(&self, node: &str) -> Exchange {
        let path = self.path.split('?').next().unwrap_or_default();
        let mut path: String = path.chars().take(120).collect();
        if path.len() < self.path.split('?').next().map_or(0, str::len) {
            path.push('…');
        }
        Exchange { request: format!("{} {path}", self.method), node: node.to_owned() }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({self}, {} bytes)", self.body_bytes())
    }
}

/// A response whose status means success, or is one that the request accepts.
#[derive(Clone)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) at: Exchange,
    pub(crate) body: Vec<u8>,
    pub(crate) attempts: u32,
}

impl Response {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The request and the node that answered.
    #[must_use]
    pub fn exchange(&self) -> &Exchange {
        &self.at
    }

    /// How often the request was sent, at least 1.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The body as it was received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as it was received.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// The body as a value. To parse a value that borrows from the body, such as `&RawValue`, use
    /// [`Self::bytes`].
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if the body is not such a value.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| self.malformed(&error))
    }

    /// The error for a body that is not what was asked for.
    pub(crate) fn malformed(&self, problem: &impl ToString) -> Error {
        Error::Malformed { at: self.at.clone(), problem: problem.to_string() }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} from {}, {} bytes)", self.status, self.at, self.body.len())
    }
}

/// Encodes a segment of a path, such as an index or the id of a document, or the key or value of a
/// parameter.
///
/// ```
/// assert_eq!(wensou_cluster::encode_segment("a/b 新"), "a%2Fb%20%E6%96%B0");
/// ```
#[must_use]
pub fn encode_segment(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte);
    // As segments, `.` and `..` would change the path.
    let is_dots = text == "." || text == "..";
    if text.bytes().all(plain) && !is_dots {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if plain(byte) && !is_dots {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(encoded)
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
