//! The verbs of the program, such as `search` in `wensou search`, a file or a folder each.
//! `batch` and `matching_documents` belong to `search`; `check_cluster` and `stats_cluster` are
//! `check` and `stats` for an index on a cluster, and `config_cluster` is a part of `config`;
//! `query` has what all verbs that take a query share.

pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod browse;
pub(crate) mod check;
#[cfg(feature = "cluster")]
mod check_cluster;
pub(crate) mod completions;
pub(crate) mod config;
#[cfg(feature = "cluster")]
mod config_cluster;
mod config_row;
#[cfg(feature = "cluster")]
pub(crate) mod copy;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod index;
pub(crate) mod man;
mod matching_documents;
pub(crate) mod query;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod similar;
pub(crate) mod stats;
#[cfg(feature = "cluster")]
mod stats_cluster;
pub(crate) mod survey;
pub(crate) mod tags;
pub(crate) mod timeline;
