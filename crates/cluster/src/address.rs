//! The address of an index in a cluster: `https://host:9200,host2:9200/name`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use thiserror::Error;

use crate::index_name::{MAX_NAME_BYTES, NameError, check_index_name};

/// The port of a node if the address gives none.
const DEFAULT_PORT: u16 = 9200;

/// The most bytes that the suffix of a physical index, a hyphen and a stamp, adds to the name of
/// its alias, see [`ClusterAddress::physical_name`]. Our stamps have 16 bytes, so further suffixes
/// such as `.parts` have room, too.
const MAX_SUFFIX_BYTES: usize = 40;

/// The address of an index: the nodes that can be asked, and the name of the index, which is an
/// alias on the cluster.
///
/// An address contains no secret, so `Display` shows all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterAddress {
    nodes: Vec<Node>,
    encrypted: bool,
    alias: String,
}

/// A node: a host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    host: String,
    port: u16,
}

/// Why an address cannot be used. The message ends with the cure, and shows no password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The address does not begin with `https://` or `http://`.
    #[error("this is not the address of a cluster: write https://host:9200/name")]
    NotAnAddress,
    /// The address contains an `@`, so a user or a password may stand before it.
    #[error(
        "the address of a cluster must not contain a user or password: remove all before `@`, and set \
         WENSOU_CLUSTER_USER and WENSOU_CLUSTER_PASSWORD, or `credentials_file` in the configuration"
    )]
    CredentialsInAddress,
    /// A host is missing or has characters that no host has.
    #[error(
        "{host:?} is not a host: write a name such as search.example, an IPv4 address, or an IPv6 address in brackets"
    )]
    Host {
        /// The text where a host is expected.
        host: String,
    },
    /// A port is not a number from 1 to 65535.
    #[error("the port of {host} is not a number from 1 to 65535: write {host}:9200")]
    Port {
        /// The host.
        host: String,
    },
    /// Some nodes have `http://`, others `https://`.
    #[error(
        "one host has http:// and another https://: write the scheme once, as in https://host:9200,host2:9200/name"
    )]
    MixedSchemes,
    /// The name of the index breaks a rule.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The connection would go to another machine without encryption.
    #[error(
        "http:// to {host} would send everything unencrypted: use https://, or allow it with `--insecure-http`"
    )]
    InsecureHttp {
        /// The host.
        host: String,
    },
}

impl ClusterAddress {
    /// Whether a value of `--index` is the address of a cluster, rather than a folder.
    ///
    /// ```
    /// use wensou_cluster::ClusterAddress;
    ///
    /// assert!(ClusterAddress::is_cluster("https://host/news"));
    /// assert!(!ClusterAddress::is_cluster("index/news"));
    /// ```
    #[must_use]
    pub fn is_cluster(value: &str) -> bool {
        split_scheme(value).is_some()
    }

    /// Reads `https://host:9200[,host2:9200…]/name`. The port is 9200 if it is left out.
    ///
    /// # Errors
    ///
    /// An [`AddressError`] that says what is wrong with the address. [`Self::check_encryption`]
    /// checks whether `http://` is allowed.
    ///
    /// ```
    /// use wensou_cluster::ClusterAddress;
    ///
    /// let address = ClusterAddress::parse("https://a.example,[2001:db8::1]:9201/news")?;
    /// assert_eq!(address.alias(), "news");
    /// assert_eq!(address.to_string(), "https://a.example:9200,[2001:db8::1]:9201/news");
    /// # Ok::<(), wensou_cluster::AddressError>(())
    /// ```
    pub fn parse(address: &str) -> Result<Self, AddressError> {
        let (encrypted, after) = split_scheme(address).ok_or(AddressError::NotAnAddress)?;
        // Check this before the address is split, because a password may contain a slash.
        if after.contains('@') {
            return Err(AddressError::CredentialsInAddress);
        }
        let (hosts, alias) = split_name(after);
        let mut nodes = Vec::new();
        for host in hosts.split(',') {
            let host = match split_scheme(host) {
                Some((host_encrypted, host)) if host_encrypted == encrypted => host,
                Some(_) => return Err(AddressError::MixedSchemes),
                None => host,
            };
            let node = Node::parse(host)?;
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        let alias = alias.strip_suffix('/').unwrap_or(alias);
        check_index_name(alias, MAX_NAME_BYTES - MAX_SUFFIX_BYTES)?;
        Ok(Self { nodes, encrypted, alias: alias.to_owned() })
    }

    /// The nodes, in the order of the address, each once.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The base URLs of the nodes, without a slash at the end.
    pub fn urls(&self) -> impl Iterator<Item = String> {
        let scheme = self.scheme();
        self.nodes.iter().map(move |node| format!("{scheme}{node}"))
    }

    /// The name at the end of the address: the alias that leads to the published index.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Whether the connections are encrypted (`https://`).
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The name of a physical index to which the alias can lead, `NAME-STAMP`. The stamp tells the
    /// physical indexes of an alias apart.
    ///
    /// # Errors
    ///
    /// [`NameError`] if the stamp has characters that no name may have, or if the name has more
    /// than 255 bytes. A stamp of up to 39 bytes is never too long: [`Self::parse`] accepts only an
    /// alias that leaves 40 bytes for the hyphen and the stamp.
    ///
    /// ```
    /// let address = wensou_cluster::ClusterAddress::parse("https://host/news")?;
    /// assert_eq!(address.physical_name("20260701-c0ffee")?, "news-20260701-c0ffee");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn physical_name(&self, stamp: &str) -> Result<String, NameError> {
        let name = format!("{}-{stamp}", self.alias);
        check_index_name(&name, MAX_NAME_BYTES)?;
        Ok(name)
    }

    /// Refuses `http://` to another machine, unless `insecure_http` allows it.
    ///
    /// # Errors
    ///
    /// [`AddressError::InsecureHttp`], which names the first host that is not this machine.
    pub fn check_encryption(&self, insecure_http: bool) -> Result<(), AddressError> {
        if self.encrypted || insecure_http {
            return Ok(());
        }
        match self.nodes.iter().find(|node| !node.is_loopback()) {
            Some(node) => Err(AddressError::InsecureHttp { host: node.host.clone() }),
            None => Ok(()),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.encrypted { "https://" } else { "http://" }
    }
}

impl fmt::Display for ClusterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme())?;
        for (index, node) in self.nodes.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{node}")?;
        }
        write!(f, "/{}", self.alias)
    }
}

impl Node {
    /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or ::1.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => bare == "localhost",
        }
    }

    /// Reads `host` or `host:9200`.
    fn parse(text: &str) -> Result<Self, AddressError> {
        // The error shows at most the first 100 characters of the text.
        let not_a_host = || AddressError::Host { host: text.chars().take(100).collect() };
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (address, after) = bracketed.split_once(']').ok_or_else(not_a_host)?;
                let address: Ipv6Addr = address.parse().map_err(|_| not_a_host())?;
                let port = match after {
                    "" => None,
                    _ => Some(after.strip_prefix(':').ok_or_else(not_a_host)?),
                };
                (format!("[{address}]"), port)
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host.to_ascii_lowercase(), Some(port)),
                None => (text.to_ascii_lowercase(), None),
            },
        };
        let is_host_char = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        // A name in the DNS has at most 253 characters.
        let is_name = !host.is_empty() && host.len() <= 253 && host.chars().all(is_host_char);
        if !host.starts_with('[') && (!is_name || port.is_some_and(|port| port.contains(':'))) {
            return Err(not_a_host());
        }
        let port = match port {
            None => DEFAULT_PORT,
            // `parse` accepts a plus sign, but a port has none.
            Some(port) => match port.parse::<u16>() {
                Ok(number) if number > 0 && !port.starts_with('+') => number,
                _ => return Err(AddressError::Port { host }),
            },
        };
        Ok(Self { host, port })
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Splits `host:9200,host2:9200/name` into the hosts and the name, at the first slash that does not
/// belong to the `https://` of a further host. The name is empty if there is no such slash.
fn split_name(after_scheme: &str) -> (&str, &str) {
    let mut start = 0;
    while let Some(offset) = after_scheme[start..].find('/') {
        let slash = start + offset;
        let (before, after) = after_scheme.split_at(slash);
        if !(before.ends_with(':') && after.starts_with("//")) {
            return (before, &after[1..]);
        }
        start = slash + 2;
    }
    (after_scheme, "")
}

/// Whether the scheme is `https`, and what follows the scheme; `None` if the address begins with
/// neither `https://` nor `http://`.
fn split_scheme(address: &str) -> Option<(bool, &str)> {
    for (scheme, encrypted) in [("https://", true), ("http://", false)] {
        let start = address.get(..scheme.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
            return Some((encrypted, &address[scheme.len()..]));
        }
    }
    None
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
