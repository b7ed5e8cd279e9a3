//! A proxy between the binary and a node. It answers the requests that a test chooses, and forwards
//! all others to the node. With a certificate, the proxy expects TLS.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request that the proxy has received.
#[derive(Debug)]
pub(super) struct Received {
    /// The method and the path, without parameters: `POST /news/_search`.
    pub(super) method_and_path: String,
    /// The value of the header `authorization`.
    pub(super) authorization: String,
}

/// The answer that a test gives to a request: the status, the body, and additional header lines,
/// each of which ends with a line break.
pub(super) type Answer = (u16, String, &'static str);

/// The answer of the proxy to a request; `None` forwards the request.
type Rule = dyn Fn(&Received) -> Option<Answer> + Send + Sync;

/// A proxy. It listens until the process ends.
pub(super) struct Proxy {
    port: u16,
}

impl Proxy {
    /// A proxy of the node that listens on `node_port`. For `rule`, see [`Rule`].
    pub(super) fn new(
        node_port: u16,
        rule: impl Fn(&Received) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        Self::start(node_port, Box::new(rule), None)
    }

    /// A proxy that expects TLS and forwards every request, without TLS.
    pub(super) fn encrypted(node_port: u16, config: ServerConfig) -> Self {
        Self::start(node_port, Box::new(|_| None), Some(Arc::new(config)))
    }

    fn start(node_port: u16, rule: Box<Rule>, config: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rule: Arc<Rule> = rule.into();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, rule, config) = (stream.unwrap(), Arc::clone(&rule), config.clone());
                // Ignore errors: a client that closes its connection is no failure of a test.
                std::thread::spawn(move || match config {
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        let _ = serve(StreamOwned::new(connection, stream), node_port, &*rule);
                    }
                    None => drop(serve(stream, node_port, &*rule)),
                });
            }
        });
        Self { port }
    }

    /// The address of the index `name` behind the proxy.
    pub(super) fn address(&self, scheme: &str, name: &str) -> String {
        format!("{scheme}://127.0.0.1:{}/{name}", self.port)
    }
}

/// Answers one request of a client, and closes the connection.
fn serve<S: Read + Write>(stream: S, node_port: u16, rule: &Rule) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(());
    }
    let (mut forwarded, mut length) = (line.clone(), 0);
    let mut authorization = String::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "authorization" => value.trim().clone_into(&mut authorization),
            // Not forwarded: the proxy sends a header `connection` of its own, and sends each body
            // with its length.
            "connection" | "transfer-encoding" => continue,
            _ => {}
        }
        forwarded.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    // `POST /news/_search?size=1 HTTP/1.1`: cut off the parameters and the version.
    let end = line.find(['?', '\r']).unwrap();
    let method_and_path = line[..end].trim_end_matches(" HTTP/1.1").to_owned();
    let answer = match rule(&Received { method_and_path, authorization }) {
        Some((status, body, header)) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{header}");
            format!("{head}connection: close\r\n\r\n{body}").into_bytes()
        }
        None => {
            let mut server = TcpStream::connect(("127.0.0.1", node_port))?;
            server.write_all(format!("{forwarded}connection: close\r\n\r\n").as_bytes())?;
            server.write_all(&body)?;
            let mut answer = Vec::new();
            server.read_to_end(&mut answer)?;
            answer
        }
    };
    reader.get_mut().write_all(&answer)?;
    reader.get_mut().flush()
}

/// A new certificate authority as PEM, and the configuration of a server with a certificate for
/// 127.0.0.1 that this authority has signed.
pub(super) fn new_certificate_authority() -> (String, ServerConfig) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = parameters.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::from_params(&parameters, &key);
    let node_key = rcgen::KeyPair::generate().unwrap();
    let node = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let node = node.signed_by(&node_key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![node.der().clone()],
            PrivatePkcs8KeyDer::from(node_key.serialize_der()).into(),
        )
        .unwrap();
    (ca.pem(), config)
}
