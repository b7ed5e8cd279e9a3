//! The document of a lock: it names the holder. Every renewal of the lock writes the document
//! again, so a new version means that the lock was renewed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::process::{Process, host_name};
use crate::client::Client;
use crate::document_version::DocumentVersion;
use crate::error::{Error, Result};
use crate::physical_index::{Health, REPLICAS_WAIT};
use crate::request::{Request, encode_segment};
use crate::schema::lock_index_body;

/// The id of the document.
const ID: &str = "lock";

/// How long a lock is respected without being renewed. The loss of a node delays a renewal by some
/// seconds, until a replica replaces the shard of the lock.
pub(super) const LEASE: Duration = Duration::from_secs(20);

/// The time limit of a request for the lock, shorter than [`LEASE`]: otherwise, a renewal that
/// waits for a node that hangs would come too late.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long the shard of a lock may be missing before the index of the lock is deleted and created
/// again.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// What a lock says of its holder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Holder {
    /// A random text that no other holder has, not even this process when it takes the lock again.
    pub(super) token: String,
    pub(super) host: String,
    pub(super) process: Process,
    /// When the process began to acquire the lock, in RFC 3339.
    pub(super) since: String,
    /// The [`LEASE`] of the program that has the lock, in milliseconds.
    pub(super) lease: u64,
}

impl Holder {
    /// This process, which begins to acquire a lock.
    pub(super) fn new() -> Self {
        Self {
            token: format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)),
            host: host_name(),
            process: Process::current(),
            since: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            lease: LEASE.as_millis() as u64,
        }
    }

    /// The process, the machine, and since when the process has wanted the lock, for messages:
    /// `process 7 on host, since 2026-01-01T00:00:00Z`.
    pub(super) fn description(&self) -> String {
        let printable =
            |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(80).collect() };
        let (host, since) = (printable(&self.host), printable(&self.since));
        format!("process {} on {host}, since {since}", self.process.pid())
    }
}

/// The document of a lock on the cluster.
#[derive(Debug, Clone)]
pub(super) struct LockDocument {
    pub(super) client: Client,
    /// The name of the index that has the document.
    pub(super) index: String,
    /// The address that is locked, for messages.
    pub(super) address: String,
}

impl LockDocument {
    /// Creates the index of the lock, unless it exists and can be used.
    pub(super) fn create_index(&self, alias: &str) -> Result<()> {
        let request = Request::head(format!("/{}", encode_segment(&self.index)));
        if self.client.send(&request.by_cluster_manager().accept(404))?.status() != 404 {
            let health = self.client.wait_for_health(&self.index, Health::Yellow, LOST_AFTER);
            let Err(Error::StateNotReached { .. }) = health else { return health.map(drop) };
            // A node was lost before the shard had a replica. A process that held the lock cannot
            // renew it afterwards: the new index does not have the version that the process wrote.
            self.client.delete_index(&self.index)?;
        }
        self.client.create_index_if_missing(&self.index, &lock_index_body(alias), REPLICAS_WAIT)
    }

    /// Writes the document if `version` is its current version; if that is `None`, only if there is
    /// no document. Returns the version that was written, or `None` if another process was quicker.
    pub(super) fn write(
        &self,
        version: Option<DocumentVersion>,
        holder: &Holder,
    ) -> Result<Option<DocumentVersion>> {
        let request = Request::put_document(&self.index, ID, version);
        match self.client.send(&request.json(holder)?.timeout(TIME_LIMIT)) {
            Ok(response) => response.json().map(Some),
            Err(Error::Conflict { .. }) => match self.read()? {
                // An earlier attempt of this request has written the document, but its answer was
                // lost.
                Some((version, found)) if found.token == holder.token => Ok(Some(version)),
                _ => Ok(None),
            },
            Err(error) => Err(error),
        }
    }

    /// The version of the document and the holder; `None` if nobody has the lock.
    pub(super) fn read(&self) -> Result<Option<(DocumentVersion, Holder)>> {
        self.client.get_document(&Request::get_document(&self.index, ID).timeout(TIME_LIMIT))
    }

    /// Deletes this version of the document.
    pub(super) fn delete(&self, version: DocumentVersion) -> Result<()> {
        let request = Request::delete(format!("/{}/_doc/{ID}", encode_segment(&self.index)));
        let request = request.if_version(version).accept(404).timeout(TIME_LIMIT);
        self.client.send(&request).map(drop)
    }
}
