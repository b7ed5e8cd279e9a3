//! When a request is sent again, when it is given up, and how long each attempt may take.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::error::Error;

/// The wait after the first attempt. Each further attempt doubles the wait, and [`jitter`] shortens
/// each wait. While there are nodes that were not asked yet, the next attempt is made without a
/// wait, unless the cluster has too much to do.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// The longest wait between two attempts.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Attempts {
    deadline: Instant,
    /// The number of nodes that may be asked.
    nodes: usize,
    max_attempts: u32,
    /// Whether the request may be sent twice.
    idempotent: bool,
    /// Whether the request is sent again after status 429.
    retry_overload: bool,
    /// The nodes that were asked, in order.
    pub(crate) tried: Vec<usize>,
    /// How many errors with status 500 there were.
    server_errors: u32,
}

impl Attempts {
    /// At most `max_attempts` attempts at `nodes` nodes within `time`.
    pub(crate) fn new(time: Duration, nodes: usize, max_attempts: u32) -> Self {
        // A time beyond what the clock can count is replaced by a day.
        let in_a_day = || Instant::now() + Duration::from_secs(86_400);
        Self {
            deadline: Instant::now().checked_add(time).unwrap_or_else(in_a_day),
            nodes,
            max_attempts: max_attempts.max(1),
            idempotent: true,
            retry_overload: true,
            tried: Vec::new(),
            server_errors: 0,
        }
    }

    /// Sets whether the request may be sent twice, and whether status 429 is a reason to do so. By
    /// default, both are true.
    pub(crate) fn allow_repeats(mut self, idempotent: bool, retry_overload: bool) -> Self {
        (self.idempotent, self.retry_overload) = (idempotent, retry_overload);
        self
    }

    /// The time that the next attempt may take: all that is left if there is no other node or no
    /// further attempt; otherwise a quarter of it, so that other nodes can still answer if this one
    /// hangs. A half would leave too little, because a node that does not hang may itself wait for
    /// the one that hangs.
    pub(crate) fn next_time_limit(&self) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let last = self.tried.len() as u32 + 1 >= self.max_attempts;
        let time = if self.nodes < 2 || last || !self.idempotent { left } else { left / 4 };
        // A time of zero would mean no limit.
        time.max(Duration::from_millis(1))
    }

    /// The wait before the next attempt after `error`; `None` if there is no next attempt, because
    /// the attempts or the time are used up, or because `error` is final.
    pub(crate) fn wait_after(&mut self, error: &Error) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if self.tried.len() as u32 >= self.max_attempts
            || left.is_zero()
            || !self.repeats_after(error)
        {
            return None;
        }
        // Count the nodes that were asked, whatever their numbers: a request for one node only has
        // `nodes` = 1, but its node may have any number.
        let asked: BTreeSet<usize> = self.tried.iter().copied().collect();
        if asked.len() < self.nodes && !matches!(error, Error::Overloaded { .. }) {
            return Some(Duration::ZERO);
        }
        // Eight doublings already give more than `MAX_WAIT`.
        let doublings = (self.tried.len() as u32).saturating_sub(1).min(8);
        let wait = jitter(FIRST_WAIT.saturating_mul(1 << doublings).min(MAX_WAIT));
        (wait < left).then_some(wait)
    }

    /// Whether the request is repeated after this error. Counts errors with status 500.
    fn repeats_after(&mut self, error: &Error) -> bool {
        match error {
            _ if !self.idempotent => false,
            Error::Overloaded { .. } => self.retry_overload,
            // A node that is stopping answers with status 500. A second such answer means a defect
            // of the cluster.
            Error::Status { status: 500, .. } => {
                self.server_errors += 1;
                self.server_errors < 2
            }
            error => error.is_transient(),
        }
    }
}

/// A random time between a half and all of `wait`, so that clients that failed at the same time do
/// not send their requests again at the same time.
pub(crate) fn jitter(wait: Duration) -> Duration {
    wait.mul_f64(0.5 + 0.5 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exchange;

    fn at() -> Exchange {
        Exchange { request: "GET /".to_owned(), node: "http://a".to_owned() }
    }

    fn unavailable() -> Error {
        Error::Unavailable { at: at(), reason: String::new() }
    }

    fn status(status: u16) -> Error {
        Error::Status { at: at(), status, reason: String::new() }
    }

    /// Attempts at `nodes` nodes within ten seconds: at most nine, which is more than a test makes.
    fn attempts_at(nodes: usize) -> Attempts {
        let max_attempts = 9;
        Attempts::new(Duration::from_secs(10), nodes, max_attempts)
    }

    #[test]
    fn attempts_are_bounded_in_number() {
        let (nodes, max_attempts) = (3, 4);
        let mut attempts = Attempts::new(Duration::from_secs(10), nodes, max_attempts);
        let mut waits = Vec::new();
        for attempt in 0..10 {
            attempts.tried.push(attempt % nodes);
            match attempts.wait_after(&unavailable()) {
                Some(wait) => waits.push(wait),
                None => break,
            }
        }
        assert_eq!(waits.len(), 3);
        // Other nodes are asked without a wait.
        assert_eq!(waits[..2], [Duration::ZERO; 2]);
        assert!(waits[2] >= FIRST_WAIT && waits[2] <= MAX_WAIT);
    }

    #[test]
    fn attempts_are_bounded_in_time() {
        // A quarter of the time, because there are other nodes.
        assert!(attempts_at(3).next_time_limit() <= Duration::from_secs(3));
        assert!(attempts_at(1).next_time_limit() > Duration::from_secs(9));
        let (nodes, max_attempts) = (3, 4);
        let mut attempts = Attempts::new(Duration::ZERO, nodes, max_attempts);
        attempts.tried.push(0);
        assert_eq!(attempts.wait_after(&unavailable()), None);
        assert!(attempts.next_time_limit() > Duration::ZERO);
        let (nodes, max_attempts) = (1, 1);
        let attempts = Attempts::new(Duration::MAX, nodes, max_attempts);
        // Nearly a day, which replaces the time that is too long.
        assert!(attempts.next_time_limit() > Duration::from_secs(80_000));
    }

    #[test]
    fn a_request_for_one_node_waits_before_it_is_repeated() {
        for node in 0..3 {
            let mut attempts = attempts_at(1);
            attempts.tried.push(node);
            let wait = attempts.wait_after(&unavailable());
            assert!(wait.is_some_and(|wait| wait >= FIRST_WAIT / 2), "{node}: {wait:?}");
        }
    }

    #[test]
    fn after_status_500_a_request_is_sent_once_more_to_another_node() {
        let mut attempts = attempts_at(2);
        attempts.tried.push(0);
        assert_eq!(attempts.wait_after(&status(500)), Some(Duration::ZERO));
        attempts.tried.push(1);
        assert_eq!(attempts.wait_after(&status(500)), None);
    }

    #[test]
    fn errors_that_a_repetition_cannot_change_are_final() {
        let conflict = Error::Conflict { at: at(), reason: String::new() };
        for error in [status(400), conflict] {
            let mut attempts = attempts_at(3);
            assert_eq!(attempts.wait_after(&error), None);
        }
        let mut not_idempotent = Attempts { idempotent: false, ..attempts_at(3) };
        assert_eq!(not_idempotent.wait_after(&unavailable()), None);
        let overloaded = Error::Overloaded { at: at(), reason: String::new() };
        let mut not_after_overload = Attempts { retry_overload: false, ..attempts_at(3) };
        assert_eq!(not_after_overload.wait_after(&overloaded), None);
        not_after_overload.retry_overload = true;
        assert!(not_after_overload.wait_after(&overloaded).is_some());
    }
}
