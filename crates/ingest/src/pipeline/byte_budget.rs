//! Bounds the bytes that wait in a queue between two threads. The queue itself bounds only the
//! number of messages.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A budget of bytes shared by one sender, which acquires bytes, and one receiver, which releases
/// them.
#[derive(Debug)]
pub struct ByteBudget {
    limit: u64,
    waiting: Mutex<Waiting>,
    /// Notified when bytes are released, and when the budget is closed.
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Bytes that were acquired and not released yet.
    bytes: u64,
    closed: bool,
}

impl ByteBudget {
    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, waiting: Mutex::default(), freed: Condvar::new() }
    }

    /// Acquires `weight` bytes; blocks until so many are free. If `weight` is more than the limit,
    /// blocks until all acquired bytes are released. Never blocks once the budget is closed.
    pub fn acquire(&self, weight: u64) {
        let mut waiting = self.lock();
        while !waiting.closed && waiting.bytes > 0 && waiting.bytes + weight > self.limit {
            waiting = self.freed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.bytes += weight;
    }

    /// Returns `weight` bytes to the budget.
    pub fn release(&self, weight: u64) {
        self.lock().bytes -= weight;
        self.freed.notify_one();
    }

    /// Unblocks the sender for good; called when the receiver goes away.
    pub fn close(&self) {
        self.lock().closed = true;
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
