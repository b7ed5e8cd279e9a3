//! Work on several threads, results in order: thread t does every n-th piece from t on and hands what
//! it makes on through a bounded queue of its own, and the queues are read in turn.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::vec;

use crate::pipeline::byte_budget::ByteBudget;

/// Messages that go together: to wake the other thread costs as much as to parse a small page.
const BATCH: usize = 32;
/// Batches that may wait in each queue: enough to ride out an unequal piece.
const QUEUE: usize = 2;
/// Bytes of a batch that goes at once, full or not.
const HEAVY: u64 = 1 << 20;
/// Bytes that may wait in each queue: a hundred of the largest pages would fill the memory.
const WAITING: u64 = 32 << 20;

enum Message<T> {
    Made(T),
    /// The piece is done.
    Done,
}

/// Where a piece of work puts what it makes.
pub(crate) struct Out<'o, T>(Way<'o, T>);

enum Way<'o, T> {
    /// To another thread.
    Queue(Sending<T>),
    /// To a function of this thread.
    Direct(&'o RefCell<&'o mut dyn FnMut(T) -> ControlFlow<()>>),
}

struct Sending<T> {
    queue: SyncSender<Batch<T>>,
    budget: Arc<ByteBudget>,
    batch: RefCell<Vec<Message<T>>>,
    weight: Cell<u64>,
}

struct Batch<T> {
    messages: Vec<Message<T>>,
    weight: u64,
}

impl<T> Out<'_, T> {
    /// Hands on one thing that takes about `weight` bytes. Breaks when nobody wants more.
    pub(crate) fn put(&self, thing: T, weight: u64) -> ControlFlow<()> {
        match &self.0 {
            Way::Queue(sending) => {
                sending.weight.set(sending.weight.get() + weight);
                sending.send(Message::Made(thing))
            }
            Way::Direct(put) => (put.borrow_mut())(thing),
        }
    }

    fn end_piece(&self) -> ControlFlow<()> {
        match &self.0 {
            Way::Queue(sending) => sending.send(Message::Done),
            Way::Direct(_) => ControlFlow::Continue(()),
        }
    }

    fn end(&self) {
        if let Way::Queue(sending) = &self.0 {
            // Where nobody takes the rest, nobody misses it.
            let _ = sending.flush(sending.batch.take());
        }
    }
}

impl<T> Sending<T> {
    fn send(&self, message: Message<T>) -> ControlFlow<()> {
        let mut batch = self.batch.borrow_mut();
        batch.push(message);
        if batch.len() < BATCH && self.weight.get() < HEAVY {
            return ControlFlow::Continue(());
        }
        self.flush(std::mem::replace(&mut *batch, Vec::with_capacity(BATCH)))
    }

    fn flush(&self, messages: Vec<Message<T>>) -> ControlFlow<()> {
        let weight = self.weight.take();
        self.budget.acquire(weight);
        match self.queue.send(Batch { messages, weight }) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// The receiving end of a queue, and what of its last batch has not been taken.
struct In<T> {
    queue: Receiver<Batch<T>>,
    budget: Arc<ByteBudget>,
    batch: vec::IntoIter<Message<T>>,
}

impl<T> In<T> {
    /// Nothing if the queue has been closed.
    fn next(&mut self) -> Option<Message<T>> {
        loop {
            if let Some(message) = self.batch.next() {
                return Some(message);
            }
            let batch = self.queue.recv().ok()?;
            self.budget.release(batch.weight);
            self.batch = batch.messages.into_iter();
        }
    }
}

impl<T> Drop for In<T> {
    fn drop(&mut self) {
        self.budget.close();
    }
}

/// Does work for each of `pieces` on `threads` threads, each with a worker of its own, and gives `take` what it makes: piece after
/// piece, and in the order in which each piece made it. Stops at the first error of `take`.
///
/// Each thread goes through `pieces` by itself, so what it passes over should cost little. Where the system refuses
/// some of the threads, the others do their work; where it refuses all, the calling thread does.
pub(crate) fn ordered<I, T, W, E>(
    pieces: I,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: ExactSizeIterator + Clone + Send,
    T: Send,
    W: FnMut(I::Item, &Out<'_, T>),
{
    let count = pieces.len();
    let threads = threads.clamp(1, count.max(1));
    let done = thread::scope(|scope| {
        let (mut queues, mut starts) = (Vec::with_capacity(threads), Vec::with_capacity(threads));
        for first in 0..threads {
            let (sender, receiver) = sync_channel(QUEUE);
            // Which pieces are whose is settled when it is known how many threads there are.
            let (start, started) = sync_channel::<usize>(1);
            let budget = Arc::new(ByteBudget::new(WAITING));
            let worker = &worker;
            let (mine, pieces) = (Arc::clone(&budget), pieces.clone());
            let spawned = spawn(scope, first, move || {
                let Ok(threads) = started.recv() else { return };
                let out = Out(Way::Queue(Sending {
                    queue: sender,
                    budget: mine,
                    batch: RefCell::default(),
                    weight: Cell::new(0),
                }));
                let mut work = worker();
                for piece in pieces.skip(first).step_by(threads) {
                    work(piece, &out);
                    if out.end_piece().is_break() {
                        return;
                    }
                }
                out.end();
            });
            if spawned.is_err() {
                break;
            }
            queues.push(In { queue: receiver, budget, batch: Vec::new().into_iter() });
            starts.push(start);
        }
        let threads = queues.len();
        for start in starts {
            // The thread waits for it; its channel has room.
            let _ = start.send(threads);
        }
        if threads == 0 {
            return None;
        }
        for number in 0..count {
            // The queue closes early only if its thread panicked; the scope passes the panic on.
            while let Some(Message::Made(thing)) = queues[number % threads].next() {
                if let Err(error) = take(thing) {
                    return Some(Err(error));
                }
            }
        }
        Some(Ok(()))
    });
    done.unwrap_or_else(|| directly(pieces, worker, take))
}

/// The same on the calling thread alone.
fn directly<I, T, W, E>(
    pieces: I,
    worker: impl Fn() -> W,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: Iterator,
    W: FnMut(I::Item, &Out<'_, T>),
{
    let failed = Cell::new(None);
    let mut put = |thing| match take(thing) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed.set(Some(error));
            ControlFlow::Break(())
        }
    };
    let put: RefCell<&mut dyn FnMut(T) -> ControlFlow<()>> = RefCell::new(&mut put);
    let out = Out(Way::Direct(&put));
    let mut work = worker();
    for piece in pieces {
        work(piece, &out);
        if let Some(error) = failed.take() {
            return Err(error);
        }
    }
    Ok(())
}

/// A thread of a scope, or the system's error where it gives none. In tests threads can be refused.
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
    /// How many threads a thread of a test may have at once.
    pub(crate) static ALLOWED: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_depend_on_threads() {
        let pieces: Vec<u32> = (0..200).collect();
        for threads in [1, 3, 8] {
            let mut got = Vec::new();
            let work = |piece: &u32, out: &Out<'_, u32>| {
                for thing in 0..*piece % 5 {
                    let _ = out.put(piece * 10 + thing, 1);
                }
            };
            ordered(
                pieces.iter(),
                threads,
                || work,
                |thing| {
                    got.push(thing);
                    Ok::<(), ()>(())
                },
            )
            .unwrap();
            assert!(got.is_sorted());
            assert_eq!(got.len(), 400);
        }
    }

    #[test]
    fn threads_that_the_system_refuses_are_not_missed() {
        let pieces: Vec<u32> = (0..100).collect();
        let work = |piece: &u32, out: &Out<'_, u32>| {
            // More than waits in a queue.
            for _ in 0..200 {
                let _ = out.put(*piece, 1);
            }
        };
        for allowed in [0, 1, 3] {
            ALLOWED.set(allowed);
            let mut got = Vec::new();
            let all = ordered(
                pieces.iter(),
                8,
                || work,
                |thing| -> Result<(), u32> {
                    got.push(thing);
                    Ok(())
                },
            );
            assert_eq!(all, Ok(()));
            assert!(got.is_sorted());
            assert_eq!(got.len(), 20_000);
            let stopped = ordered(
                pieces.iter(),
                8,
                || work,
                |thing| match thing {
                    5 => Err(thing),
                    _ => Ok(()),
                },
            );
            assert_eq!(stopped, Err(5));
        }
        ALLOWED.set(usize::MAX);
    }

    #[test]
    fn an_error_stops_the_work() {
        let pieces: Vec<u32> = (0..10_000).collect();
        let work = |piece: &u32, out: &Out<'_, u32>| {
            let _ = out.put(*piece, 1);
        };
        let result = ordered(
            pieces.iter(),
            2,
            || work,
            |thing| if thing == 5 { Err(thing) } else { Ok(()) },
        );
        assert_eq!(result, Err(5));
    }

    #[test]
    fn heavy_things_wait_outside() {
        use std::sync::atomic::{AtomicU64, Ordering};
        let (made, weight) = (AtomicU64::new(0), WAITING / 2);
        let pieces = [(); 200];
        let work = |(): &(), out: &Out<'_, ()>| {
            made.fetch_add(1, Ordering::SeqCst);
            let _ = out.put((), weight);
        };
        let mut taken = 0;
        ordered(
            pieces.iter(),
            2,
            || work,
            |()| {
                taken += 1;
                // In each of two queues two wait, one before it and one in hand.
                assert!(made.load(Ordering::SeqCst) <= taken + 2 * 4);
                Ok::<(), ()>(())
            },
        )
        .unwrap();
        assert_eq!(taken, 200);
        // An error lets those go that wait.
        assert_eq!(ordered(pieces.iter(), 2, || work, |()| Err(7)), Err(7));
    }
}
