//! Tests of the client against servers with TLS: which certificate authorities the client trusts.

use super::*;
use crate::AuthorityError;

/// A new certificate authority: its certificate as PEM, and the settings of a server that has a
/// certificate for `host` signed by it.
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

/// Starts a server that sends the greeting over TLS. Returns its port.
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
fn only_the_authority_in_the_ca_file_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let connect = |host: &str, port: u16, ca: &str| {
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, ca).unwrap();
        let options = ClientOptions { ca_file: Some(ca_file), ..ClientOptions::default() };
        let address = ClusterAddress::parse(&format!("https://{host}:{port}/n")).unwrap();
        Client::connect(&address, &Credentials::none(), &options)
    };
    let (server_authority, server) = authority("127.0.0.1");
    let (other_authority, _) = authority("127.0.0.1");
    let port = serve(server);
    connect("127.0.0.1", port, &server_authority).unwrap();
    let error = connect("127.0.0.1", port, &other_authority).unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    assert!(error.to_string().contains("CA file"), "{error}");
    let error = connect("localhost", port, &server_authority).unwrap_err();
    assert!(error.to_string().contains("another host"), "{error}");
    // A port without TLS.
    let mock = Mock::new(|_, _| Reply::ok("{}"));
    let port = address_of(&[&mock]).nodes()[0].port();
    let error = connect("127.0.0.1", port, &server_authority).unwrap_err();
    assert!(matches!(error, Error::Tls { .. } | Error::Unreachable { .. }), "{error}");
}

#[test]
fn without_a_ca_file_only_authorities_of_the_system_are_trusted() {
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
