//! Indexes on an OpenSearch cluster: copies indexes to a cluster, opens and verifies them there.
//! Everything that sends requests to a cluster is in this crate.
//!
//! - [`ClusterAddress`] reads `https://host:9200,host2:9200/name`, [`Credentials`] come from the
//!   environment or from the configuration, and [`Client`] sends requests: it chooses a node,
//!   bounds the time, repeats what is safe to repeat, and refuses partial answers.
//! - [`BulkWriter`] writes documents in bounded batches, [`AllHits`] reads all hits of a search.
//! - Methods of [`Client`] create indexes (`physical_index`), and swap the alias that readers use
//!   (`alias`).
//! - [`copy()`] copies an index to a cluster; with [`send_share`], several machines write one
//!   index. The steps that both have in common are in `publication`. `lock` lets only one process
//!   at a time copy to an address, or complete and publish the index of several machines.
//! - `schema` has the names, fields and mappings of the indexes, `statistics` what is counted about
//!   the documents when an index is written.
//! - [`ClusterIndex`] is an index on a cluster that was opened; [`verify()`] and [`compare`] check
//!   it.
//!
//! Every request is safe to repeat unless [`Request::not_idempotent`] says otherwise. No error, and
//! nothing that is printed for debugging, contains a password, key or token.
//!
//! # Example
//!
//! ```no_run
//! use wensou_cluster::{Client, ClientOptions, ClusterAddress, Credentials, CredentialSettings};
//!
//! # fn main() -> Result<(), wensou_cluster::Error> {
//! let address = ClusterAddress::parse("https://search.example:9200/news")?;
//! let credentials = Credentials::find(&CredentialSettings::default())?;
//! let client = Client::connect(&address, &credentials, &ClientOptions::default())?;
//! let body = serde_json::json!({ "query": { "match_all": {} }, "size": 10 });
//! let answer = client.search(address.alias(), &[("search_type", "dfs_query_then_fetch")], &body)?;
//! let hits: serde_json::Value = answer.json()?;
//! # Ok(())
//! # }
//! ```

mod address;
mod alias;
mod all_hits;
mod authority_error;
mod bucket;
mod bulk;
mod client;
mod client_options;
mod closed_error;
mod completeness;
mod copy;
mod credentials;
mod document;
mod document_version;
mod error;
mod exchange;
mod http_methods;
mod index;
mod index_name;
mod lock;
#[cfg(test)]
mod mock;
mod network_error;
mod node_pool;
mod physical_index;
mod publication;
mod query_error;
mod redact;
mod request;
mod retry;
mod schema;
mod search;
mod server_error;
mod server_version;
mod settings;
mod share_error;
mod shares;
mod source;
mod statistics;
mod tls;
mod token;
mod transient;
mod unindexed_document;
mod verify;

pub use address::{AddressError, ClusterAddress, Node};
pub use all_hits::{AllHits, AllHitsOptions, Hit};
pub use authority_error::AuthorityError;
pub use bucket::Bucket;
pub use bulk::{
    Action, BulkOptions, BulkSummary, BulkWriter, ItemError, Operation, VersionCondition,
};
pub use client::Client;
pub use client_options::ClientOptions;
pub use closed_error::IndexClosed;
pub use copy::{Copied, CopyOptions, CopyProgress, DocumentsToSend, RootsHash, copy};
pub use credentials::{CredentialSettings, Credentials, CredentialsError};
pub use document::{TermHash, document};
pub use error::{Error, Exchange, Result};
pub use index::ClusterIndex;
pub use index_name::{NameError, check_index_name};
pub use physical_index::{Health, IndexInfo};
pub use publication::replaceable_roots;
pub use query_error::TooManyClauses;
pub use request::{Method, Request, Response, encode_segment};
pub use schema::{FORMAT, LayoutOptions, ShardLayout, field, text_field};
pub use server_version::ServerVersion;
pub use settings::ClusterSettings;
pub use share_error::ShareError;
pub use shares::{ShareSent, ShareState, send_share};
pub use source::Source;
pub use statistics::{Description, NameCounts, StatisticsBuilder};
pub use token::{MAX_WORD_CHARS, bigrams, unigrams, word_prefix_token, word_token};
pub use verify::{Verified, compare, verify};
