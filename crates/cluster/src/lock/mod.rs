//! The lock of an address: one process at a time writes copies there.
//!
//! The lock is a document of an index of its own. Its holder renews it every two seconds. A lock
//! that is not renewed for the time of its lease, or whose process is known to have ended, is taken
//! over. Whoever creates, renews, takes over or releases it names the version of the document that
//! it has seen, so the cluster lets one of several succeed. No clock is compared with that of
//! another machine: who waits for a lock watches whether it changes.

mod process;
mod renewal;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::address::ClusterAddress;
use crate::alias::Health;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::schema::{lock_index, lock_name};
use crate::versioned::DocumentVersion;
use process::{Process, host_name};
use renewal::Renewal;

/// The id of the document.
const ID: &str = "lock";

/// How often a lock is renewed.
const RENEWED_EVERY: Duration = Duration::from_secs(2);

/// How long a lock may stay as it is before it is taken over. A node that is lost delays a renewal
/// by the time in which another one takes its part, some seconds.
const LEASE: Duration = Duration::from_secs(20);

/// How long the index of a lock may be missing before it is made again.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// How often who waits looks at the lock.
const POLL: Duration = Duration::from_millis(250);

/// What a lock says of its holder.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holder {
    /// Tells the locks of a process apart.
    token: String,
    host: String,
    process: Process,
    /// RFC 3339.
    since: String,
    /// In milliseconds.
    lease: u64,
}

impl Holder {
    fn new() -> Self {
        Self {
            token: format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)),
            host: host_name(),
            process: Process::current(),
            since: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            lease: LEASE.as_millis() as u64,
        }
    }

    /// For messages.
    fn name(&self) -> String {
        let printable =
            |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(80).collect() };
        let (host, since) = (printable(&self.host), printable(&self.since));
        format!("process {} on {host}, since {since}", self.process.pid())
    }
}

/// The document of a lock on the cluster.
#[derive(Debug, Clone)]
struct LockDocument {
    client: Client,
    index: String,
    address: String,
}

impl LockDocument {
    /// Creates the index of the lock unless it is there.
    fn prepare(&self, alias: &str) -> Result<()> {
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
    fn write(
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
    fn read(&self) -> Result<Option<(DocumentVersion, Holder)>> {
        self.client.get_document(&self.index, ID)
    }

    fn delete(&self, version: DocumentVersion) -> Result<()> {
        let request = Request::delete(format!("/{}/_doc/{ID}", encode_segment(&self.index)));
        self.client.send(&request.if_version(version).accept(404)).map(drop)
    }
}

/// The lock of an address. It is released when it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    renewal: Renewal,
}

impl Lock {
    /// Takes the lock of an address. If another process holds it, waits until that is done, or
    /// fails.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] if another process holds it, and `wait` is false.
    pub(crate) fn acquire(client: &Client, address: &ClusterAddress, wait: bool) -> Result<Self> {
        let alias = address.index();
        let document = LockDocument {
            client: client.clone(),
            index: lock_name(alias),
            address: address.to_string(),
        };
        document.prepare(alias)?;
        let own = Holder::new();
        loop {
            let acquired = match document.write(None, &own)? {
                Some(version) => Some(version),
                None => match wait_for_end(&document, wait)? {
                    Some(version) => document.write(Some(version), &own)?,
                    // It was released.
                    None => None,
                },
            };
            if let Some(version) = acquired {
                let renewal = Renewal::start(document, own, version);
                return Ok(Self { renewal });
            }
        }
    }

    /// Fails if another process has taken the lock over.
    ///
    /// # Errors
    ///
    /// [`Error::LockLost`].
    pub(crate) fn check(&self) -> Result<()> {
        self.renewal.check()
    }

    /// Renews the lock: on success, no other process has it.
    ///
    /// # Errors
    ///
    /// [`Error::LockLost`], or if the cluster cannot be asked.
    pub(crate) fn confirm(&self) -> Result<()> {
        self.renewal.renew()
    }
}

/// Waits until the holder of a lock has ended, and returns the version of the lock that it has
/// left; `None` if it has released the lock.
fn wait_for_end(document: &LockDocument, wait: bool) -> Result<Option<DocumentVersion>> {
    let mut seen: Option<(DocumentVersion, Instant)> = None;
    loop {
        let Some((version, holder)) = document.read()? else { return Ok(None) };
        let runs = match holder.process.runs() {
            Some(false) => return Ok(Some(version)),
            Some(true) => true,
            None => false,
        };
        // Time begins when the version was first seen.
        let (before, since) = *seen.get_or_insert_with(|| (version, Instant::now()));
        let lease = Duration::from_millis(holder.lease).min(LEASE);
        if version == before && since.elapsed() > lease {
            return Ok(Some(version));
        }
        if !wait && (runs || version != before) {
            return Err(Error::Locked {
                address: document.address.clone(),
                holder: holder.name(),
                lease,
            });
        }
        if version != before {
            seen = None;
        }
        std::thread::sleep(POLL);
    }
}

#[cfg(test)]
mod tests;
