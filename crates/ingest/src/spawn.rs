//! Creates threads, which the system may refuse.

#[cfg(test)]
use std::cell::Cell;
use std::io;
use std::thread::{self, Scope, ScopedJoinHandle};

/// Creates a scoped thread; fails if the system refuses it. `number` is how many threads the caller
/// has created before. It matters only in tests, which limit the number of threads, see
/// `ALLOWED_THREADS`.
pub(crate) fn spawn<'scope, 'env, T: Send + 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    number: usize,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    #[cfg(test)]
    if number >= ALLOWED_THREADS.get() {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    #[cfg(not(test))]
    let _ = number;
    thread::Builder::new().spawn_scoped(scope, work)
}

#[cfg(test)]
thread_local! {
    /// How many threads [`spawn`] creates for a test that runs on this thread. It refuses to create
    /// more.
    pub(crate) static ALLOWED_THREADS: Cell<usize> = const { Cell::new(usize::MAX) };
}
