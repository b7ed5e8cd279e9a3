//! Tests of the writer against a server that refuses operations, rejects requests and loses
//! answers.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::mock::{Mock, Reply, SeenRequest};

/// The ids of the operations in a request.
fn ids(seen: &SeenRequest) -> Vec<String> {
    let lines = seen.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| Some(line["index"]["_id"].as_str()?.to_owned())).collect()
}

/// An answer with a status for each operation. `status` returns the status for the id of a
/// document.
fn answer(seen: &SeenRequest, status: impl Fn(&str) -> u16) -> Reply {
    let item = |id: String| {
        let status = status(&id);
        match status {
            200 | 201 => json!({"index": {"_id": id, "status": status}}),
            _ => {
                let error = json!({"type": "some_exception", "reason": "no"});
                json!({"index": {"_id": id, "status": status, "error": error}})
            }
        }
    };
    let items: Vec<_> = ids(seen).into_iter().map(item).collect();
    Reply::ok(json!({"errors": true, "items": items}).to_string())
}

/// Writes this many documents.
fn write(mock: &Mock, count: usize, options: BulkOptions) -> Result<BulkSummary> {
    let mut writer = BulkWriter::new(&mock.client(), "n", options)?;
    for number in 0..count {
        writer.push(&Operation::index(&number.to_string(), b"{\"x\":1}"))?;
    }
    writer.finish()
}

/// Batches of 16 operations. A batch is given up if for two seconds none of its operations is done
/// or refused.
fn small_batches() -> BulkOptions {
    BulkOptions { batch_count: 16, patience: Duration::from_secs(2), ..BulkOptions::default() }
}

#[test]
fn batches_are_bounded_by_count_and_bytes() {
    let mock = Mock::new(|_, seen| answer(seen, |_| 201));
    let summary = write(&mock, 100, small_batches()).unwrap();
    assert_eq!((summary.created, summary.failed, summary.requests), (100, 0, 7));
    assert!(mock.requests().iter().all(|seen| ids(seen).len() <= 16));
    let options = BulkOptions { batch_bytes: 100, require_alias: true, ..small_batches() };
    let summary = write(&mock, 100, options).unwrap();
    assert_eq!(summary.created, 100);
    // A batch is sent as soon as it has 100 bytes, and the lines of an operation have less than 50.
    let last = mock.requests().pop().unwrap();
    assert!(last.body.len() < 200 && last.line.contains("require_alias=true"), "{last:?}");
    assert_eq!(write(&mock, 0, small_batches()).unwrap(), BulkSummary::default());
}

#[test]
fn an_overloaded_cluster_gets_smaller_requests() {
    // The server takes at most four operations at a time.
    let mock = Mock::new(|_, seen| match ids(seen).len() {
        0..=4 => answer(seen, |_| 201),
        _ => Reply::exception(429, "rejected_execution_exception", "queue is full"),
    });
    let summary = write(&mock, 32, BulkOptions { in_flight: 1, ..small_batches() }).unwrap();
    assert_eq!((summary.created, summary.failed), (32, 0));
    let sizes: Vec<_> = mock.requests().iter().map(|seen| ids(seen).len()).collect();
    // Requests are halved until the server takes one, then doubled.
    assert_eq!(sizes[..4], [16, 8, 4, 8]);
}

#[test]
fn requests_that_are_too_large_are_halved_down_to_one_operation() {
    let mock = Mock::new(|_, seen| match ids(seen) {
        ids if ids.len() > 2 || ids.contains(&"5".to_owned()) => {
            Reply::Status(413, "<html>".into())
        }
        _ => answer(seen, |_| 201),
    });
    let summary = write(&mock, 16, small_batches()).unwrap();
    assert_eq!((summary.created, summary.failed), (15, 1));
    assert_eq!((summary.errors[0].id.as_str(), summary.errors[0].status), ("5", 413));
}

#[test]
fn operations_with_a_transient_failure_are_sent_again() {
    let tries: std::sync::Mutex<HashMap<String, u32>> = std::sync::Mutex::default();
    let mock = Mock::new(move |_, seen| {
        answer(seen, |id| {
            let mut tries = tries.lock().unwrap();
            let tries = tries.entry(id.to_owned()).or_default();
            *tries += 1;
            match (id.parse::<u32>().unwrap() % 4, *tries) {
                (1, 1) => 429,
                (2, 1..=2) => 503,
                (3, 1) => 500,
                _ => 201,
            }
        })
    });
    let summary = write(&mock, 40, small_batches()).unwrap();
    assert_eq!((summary.created, summary.failed), (40, 0));
    // Three of four operations fail at least once.
    assert!(summary.repeated >= 30, "{summary:?}");
}

#[test]
fn an_operation_that_always_fails_with_status_500_stops_the_writer_whatever_else_fails() {
    let tries: std::sync::Mutex<HashMap<String, u32>> = std::sync::Mutex::default();
    // Operation 0 always fails with status 500, and 15, the last one, with another transient
    // failure. Of the others, each request completes one, so that no wait grows.
    let mock = Mock::new(move |_, seen| {
        answer(seen, |id| {
            let mut tries = tries.lock().unwrap();
            let tries = tries.entry(id.to_owned()).or_default();
            *tries += 1;
            match id.parse::<u32>().unwrap() {
                0 => 500,
                number if number < 15 && number <= *tries => 201,
                _ => 503,
            }
        })
    });
    let patience_without_shards = Duration::from_secs(2);
    let options = BulkOptions { patience_without_shards, ..small_batches() };
    let error = write(&mock, 16, options).unwrap_err();
    assert!(matches!(error, Error::Status { status: 500, .. }), "{error}");
    // The worker gives up after `MAX_SERVER_ERRORS` requests.
    assert_eq!(mock.requests().len(), 8);
}

#[test]
fn refused_operations_are_listed_with_their_ids() {
    let mock = Mock::new(|_, seen| {
        answer(seen, |id| match id {
            "3" => 400,
            "7" => 409,
            _ => 200,
        })
    });
    let summary = write(&mock, 20, BulkOptions { max_errors: 1, ..small_batches() }).unwrap();
    assert_eq!((summary.updated, summary.failed, summary.conflicts), (18, 2, 1));
    assert_eq!(summary.errors.len(), 1);
    assert!(["3", "7"].contains(&summary.errors[0].id.as_str()));
}

#[test]
fn all_operations_succeed_although_answers_are_lost() {
    // Every other answer is lost, after the request was read.
    let mock = Mock::new(|number, seen| match number % 2 {
        0 => Reply::Close,
        _ => answer(seen, |_| 200),
    });
    let summary = write(&mock, 100, small_batches()).unwrap();
    assert_eq!(summary.succeeded(), 100);
}

#[test]
fn an_error_that_is_not_transient_stops_the_writer() {
    let missing_index = |_: usize, seen: &SeenRequest| {
        let error = json!({"type": "index_not_found_exception", "reason": "no such index [n]"});
        let item = |id: String| json!({"index": {"_id": id, "status": 404, "error": error}});
        let items: Vec<_> = ids(seen).into_iter().map(item).collect();
        Reply::ok(json!({"errors": true, "items": items}).to_string())
    };
    let mock = Mock::new(missing_index);
    let error = write(&mock, 1000, small_batches()).unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    // Most of the 63 batches were not sent.
    assert!(mock.requests().len() < 10);
    let disk_is_full =
        "index [n] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]";
    let mock =
        Mock::new(move |_, _| Reply::exception(429, "cluster_block_exception", disk_is_full));
    let error = write(&mock, 100, small_batches()).unwrap_err();
    assert!(matches!(error, Error::Blocked { .. }), "{error}");
    // This answer has no outcome for the operation.
    let mock = Mock::new(|_, _| Reply::ok(r#"{"items":[]}"#));
    assert!(matches!(write(&mock, 1, small_batches()), Err(Error::Malformed { .. })));
}

#[test]
fn an_overloaded_cluster_is_given_up_after_the_patience() {
    let mock = Mock::new(|_, _| Reply::exception(429, "rejected_execution_exception", "full"));
    let options = BulkOptions { patience: Duration::from_millis(300), ..small_batches() };
    let error = write(&mock, 100, options).unwrap_err();
    assert!(matches!(error, Error::Overloaded { .. }), "{error}");
}

#[test]
fn a_stopped_writer_returns_its_error_once() {
    let mock = Mock::new(|_, _| Reply::exception(400, "illegal_argument_exception", "no"));
    let mut writer = BulkWriter::new(&mock.client(), "n", small_batches()).unwrap();
    let mut errors = Vec::new();
    // `push` returns the error only after a thread has sent the first batch.
    for number in 0..10_000 {
        match writer.push(&Operation::delete(&number.to_string())) {
            Ok(()) => {}
            Err(error) => errors.push(error),
        }
        if errors.len() == 2 {
            break;
        }
    }
    assert!(
        matches!(errors[..], [Error::Status { status: 400, .. }, Error::Stopped]),
        "{errors:?}"
    );
    assert!(!mock.requests().is_empty());
}

#[test]
fn a_writer_that_is_dropped_does_not_wait_for_an_overloaded_cluster() {
    let mock = Mock::new(|_, _| Reply::exception(429, "rejected_execution_exception", "full"));
    let options = BulkOptions { patience: Duration::from_secs(60), ..small_batches() };
    let mut writer = BulkWriter::new(&mock.client(), "n", options).unwrap();
    for number in 0..32 {
        writer.push(&Operation::delete(&number.to_string())).unwrap();
    }
    let started = std::time::Instant::now();
    drop(writer);
    assert!(started.elapsed() < Duration::from_secs(5));
}
