//! Renews a lock in the background.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::document::{Holder, LockDocument};
use crate::error::{Error, Result};
use crate::versioned::DocumentVersion;

/// How often a lock is renewed.
const RENEWED_EVERY: Duration = Duration::from_secs(2);

/// A lock that this process holds, and the thread that renews it.
#[derive(Debug)]
pub(super) struct Renewal {
    held: Arc<Held>,
    /// Dropped to end the thread.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Held {
    document: LockDocument,
    holder: Holder,
    /// The version that this process has written last. Locked while it is written again.
    version: Mutex<DocumentVersion>,
    /// Who has taken the lock over.
    lost_to: OnceLock<String>,
}

impl Renewal {
    /// Starts to renew a lock of which this process has written `version`.
    pub(super) fn start(document: LockDocument, holder: Holder, version: DocumentVersion) -> Self {
        let held = Arc::new(Held {
            document,
            holder,
            version: Mutex::new(version),
            lost_to: OnceLock::new(),
        });
        let (running, ended) = channel();
        let renewed = Arc::clone(&held);
        let thread = std::thread::spawn(move || {
            while ended.recv_timeout(RENEWED_EVERY) == Err(RecvTimeoutError::Timeout) {
                // Another failure may pass. Whether the lock is lost is asked before it matters.
                if let Err(Error::LockLost { .. }) = renewed.renew() {
                    return;
                }
            }
        });
        Self { held, running: Some(running), thread: Some(thread) }
    }

    pub(super) fn check(&self) -> Result<()> {
        self.held.check()
    }

    pub(super) fn renew(&self) -> Result<()> {
        self.held.renew()
    }
}

impl Held {
    fn check(&self) -> Result<()> {
        let Some(holder) = self.lost_to.get() else { return Ok(()) };
        Err(Error::LockLost { address: self.document.address.clone(), holder: holder.clone() })
    }

    /// Writes the document again, as a new version.
    fn renew(&self) -> Result<()> {
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        self.check()?;
        if let Some(renewed) = self.document.write(Some(*version), &self.holder)? {
            *version = renewed;
            return Ok(());
        }
        let found = self.document.read()?;
        let holder = found.map_or_else(|| "nobody".to_owned(), |(_, holder)| holder.name());
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
            // If this fails, others wait for the end of the lease.
            let _ = self.held.document.delete(version);
        }
    }
}
