//! The document of a lock on the cluster, and what it says of its holder.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::process::{Process, host_name};
use crate::alias::Health;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::schema::lock_index;
use crate::versioned::DocumentVersion;

/// The id of the document.
const ID: &str = "lock";

/// How long a lock may stay as it is before it is taken over. A node that is lost delays a renewal
/// by the time in which another one takes its part, some seconds.
pub(super) const LEASE: Duration = Duration::from_secs(20);

/// How long the index of a lock may be missing before it is made again.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// What a lock says of its holder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Holder {
    /// Tells the locks of a process apart.
    pub(super) token: String,
    pub(super) host: String,
    pub(super) process: Process,
    /// RFC 3339.
    pub(super) since: String,
    /// In milliseconds.
    pub(super) lease: u64,
}

impl Holder {
    pub(super) fn new() -> Self {
        Self {
            token: format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)),
            host: host_name(),
            process: Process::current(),
            since: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            lease: LEASE.as_millis() as u64,
        }
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
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
    pub(super) index: String,
    pub(super) address: String,
}

impl LockDocument {
    /// Creates the index of the lock unless it is there.
    pub(super) fn prepare(&self, alias: &str) -> Result<()> {
        let request = Request::head(format!("/{}", encode_segment(&self.index)));
        if self.client.send(&request.of_elected_node().accept(404))?.status() != 404 {
            let health = self.client.wait_for_health(&self.index, Health::Yellow, LOST_AFTER);
            let Err(Error::Waited { .. }) = health else { return health.map(drop) };
            // Its node was lost before it had a second copy. Who held the lock cannot renew it, and
            // finds another lock in its place.
            self.client.delete_index(&self.index)?;
        }
        self.client.create_index_if_missing(&self.index, &lock_index(alias), LOST_AFTER)
    }

    /// Writes the document if it has this version; without a version, if there is none. Returns the
    /// version that was written, or `None` if there is another one.
    pub(super) fn write(
        &self,
        version: Option<DocumentVersion>,
        holder: &Holder,
    ) -> Result<Option<DocumentVersion>> {
        let request = Request::put_document(&self.index, ID, version);
        match self.client.send(&request.json(holder)?) {
            Ok(response) => response.json().map(Some),
            Err(Error::Conflict { .. }) => match self.read()? {
                // The answer of the first attempt was lost.
                Some((version, found)) if found.token == holder.token => Ok(Some(version)),
                _ => Ok(None),
            },
            Err(error) => Err(error),
        }
    }

    /// The version and the holder, if there is one.
    pub(super) fn read(&self) -> Result<Option<(DocumentVersion, Holder)>> {
        self.client.get_document(&self.index, ID)
    }

    pub(super) fn delete(&self, version: DocumentVersion) -> Result<()> {
        let request = Request::delete(format!("/{}/_doc/{ID}", encode_segment(&self.index)));
        self.client.send(&request.if_version(version).accept(404)).map(drop)
    }
}
