//! Work on several threads, results in order: thread t does every n-th piece from t on and hands what
//! it makes on through a bounded queue of its own, and the queues are read in turn.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::vec;

/// Messages that go together: to wake the other thread costs as much as to parse a small page.
const BATCH: usize = 32;
/// Batches that may wait in each queue: enough to ride out an unequal piece.
const QUEUE: usize = 2;

enum Message<T> {
    Made(T),
    /// The piece is done.
    Done,
}

/// Where a piece of work puts what it makes.
pub(crate) struct Out<T> {
    queue: SyncSender<Vec<Message<T>>>,
    batch: RefCell<Vec<Message<T>>>,
}

impl<T> Out<T> {
    /// Hands one thing on. Breaks when nobody wants more.
    pub(crate) fn put(&self, thing: T) -> ControlFlow<()> {
        self.send(Message::Made(thing))
    }

    fn send(&self, message: Message<T>) -> ControlFlow<()> {
        let mut batch = self.batch.borrow_mut();
        batch.push(message);
        if batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        self.flush(std::mem::replace(&mut *batch, Vec::with_capacity(BATCH)))
    }

    fn flush(&self, batch: Vec<Message<T>>) -> ControlFlow<()> {
        match self.queue.send(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// The receiving end of a queue, and what of its last batch has not been taken.
struct In<T> {
    queue: Receiver<Vec<Message<T>>>,
    batch: vec::IntoIter<Message<T>>,
}

impl<T> In<T> {
    /// Nothing if the queue has been closed.
    fn next(&mut self) -> Option<Message<T>> {
        loop {
            if let Some(message) = self.batch.next() {
                return Some(message);
            }
            self.batch = self.queue.recv().ok()?.into_iter();
        }
    }
}

/// Does `work` for each of `pieces` on `threads` threads and gives `take` what it makes: piece after
/// piece, and in the order in which each piece made it. Stops at the first error of `take`.
pub(crate) fn ordered<P, T, E>(
    pieces: &[P],
    threads: usize,
    work: impl Fn(&P, &Out<T>) + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    P: Sync,
    T: Send,
{
    let threads = threads.clamp(1, pieces.len().max(1));
    thread::scope(|scope| {
        let mut queues: Vec<In<T>> = (0..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(QUEUE);
                let work = &work;
                scope.spawn(move || {
                    let out = Out { queue: sender, batch: RefCell::default() };
                    for piece in pieces.iter().skip(first).step_by(threads) {
                        work(piece, &out);
                        if out.send(Message::Done).is_break() {
                            return;
                        }
                    }
                    // Where nobody takes the rest, nobody misses it.
                    let _ = out.flush(out.batch.take());
                });
                In { queue: receiver, batch: Vec::new().into_iter() }
            })
            .collect();
        for number in 0..pieces.len() {
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
                    let _ = out.put(piece * 10 + thing);
                }
            };
            ordered(&pieces, threads, work, |thing| {
                got.push(thing);
                Ok::<(), ()>(())
            })
            .unwrap();
            assert!(got.is_sorted());
            assert_eq!(got.len(), 400);
        }
    }

    #[test]
    fn an_error_stops_the_work() {
        let pieces: Vec<u32> = (0..10_000).collect();
        let work = |piece: &u32, out: &Out<u32>| {
            let _ = out.put(*piece);
        };
        let result =
            ordered(&pieces, 2, work, |thing| if thing == 5 { Err(thing) } else { Ok(()) });
        assert_eq!(result, Err(5));
    }
}
