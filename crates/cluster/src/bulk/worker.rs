//! A thread that sends batches: each is sent again until all its operations are done or refused for
//! good.

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

/// The wait after the first failure. Each further failure in a row doubles the wait, and [`jitter`]
/// shortens each wait.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest wait after a failure.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// After this many failures with status 500, a batch fails. A single such failure may be transient;
/// many mean a defect of the cluster.
const MAX_SERVER_ERRORS: u32 = 8;

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

    /// Takes the first failure, if there was one.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn take_summary(&self) -> BulkSummary {
        std::mem::take(&mut self.summary.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn update_summary(&self, change: impl FnOnce(&mut BulkSummary)) {
        change(&mut self.summary.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Keeps the first failure, and stops the writer.
    pub(super) fn fail(&self, error: Error) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.stop();
    }
}

/// Sends the batches of one thread.
pub(super) struct Worker<'a> {
    client: &'a Client,
    path: String,
    options: &'a BulkOptions,
    shared: &'a Shared,
    /// The most operations in a request; at first, there is no limit. If the cluster refuses a
    /// request as too large, has too much to do or does not answer in time, this becomes half of
    /// the operations of that request. After a request without transient failures, it doubles.
    max_operations: usize,
}

/// The state of sending one batch.
struct Delivery<'a> {
    batch: &'a Batch,
    /// The indices, in the batch, of the operations that are neither done nor refused.
    pending: Vec<usize>,
    /// When an operation was last done or refused; at first, when sending the batch began.
    last_progress: Instant,
    /// How many transient failures in a row there were.
    failures: u32,
    /// How many failures with status 500 there were.
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
        Self { client, path, options, shared, max_operations: usize::MAX }
    }

    /// Sends a batch, again and again, until each of its operations is done or refused, or until
    /// the writer is stopped.
    ///
    /// # Errors
    ///
    /// An error that is not transient; or a transient error, if no operation was done or refused
    /// for longer than the options allow.
    pub(super) fn deliver(&mut self, batch: &Batch) -> Result<()> {
        let mut delivery = Delivery {
            batch,
            pending: (0..batch.len()).collect(),
            last_progress: Instant::now(),
            failures: 0,
            server_errors: 0,
        };
        while !delivery.pending.is_empty() && !self.shared.is_stopped() {
            let Some(error) = self.send_once(&mut delivery)? else { continue };
            let patience = match error {
                Error::Unavailable { .. } => self.options.patience_without_shards,
                _ => self.options.patience,
            };
            if delivery.last_progress.elapsed() > patience {
                return Err(error);
            }
            // Ten doublings already give more than `MAX_WAIT`.
            let doublings = delivery.failures.saturating_sub(1).min(10);
            self.pause(jitter(FIRST_WAIT.saturating_mul(1 << doublings).min(MAX_WAIT)));
        }
        Ok(())
    }

    /// Sends the first pending operations. Returns the error if there was a transient failure: the
    /// caller then waits before the next request.
    fn send_once(&mut self, delivery: &mut Delivery<'_>) -> Result<Option<Error>> {
        let count = delivery.pending.len().min(self.max_operations);
        let lines = delivery.batch.lines_of(&delivery.pending[..count]);
        let bytes = lines.len() as u64;
        let response = match self.client.send(&self.request(lines)) {
            Ok(response) => response,
            Err(Error::TooLarge { at, bytes }) => {
                if count > 1 {
                    self.max_operations = count / 2;
                } else {
                    self.refuse_large(delivery, bytes, &Error::TooLarge { at, bytes });
                }
                return Ok(None);
            }
            Err(error) if is_repeatable(&error, &mut delivery.server_errors) => {
                // A request that takes too long may also be too large.
                if matches!(error, Error::Overloaded { .. } | Error::TimedOut { .. }) {
                    self.max_operations = (count / 2).max(1);
                }
                delivery.failures += 1;
                self.shared.update_summary(|summary| summary.repeated += count as u64);
                return Ok(Some(error));
            }
            Err(error) => return Err(error),
        };
        let outcomes = outcomes(&response, count, self.client.redactor())?;
        self.shared.update_summary(|summary| {
            summary.requests += 1;
            summary.bytes += bytes;
        });
        self.take_outcomes(delivery, outcomes)
    }

    /// Counts the operations that are done or refused, and leaves the others pending. Returns the
    /// error if there was a transient failure.
    fn take_outcomes(
        &mut self,
        delivery: &mut Delivery<'_>,
        outcomes: Vec<Outcome>,
    ) -> Result<Option<Error>> {
        let count = outcomes.len();
        let not_sent = delivery.pending.split_off(count);
        let sent = std::mem::take(&mut delivery.pending);
        let (mut transient, mut server_error) = (None, None);
        let mut overloaded = false;
        for (number, outcome) in sent.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Done(applied) => {
                    self.shared.update_summary(|summary| applied.count_in(summary));
                }
                Outcome::Refused(error) => self.count_refused(error),
                Outcome::Fatal(error) => return Err(error),
                Outcome::Transient(error) => {
                    overloaded |= matches!(error, Error::Overloaded { .. });
                    let is_server_error = matches!(error, Error::Status { status: 500, .. });
                    let latest = if is_server_error { &mut server_error } else { &mut transient };
                    *latest = Some(error);
                    delivery.pending.push(number);
                }
            }
        }
        let repeated = delivery.pending.len();
        delivery.pending.extend(not_sent);
        if repeated < count {
            delivery.last_progress = Instant::now();
            delivery.failures = 0;
        }
        // A failure with status 500 counts even if other operations failed for other reasons.
        let too_many_server_errors = server_error
            .as_ref()
            .is_some_and(|error| !is_repeatable(error, &mut delivery.server_errors));
        let error = if too_many_server_errors { server_error } else { transient.or(server_error) };
        let Some(error) = error else {
            self.max_operations = self.max_operations.saturating_mul(2);
            return Ok(None);
        };
        delivery.failures += 1;
        self.shared.update_summary(|summary| summary.repeated += repeated as u64);
        if overloaded {
            self.max_operations = (count / 2).max(1);
        }
        if too_many_server_errors { Err(error) } else { Ok(Some(error)) }
    }

    /// The request that sends these operations.
    fn request(&self, lines: Vec<u8>) -> Request {
        let mut request = Request::post(self.path.as_str())
            .query("filter_path", "errors,items.*._id,items.*.status,items.*.result,items.*.error")
            // How long the cluster waits for a missing shard before it answers with an error.
            .query("timeout", "10s")
            .ndjson(lines)
            .min_timeout(self.options.timeout)
            .rotate()
            // The worker repeats the request itself, with fewer operations.
            .no_retry_on_overload();
        if self.options.require_alias {
            request = request.query("require_alias", "true");
        }
        request
    }

    fn count_refused(&self, error: ItemError) {
        let max_errors = self.options.max_errors;
        self.shared.update_summary(|summary| summary.count_refused(error, max_errors));
    }

    /// Takes the first pending operation away and counts it as refused, because a request with this
    /// operation alone has `bytes` bytes, which are too many.
    fn refuse_large(&self, delivery: &mut Delivery<'_>, bytes: usize, error: &Error) {
        let number = delivery.pending.remove(0);
        delivery.last_progress = Instant::now();
        self.count_refused(ItemError {
            id: delivery.batch.id(number).to_owned(),
            status: 413,
            kind: format!("document of {bytes} bytes"),
            reason: error.to_string(),
        });
    }

    /// Sleeps for this time, or until the writer stops.
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

/// Whether to send again after an error. Counts errors with status 500: after the last of
/// [`MAX_SERVER_ERRORS`], nothing is sent again.
fn is_repeatable(error: &Error, server_errors: &mut u32) -> bool {
    if matches!(error, Error::Status { status: 500, .. }) {
        *server_errors += 1;
        return *server_errors < MAX_SERVER_ERRORS;
    }
    error.is_transient()
}
