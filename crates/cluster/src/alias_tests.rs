//! Tests of aliases against a server that has one alias.

use std::sync::{Arc, Mutex};

use super::*;
use crate::mock::{Mock, Reply, SeenRequest};

/// What a cluster does after it has carried out a swap.
#[derive(Clone, Copy)]
enum Answers {
    /// It sends an answer.
    Sent,
    /// It closes the connection without an answer.
    Lost,
}

/// A cluster in which the alias `n` points to the index in `target`.
fn cluster(target: &Arc<Mutex<Option<String>>>, answers: Answers) -> Mock {
    let target = Arc::clone(target);
    Mock::new(move |_, seen: &SeenRequest| {
        let mut target = target.lock().unwrap();
        if seen.line.starts_with("GET /_alias/n") {
            return match &*target {
                Some(index) => Reply::ok(format!("{{\"{index}\":{{\"aliases\":{{\"n\":{{}}}}}}}}")),
                None => Reply::Status(404, r#"{"error":"alias [n] missing","status":404}"#.into()),
            };
        }
        assert_eq!(seen.line.split('?').next(), Some("POST /_aliases"));
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        // All actions are carried out or none.
        let mut new_target = target.clone();
        for action in body["actions"].as_array().unwrap() {
            // A swap deletes no index.
            assert!(action.get("remove_index").is_none());
            let name = |action: &Value| action["index"].as_str().map(str::to_owned);
            if let Some(removed) = action.get("remove") {
                if new_target != name(removed) {
                    return Reply::exception(
                        404,
                        "aliases_not_found_exception",
                        "aliases [n] missing",
                    );
                }
                new_target = None;
            } else {
                new_target = name(&action["add"]);
            }
        }
        *target = new_target;
        match answers {
            Answers::Sent => Reply::ok(r#"{"acknowledged":true}"#),
            Answers::Lost => Reply::Close,
        }
    })
}

#[test]
fn an_alias_is_swapped_in_one_step() {
    for answers in [Answers::Sent, Answers::Lost] {
        let target = Arc::default();
        let mock = cluster(&target, answers);
        let client = mock.client();
        client.swap_alias("n", None, "n-1").unwrap();
        client.swap_alias("n", Some("n-1"), "n-2").unwrap();
        // A swap that was made already may be repeated.
        client.swap_alias("n", Some("n-1"), "n-2").unwrap();
        assert_eq!(client.alias_targets("n").unwrap(), ["n-2"]);
        client.wait_for_alias("n", "n-2", Duration::from_secs(5)).unwrap();
    }
}

#[test]
fn a_swap_is_refused_if_somebody_else_has_swapped_the_alias() {
    let target = Arc::new(Mutex::new(Some("n-9".to_owned())));
    let mock = cluster(&target, Answers::Sent);
    let client = mock.client();
    for old in [None, Some("n-1")] {
        let error = client.swap_alias("n", old, "n-2").unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
    }
    assert_eq!(client.alias_targets("n").unwrap(), ["n-9"]);
    let error = client.wait_for_alias("n", "n-2", Duration::from_millis(200)).unwrap_err();
    assert!(matches!(error, Error::StateNotReached { .. }), "{error}");
}
