//! Tests of requests: paths, bodies and time limits.

use super::*;

#[test]
fn a_limit_of_the_client_raises_that_of_a_write_but_replaces_no_other() {
    let seconds = Duration::from_secs;
    let limits = |request: Request| [5, 90].map(|of_client| request.time_limit(seconds(of_client)));
    assert_eq!(limits(Request::get("/")), [seconds(5), seconds(90)]);
    assert_eq!(limits(Request::post("/").min_timeout(seconds(30))), [seconds(30), seconds(90)]);
    assert_eq!(limits(Request::get("/").timeout(seconds(10))), [seconds(10), seconds(10)]);
}

#[test]
fn segments_are_encoded() {
    for (text, encoded) in [
        ("news-1", "news-1"),
        ("a,b", "a,b"),
        ("..", "%2E%2E"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\r\nHost: x", "a%0D%0AHost%3A%20x"),
        ("100%", "100%25"),
        ("", ""),
        ("*", "%2A"),
    ] {
        assert_eq!(encode_segment(text), encoded);
    }
}

#[test]
fn a_value_that_is_not_json_is_an_error() {
    let map = std::collections::BTreeMap::from([(vec![1], 1)]);
    assert!(matches!(Request::post("/").json(&map), Err(Error::Encode { .. })));
}
