//! A bound in bytes on what waits between threads, beside the bound in pieces that a queue has.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many bytes wait, and how many may.
#[derive(Debug)]
pub struct ByteBudget {
    limit: u64,
    waiting: Mutex<Waiting>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: u64,
    closed: bool,
}

impl ByteBudget {
    /// Room for so many bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, waiting: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits until there is room; what is larger than all the room goes alone.
    pub fn acquire(&self, weight: u64) {
        let mut waiting = self.lock();
        while !waiting.closed && waiting.bytes > 0 && waiting.bytes + weight > self.limit {
            waiting = self.freed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.bytes += weight;
    }

    /// So many bytes have been taken out.
    pub fn release(&self, weight: u64) {
        self.lock().bytes -= weight;
        self.freed.notify_one();
    }

    /// Lets everyone in: nobody takes anything out any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
