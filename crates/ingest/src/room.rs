//! A bound in bytes on what waits in a queue.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that may wait in each queue: a hundred of the largest pages would fill the memory.
pub(crate) const WAITING: u64 = 32 << 20;

/// How many bytes wait in a queue.
#[derive(Default)]
pub(crate) struct Room {
    waiting: Mutex<Waiting>,
    freed: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: u64,
    closed: bool,
}

impl Room {
    /// Waits until there is room; what is larger than all the room goes alone.
    pub(crate) fn enter(&self, weight: u64) {
        let mut waiting = self.lock();
        while !waiting.closed && waiting.bytes > 0 && waiting.bytes + weight > WAITING {
            waiting = self.freed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.bytes += weight;
    }

    /// So many bytes have been taken out.
    pub(crate) fn leave(&self, weight: u64) {
        self.lock().bytes -= weight;
        self.freed.notify_one();
    }

    /// Lets everyone in: nobody takes anything out any more.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
