//! Tests of aliases and indexes against a server that has one alias.

use std::sync::{Arc, Mutex};

use super::*;
use crate::mock::{Mock, Reply, Seen};

/// A cluster in which the alias `n` points to the index in `target`; `lose` loses the answers to
/// swaps.
fn cluster(target: &Arc<Mutex<Option<String>>>, lose: bool) -> Mock {
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
        if lose { Reply::Close } else { Reply::ok(r#"{"acknowledged":true}"#) }
    })
}

#[test]
fn an_alias_is_swapped_in_one_step() {
    for lose in [false, true] {
        let target = Arc::default();
        let mock = cluster(&target, lose);
        let client = mock.client();
        client.swap_alias("n", None, "n-1").unwrap();
        client.swap_alias("n", Some("n-1"), "n-2").unwrap();
        client.swap_alias("n", Some("n-1"), "n-2").unwrap();
        assert_eq!(client.alias_targets("n").unwrap(), ["n-2"]);
        client.wait_for_alias("n", "n-2", Duration::from_secs(5)).unwrap();
    }
}

#[test]
fn a_swap_that_another_was_quicker_with_is_refused() {
    let target = Arc::new(Mutex::new(Some("n-9".to_owned())));
    let mock = cluster(&target, false);
    let client = mock.client();
    for old in [None, Some("n-1")] {
        let error = client.swap_alias("n", old, "n-2").unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
    }
    assert_eq!(client.alias_targets("n").unwrap(), ["n-9"]);
    let error = client.wait_for_alias("n", "n-2", Duration::from_millis(200)).unwrap_err();
    assert!(matches!(error, Error::Waited { .. }), "{error}");
}

#[test]
fn names_with_patterns_delete_nothing() {
    let mock = Mock::new(|_, _| Reply::ok("{}"));
    for name in ["*", "n-*", "_all", "a,b", "", "n-*,-n-1"] {
        assert!(mock.client().delete_index(name).is_err(), "{name}");
    }
    assert!(mock.seen().is_empty());
    assert!(mock.client().delete_index("n-1").unwrap());
}

#[test]
fn an_index_that_a_lost_answer_created_counts_as_created() {
    let exists =
        || Reply::exception(400, "resource_already_exists_exception", "index [n-1] exists");
    let mock = Mock::new(move |number, _| if number == 0 { Reply::Close } else { exists() });
    mock.client().create_index("n-1", &json!({})).unwrap();
    let mock = Mock::new(move |_, _| exists());
    let error = mock.client().create_index("n-1", &json!({})).unwrap_err();
    assert!(matches!(error, Error::NameTaken { .. }), "{error}");
}

#[test]
fn indexes_are_listed_by_name() {
    let rows = r#"[{"index":"n-2","health":"green","docs.count":"7","store.size":"10","creation.date":"5"},
        {"index":"n-1","health":"red","docs.count":null,"store.size":null,"creation.date":"4"}]"#;
    let mock = Mock::new(move |_, _| Reply::ok(rows));
    let indexes = mock.client().indexes("n-*").unwrap();
    assert_eq!((indexes[0].name.as_str(), indexes[0].documents), ("n-1", None));
    assert_eq!((indexes[1].health, indexes[1].bytes), (Some(Health::Green), Some(10)));
}

#[test]
fn health_is_waited_for() {
    let answers = ["red", "yellow", "green"];
    let mock = Mock::new(move |number, _| {
        let (status, late) = (answers[number.min(2)], number < 2);
        let body = format!(r#"{{"status":"{status}","timed_out":{late}}}"#);
        Reply::Status(if late { 408 } else { 200 }, body)
    });
    let client = mock.client();
    let health = client.wait_for_health("n", Health::Green, Duration::from_secs(9)).unwrap();
    assert_eq!(health, Health::Green);
    let mock = Mock::new(|_, _| Reply::Status(408, r#"{"status":"red","timed_out":true}"#.into()));
    let error = mock.client().wait_for_health("n", Health::Yellow, Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("n is red"), "{error}");
}
