//! Threads that the system may refuse.

#[cfg(test)]
use std::cell::Cell;
use std::io;
use std::thread::{self, Scope, ScopedJoinHandle};

/// Creates a scoped thread; fails if the system refuses it. Tests can refuse threads, too.
pub(crate) fn spawn<'scope, 'env, T: Send + 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    number: usize,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    #[cfg(test)]
    if number >= ALLOWED.get() {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    #[cfg(not(test))]
    let _ = number;
    thread::Builder::new().spawn_scoped(scope, work)
}

#[cfg(test)]
thread_local! {
    /// How many threads a test thread may create at once.
    pub(crate) static ALLOWED: Cell<usize> = const { Cell::new(usize::MAX) };
}
