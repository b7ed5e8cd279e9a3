//! Sends a batch until each operation in it is done or refused for good.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::retry::jitter;

use super::batch::Batch;
use super::items::{BulkSummary, ItemError, Outcome, outcomes};
use super::options::BulkOptions;

/// The wait after the first failure. Each further one in a row doubles it.
const WAIT: Duration = Duration::from_millis(100);

/// The longest wait.
const WAIT_AT_MOST: Duration = Duration::from_secs(5);

/// How often an operation is sent again after status 500, which may also be a defect.
const SERVER_ERRORS: u32 = 8;

/// What the threads of a writer share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    summary: Mutex<BulkSummary>,
    failure: Mutex<Option<Error>>,
    stopped: AtomicBool,
}

impl Shared {
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// The first failure, once.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn take_summary(&self) -> BulkSummary {
        std::mem::take(&mut self.summary.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the summary.
    fn note(&self, change: impl FnOnce(&mut BulkSummary)) {
        change(&mut self.summary.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Keeps the first failure, and stops the writer.
    pub(super) fn fail(&self, error: Error) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.stop();
    }
}

/// Sends batches of one thread.
pub(super) struct Worker<'a> {
    client: &'a Client,
    path: String,
    options: &'a BulkOptions,
    shared: &'a Shared,
    /// The most operations of a request. Halved when the cluster refuses a load, doubled when it
    /// accepts one.
    most: usize,
}

/// What is left of a batch, and how it went so far.
struct Delivery<'a> {
    batch: &'a Batch,
    /// The numbers of the operations that are not done.
    pending: Vec<usize>,
    progress: Instant,
    failures: u32,
    server_errors: u32,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        client: &'a Client,
        index: &str,
        options: &'a BulkOptions,
        shared: &'a Shared,
    ) -> Self {
        let path = format!("/{}/_bulk", encode_segment(index));
        Self { client, path, options, shared, most: usize::MAX }
    }

    /// Sends a batch to the end.
    ///
    /// # Errors
    ///
    /// An error that sending again does not cure, or the last one after the patience of the options
    /// without progress.
    pub(super) fn deliver(&mut self, batch: &Batch) -> Result<()> {
        let mut delivery = Delivery {
            batch,
            pending: (0..batch.len()).collect(),
            progress: Instant::now(),
            failures: 0,
            server_errors: 0,
        };
        while !delivery.pending.is_empty() && !self.shared.is_stopped() {
            let Some(error) = self.send_once(&mut delivery)? else { continue };
            let patience = match error {
                Error::Unavailable { .. } => self.options.patience_without_shards,
                _ => self.options.patience,
            };
            if delivery.progress.elapsed() > patience {
                return Err(error);
            }
            let doublings = delivery.failures.saturating_sub(1).min(10);
            self.pause(jitter(WAIT.saturating_mul(1 << doublings).min(WAIT_AT_MOST)));
        }
        Ok(())
    }

    /// Sends the first pending operations. Returns a passing error after which to wait.
    fn send_once(&mut self, delivery: &mut Delivery<'_>) -> Result<Option<Error>> {
        let count = delivery.pending.len().min(self.most);
        let lines = delivery.batch.lines_of(&delivery.pending[..count]);
        let bytes = lines.len() as u64;
        let response = match self.client.send(&self.request(lines)) {
            Ok(response) => response,
            Err(Error::TooLarge { at, bytes }) => {
                if count > 1 {
                    self.most = count / 2;
                } else {
                    self.refuse_large(delivery, bytes, &Error::TooLarge { at, bytes });
                }
                return Ok(None);
            }
            Err(error) if may_pass(&error, &mut delivery.server_errors) => {
                // A batch that takes too long is too large, too.
                if matches!(error, Error::Overloaded { .. } | Error::TimedOut { .. }) {
                    self.most = (count / 2).max(1);
                }
                delivery.failures += 1;
                self.shared.note(|summary| summary.repeated += count as u64);
                return Ok(Some(error));
            }
            Err(error) => return Err(error),
        };
        let outcomes = outcomes(&response, count, self.client.redactor())?;
        self.shared.note(|summary| {
            summary.requests += 1;
            summary.bytes += bytes;
        });
        self.take_outcomes(delivery, outcomes)
    }

    /// Removes the operations that are done or refused from those that are pending.
    fn take_outcomes(
        &mut self,
        delivery: &mut Delivery<'_>,
        outcomes: Vec<Outcome>,
    ) -> Result<Option<Error>> {
        let count = outcomes.len();
        let rest = delivery.pending.split_off(count);
        let sent = std::mem::take(&mut delivery.pending);
        let mut passing = None;
        let mut overloaded = false;
        for (number, outcome) in sent.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Done(applied) => self.shared.note(|summary| applied.count(summary)),
                Outcome::Refused(error) => self.refuse(error),
                Outcome::Fatal(error) => return Err(error),
                Outcome::Passing(error) => {
                    overloaded |= matches!(error, Error::Overloaded { .. });
                    passing = Some(error);
                    delivery.pending.push(number);
                }
            }
        }
        let again = delivery.pending.len();
        delivery.pending.extend(rest);
        if again < count {
            delivery.progress = Instant::now();
            delivery.failures = 0;
        }
        let Some(error) = passing else {
            self.most = self.most.saturating_mul(2);
            return Ok(None);
        };
        delivery.failures += 1;
        self.shared.note(|summary| summary.repeated += again as u64);
        if overloaded {
            self.most = (count / 2).max(1);
        }
        if may_pass(&error, &mut delivery.server_errors) { Ok(Some(error)) } else { Err(error) }
    }

    fn request(&self, lines: Vec<u8>) -> Request {
        let mut request = Request::post(self.path.as_str())
            .query("filter_path", "errors,items.*._id,items.*.status,items.*.result,items.*.error")
            // How long the cluster waits for a shard that is missing, before it says so.
            .query("timeout", "10s")
            .ndjson(lines)
            .timeout(self.options.timeout)
            .rotate()
            .no_retry_on_overload();
        if self.options.require_alias {
            request = request.query("require_alias", "true");
        }
        request
    }

    fn refuse(&self, error: ItemError) {
        let most = self.options.max_errors;
        self.shared.note(|summary| summary.refuse(error, most));
    }

    /// Refuses a single operation that is larger than a request may be.
    fn refuse_large(&self, delivery: &mut Delivery<'_>, bytes: usize, error: &Error) {
        let number = delivery.pending.remove(0);
        delivery.progress = Instant::now();
        self.refuse(ItemError {
            id: delivery.batch.id(number).to_owned(),
            status: 413,
            kind: format!("document of {bytes} bytes"),
            reason: error.to_string(),
        });
    }

    /// Sleeps, but not after the writer has stopped.
    fn pause(&self, wait: Duration) {
        let end = Instant::now() + wait;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.shared.is_stopped() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
    }
}

/// Whether to send again: always after passing errors, some times after status 500.
fn may_pass(error: &Error, server_errors: &mut u32) -> bool {
    if matches!(error, Error::Status { status: 500, .. }) {
        *server_errors += 1;
        return *server_errors < SERVER_ERRORS;
    }
    error.is_passing()
}
