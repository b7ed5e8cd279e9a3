//! When a request is sent again, when it is given up, and how long each attempt may take.

use std::time::{Duration, Instant};

use crate::error::Error;

/// The wait before the first repetition at a node that was asked before. Each further one doubles
/// it.
const WAIT: Duration = Duration::from_millis(50);

/// The longest wait.
const WAIT_AT_MOST: Duration = Duration::from_secs(2);

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Attempts {
    deadline: Instant,
    nodes: usize,
    most: u32,
    idempotent: bool,
    retry_overload: bool,
    /// The nodes that were asked, in order.
    pub(crate) tried: Vec<usize>,
    server_errors: u32,
}

impl Attempts {
    /// At most `most` attempts at `nodes` nodes within `time`.
    pub(crate) fn new(time: Duration, nodes: usize, most: u32) -> Self {
        // A time beyond what the clock can count is as good as a day.
        let far = || Instant::now() + Duration::from_secs(86_400);
        Self {
            deadline: Instant::now().checked_add(time).unwrap_or_else(far),
            nodes,
            most: most.max(1),
            idempotent: true,
            retry_overload: true,
            tried: Vec::new(),
            server_errors: 0,
        }
    }

    /// Whether the request may be sent twice, and whether 429 is a reason to do so.
    pub(crate) fn allow(mut self, idempotent: bool, retry_overload: bool) -> Self {
        (self.idempotent, self.retry_overload) = (idempotent, retry_overload);
        self
    }

    /// The time that the next attempt may take: a quarter of what is left, so that others can
    /// answer in time if a node hangs; all of it if no other node or attempt is left. Each node
    /// that is asked may itself wait for the one that hangs, once, so a half would leave too
    /// little.
    pub(crate) fn time(&self) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let last = self.tried.len() as u32 + 1 >= self.most;
        let time = if self.nodes < 2 || last || !self.idempotent { left } else { left / 4 };
        // A time of zero would mean no limit.
        time.max(Duration::from_millis(1))
    }

    /// The wait before the next attempt; `None` if `error` is final.
    pub(crate) fn wait_after(&mut self, error: &Error) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if self.tried.len() as u32 >= self.most || left.is_zero() || !self.repeats(error) {
            return None;
        }
        let untried = (0..self.nodes).any(|node| !self.tried.contains(&node));
        if untried && !matches!(error, Error::Overloaded { .. }) {
            return Some(Duration::ZERO);
        }
        let doublings = (self.tried.len() as u32).saturating_sub(1).min(8);
        let wait = jitter(WAIT.saturating_mul(1 << doublings).min(WAIT_AT_MOST));
        (wait < left).then_some(wait)
    }

    fn repeats(&mut self, error: &Error) -> bool {
        match error {
            _ if !self.idempotent => false,
            Error::Overloaded { .. } => self.retry_overload,
            // A node that is stopping answers so, once.
            Error::Status { status: 500, .. } => {
                self.server_errors += 1;
                self.server_errors < 2
            }
            error => error.is_transient(),
        }
    }
}

/// A random time between a half and all of `wait`, so that clients do not come back together.
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

    #[test]
    fn attempts_are_bounded_in_number() {
        let mut attempts = Attempts::new(Duration::from_secs(10), 3, 4);
        let mut waits = Vec::new();
        for attempt in 0..10 {
            attempts.tried.push(attempt % 3);
            match attempts.wait_after(&unavailable()) {
                Some(wait) => waits.push(wait),
                None => break,
            }
        }
        assert_eq!(waits.len(), 3);
        // Other nodes are asked at once.
        assert_eq!(waits[..2], [Duration::ZERO; 2]);
        assert!(waits[2] >= WAIT && waits[2] <= WAIT_AT_MOST);
    }

    #[test]
    fn attempts_are_bounded_in_time() {
        let attempts = Attempts::new(Duration::from_secs(10), 3, 4);
        assert!(attempts.time() <= Duration::from_secs(3));
        let attempts = Attempts::new(Duration::from_secs(10), 1, 4);
        assert!(attempts.time() > Duration::from_secs(9));
        let mut attempts = Attempts::new(Duration::ZERO, 3, 4);
        attempts.tried.push(0);
        assert_eq!(attempts.wait_after(&unavailable()), None);
        assert!(attempts.time() > Duration::ZERO);
        assert!(Attempts::new(Duration::MAX, 1, 1).time() > Duration::from_secs(80_000));
    }

    #[test]
    fn a_server_error_is_tried_once_more_elsewhere() {
        let mut attempts = Attempts::new(Duration::from_secs(10), 2, 9);
        attempts.tried.push(0);
        assert_eq!(attempts.wait_after(&status(500)), Some(Duration::ZERO));
        attempts.tried.push(1);
        assert_eq!(attempts.wait_after(&status(500)), None);
    }

    #[test]
    fn what_repeating_does_not_change_is_final() {
        let conflict = Error::Conflict { at: at(), reason: String::new() };
        for error in [status(400), conflict] {
            let mut attempts = Attempts::new(Duration::from_secs(10), 3, 9);
            assert_eq!(attempts.wait_after(&error), None);
        }
        let mut once = Attempts::new(Duration::from_secs(10), 3, 9).allow(false, true);
        assert_eq!(once.wait_after(&unavailable()), None);
        let overloaded = Error::Overloaded { at: at(), reason: String::new() };
        let mut small = Attempts::new(Duration::from_secs(10), 3, 9).allow(true, false);
        assert_eq!(small.wait_after(&overloaded), None);
        small.retry_overload = true;
        assert!(small.wait_after(&overloaded).is_some());
    }
}
