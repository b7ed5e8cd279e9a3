//! The lock of an address: one process at a time copies to it, or completes and publishes the index
//! that several machines have sent.
//!
//! The lock is a document in an index of its own. The holder renews the lock every two seconds.
//! Another process takes the lock over when it was not renewed for the time of its lease, or when
//! the process of the holder is known to have ended. A process that writes or deletes the document
//! states the version that the process has read, so if several processes try at once, the cluster
//! lets one of them succeed. Clocks of different machines are never compared: a waiting process
//! measures by its own clock how long the document stays unchanged.
//!
//! - `document`: the document, and what it says of the holder.
//! - `process`: whether the holder's process still runs, if it is on this machine.
//! - `renewal`: the thread that renews a lock while it is held.

mod document;
mod process;
mod renewal;

use std::time::{Duration, Instant};

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::document_version::DocumentVersion;
use crate::error::{Error, Result};
use crate::schema::lock_name;
use document::{Holder, LEASE, LockDocument};
use renewal::Renewal;

/// The time between two reads of the lock by a waiting process.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// The lock of an address, held by this process. Dropping this releases the lock.
#[derive(Debug)]
pub(crate) struct Lock {
    renewal: Renewal,
}

impl Lock {
    /// Takes the lock of an address. If another process holds the lock and `wait` is true, waits
    /// until that process has released the lock, has ended, or has not renewed the lock for the
    /// time of its lease.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] if `wait` is false and the holder of the lock is alive. It may take as
    /// long as the lease to find out whether the holder is alive.
    pub(crate) fn acquire(client: &Client, address: &ClusterAddress, wait: bool) -> Result<Self> {
        let alias = address.alias();
        let document = LockDocument {
            client: client.clone(),
            index: lock_name(alias),
            address: address.to_string(),
        };
        document.create_index(alias)?;
        let own = Holder::new();
        loop {
            let acquired = match document.write(None, &own)? {
                Some(version) => Some(version),
                None => match wait_until_free(&document, wait)? {
                    Some(version) => document.write(Some(version), &own)?,
                    // The lock was released: try again to create its document.
                    None => None,
                },
            };
            if let Some(version) = acquired {
                let renewal = Renewal::start(document, own, version);
                return Ok(Self { renewal });
            }
        }
    }

    /// Fails if this process already knows that it has lost the lock. Sends no request.
    ///
    /// # Errors
    ///
    /// [`Error::LockLost`].
    pub(crate) fn check(&self) -> Result<()> {
        self.renewal.check()
    }

    /// Renews the lock. If that succeeds, no other process has taken it over.
    ///
    /// # Errors
    ///
    /// [`Error::LockLost`] if the lock is lost; other errors if the cluster cannot be asked.
    pub(crate) fn confirm(&self) -> Result<()> {
        self.renewal.renew()
    }
}

/// Waits until a lock may be taken over, and returns its version, or `None` if it was released. A
/// lock may be taken over when the process of its holder has ended, or when its version stays the
/// same for longer than the lease.
///
/// If `wait` is false, fails as soon as the holder is known to be alive: because its process runs
/// on this machine, or because the holder renews the lock.
fn wait_until_free(document: &LockDocument, wait: bool) -> Result<Option<DocumentVersion>> {
    let mut first_seen: Option<(DocumentVersion, Instant)> = None;
    loop {
        let Some((version, holder)) = document.read()? else { return Ok(None) };
        let is_running = holder.process.is_running();
        if is_running == Some(false) {
            return Ok(Some(version));
        }
        let (seen_version, since) = *first_seen.get_or_insert_with(|| (version, Instant::now()));
        let is_renewed = version != seen_version;
        // Whatever lease the document states, no lock is respected for longer than `LEASE`.
        let lease = Duration::from_millis(holder.lease).min(LEASE);
        if !is_renewed && since.elapsed() > lease {
            return Ok(Some(version));
        }
        if !wait && (is_running == Some(true) || is_renewed) {
            return Err(Error::Locked {
                address: document.address.clone(),
                holder: holder.description(),
                lease,
            });
        }
        if is_renewed {
            first_seen = None;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

#[cfg(test)]
mod tests;
