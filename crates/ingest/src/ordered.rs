//! Work on several threads, results in order: thread t does every n-th piece from t on and hands what
//! it makes on through a bounded queue of its own, and the queues are read in turn.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::vec;

use crate::room::Room;

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
pub(crate) struct Out<T> {
    queue: SyncSender<Batch<T>>,
    room: Arc<Room>,
    batch: RefCell<Vec<Message<T>>>,
    weight: Cell<u64>,
}

struct Batch<T> {
    messages: Vec<Message<T>>,
    weight: u64,
}

impl<T> Out<T> {
    /// Hands on one thing that takes about `weight` bytes. Breaks when nobody wants more.
    pub(crate) fn put(&self, thing: T, weight: u64) -> ControlFlow<()> {
        self.weight.set(self.weight.get() + weight);
        self.send(Message::Made(thing))
    }

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
        self.room.enter(weight);
        match self.queue.send(Batch { messages, weight }) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// The receiving end of a queue, and what of its last batch has not been taken.
struct In<T> {
    queue: Receiver<Batch<T>>,
    room: Arc<Room>,
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
            self.room.leave(batch.weight);
            self.batch = batch.messages.into_iter();
        }
    }
}

impl<T> Drop for In<T> {
    fn drop(&mut self) {
        self.room.close();
    }
}

/// Does work for each of `pieces` on `threads` threads, each with a worker of its own, and gives `take` what it makes: piece after
/// piece, and in the order in which each piece made it. Stops at the first error of `take`.
///
/// Each thread goes through `pieces` by itself, so what it passes over should cost little.
pub(crate) fn ordered<I, T, W, E>(
    pieces: I,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: ExactSizeIterator + Clone + Send,
    T: Send,
    W: FnMut(I::Item, &Out<T>),
{
    let count = pieces.len();
    let threads = threads.clamp(1, count.max(1));
    thread::scope(|scope| {
        let mut queues: Vec<In<T>> = (0..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(QUEUE);
                let room = Arc::new(Room::new(WAITING));
                let worker = &worker;
                let (mine, pieces) = (Arc::clone(&room), pieces.clone());
                scope.spawn(move || {
                    let out = Out {
                        queue: sender,
                        room: mine,
                        batch: RefCell::default(),
                        weight: Cell::new(0),
                    };
                    let mut work = worker();
                    for piece in pieces.skip(first).step_by(threads) {
                        work(piece, &out);
                        if out.send(Message::Done).is_break() {
                            return;
                        }
                    }
                    // Where nobody takes the rest, nobody misses it.
                    let _ = out.flush(out.batch.take());
                });
                In { queue: receiver, room, batch: Vec::new().into_iter() }
            })
            .collect();
        for number in 0..count {
            // The queue closes early only if its thread panicked; the scope passes the panic on.
            while let Some(Message::Made(thing)) = queues[number % threads].next() {
                take(thing)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_depend_on_threads() {
        let pieces: Vec<u32> = (0..200).collect();
        for threads in [1, 3, 8] {
            let mut got = Vec::new();
            let work = |piece: &u32, out: &Out<u32>| {
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
    fn an_error_stops_the_work() {
        let pieces: Vec<u32> = (0..10_000).collect();
        let work = |piece: &u32, out: &Out<u32>| {
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
        let work = |(): &(), out: &Out<()>| {
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
