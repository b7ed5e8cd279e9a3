//! A small HTTP server for tests, whose answers a test defines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::client_options::ClientOptions;
use crate::credentials::Credentials;

/// The greeting: the answer of a node to `GET /`.
pub(crate) const GREETING: &str = r#"{"name":"n1","cluster_uuid":"u1","version":{"distribution":"opensearch","number":"3.8.0"},"tagline":"The OpenSearch Project"}"#;

/// A request as the server read it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenRequest {
    /// Method, path and parameters: `POST /n/_search?a=b`.
    pub(crate) line: String,
    /// The lines of the headers, with their names in lower case.
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with a status and a body.
    Status(u16, String),
    /// Sends these bytes, which need not be an answer, and closes the connection.
    Raw(Vec<u8>),
    /// Closes the connection.
    Close,
    /// Sends nothing for this time, and closes the connection.
    Hang(Duration),
}

impl Reply {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Status(200, body.into())
    }

    /// An error with the exception `kind`, as OpenSearch writes it.
    pub(crate) fn exception(status: u16, kind: &str, reason: &str) -> Self {
        let error =
            serde_json::json!({"error": {"type": kind, "reason": reason}, "status": status});
        Self::Status(status, error.to_string())
    }
}

/// A complete answer to a search, without hits.
pub(crate) const WHOLE_ANSWER: &str =
    r#"{"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"hits":[]}}"#;

/// Makes the reply to a request other than `GET /`. The first argument says how many such requests
/// the server has received before.
type MakeReply = dyn Fn(usize, &SeenRequest) -> Reply + Send + Sync;

/// A server that stops when it is dropped.
pub(crate) struct Mock {
    port: u16,
    seen: Arc<Mutex<Vec<SeenRequest>>>,
    stopped: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Mock {
    /// A server that answers `GET /` with [`GREETING`], and every other request with what `answer`
    /// returns for it. The first argument of `answer` is the number of the request, which counts
    /// these other requests from 0.
    pub(crate) fn new(
        answer: impl Fn(usize, &SeenRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::with_greeting(Reply::ok(GREETING), answer)
    }

    /// Like [`Mock::new`], but answers `GET /` with `greeting`.
    pub(crate) fn with_greeting(
        greeting: Reply,
        answer: impl Fn(usize, &SeenRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let (all_seen, is_stopped) = (Arc::clone(&seen), Arc::clone(&stopped));
        let count = Arc::new(AtomicUsize::new(0));
        let answer: Arc<MakeReply> = Arc::new(answer);
        let acceptor = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_stopped.load(SeqCst) {
                    return;
                }
                let (greeting, answer) = (greeting.clone(), Arc::clone(&answer));
                let (seen, stopped) = (Arc::clone(&all_seen), Arc::clone(&is_stopped));
                let count = Arc::clone(&count);
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.unwrap());
                    while let Some(request) = read_request(&mut reader) {
                        let reply = if request.line == "GET /" {
                            greeting.clone()
                        } else {
                            seen.lock().unwrap().push(request.clone());
                            answer(count.fetch_add(1, SeqCst), &request)
                        };
                        let is_head = request.line.starts_with("HEAD");
                        if stopped.load(SeqCst) || !write_reply(reader.get_mut(), reply, is_head) {
                            return;
                        }
                    }
                });
            }
        });
        Self { port, seen, stopped, acceptor: Some(acceptor) }
    }

    /// The host and the port of the server.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The requests so far, without those for `GET /`.
    pub(crate) fn requests(&self) -> Vec<SeenRequest> {
        self.seen.lock().unwrap().clone()
    }

    /// A client of this server alone.
    pub(crate) fn client(&self) -> Client {
        client_of(&[self], &Credentials::none(), &ClientOptions::default()).unwrap()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.stopped.store(true, SeqCst);
        // Connect once, so that the accepting thread wakes up and sees that it has to stop.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// The address of the index `n` on these servers.
pub(crate) fn address_of(mocks: &[&Mock]) -> ClusterAddress {
    let hosts: Vec<_> = mocks.iter().map(|mock| mock.host()).collect();
    ClusterAddress::parse(&format!("http://{}/n", hosts.join(","))).unwrap()
}

/// A client that asks the first server first.
pub(crate) fn client_of(
    mocks: &[&Mock],
    credentials: &Credentials,
    options: &ClientOptions,
) -> crate::Result<Client> {
    let first_node = 0;
    Client::connect_from(&address_of(mocks), credentials, options, first_node)
}

/// A host and port where nobody listens.
pub(crate) fn closed_host() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Reads the next request of a connection; `None` when it is closed.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<SeenRequest> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    let line = line.trim_end().replace(" HTTP/1.1", "");
    let mut seen = SeenRequest { line, ..SeenRequest::default() };
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim_end().is_empty() {
            break;
        }
        let lower = header.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        chunked |= lower.starts_with("transfer-encoding: chunked");
        seen.headers.push_str(
            &lower
                .split(':')
                .next()
                .map_or(String::new(), |name| format!("{name}:{}", &header[name.len() + 1..])),
        );
    }
    assert!(!chunked, "the client states the length of bodies");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).unwrap();
    Some(seen)
}

/// Sends a reply; if the request is `HEAD`, without the body. Returns whether the connection stays
/// open.
fn write_reply(stream: &mut TcpStream, reply: Reply, is_head: bool) -> bool {
    match reply {
        Reply::Status(status, body) => {
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let body = if is_head { "" } else { &body };
            stream.write_all(head.as_bytes()).is_ok() && stream.write_all(body.as_bytes()).is_ok()
        }
        Reply::Raw(bytes) => {
            let _ = stream.write_all(&bytes);
            false
        }
        Reply::Close => false,
        Reply::Hang(time) => {
            std::thread::sleep(time);
            false
        }
    }
}
