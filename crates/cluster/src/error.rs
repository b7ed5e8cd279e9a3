//! The errors of this crate. A message names what failed and how to fix it, and has no secret.

use std::time::Duration;

use thiserror::Error;

use crate::address::AddressError;
use crate::authority_error::AuthorityError;
use crate::closed_error::IndexClosed;
use crate::credentials::CredentialsError;
pub use crate::exchange::Exchange;
use crate::index_name::NameError;
use crate::query_error::TooManyClauses;
use crate::share_error::ShareError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong with a cluster. The message of almost every variant says how to fix it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be used, or the connection would not be encrypted.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The name of an index is wrong.
    #[error(transparent)]
    Name(#[from] NameError),
    /// There are no certificate authorities that could be trusted.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The environment variable with the time limit of a request has this value.
    #[error("WENSOU_CLUSTER_TIMEOUT is {0:?}: set it to whole seconds above 0, such as 30")]
    TimeLimit(String),
    /// A node cannot be reached.
    #[error(
        "cannot reach {at}: {problem}; check that the cluster runs, and the host and port of the address"
    )]
    Unreachable {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// Why the node cannot be reached.
        problem: String,
    },
    /// A node did not answer in time.
    #[error(
        "{at} did not answer within {after:.1?}: try again, name more nodes in the address, or allow more time, with WENSOU_CLUSTER_TIMEOUT or `timeout` in [cluster]"
    )]
    TimedOut {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// The time that the node had.
        after: Duration,
    },
    /// An encrypted connection fails: a certificate is not trusted, or the port has no TLS.
    #[error("the connection to {at} cannot be trusted: {problem}")]
    Tls {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What is wrong, with the cure.
        problem: String,
    },
    /// The cluster refuses the credentials, or needs credentials and got none.
    #[error(
        "{at} refuses {credentials}: set WENSOU_CLUSTER_USER and WENSOU_CLUSTER_PASSWORD, \
         WENSOU_CLUSTER_API_KEY, WENSOU_CLUSTER_TOKEN, or `credentials_file` in the configuration"
    )]
    Unauthorized {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// The kind of credentials that was sent.
        credentials: String,
    },
    /// The user lacks a right.
    #[error(
        "{at} is forbidden for this user: ask the operator of the cluster for the right {right}"
    )]
    Forbidden {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// The right that is missing, or what the server said.
        right: String,
    },
    /// What the request names does not exist.
    #[error(
        "{at} does not have {what}: check the name in the address, or build it with `wensou index PATH --index ADDRESS`"
    )]
    NotFound {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What is missing.
        what: String,
    },
    /// A document or an alias was changed by somebody else.
    #[error("version conflict at {at}: {reason}; read the document again and repeat the change")]
    Conflict {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What the server said.
        reason: String,
    },
    /// An index or alias with this name exists.
    #[error("{at}: {reason}; choose another name in the address, or delete what has this name")]
    NameTaken {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What the server said.
        reason: String,
    },
    /// The answer does not come from a cluster.
    #[error(
        "{at} is not an OpenSearch cluster: it answered {found}; check the host, port and scheme of the address"
    )]
    NotACluster {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// The beginning of the answer.
        found: String,
    },
    /// Another product, or a version that is too old or too new.
    #[error(
        "{node} runs {product} {version}: wensou needs OpenSearch 2.19 or a later 2, or OpenSearch 3"
    )]
    Unsupported {
        /// The base URL of the node.
        node: String,
        /// The name of the product.
        product: String,
        /// The version of the product.
        version: String,
    },
    /// The nodes of the address belong to several clusters.
    #[error(
        "{first} and {second} belong to different clusters: name nodes of one cluster in the address"
    )]
    DifferentClusters {
        /// A node.
        first: String,
        /// A node of another cluster.
        second: String,
    },
    /// The cluster has too much to do.
    #[error("{at} has too much to do: {reason}; try again later, or send less at a time")]
    Overloaded {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What the server said.
        reason: String,
    },
    /// Writes are blocked, for example because the disk is full.
    #[error(
        "{at} does not accept writes: {reason}; if a disk is full, free space or add nodes, else remove the block from the settings of the index or of the cluster"
    )]
    Blocked {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What the server said.
        reason: String,
    },
    /// The cluster cannot answer, because shards, a quorum or the node behind a proxy are missing.
    #[error(
        "{at} cannot answer: {reason}; look at the health of the cluster, and try again when its nodes are back"
    )]
    Unavailable {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What the server said.
        reason: String,
    },
    /// The answer is partial: documents are missing.
    #[error(
        "{at} gave a partial answer, which is not shown: {reason}; look at the health of the cluster, and try again"
    )]
    Partial {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What is missing.
        reason: String,
    },
    /// The cluster has lost the point in time of a search that is read page by page.
    #[error("{at} lost the state of a search that is read page by page: {reason}; start it again")]
    ContextLost {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What the server said.
        reason: String,
    },
    /// The request is larger than the node or a proxy accepts.
    #[error(
        "{at} refuses a request of {bytes} bytes as too large: send smaller batches, or raise `http.max_content_length`"
    )]
    TooLarge {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// The length of the body of the request in bytes.
        bytes: usize,
    },
    /// The index is closed.
    #[error(transparent)]
    Closed(#[from] IndexClosed),
    /// The query of a search is too long.
    #[error(transparent)]
    TooManyClauses(#[from] TooManyClauses),
    /// An error status that no other variant stands for.
    #[error("{at} answered with status {status}: {reason}; look into the log of that node")]
    Status {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// The HTTP status.
        status: u16,
        /// What the server said.
        reason: String,
    },
    /// The answer is JSON, but not what was asked for; or it is too long to be read.
    #[error(
        "the answer of {at} cannot be understood: {problem}; check that all nodes and proxies run a supported version"
    )]
    Malformed {
        /// The request, and the node that it was sent to.
        at: Exchange,
        /// What is wrong with the answer.
        problem: String,
    },
    /// The body of a request cannot be written as JSON.
    #[error(
        "the body of {request} cannot be written as JSON: {problem}; this is a mistake in wensou, please report it"
    )]
    Encode {
        /// The method and the path.
        request: String,
        /// Why the body cannot be written.
        problem: String,
    },
    /// The cluster did not reach a state in time.
    #[error("{what} within {after:.0?}: look at the health of the cluster, and try again")]
    StateNotReached {
        /// What did not happen, as the beginning of a sentence.
        what: String,
        /// The time that the cluster had.
        after: Duration,
    },
    /// There is no index at an address.
    #[error("there is no index at {address}: make one with `wensou index PATH --index {address}`")]
    NoIndex {
        /// The address.
        address: String,
    },
    /// An index has no description that wensou wrote.
    #[error(
        "the index at {address} was not written by wensou, or not to its end: choose another name, or build it again"
    )]
    NotOurs {
        /// The address.
        address: String,
    },
    /// A copy must not replace an index of other files and folders, unless that is allowed.
    #[error(
        "the index at {address} covers {there}, and this one covers {here}: use --replace to replace \
         it, or choose another name"
    )]
    OtherRoots {
        /// The address.
        address: String,
        /// What the index on the cluster covers.
        there: String,
        /// What the index in the folder covers.
        here: String,
    },
    /// An index on the cluster is not a copy of the index in a folder that it is compared with.
    #[error(
        "the index at {address} covers {there}, and this one covers {here}: name the folder of the \
         index that it is a copy of"
    )]
    NotACopy {
        /// The address.
        address: String,
        /// What the index on the cluster covers.
        there: String,
        /// What the index in the folder covers.
        here: String,
    },
    /// An index is not whole: its copy was interrupted, or its description is damaged.
    #[error("the index at {address} has no whole description: copy or build it again")]
    Unfinished {
        /// The address.
        address: String,
    },
    /// The alias leads to more than one index.
    #[error("the alias of {address} leads to several indexes: let it lead to one")]
    MultipleIndexes {
        /// The address.
        address: String,
    },
    /// An index has another format.
    #[error(
        "the index at {address} has format {found}, and this version reads format {wanted}: build it again"
    )]
    Format {
        /// The address.
        address: String,
        /// The format of the index.
        found: String,
        /// The format that this version reads.
        wanted: u32,
    },
    /// A document of the statistics is damaged.
    #[error("the document {id} of {index} is damaged ({problem}): copy or build the index again")]
    DamagedStatistics {
        /// The index of statistics.
        index: String,
        /// The id of the document.
        id: String,
        /// What is wrong with the document.
        problem: String,
    },
    /// The cluster refused documents.
    #[error("the cluster refused {count} documents; the first is {id}: {reason}")]
    Refused {
        /// How many documents the cluster refused.
        count: u64,
        /// The id of the first one.
        id: String,
        /// Why it was refused.
        reason: String,
    },
    /// Somebody else deleted or changed an index while it was written.
    #[error(
        "somebody else, perhaps another copy to the same address, deleted or changed the index \
         {index} while it was written: copy again; if several machines write it, delete it and \
         {index}.parts, and send every share again"
    )]
    Disturbed {
        /// The name of the index.
        index: String,
    },
    /// The shares of several machines do not fit together.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// Somebody else changed the alias while a copy was written.
    #[error(
        "somebody else changed the alias of {address} while the copy was written ({reason}), so it \
         was left as it is: copy again, or choose another name in the address"
    )]
    AliasMoved {
        /// The address.
        address: String,
        /// Where the alias leads to, or what the server said.
        reason: String,
    },
    /// An index has a name that a copy needs, and no mark of wensou.
    #[error(
        "the index {index} on the cluster has a name that a copy needs, and was not written by \
         wensou: delete it, or choose another name in the address"
    )]
    NotMarked {
        /// The name of the index.
        index: String,
    },
    /// The cluster or an operator has blocked changes of the published index.
    #[error(
        "the cluster has blocked writes to {index} ({block}), because a disk is nearly full or an \
         operator said so: free space or add nodes, and if the block stays, remove it from the \
         settings of the index; searches go on"
    )]
    ReadOnly {
        /// The name of the index.
        index: String,
        /// The setting that blocks writes.
        block: String,
    },
    /// Another process has the lock of the address, because it writes there.
    #[error(
        "a copy to {address} is being written by {holder}: use --wait to wait until it is done; \
         if that process is gone, its lock ends after {lease:.0?}"
    )]
    Locked {
        /// The address.
        address: String,
        /// The process, its machine, and since when it has wanted the lock.
        holder: String,
        /// How long others respect the lock after it was last renewed.
        lease: Duration,
    },
    /// The lock of an address is lost: another process has taken it over, or has deleted it.
    #[error(
        "the lock of {address} was not renewed in time and is held by {holder}: nothing was \
         published; copy again when that process is done"
    )]
    LockLost {
        /// The address.
        address: String,
        /// The process that holds the lock, or `nobody`.
        holder: String,
    },
    /// The index in a folder cannot be read.
    #[error(transparent)]
    Index(#[from] wensou_index::Error),
    /// A document cannot be written as JSON.
    #[error("a document cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A writer was used after it failed.
    #[error("the writer stopped after an earlier error: start the build again, which continues it")]
    Stopped,
}
