//! Which product and version a node runs, and whether it is supported.

use std::fmt;

use serde::Deserialize;

use crate::redact::Redactor;

/// The product that wensou supports.
const OPENSEARCH: &str = "OpenSearch";

/// The most characters of a name or version that are kept.
const MAX_CHARS: usize = 60;

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerVersion {
    product: String,
    number: String,
    is_supported: bool,
    cluster: Option<String>,
}

impl ServerVersion {
    /// The name of the product, such as `OpenSearch`.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The version, such as `3.8.0`.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The unique id of the cluster, if the cluster has formed and the user may know the id.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref()
    }

    /// Whether wensou supports this version: OpenSearch 2.19 or a later 2, or OpenSearch 3.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        self.is_supported
    }

    /// A version, given the name of the product and the number as a server sent them. The texts
    /// that are kept have no secrets.
    fn new(product: &str, number: &str, cluster: Option<String>, redactor: &Redactor) -> Self {
        // Remove secrets before the text is shortened: afterwards, the beginning of a secret would
        // not be found.
        let printable =
            |text: &str| -> String { redactor.clean(text).chars().take(MAX_CHARS).collect() };
        let is_opensearch = product == OPENSEARCH;
        Self {
            product: if is_opensearch { product.to_owned() } else { printable(product) },
            number: printable(number),
            is_supported: is_opensearch && is_supported(number),
            cluster,
        }
    }

    /// The version that the body of `GET /` states; `None` if it states none.
    pub(crate) fn of_body(body: &[u8], redactor: &Redactor) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            version: Numbers,
            #[serde(default)]
            cluster_uuid: Option<String>,
            #[serde(default)]
            tagline: String,
        }
        #[derive(Deserialize)]
        struct Numbers {
            number: String,
            #[serde(default)]
            distribution: Option<String>,
        }
        let body: Body = serde_json::from_slice(body).ok()?;
        let product = match body.version.distribution.as_deref() {
            Some("opensearch") => OPENSEARCH,
            Some(other) => other,
            None if body.tagline.contains("You Know, for Search") => "Elasticsearch",
            None => "an unknown product",
        };
        // A node says `_na_` until its cluster has formed.
        let cluster = body.cluster_uuid.filter(|id| id != "_na_");
        Some(Self::new(product, &body.version.number, cluster, redactor))
    }

    /// The version in the value of the header `X-OpenSearch-Version: OpenSearch/3.8.0
    /// (opensearch)`. Every answer of OpenSearch has this header, even the answer to a user who may
    /// not send `GET /`.
    pub(crate) fn of_header(header: &str, redactor: &Redactor) -> Option<Self> {
        let (product, after) = header.split_once('/')?;
        let number = after.split_whitespace().next()?;
        let cluster = None;
        Some(Self::new(product, number, cluster, redactor))
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.product, self.number)
    }
}

/// Whether wensou supports this version of OpenSearch.
fn is_supported(number: &str) -> bool {
    let mut parts = number.split('.').map(|part| part.parse::<u32>().ok());
    let major = parts.next().flatten();
    let minor = parts.next().flatten();
    matches!((major, minor), (Some(2), Some(19..)) | (Some(3), _))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: &str, distribution: &str) -> ServerVersion {
        let body = format!(
            r#"{{"name":"n","version":{{"number":"{number}"{distribution}}},"tagline":"You Know, for Search"}}"#
        );
        ServerVersion::of_body(body.as_bytes(), &Redactor::default()).unwrap()
    }

    #[test]
    fn only_known_versions_of_opensearch_are_supported() {
        let opensearch = r#","distribution":"opensearch""#;
        for number in ["2.19.0", "2.19.6", "2.20.1", "3.0.0", "3.8.0", "3.0.0-beta1"] {
            assert!(version(number, opensearch).is_supported(), "{number}");
        }
        for number in ["1.3.20", "2.18.0", "2.9.0", "4.0.0", "", "x", "3x", "2", "219.0"] {
            assert!(!version(number, opensearch).is_supported(), "{number}");
        }
        let elastic = version("8.15.0", "");
        assert_eq!(elastic.to_string(), "Elasticsearch 8.15.0");
        assert!(!elastic.is_supported());
        assert!(!version("3.0.0", "").is_supported());
        assert!(!version("3.0.0", r#","distribution":"other""#).is_supported());
    }

    #[test]
    fn bodies_of_other_servers_have_no_version() {
        for body in ["", "{}", "[]", "<html>", r#"{"version":"1"}"#] {
            let found = ServerVersion::of_body(body.as_bytes(), &Redactor::default());
            assert_eq!(found, None, "{body}");
        }
    }

    #[test]
    fn the_version_is_read_from_the_header() {
        let of_header = |header| ServerVersion::of_header(header, &Redactor::default());
        assert!(of_header("OpenSearch/3.8.0 (opensearch)").unwrap().is_supported());
        assert!(of_header("OpenSearch").is_none());
    }

    #[test]
    fn a_version_has_no_part_of_a_secret() {
        let token = "tok3n".repeat(20);
        let redactor = Redactor::new([token.clone().into()]);
        let body = format!(r#"{{"version":{{"number":"{token}","distribution":"{token}"}}}}"#);
        let of_body = ServerVersion::of_body(body.as_bytes(), &redactor).unwrap();
        assert_eq!(of_body.to_string(), "*** ***");
        let header = format!("{token}/{token} (opensearch)");
        let of_header = ServerVersion::of_header(&header, &redactor).unwrap();
        assert_eq!(of_header.to_string(), "*** ***");
    }
}
