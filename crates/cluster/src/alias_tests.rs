//! Tests of aliases against a server that has one alias.

use std::sync::{Arc, Mutex};

use super::*;
use crate::mock::{Mock, Reply, Seen};

/// For [`cluster`]: it answers swaps.
const KEEPS_ANSWERS: bool = false;

/// A cluster in which the alias `n` points to the index in `target`. If `loses_answers` is true, it
/// carries out swaps, and closes the connection without an answer.
fn cluster(target: &Arc<Mutex<Option<String>>>, loses_answers: bool) -> Mock {
    let target = Arc::clone(target);
    Mock::new(move |_, seen: &Seen| {
        let mut target = target.lock().unwrap();
        if seen.line.starts_with("GET /_alias/n") {
            return match &*target {
                Some(index) => Reply::ok(format!("{{\"{index}\":{{\"aliases\":{{\"n\":{{}}}}}}}}")),
                None => Reply::Status(404, r#"{"error":"alias [n] missing","status":404}"#.into()),
            };
        }
        assert_eq!(seen.line.split('?').next(), Some("POST /_aliases"));
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        let mut now = target.clone();
        for action in body["actions"].as_array().unwrap() {
            assert!(action.get("remove_index").is_none());
            let name = |action: &Value| action["index"].as_str().map(str::to_owned);
            if let Some(removed) = action.get("remove") {
                if now != name(removed) {
                    return Reply::exception(
                        404,
                        "aliases_not_found_exception",
                        "aliases [n] missing",
                    );
                }
                now = None;
            } else {
                now = name(&action["add"]);
            }
        }
        *target = now;
        if loses_answers { Reply::Close } else { Reply::ok(r#"{"acknowledged":true}"#) }
    })
}

#[test]
fn an_alias_is_swapped_in_one_step() {
    for loses_answers in [false, true] {
        let target = Arc::default();
        let mock = cluster(&target, loses_answers);
        let client = mock.client();
        client.swap_alias("n", None, "n-1").unwrap();
        client.swap_alias("n", Some("n-1"), "n-2").unwrap();
        client.swap_alias("n", Some("n-1"), "n-2").unwrap();
        assert_eq!(client.alias_targets("n").unwrap(), ["n-2"]);
        client.wait_for_alias("n", "n-2", Duration::from_secs(5)).unwrap();
    }
}

#[test]
fn a_swap_is_refused_if_somebody_else_has_swapped_the_alias() {
    let target = Arc::new(Mutex::new(Some("n-9".to_owned())));
    let mock = cluster(&target, KEEPS_ANSWERS);
    let client = mock.client();
    for old in [None, Some("n-1")] {
        let error = client.swap_alias("n", old, "n-2").unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
    }
    assert_eq!(client.alias_targets("n").unwrap(), ["n-9"]);
    let error = client.wait_for_alias("n", "n-2", Duration::from_millis(200)).unwrap_err();
    assert!(matches!(error, Error::StateNotReached { .. }), "{error}");
}
