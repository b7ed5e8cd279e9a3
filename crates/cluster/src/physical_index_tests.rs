//! Tests of physical indexes against a server that answers as a test says.

use serde_json::json;

use super::*;
use crate::mock::{Mock, Reply};

#[test]
fn names_with_patterns_delete_nothing() {
    let mock = Mock::new(|_, _| Reply::ok("{}"));
    for name in ["*", "n-*", "_all", "a,b", "", "n-*,-n-1"] {
        assert!(mock.client().delete_index(name).is_err(), "{name}");
    }
    assert!(mock.requests().is_empty());
    assert!(mock.client().delete_index("n-1").unwrap());
}

#[test]
fn creating_an_index_succeeds_although_the_answer_was_lost() {
    let exists =
        || Reply::exception(400, "resource_already_exists_exception", "index [n-1] exists");
    let mock = Mock::new(move |number, _| if number == 0 { Reply::Close } else { exists() });
    mock.client().create_index("n-1", &json!({})).unwrap();
    // If no answer was lost, somebody else has created the index.
    let mock = Mock::new(move |_, _| exists());
    let error = mock.client().create_index("n-1", &json!({})).unwrap_err();
    assert!(matches!(error, Error::NameTaken { .. }), "{error}");
}

#[test]
fn indexes_are_listed_by_name() {
    let rows = r#"[{"index":"n-2","health":"green","docs.count":"7","store.size":"10","creation.date":"5"},
        {"index":"n-1","health":"red","docs.count":null,"store.size":null,"creation.date":"4"},
        {"index":"n-3","health":"","docs.count":"","store.size":"","creation.date":null}]"#;
    let mock = Mock::new(move |_, _| Reply::ok(rows));
    let indexes = mock.client().indexes("n-*").unwrap();
    assert_eq!((indexes[0].name.as_str(), indexes[0].documents), ("n-1", None));
    assert_eq!((indexes[1].health, indexes[1].bytes), (Some(Health::Green), Some(10)));
    // An index that is being deleted.
    assert_eq!((indexes[2].health, indexes[2].documents), (None, None));
}

#[test]
fn waiting_for_health_ends_when_it_is_reached_or_the_time_is_over() {
    let answers = ["red", "yellow", "green"];
    let mock = Mock::new(move |number, _| {
        let (status, timed_out) = (answers[number.min(2)], number < 2);
        let body = format!(r#"{{"status":"{status}","timed_out":{timed_out}}}"#);
        Reply::Status(if timed_out { 408 } else { 200 }, body)
    });
    let client = mock.client();
    let health = client.wait_for_health("n", Health::Green, Duration::from_secs(9)).unwrap();
    assert_eq!(health, Health::Green);
    let mock = Mock::new(|_, _| Reply::Status(408, r#"{"status":"red","timed_out":true}"#.into()));
    let error = mock.client().wait_for_health("n", Health::Yellow, Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("n is red"), "{error}");
}

#[test]
fn the_layout_of_an_index_is_read_from_its_settings() {
    let settings =
        r#"{"n-1":{"settings":{"index":{"number_of_shards":"5","number_of_replicas":"0"}}}}"#;
    let mock = Mock::new(move |_, seen| match seen.line.starts_with("GET /n-1/_settings?") {
        true => Reply::ok(settings),
        false => Reply::exception(404, "index_not_found_exception", "no such index"),
    });
    let layout = mock.client().layout_of("n-1").unwrap();
    assert_eq!(layout, Some(ShardLayout { shards: 5, replicas: 0 }));
    assert_eq!(mock.client().layout_of("missing").unwrap(), None);
}
