//! Tests of the lock against a server that answers as a test says.

use serde_json::json;

use super::*;
use crate::mock::{Mock, Reply, address_of};

/// The answer to a request for the health of the index of the lock.
const HEALTHY: &str = r#"{"status":"green","timed_out":false}"#;

/// The answer to a request that writes the document of a lock.
const VERSION: &str = r#"{"_seq_no":3,"_primary_term":1}"#;

/// The answer to a request for the document of a lock with this holder.
fn document_of(holder: &Holder) -> Reply {
    let found = json!({ "_seq_no": 2, "_primary_term": 1, "_source": holder });
    Reply::ok(found.to_string())
}

fn conflict() -> Reply {
    Reply::exception(409, "version_conflict_engine_exception", "another version")
}

/// Acquires the lock without waiting for another process that holds it.
fn acquire(mock: &Mock) -> Result<Lock> {
    let wait = false;
    Lock::acquire(&mock.client(), &address_of(&[mock]), wait)
}

#[test]
fn the_error_for_a_lock_that_is_held_names_the_holder() {
    // The process is this one, so it is known to run. The message must not repeat the control
    // character in the name of the host.
    let holder = Holder { host: "far\u{1b}away".to_owned(), ..Holder::new() };
    let mock = Mock::new(move |_, seen| match &seen.line {
        line if line.starts_with("HEAD") => Reply::ok(""),
        line if line.contains("_cluster/health") => Reply::ok(HEALTHY),
        line if line.starts_with("PUT") => conflict(),
        _ => document_of(&holder),
    });
    let error = acquire(&mock).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("faraway") && text.contains("--wait"), "{text}");
}

#[test]
fn a_lock_that_is_not_renewed_is_taken_over() {
    let mut holder = Holder::new();
    holder.lease = 300;
    // Only the process id is known, so nobody can tell whether the process still runs: the lease
    // decides.
    holder.process = serde_json::from_value(json!({ "pid": 1 })).unwrap();
    let mock = Mock::new(move |_, seen| match &seen.line {
        line if line.starts_with("HEAD") => Reply::ok(""),
        line if line.contains("_cluster/health") => Reply::ok(HEALTHY),
        line if line.contains("_create") => conflict(),
        line if line.starts_with("PUT") => Reply::ok(VERSION),
        line if line.starts_with("DELETE") => Reply::ok("{}"),
        _ => document_of(&holder),
    });
    let started = Instant::now();
    let lock = acquire(&mock).unwrap();
    assert!(started.elapsed() >= Duration::from_millis(300));
    let taken_over =
        mock.requests().into_iter().map(|seen| seen.line).find(|line| line.contains("_doc/lock?"));
    assert_eq!(taken_over.unwrap(), "PUT /n-wensou-lock/_doc/lock?if_seq_no=2&if_primary_term=1");
    lock.confirm().unwrap();
    drop(lock);
    let last = mock.requests().pop().unwrap().line;
    assert_eq!(last, "DELETE /n-wensou-lock/_doc/lock?if_seq_no=3&if_primary_term=1");
}

#[test]
fn a_process_that_has_lost_a_lock_gets_an_error() {
    let other = Holder::new();
    let mock = Mock::new(move |_, seen| match &seen.line {
        line if line.starts_with("HEAD") => Reply::ok(""),
        line if line.contains("_cluster/health") => Reply::ok(HEALTHY),
        line if line.contains("_create") => Reply::ok(VERSION),
        line if line.starts_with("PUT") => conflict(),
        _ => document_of(&other),
    });
    let lock = acquire(&mock).unwrap();
    lock.check().unwrap();
    assert!(matches!(lock.confirm(), Err(Error::LockLost { .. })));
    assert!(matches!(lock.check(), Err(Error::LockLost { .. })));
    drop(lock);
    assert!(!mock.requests().iter().any(|seen| seen.line.starts_with("DELETE")));
}
