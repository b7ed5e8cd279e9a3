//! Runs jobs on several threads and delivers results in order: of n threads, thread t runs every
//! n-th job from t on (of three, thread 1 runs the jobs 1, 4, 7 and so on), and sends its results
//! through a bounded queue of its own. The queues are read in turn.
//!
//! The stages of a build in `wensou-index` do not use this module: they do not divide a known list
//! of jobs, but receive an unknown number of records from a callback, and any idle thread takes the
//! next. They also limit their queues with [`ByteBudget`].

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::vec;

use crate::pipeline::byte_budget::ByteBudget;
use crate::spawn::spawn;

/// Number of messages to send together. A page is at least two messages. They are not sent one by
/// one, because waking another thread costs as much as parsing a small page.
const MESSAGES_PER_BATCH: usize = 64;
/// Number of batches that each queue can hold: enough to even out one long job.
const BATCHES_PER_QUEUE: usize = 2;
/// A batch of at least this many bytes is sent, even if it has fewer messages.
const HEAVY_BYTES: u64 = 1 << 20;
/// Maximum number of bytes that wait in each queue. The number of batches does not bound the bytes,
/// because the options set how large a page or record may be.
const MAX_WAITING_BYTES: u64 = 32 << 20;

enum Message<T> {
    /// A result of the current job.
    Result(T),
    /// The current job is done.
    Done,
}

/// Accepts the results of jobs.
pub(crate) struct Out<'o, T>(Destination<'o, T>);

enum Destination<'o, T> {
    /// The queue to the receiving thread.
    Queue(Sending<T>),
    /// A function that is called on this thread.
    Direct(&'o RefCell<&'o mut dyn FnMut(T) -> ControlFlow<()>>),
}

/// The sending end of a queue, with the batch that is being filled. Messages are sent in batches.
struct Sending<T> {
    queue: SyncSender<Batch<T>>,
    budget: Arc<ByteBudget>,
    batch: RefCell<Vec<Message<T>>>,
    /// Bytes in this batch.
    weight: Cell<u64>,
}

struct Batch<T> {
    messages: Vec<Message<T>>,
    weight: u64,
}

impl<T> Out<'_, T> {
    /// Delivers a result of about `weight` bytes. Breaks when the receiver has gone.
    pub(crate) fn put(&self, result: T, weight: u64) -> ControlFlow<()> {
        match &self.0 {
            Destination::Queue(sending) => {
                sending.weight.set(sending.weight.get() + weight);
                sending.send(Message::Result(result))
            }
            Destination::Direct(put) => (put.borrow_mut())(result),
        }
    }

    /// Tells the receiver that the current job is done.
    fn end_job(&self) -> ControlFlow<()> {
        match &self.0 {
            Destination::Queue(sending) => sending.send(Message::Done),
            Destination::Direct(_) => ControlFlow::Continue(()),
        }
    }

    /// Sends the messages that are still in the batch after the last job.
    fn flush_last_batch(&self) {
        if let Destination::Queue(sending) = &self.0 {
            // If the receiver has gone, there is nothing left to do.
            let _ = sending.flush(sending.batch.take());
        }
    }
}

impl<T> Sending<T> {
    fn new(queue: SyncSender<Batch<T>>, budget: Arc<ByteBudget>) -> Self {
        Self { queue, budget, batch: RefCell::default(), weight: Cell::new(0) }
    }

    /// Adds a message to the batch, and sends the batch if it is full or heavy.
    fn send(&self, message: Message<T>) -> ControlFlow<()> {
        let mut batch = self.batch.borrow_mut();
        batch.push(message);
        if batch.len() < MESSAGES_PER_BATCH && self.weight.get() < HEAVY_BYTES {
            return ControlFlow::Continue(());
        }
        self.flush(std::mem::replace(&mut *batch, Vec::with_capacity(MESSAGES_PER_BATCH)))
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

/// The receiving end of a queue, with the rest of its last batch.
struct In<T> {
    queue: Receiver<Batch<T>>,
    budget: Arc<ByteBudget>,
    batch: vec::IntoIter<Message<T>>,
}

impl<T> In<T> {
    /// `None` once the queue is closed.
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

/// Runs `jobs` on `threads` threads and passes the results to `take`: in the order of the jobs, and
/// those of one job in the order in which they were put. `worker` is called once on each thread and
/// returns the function that runs the jobs of this thread. Stops at the first error of `take`.
///
/// Each thread iterates over `jobs` itself, so skipping should be cheap. If the system refuses
/// some of the threads, the others do the work; if it refuses all, the calling thread does.
pub(crate) fn ordered<I, T, W, E>(
    jobs: I,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: ExactSizeIterator + Clone + Send,
    T: Send,
    W: FnMut(I::Item, &Out<'_, T>),
{
    let count = jobs.len();
    let threads = threads.clamp(1, count.max(1));
    // `None` if the system refused all threads.
    let outcome = thread::scope(|scope| {
        let (mut queues, mut starts) = (Vec::with_capacity(threads), Vec::with_capacity(threads));
        for number in 0..threads {
            let (sender, receiver) = sync_channel(BATCHES_PER_QUEUE);
            // Each thread waits for the number of threads that could be created, because this
            // number decides which jobs are its own.
            let (start, started) = sync_channel::<usize>(1);
            let budget = Arc::new(ByteBudget::new(MAX_WAITING_BYTES));
            let worker = &worker;
            let (sender_budget, jobs) = (Arc::clone(&budget), jobs.clone());
            let spawned = spawn(scope, number, move || {
                let Ok(threads) = started.recv() else { return };
                run_jobs(
                    jobs.skip(number).step_by(threads),
                    worker(),
                    Sending::new(sender, sender_budget),
                );
            });
            if spawned.is_err() {
                break;
            }
            queues.push(In { queue: receiver, budget, batch: Vec::new().into_iter() });
            starts.push(start);
        }
        let threads = queues.len();
        for start in starts {
            // This does not block, because the channel has a free slot.
            let _ = start.send(threads);
        }
        if threads == 0 {
            return None;
        }
        Some(take_in_turn(queues, count, &mut take))
    });
    outcome.unwrap_or_else(|| run_on_this_thread(jobs, worker, take))
}

/// Runs the jobs of one thread; stops early if the receiver has gone.
fn run_jobs<J, T>(
    jobs: impl Iterator<Item = J>,
    mut work: impl FnMut(J, &Out<'_, T>),
    sending: Sending<T>,
) {
    let out = Out(Destination::Queue(sending));
    for job in jobs {
        work(job, &out);
        if out.end_job().is_break() {
            return;
        }
    }
    out.flush_last_batch();
}

/// Passes the results of all `count` jobs to `take`, in the order of the jobs. Each of `queues`
/// belongs to one thread; their number is that of the threads.
fn take_in_turn<T, E>(
    mut queues: Vec<In<T>>,
    count: usize,
    take: &mut impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = queues.len();
    for number in 0..count {
        // A queue closes early only if its thread panicked, and the scope propagates the panic.
        while let Some(Message::Result(result)) = queues[number % threads].next() {
            take(result)?;
        }
    }
    Ok(())
}

/// Does the same as [`ordered`] on the calling thread alone.
fn run_on_this_thread<I, T, W, E>(
    jobs: I,
    worker: impl Fn() -> W,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: Iterator,
    W: FnMut(I::Item, &Out<'_, T>),
{
    let failed = Cell::new(None);
    let mut put = |result| match take(result) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed.set(Some(error));
            ControlFlow::Break(())
        }
    };
    let put: RefCell<&mut dyn FnMut(T) -> ControlFlow<()>> = RefCell::new(&mut put);
    let out = Out(Destination::Direct(&put));
    let mut work = worker();
    for job in jobs {
        work(job, &out);
        if let Some(error) = failed.take() {
            return Err(error);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spawn::ALLOWED_THREADS;

    /// The weight of a result, in tests that do not depend on weights.
    const LIGHT: u64 = 1;

    #[test]
    fn results_have_the_order_of_the_jobs_whatever_the_number_of_threads() {
        let jobs: Vec<u32> = (0..200).collect();
        for threads in [1, 3, 8] {
            let mut got = Vec::new();
            let work = |job: &u32, out: &Out<'_, u32>| {
                for result in 0..*job % 5 {
                    let _ = out.put(job * 10 + result, LIGHT);
                }
            };
            ordered(
                jobs.iter(),
                threads,
                || work,
                |result| {
                    got.push(result);
                    Ok::<(), ()>(())
                },
            )
            .unwrap();
            assert!(got.is_sorted());
            // Five jobs in a row have 0, 1, 2, 3 and 4 results.
            assert_eq!(got.len(), 200 / 5 * 10);
        }
    }

    #[test]
    fn all_jobs_are_done_even_if_the_system_refuses_threads() {
        let jobs: Vec<u32> = (0..100).collect();
        let work = |job: &u32, out: &Out<'_, u32>| {
            // More than a queue holds, together with the batch that is being filled.
            for _ in 0..200 {
                let _ = out.put(*job, LIGHT);
            }
        };
        let threads = 8;
        for allowed in [0, 1, 3] {
            ALLOWED_THREADS.set(allowed);
            let mut got = Vec::new();
            let outcome = ordered(
                jobs.iter(),
                threads,
                || work,
                |result| -> Result<(), u32> {
                    got.push(result);
                    Ok(())
                },
            );
            assert_eq!(outcome, Ok(()));
            assert!(got.is_sorted());
            assert_eq!(got.len(), 20_000);
            let stopped = ordered(
                jobs.iter(),
                threads,
                || work,
                |result| match result {
                    5 => Err(result),
                    _ => Ok(()),
                },
            );
            assert_eq!(stopped, Err(5));
        }
        ALLOWED_THREADS.set(usize::MAX);
    }

    #[test]
    fn an_error_is_returned_and_releases_the_workers() {
        // More results than the queues hold: a worker that is not released would wait forever.
        let jobs: Vec<u32> = (0..10_000).collect();
        let work = |job: &u32, out: &Out<'_, u32>| {
            let _ = out.put(*job, LIGHT);
        };
        let threads = 2;
        let stopped = ordered(
            jobs.iter(),
            threads,
            || work,
            |result| if result == 5 { Err(result) } else { Ok(()) },
        );
        assert_eq!(stopped, Err(5));
    }

    #[test]
    fn a_worker_with_heavy_results_waits_for_the_receiver() {
        use std::sync::atomic::{AtomicU64, Ordering};
        let threads = 2;
        let (made, weight) = (AtomicU64::new(0), MAX_WAITING_BYTES / 2);
        let jobs = [(); 200];
        let work = |(): &(), out: &Out<'_, ()>| {
            made.fetch_add(1, Ordering::SeqCst);
            let _ = out.put((), weight);
        };
        let mut taken = 0;
        ordered(
            jobs.iter(),
            threads,
            || work,
            |()| {
                taken += 1;
                // Each of the two queues holds two results. For each queue, one result more waits
                // to enter it, and one has been received and is being processed.
                assert!(made.load(Ordering::SeqCst) <= taken + 2 * 4);
                Ok::<(), ()>(())
            },
        )
        .unwrap();
        assert_eq!(taken, 200);
        // An error releases the waiting workers.
        assert_eq!(ordered(jobs.iter(), threads, || work, |()| Err(7)), Err(7));
    }
}
