//! Collects operations into batches, and hands them to threads that send them.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::index_name::{MAX_NAME_BYTES, check_index_name};

use super::batch::{Batch, Operation};
use super::items::BulkSummary;
use super::options::BulkOptions;
use super::worker::{Shared, Worker};

/// Writes documents in batches.
///
/// While the cluster is overloaded or lacks a node, a batch is sent again after a pause. If the
/// cluster is overloaded or does not answer in time, the batch is sent in smaller requests. Sending
/// an operation again does no harm if only the answer was lost: a document that is written twice is
/// the same afterwards (but see [`Operation::create`]). Batches may overtake each other, so give a
/// writer only one operation for each id.
///
/// [`Self::finish`] waits for all batches. Dropping a writer stops it, and batches that were not
/// sent are lost.
///
/// ```no_run
/// # fn write(client: &wensou_cluster::Client) -> wensou_cluster::Result<()> {
/// use wensou_cluster::{BulkOptions, BulkWriter, Operation};
///
/// let mut writer = BulkWriter::new(client, "news-1", BulkOptions::default())?;
/// writer.push(&Operation::index("a", br#"{"title": "bitcoin"}"#))?;
/// writer.push(&Operation::delete("b"))?;
/// let summary = writer.finish()?;
/// assert_eq!(summary.failed, 0, "{:?}", summary.errors);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BulkWriter {
    options: BulkOptions,
    batch: Batch,
    /// Hands batches to the threads; `None` once [`Self::join`] was called.
    sender: Option<SyncSender<Batch>>,
    workers: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
}

impl BulkWriter {
    /// Starts the threads of a writer to an index or an alias.
    ///
    /// # Errors
    ///
    /// If the name breaks a rule for names of indexes.
    pub fn new(client: &Client, index: &str, options: BulkOptions) -> Result<Self> {
        check_index_name(index, MAX_NAME_BYTES)?;
        let shared = Arc::new(Shared::default());
        // A channel without a buffer: `push` waits until a thread takes its batch.
        let (sender, receiver) = sync_channel(0);
        let receiver = Arc::new(Mutex::new(receiver));
        let workers = (0..options.in_flight.max(1)).map(|_| {
            let (client, index, options) = (client.clone(), index.to_owned(), options.clone());
            let (shared, receiver) = (Arc::clone(&shared), Arc::clone(&receiver));
            std::thread::spawn(move || send_all(&client, &index, &options, &shared, &receiver))
        });
        let workers = workers.collect();
        Ok(Self { options, batch: Batch::default(), sender: Some(sender), workers, shared })
    }

    /// Adds an operation. Waits while as many batches as allowed are being sent.
    ///
    /// # Errors
    ///
    /// The error that stopped the writer, once, then [`Error::Stopped`]; [`Error::Encode`] for an
    /// empty document. Operations that the cluster refuses are in the summary.
    pub fn push(&mut self, operation: &Operation<'_>) -> Result<()> {
        let count = self.batch.len();
        self.batch.push(operation).map_err(|error| Error::Encode {
            request: "an operation of _bulk".to_owned(),
            problem: error.to_string(),
        })?;
        let full =
            self.batch.bytes() >= self.options.batch_bytes || count + 1 >= self.options.batch_count;
        if full { self.send_batch() } else { self.ensure_running() }
    }

    /// Sends what is left, waits for all batches, and returns what became of the operations.
    ///
    /// # Errors
    ///
    /// The error that stopped the writer, or [`Error::Stopped`] if [`Self::push`] has returned that
    /// error already.
    pub fn finish(mut self) -> Result<BulkSummary> {
        if self.batch.len() > 0 {
            self.send_batch()?;
        }
        self.join();
        self.ensure_running()?;
        Ok(self.shared.take_summary())
    }

    fn ensure_running(&self) -> Result<()> {
        if self.shared.is_stopped() { Err(self.failure()) } else { Ok(()) }
    }

    /// The error that stopped the writer, once, then [`Error::Stopped`].
    fn failure(&self) -> Error {
        self.shared.take_failure().unwrap_or(Error::Stopped)
    }

    fn send_batch(&mut self) -> Result<()> {
        self.ensure_running()?;
        let batch = std::mem::take(&mut self.batch);
        match self.sender.as_ref().map(|sender| sender.send(batch)) {
            Some(Ok(())) => Ok(()),
            // All threads have ended.
            _ => Err(self.failure()),
        }
    }

    /// Waits for the threads to end. A panic in one of them is resumed in the calling thread.
    fn join(&mut self) {
        drop(self.sender.take());
        for worker in self.workers.drain(..) {
            if let Err(panic) = worker.join()
                && !std::thread::panicking()
            {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for BulkWriter {
    fn drop(&mut self) {
        self.shared.stop();
        self.join();
    }
}

/// Sends batches until there are no more. After a failure, receives further batches and drops them,
/// so that `push` does not wait for ever.
fn send_all(
    client: &Client,
    index: &str,
    options: &BulkOptions,
    shared: &Shared,
    receiver: &Mutex<Receiver<Batch>>,
) {
    let mut worker = Worker::new(client, index, options, shared);
    loop {
        let received = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = received else { return };
        if shared.is_stopped() {
            continue;
        }
        if let Err(error) = worker.deliver(&batch) {
            shared.fail(error);
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
