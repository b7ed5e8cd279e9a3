//! No error and nothing that is printed for debugging has a secret, whatever a server repeats.

use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::AuthorityError;

/// A server that repeats the headers of the request in every part of its answers.
fn echo(status: u16, shape: u8) -> Mock {
    Mock::new(move |_, seen| {
        let headers = seen.headers.as_str();
        match shape {
            0 => Reply::exception(status, headers, headers),
            1 => Reply::Status(status, format!("<html>{headers}")),
            2 => Reply::Status(status, json!({"error": headers, "status": status}).to_string()),
            3 => Reply::Status(
                status,
                json!({"error": {"type": "x", "caused_by": {"reason": headers}}}).to_string(),
            ),
            4 => Reply::Raw(headers.as_bytes().to_vec()),
            _ => Reply::ok(
                json!({"timed_out": false, "_shards": {"total": 1, "failed": 1,
                "failures": [{"reason": {"type": headers, "reason": headers}}]}})
                .to_string(),
            ),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_error_has_a_secret(
        secret in "[A-Za-z0-9!$%&/()=?.,-]{8,40}",
        kind in 0..3_u8,
        status in prop::sample::select(vec![400, 401, 403, 404, 409, 413, 418, 429, 500, 503]),
        shape in 0..6_u8,
    ) {
        let value = SecretString::from(secret.clone());
        let credentials = match kind {
            0 => Credentials::basic("me", value),
            1 => Credentials::api_key(value),
            _ => Credentials::bearer(value),
        };
        let credentials = credentials.unwrap();
        let header = credentials.header().unwrap().to_str().unwrap().to_owned();
        let sent = header.split(' ').nth(1).unwrap();
        let mock = echo(status, shape);
        let options = ClientOptions { attempts: 2, ..ClientOptions::default() };
        let client = client_of(&[&mock], &credentials, &options).unwrap();
        let error = search(&client).unwrap_err();
        let text = format!("{error} {error:?} {client:?} {credentials:?} {credentials}");
        prop_assert!(mock.seen()[0].headers.contains(&secret) || kind == 0);
        prop_assert!(mock.seen()[0].headers.contains(sent));
        prop_assert!(!text.contains(&secret) && !text.contains(sent), "{}", text);
    }
}

/// A certificate authority, and a certificate of it for `host`, as PEM.
fn authority(host: &str) -> (String, rustls::ServerConfig) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = parameters.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::from_params(&parameters, &key);
    let node_key = rcgen::KeyPair::generate().unwrap();
    let node = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
    let node = node.signed_by(&node_key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![node.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(node_key.serialize_der()).into(),
        )
        .unwrap();
    (ca.pem(), server)
}

/// Serves the greeting over TLS, and returns the port.
fn serve(config: rustls::ServerConfig) -> u16 {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::Stream::new(&mut tls, &mut stream);
            let mut buffer = [0; 4096];
            let length = GREETING.len();
            if tls.read(&mut buffer).is_ok() {
                let _ =
                    write!(tls, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{GREETING}");
            }
        }
    });
    port
}

#[test]
fn only_the_authority_of_the_cluster_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let connect = |host: &str, port: u16, ca: &str| {
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, ca).unwrap();
        let options = ClientOptions { ca_file: Some(ca_file), ..ClientOptions::default() };
        let address = ClusterAddress::parse(&format!("https://{host}:{port}/n")).unwrap();
        Client::connect(&address, &Credentials::none(), &options)
    };
    let (right, server) = authority("127.0.0.1");
    let (wrong, _) = authority("127.0.0.1");
    let port = serve(server);
    connect("127.0.0.1", port, &right).unwrap();
    let error = connect("127.0.0.1", port, &wrong).unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    assert!(error.to_string().contains("CA file"), "{error}");
    let error = connect("localhost", port, &right).unwrap_err();
    assert!(error.to_string().contains("another host"), "{error}");
    // A port without TLS.
    let mock = Mock::new(|_, _| Reply::ok("{}"));
    let port = address_of(&[&mock]).nodes()[0].port();
    let error = connect("127.0.0.1", port, &right).unwrap_err();
    assert!(matches!(error, Error::Tls { .. } | Error::Unreachable { .. }), "{error}");
}

#[test]
fn authorities_of_the_system_do_not_sign_for_strangers() {
    let (_, server) = authority("127.0.0.1");
    let address = ClusterAddress::parse(&format!("https://127.0.0.1:{}/n", serve(server))).unwrap();
    let error = Client::connect(&address, &Credentials::none(), &ClientOptions::default());
    assert!(
        matches!(
            error,
            Err(Error::Tls { .. } | Error::Authority(AuthorityError::NoAuthorities { .. }))
        ),
        "{error:?}"
    );
}
