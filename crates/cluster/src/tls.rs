//! The settings of encrypted connections: whom to trust, and with which cryptography.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

use crate::authority_error::AuthorityError;

/// The most bytes of a CA file. The authorities that browsers trust take only 250 kB.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// The settings that trust the authorities in `ca_file`; those of the system if it is `None`.
pub(crate) fn config(ca_file: Option<&Path>) -> Result<TlsConfig, AuthorityError> {
    let authorities = match ca_file {
        Some(path) => from_file(path)?,
        None => of_system()?,
    };
    let provider = rustls::crypto::ring::default_provider();
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&authorities))
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build())
}

/// The authorities in a PEM file.
fn from_file(path: &Path) -> Result<Vec<Certificate<'static>>, AuthorityError> {
    let failed = |problem: String| AuthorityError::CaFile { path: path.to_owned(), problem };
    let metadata = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(failed("it is not a regular file of at most 16 MB".to_owned()));
    }
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        // A file may also have private keys, which are ignored.
        if let PemItem::Certificate(certificate) =
            item.map_err(|error| failed(error.to_string()))?
        {
            certificates.push(certificate);
        }
    }
    // Parse what is inside the PEM frames now: the client would skip a damaged certificate, and
    // then trust nobody.
    let mut store = rustls::RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.der().to_vec().into())
            .map_err(|error| failed(format!("a certificate in it is damaged: {error}")))?;
    }
    if certificates.is_empty() {
        return Err(failed("it has no certificate".to_owned()));
    }
    Ok(certificates)
}

/// The authorities of this system.
fn of_system() -> Result<Vec<Certificate<'static>>, AuthorityError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let problem = found.errors.first().map_or("there are none".to_owned(), ToString::to_string);
        return Err(AuthorityError::NoAuthorities { problem });
    }
    Ok(found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

/// What is wrong with the connection and how to fix it, if `error` comes from TLS.
pub(crate) fn problem(error: &ureq::Error) -> Option<String> {
    match error {
        ureq::Error::Rustls(error) => Some(explain(error)),
        ureq::Error::Tls(text) => Some((*text).to_owned()),
        ureq::Error::Io(error) => {
            let inner = error.get_ref()?;
            inner.downcast_ref::<rustls::Error>().map(explain)
        }
        _ => None,
    }
}

/// What is wrong and how to fix it, for a message.
fn explain(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error as Tls};
    match error {
        Tls::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "its certificate was not signed by a known authority; name the CA file of the cluster"
                .to_owned()
        }
        Tls::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another host; use the name in the certificate".to_owned(),
        Tls::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired; renew it, or correct the clock".to_owned(),
        Tls::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "its certificate is not valid yet; correct the clock".to_owned(),
        Tls::InvalidMessage(_) => {
            "the answer is not TLS; correct the port, or write http:// for a cluster on this machine"
                .to_owned()
        }
        other => format!("{other}; check the certificates of the cluster and the CA file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_without_certificates_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (name, text) in
            [("empty.pem", ""), ("text.pem", "no certificate"), ("bad.pem", damaged)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let error = config(Some(&path)).unwrap_err();
            assert!(matches!(error, AuthorityError::CaFile { .. }));
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(matches!(config(Some(folder.path())), Err(AuthorityError::CaFile { .. })));
        assert!(matches!(
            config(Some(&folder.path().join("none"))),
            Err(AuthorityError::CaFile { .. })
        ));
    }
}
