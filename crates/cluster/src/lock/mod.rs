//! The lock of an address: one process at a time writes copies there.
//!
//! The lock is a document of an index of its own. Its holder renews it every two seconds. A lock
//! that is not renewed for the time of its lease, or whose process is known to have ended, is taken
//! over. Whoever creates, renews, takes over or releases it names the version of the document that
//! it has seen, so the cluster lets one of several succeed. No clock is compared with that of
//! another machine: who waits for a lock watches whether it changes.

mod document;
mod process;
mod renewal;

use std::time::{Duration, Instant};

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::schema::lock_name;
use crate::versioned::DocumentVersion;
use document::{Holder, LEASE, LockDocument};
use renewal::Renewal;

/// How often who waits looks at the lock.
const POLL: Duration = Duration::from_millis(250);

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
