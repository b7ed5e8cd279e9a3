//! Renews a lock in the background while it is held, and releases it.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::document::{Holder, LockDocument};
use crate::document_version::DocumentVersion;
use crate::error::{Error, Result};

/// The time between two renewals of a lock.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(2);

/// A lock that this process holds, and the thread that renews it. Dropping it ends the thread and
/// releases the lock.
#[derive(Debug)]
pub(super) struct Renewal {
    held: Arc<HeldLock>,
    /// Dropped to end the thread.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the holder and the thread share: a lock that this process holds, unless it was lost.
#[derive(Debug)]
struct HeldLock {
    document: LockDocument,
    holder: Holder,
    /// The version that this process wrote last. The mutex is locked while the document is written.
    version: Mutex<DocumentVersion>,
    /// The [`Holder::description`] of the process that has taken the lock over, once that is known;
    /// `nobody` if the document was deleted.
    lost_to: OnceLock<String>,
}

impl Renewal {
    /// Starts to renew a lock. `version` is that of its document, as this process has written it.
    pub(super) fn start(document: LockDocument, holder: Holder, version: DocumentVersion) -> Self {
        let held = Arc::new(HeldLock {
            document,
            holder,
            version: Mutex::new(version),
            lost_to: OnceLock::new(),
        });
        // Dropping `running` makes `ended` report a disconnection, which ends the thread.
        let (running, ended) = channel();
        let renewed = Arc::clone(&held);
        let thread = std::thread::spawn(move || {
            while ended.recv_timeout(RENEWAL_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                // Other errors are ignored, because they may be transient. If they last, another
                // process takes the lock over. The holder notices that before it publishes
                // anything, because it calls `renew` itself before that.
                if let Err(Error::LockLost { .. }) = renewed.renew() {
                    return;
                }
            }
        });
        Self { held, running: Some(running), thread: Some(thread) }
    }

    /// Fails if the lock is known to be lost.
    pub(super) fn check(&self) -> Result<()> {
        self.held.check()
    }

    /// Renews the lock at once; fails if it is lost.
    pub(super) fn renew(&self) -> Result<()> {
        self.held.renew()
    }
}

impl HeldLock {
    fn check(&self) -> Result<()> {
        let Some(holder) = self.lost_to.get() else { return Ok(()) };
        Err(Error::LockLost { address: self.document.address.clone(), holder: holder.clone() })
    }

    /// Writes the document again, as a new version. Fails if another process has written or deleted
    /// the document, which means that the lock is lost.
    fn renew(&self) -> Result<()> {
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        self.check()?;
        if let Some(renewed) = self.document.write(Some(*version), &self.holder)? {
            *version = renewed;
            return Ok(());
        }
        let found = self.document.read()?;
        let holder = found.map_or_else(|| "nobody".to_owned(), |(_, holder)| holder.description());
        let _ = self.lost_to.set(holder);
        self.check()
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if self.check().is_ok() {
            let version = *self.held.version.lock().unwrap_or_else(PoisonError::into_inner);
            // If this fails, others wait until the lease is over.
            let _ = self.held.document.delete(version);
        }
    }
}
