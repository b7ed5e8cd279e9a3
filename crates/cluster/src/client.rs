//! The client: sends a request to a node, and again to other nodes while its failure is transient.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::IgnoredAny;
use ureq::http::HeaderValue;
use ureq::{Agent, RequestBuilder};

use crate::address::ClusterAddress;
use crate::client_options::ClientOptions;
use crate::completeness;
use crate::credentials::Credentials;
use crate::error::{Error, Exchange, Result};
use crate::network_error::error_of_network;
use crate::node_pool::NodePool;
use crate::redact::Redactor;
use crate::request::{Method, Request, Response};
use crate::retry::Attempts;
use crate::server_error::{body_excerpt, error_of_answer};
use crate::server_version::ServerVersion;
use crate::tls;

/// The most bytes that an answer may have. A longer answer is an error.
const MAX_ANSWER_BYTES: u64 = 512 << 20;

/// How long a node has to say its version, if there are other nodes to ask. The time is short so
/// that a node that hangs is noticed soon.
const VERSION_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection to a cluster, shared by its clones and by threads.
///
/// Requests go to the same node while it answers. But those with [`Request::rotate`] go to all
/// nodes in turn, and those with [`Request::to_node`] to the node that they name.
///
/// Before the first request to a node, and before the first one after the node could not be reached
/// or hung, the client sends `GET /`, to check that the node runs a supported version and, if the
/// node names its cluster, belongs to the same cluster as the other nodes. Redirects are not
/// followed and proxies not used, so that credentials reach no other machine.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    agent: Agent,
    pool: NodePool,
    authorization: Option<HeaderValue>,
    credentials: Credentials,
    redactor: Redactor,
    options: ClientOptions,
}

/// An answer whose status and body have not been checked yet.
struct RawAnswer {
    status: u16,
    /// The header `X-OpenSearch-Version`.
    version: Option<String>,
    body: Vec<u8>,
}

impl Client {
    /// Connects to the first node that answers, and checks its version. The first node to ask is
    /// chosen at random.
    ///
    /// # Errors
    ///
    /// If the address, the CA file or the credentials cannot be used, if no node can be reached, or
    /// if the node does not run OpenSearch 2.19 or a later 2, or OpenSearch 3.
    pub fn connect(
        address: &ClusterAddress,
        credentials: &Credentials,
        options: &ClientOptions,
    ) -> Result<Self> {
        Self::connect_from(address, credentials, options, fastrand::usize(..))
    }

    /// Like [`Self::connect`], but asks node `start` (modulo the number of nodes) first.
    pub(crate) fn connect_from(
        address: &ClusterAddress,
        credentials: &Credentials,
        options: &ClientOptions,
        start: usize,
    ) -> Result<Self> {
        address.check_encryption(options.insecure_http)?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("wensou/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .timeout_connect(Some(options.connect_timeout))
            .max_idle_connections_per_host(16)
            .max_idle_connections(64);
        if address.is_encrypted() {
            config = config.tls_config(tls::config(options.ca_file.as_deref())?);
        }
        let client = Self {
            inner: Arc::new(Inner {
                agent: config.build().new_agent(),
                pool: NodePool::new(address.urls(), start),
                authorization: credentials.header(),
                credentials: credentials.clone(),
                redactor: credentials.redactor(),
                options: options.clone(),
            }),
        };
        client
            .with_retries(&Request::get("/"), |_, node, time| client.check_version(node, time))?;
        Ok(client)
    }

    /// The version of one of the nodes that have answered; `None` if each of them has failed since.
    #[must_use]
    pub fn version(&self) -> Option<ServerVersion> {
        let pool = &self.inner.pool;
        (0..pool.len()).find_map(|node| pool.version(node))
    }

    /// The number of nodes in the address.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.inner.pool.len()
    }

    /// Sends a request, and repeats it within its time limit, at most as often as
    /// [`ClientOptions::attempts`] allows, while its failure is transient: no connection, no
    /// answer, too much to do (429), no shard or quorum (502 to 504) or a partial answer. After
    /// status 500, repeats it once. Never repeats a request that is
    /// [not idempotent](Request::not_idempotent), nor, after status 429, one with
    /// [`Request::no_retry_on_overload`].
    ///
    /// # Errors
    ///
    /// The error of the last attempt.
    pub fn send(&self, request: &Request) -> Result<Response> {
        self.with_retries(request, |request, node, time| self.attempt(node, request, time))
    }

    /// Chooses a node and calls `attempt` with the request, the node and the time limit of this
    /// attempt. Repeats that until an attempt succeeds or fails with an error that is final.
    fn with_retries(
        &self,
        request: &Request,
        attempt: impl Fn(&Request, usize, Duration) -> Result<Response>,
    ) -> Result<Response> {
        let Inner { pool, options, .. } = &*self.inner;
        let time_limit = request.time_limit(options.timeout);
        let nodes = if request.node.is_some() { 1 } else { pool.len() };
        let mut attempts = Attempts::new(time_limit, nodes, options.attempts)
            .allow_repeats(request.idempotent, request.retry_overload);
        let mut request = match pool.preference().filter(|_| request.can_prefer()) {
            Some(preference) => Cow::Owned(request.clone().query("preference", &preference)),
            None => Cow::Borrowed(request),
        };
        loop {
            let choose = || pool.choose(&attempts.tried, request.rotate);
            let node = request.node.map_or_else(choose, |node| node % pool.len());
            let time = attempts.next_time_limit();
            attempts.tried.push(node);
            let error = match attempt(&request, node, time) {
                Ok(mut response) => {
                    let keep_current = request.rotate || request.node.is_some();
                    pool.succeeded(node, keep_current);
                    response.attempts = attempts.tried.len() as u32;
                    return Ok(response);
                }
                Err(error) => error,
            };
            match &error {
                Error::Unreachable { .. } => pool.failed(node),
                Error::TimedOut { .. } => {
                    if let Some(with_preference) = self.avoid_hung_nodes(node, &request, time) {
                        request = Cow::Owned(with_preference);
                    }
                }
                _ => {}
            }
            match attempts.wait_after(&error) {
                Some(wait) => std::thread::sleep(wait),
                None => return Err(error),
            }
        }
    }

    /// After a time-out: notes which nodes hang, so that they are avoided. The node `asked` need
    /// not hang: it may have waited for another node that has a shard and hangs. So if the request
    /// is for documents, returns the request with a preference for the shards on nodes that answer.
    fn avoid_hung_nodes(&self, asked: usize, request: &Request, time: Duration) -> Option<Request> {
        let Inner { pool, options, .. } = &*self.inner;
        let time = time.min(options.connect_timeout);
        // If the version of the node is unknown, only `GET /` was sent, which needs no other node:
        // so this node hangs.
        if pool.version(asked).is_none() {
            pool.failed(asked);
            return None;
        }
        if !request.can_prefer() {
            if self.id_of(asked, time).is_err() {
                pool.failed(asked);
            }
            return None;
        }
        let preference = self.prefer_nodes_that_answer(time)?;
        Some(request.clone().query("preference", &preference))
    }

    /// Asks all nodes for their ids. Returns the preference for the shards on the nodes that
    /// answer, and keeps it for further requests if some nodes do not answer; `None` if no node
    /// says its id.
    fn prefer_nodes_that_answer(&self, time: Duration) -> Option<String> {
        let pool = &self.inner.pool;
        let (mut ids, mut some_hang) = (Vec::new(), false);
        for node in 0..pool.len() {
            match self.id_of(node, time) {
                Ok(id) => ids.extend(id),
                Err(_) => {
                    some_hang = true;
                    pool.failed(node);
                }
            }
        }
        if ids.is_empty() {
            return None;
        }
        let preference = format!("_prefer_nodes:{}", ids.join(","));
        if some_hang {
            pool.prefer(preference.clone());
        }
        Some(preference)
    }

    /// Asks a node for its id; `None` if the user may not know it.
    fn id_of(&self, node: usize, time: Duration) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Nodes {
            nodes: BTreeMap<String, IgnoredAny>,
        }
        let request = Request::get("/_nodes/_local").query("filter_path", "nodes.*.name");
        let answer = self.send_to_node(node, &request, time)?;
        let nodes = serde_json::from_slice::<Nodes>(&answer.body).ok();
        Ok(nodes.and_then(|nodes| nodes.nodes.into_keys().next()))
    }

    /// Sends a request to a node once, and checks the status and the body of the answer. First
    /// checks the version of the node if that is not known yet.
    fn attempt(&self, node: usize, request: &Request, time: Duration) -> Result<Response> {
        let started = Instant::now();
        if self.inner.pool.version(node).is_none() {
            self.check_version(node, time)?;
        }
        let time = time.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        let RawAnswer { status, body, .. } = self.send_to_node(node, request, time)?;
        let at = request.exchange_with(self.inner.pool.url(node));
        let is_accepted = (200..300).contains(&status) || request.accepted.contains(&status);
        if !is_accepted || !(request.method == Method::Head || may_be_json(&body)) {
            return Err(self.error_of(at, (status, &body), request.body_bytes()));
        }
        completeness::check(request.completeness, &at, &body, &self.inner.redactor)?;
        Ok(Response { status, at, body, attempts: 1 })
    }

    /// Asks a node for its version and its cluster. Fails unless the version is supported and the
    /// cluster is that of the other nodes.
    fn check_version(&self, node: usize, time: Duration) -> Result<Response> {
        let Inner { pool, redactor, .. } = &*self.inner;
        let request = Request::get("/");
        let time = if pool.len() > 1 { time.min(VERSION_TIMEOUT) } else { time };
        let RawAnswer { status, version, body } = self.send_to_node(node, &request, time)?;
        let at = request.exchange_with(pool.url(node));
        let header = || ServerVersion::of_header(version.as_deref()?, redactor);
        let found = match status {
            // A node that belongs to no quorum still says what it is.
            200..300 | 503 => ServerVersion::of_body(&body, redactor).or_else(header),
            // A user who may only search may not send `GET /`.
            403 => header(),
            _ => None,
        };
        let Some(found) = found else {
            return Err(match status {
                200..300 => Error::NotACluster { at, found: body_excerpt(&body, redactor) },
                _ => self.error_of(at, (status, &body), request.body_bytes()),
            });
        };
        if !found.is_supported() {
            return Err(Error::Unsupported {
                node: pool.url(node).to_owned(),
                product: found.product().to_owned(),
                version: found.number().to_owned(),
            });
        }
        if let Some(node_of_other_cluster) = pool.set_version(node, found) {
            let (first, second) = (node_of_other_cluster.to_owned(), pool.url(node).to_owned());
            return Err(Error::DifferentClusters { first, second });
        }
        Ok(Response { status, at, body, attempts: 1 })
    }

    /// Sends a request to a node once, and reads the answer within `time`.
    fn send_to_node(&self, node: usize, request: &Request, time: Duration) -> Result<RawAnswer> {
        let Inner { agent, pool, redactor, .. } = &*self.inner;
        let url = format!("{}{}", pool.url(node), request.target());
        let body = request.body.as_deref();
        let sent = match (request.method, body) {
            (Method::Post, Some(body)) => self.prepare(agent.post(url), request, time).send(body),
            (Method::Post, None) => self.prepare(agent.post(url), request, time).send_empty(),
            (Method::Put, Some(body)) => self.prepare(agent.put(url), request, time).send(body),
            (Method::Put, None) => self.prepare(agent.put(url), request, time).send_empty(),
            (Method::Get, Some(body)) => {
                self.prepare(agent.get(url).force_send_body(), request, time).send(body)
            }
            (Method::Delete, Some(body)) => {
                self.prepare(agent.delete(url).force_send_body(), request, time).send(body)
            }
            (Method::Get, None) => self.prepare(agent.get(url), request, time).call(),
            (Method::Delete, None) => self.prepare(agent.delete(url), request, time).call(),
            (Method::Head, _) => self.prepare(agent.head(url), request, time).call(),
        };
        let received = sent.and_then(|mut response| {
            let status = response.status().as_u16();
            let version = response.headers().get("x-opensearch-version");
            let version = version.and_then(|value| Some(value.to_str().ok()?.to_owned()));
            let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
            Ok(RawAnswer { status, version, body })
        });
        let at = request.exchange_with(pool.url(node));
        received.map_err(|error| error_of_network(at, &error, time, redactor))
    }

    /// Adds the time limit and the headers.
    fn prepare<B>(
        &self,
        builder: RequestBuilder<B>,
        request: &Request,
        time: Duration,
    ) -> RequestBuilder<B> {
        let mut builder = builder.config().timeout_global(Some(time)).build();
        if let Some(value) = &self.inner.authorization {
            builder = builder.header("authorization", value.clone());
        }
        if request.body.is_some() {
            let content = if request.ndjson { "application/x-ndjson" } else { "application/json" };
            builder = builder.header("content-type", content);
        }
        builder
    }

    /// The error that the status and the body of an answer stand for. The body of the request had
    /// `sent_bytes`.
    fn error_of(&self, at: Exchange, answer: (u16, &[u8]), sent_bytes: usize) -> Error {
        let Inner { credentials, redactor, .. } = &*self.inner;
        error_of_answer(at, answer, (credentials.to_string(), redactor), sent_bytes)
    }

    /// What removes the credentials of this client from texts.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.inner.redactor
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { pool, credentials, .. } = &*self.inner;
        let nodes: Vec<_> = (0..pool.len()).map(|node| pool.url(node)).collect();
        f.debug_struct("Client").field("nodes", &nodes).field("credentials", credentials).finish()
    }
}

/// Whether a body begins as a JSON object or list: all answers of the cluster do.
fn may_be_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

#[cfg(test)]
#[path = "client_tests/mod.rs"]
mod tests;
