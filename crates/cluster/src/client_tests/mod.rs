//! Tests of the client against servers that fail in many ways.
//!
//! - `secrets`: no error has a secret.
//! - `tls`: which certificate authorities the client trusts.

mod secrets;
mod tls;

use serde_json::json;

use super::*;
use crate::mock::{GREETING, Mock, Reply, WHOLE_ANSWER, address_of, client_of, closed_host};

/// How long a node hangs: longer than clients wait for a node in these tests.
const HANG_TIME: Duration = Duration::from_secs(5);

/// A client of these nodes, which asks the first one first.
fn connect(mocks: &[&Mock]) -> Client {
    client_of(mocks, &Credentials::none(), &ClientOptions::default()).unwrap()
}

fn search(client: &Client) -> Result<Response> {
    client.search("n", &[], &json!({"query": {"match_all": {}}}))
}

#[test]
fn a_request_has_its_method_body_and_headers() {
    let mock = Mock::new(|_, _| Reply::ok("{}"));
    let client = mock.client();
    client.post("/a", &[("q", "x y")], &json!({"b": 1})).unwrap();
    client.get("/g", &[]).unwrap();
    client.delete("/d", &[]).unwrap();
    client.send(&Request::delete("/d2").json(&json!([])).unwrap()).unwrap();
    client.send(&Request::post("/e")).unwrap();
    client.send(&Request::post("/_bulk").ndjson(b"{}\n".to_vec())).unwrap();
    assert!(client.exists("/h").unwrap());
    let seen = mock.requests();
    let lines: Vec<_> = seen.iter().map(|seen| (seen.line.as_str(), seen.body.as_str())).collect();
    let expected = [
        ("POST /a?q=x%20y", r#"{"b":1}"#),
        ("GET /g", ""),
        ("DELETE /d", ""),
        ("DELETE /d2", "[]"),
        ("POST /e", ""),
        ("POST /_bulk", "{}\n"),
        ("HEAD /h", ""),
    ];
    assert_eq!(lines, expected);
    assert!(seen[0].headers.contains("content-type: application/json"));
    assert!(seen[5].headers.contains("content-type: application/x-ndjson"));
    assert!(!seen[0].headers.contains("authorization"));
}

#[test]
fn the_next_node_answers_when_one_is_gone() {
    let dead = closed_host();
    let mock = Mock::new(|_, _| Reply::ok(WHOLE_ANSWER));
    let address = ClusterAddress::parse(&format!("http://{dead},{}/n", mock.host())).unwrap();
    for start in 0..2 {
        let client =
            Client::connect_from(&address, &Credentials::none(), &ClientOptions::default(), start);
        // One attempt is enough: while it connected, the client has noticed which node is gone.
        assert_eq!(search(&client.unwrap()).unwrap().attempts(), 1);
    }
    let alone = ClusterAddress::parse(&format!("http://{dead}/n")).unwrap();
    let error = Client::connect(&alone, &Credentials::none(), &ClientOptions::default());
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&dead), "{error}");
}

#[test]
fn another_node_answers_after_every_transient_failure() {
    let partial_answer = WHOLE_ANSWER.replace(r#""failed":0"#, r#""failed":1"#);
    let late = WHOLE_ANSWER.replace(r#""timed_out":false"#, r#""timed_out":true"#);
    for reply in [
        Reply::Close,
        Reply::exception(429, "rejected_execution_exception", "full"),
        Reply::Status(502, "<html>".to_owned()),
        Reply::exception(503, "search_phase_execution_exception", "all shards failed"),
        Reply::Status(504, String::new()),
        Reply::exception(500, "node_closed_exception", "closing"),
        Reply::ok(partial_answer.as_str()),
        Reply::ok(late.as_str()),
    ] {
        let text = format!("{reply:?}");
        let bad = Mock::new(move |_, _| reply.clone());
        let good = Mock::new(|_, _| Reply::ok(WHOLE_ANSWER));
        let client = connect(&[&bad, &good]);
        let response = search(&client).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(response.attempts(), 2, "{text}");
        assert!(good.requests()[0].line.contains("allow_partial_search_results=false"));
        // The next request goes to the node that answered.
        assert_eq!(search(&client).unwrap().attempts(), 1);
        assert_eq!(bad.requests().len(), 1);
    }
}

#[test]
fn the_error_decides_how_often_a_request_is_sent() {
    let mock = Mock::new(|_, _| Reply::exception(503, "x", "red"));
    let error = search(&mock.client()).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    // As often as the default of `ClientOptions::attempts` allows.
    assert_eq!(mock.requests().len(), 6);
    let mock = Mock::new(|_, _| Reply::exception(500, "x", "defect"));
    assert!(matches!(search(&mock.client()), Err(Error::Status { status: 500, .. })));
    // After status 500, a request is repeated once.
    assert_eq!(mock.requests().len(), 2);
    for (status, kind) in [(400, "parsing_exception"), (404, "index_not_found_exception")] {
        let mock = Mock::new(move |_, _| Reply::exception(status, kind, "no"));
        assert!(search(&mock.client()).is_err());
        assert_eq!(mock.requests().len(), 1, "{status}");
    }
}

#[test]
fn partial_answers_to_searches_are_errors() {
    let partial = WHOLE_ANSWER.replace(r#""failed":0"#, r#""failed":1"#);
    let mock = Mock::new(move |_, _| Reply::ok(partial.as_str()));
    let error = search(&mock.client()).unwrap_err();
    assert!(matches!(error, Error::Partial { .. }), "{error}");
}

#[test]
fn another_node_is_asked_in_time_if_one_hangs() {
    let hung = Mock::new(|_, _| Reply::Hang(HANG_TIME));
    let good = Mock::new(|_, _| Reply::ok(WHOLE_ANSWER));
    let options = ClientOptions { timeout: Duration::from_secs(1), ..ClientOptions::default() };
    let client = client_of(&[&hung, &good], &Credentials::none(), &options).unwrap();
    let started = Instant::now();
    assert_eq!(search(&client).unwrap().attempts(), 2);
    assert!(started.elapsed() < Duration::from_secs(1));
    // The next request goes to the node that answered.
    assert_eq!(search(&client).unwrap().attempts(), 1);
    let alone = client_of(&[&hung], &Credentials::none(), &options).unwrap();
    let error = search(&alone).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
}

#[test]
fn after_a_time_out_a_search_prefers_shards_on_nodes_that_say_their_ids() {
    // A node that says its id at once. `searches_hang` says whether it never answers searches.
    let node = |searches_hang: bool, id: &'static str| {
        Mock::new(move |_, seen| match seen.line.as_str() {
            line if line.contains("/_nodes/_local") => {
                Reply::ok(format!(r#"{{"nodes":{{"{id}":{{"name":"x"}}}}}}"#))
            }
            _ if searches_hang => Reply::Hang(HANG_TIME),
            _ => Reply::ok(WHOLE_ANSWER),
        })
    };
    let searches_hang = true;
    let (hung, good) = (node(searches_hang, "id-1"), node(!searches_hang, "id-2"));
    let options = ClientOptions { timeout: Duration::from_secs(2), ..ClientOptions::default() };
    let client = client_of(&[&hung, &good], &Credentials::none(), &options).unwrap();
    assert_eq!(search(&client).unwrap().attempts(), 2);
    // Both nodes say their ids, so shards on both are preferred to those on further nodes.
    let last = good.requests().pop().unwrap().line;
    assert!(last.ends_with("&preference=_prefer_nodes%3Aid-1,id-2"), "{last}");
}

#[test]
fn a_node_that_hangs_at_the_greeting_is_given_up_too() {
    let hung = Mock::with_greeting(Reply::Hang(HANG_TIME), |_, _| Reply::Close);
    let good = Mock::new(|_, _| Reply::ok(WHOLE_ANSWER));
    let started = Instant::now();
    let client = connect(&[&hung, &good]);
    assert_eq!(search(&client).unwrap().attempts(), 1);
    // `VERSION_TIMEOUT` is two seconds.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[test]
fn only_requests_that_ask_for_it_rotate_over_the_nodes() {
    let mocks: Vec<_> = (0..3).map(|_| Mock::new(|_, _| Reply::ok("{}"))).collect();
    let client = connect(&mocks.iter().collect::<Vec<_>>());
    for _ in 0..6 {
        client.send(&Request::get("/r").rotate()).unwrap();
        client.send(&Request::get("/s")).unwrap();
    }
    let counts: Vec<_> = mocks.iter().map(|mock| mock.requests().len()).collect();
    // Each node got two of the six requests that rotate, and the first node the six others.
    assert_eq!(counts, [8, 2, 2]);
    client.send(&Request::get("/t").to_node(2)).unwrap();
    assert_eq!(mocks[2].requests().last().unwrap().line, "GET /t");
}

#[test]
fn a_request_that_is_not_idempotent_is_sent_once() {
    let bad = Mock::new(|_, _| Reply::Close);
    let good = Mock::new(|_, _| Reply::ok("{}"));
    let client = connect(&[&bad, &good]);
    assert!(client.send(&Request::post("/once").not_idempotent()).is_err());
    assert_eq!((bad.requests().len(), good.requests().len()), (1, 0));
}

#[test]
fn other_products_and_versions_are_refused_by_name() {
    let elastic = r#"{"name":"n","version":{"number":"8.15.0"},"tagline":"You Know, for Search"}"#;
    let too_old = GREETING.replace("3.8.0", "2.18.0");
    let too_new = GREETING.replace("3.8.0", "4.0.0");
    for (greeting, name) in [
        (elastic, "Elasticsearch 8.15.0"),
        (&too_old, "OpenSearch 2.18.0"),
        (&too_new, "OpenSearch 4.0.0"),
    ] {
        let mock = Mock::with_greeting(Reply::ok(greeting), |_, _| Reply::ok("{}"));
        let error = client_of(&[&mock], &Credentials::none(), &ClientOptions::default());
        let error = error.unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert!(mock.requests().is_empty());
    }
    let mock =
        Mock::with_greeting(Reply::ok(GREETING.replace("3.8.0", "2.19.6")), |_, _| Reply::ok("{}"));
    assert_eq!(mock.client().version().unwrap().to_string(), "OpenSearch 2.19.6");
}

#[test]
fn a_node_of_another_version_or_cluster_gets_no_request() {
    let first_node = Mock::new(|_, _| Reply::Close);
    // `u1` is the id of the cluster in `GREETING`.
    for greeting in [GREETING.replace("u1", "u2"), GREETING.replace("3.8.0", "1.0.0")] {
        let other_node = Mock::with_greeting(Reply::ok(greeting), |_, _| Reply::ok(WHOLE_ANSWER));
        let client = connect(&[&first_node, &other_node]);
        let error = search(&client).unwrap_err();
        let refused = matches!(error, Error::DifferentClusters { .. } | Error::Unsupported { .. });
        assert!(refused && other_node.requests().is_empty(), "{error}");
    }
    let same_cluster = Mock::new(|_, _| Reply::ok("{}"));
    let other_cluster =
        Mock::with_greeting(Reply::ok(GREETING.replace("u1", "u2")), |_, _| Reply::ok("{}"));
    let client = connect(&[&same_cluster, &other_cluster]);
    let error = client.send(&Request::get("/x").to_node(1)).unwrap_err();
    assert!(matches!(error, Error::DifferentClusters { .. }), "{error}");
    assert!(other_cluster.requests().is_empty());
}

#[test]
fn a_server_that_is_no_cluster_is_reported_as_such() {
    for reply in [
        Reply::ok("<html>hello"),
        Reply::ok("{}"),
        Reply::ok(""),
        Reply::Status(404, "<html>".to_owned()),
        Reply::Status(301, String::new()),
        Reply::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
    ] {
        let text = format!("{reply:?}");
        let mock = Mock::with_greeting(reply, |_, _| Reply::ok("{}"));
        let error = client_of(&[&mock], &Credentials::none(), &ClientOptions::default());
        let error = error.unwrap_err();
        assert!(
            matches!(error, Error::NotACluster { .. } | Error::NotFound { .. }),
            "{text}: {error}"
        );
    }
    let mock = Mock::new(|_, _| Reply::ok("<html>"));
    let error = mock.client().get("/x", &[]).unwrap_err();
    assert!(matches!(error, Error::NotACluster { .. }), "{error}");
}

/// The body of the answer to a user who may not send `GET /`. The header of the answer may still
/// state the version.
const REFUSED_GREETING: &str = r#"{"error":{"type":"security_exception","reason":"no permissions for [cluster:monitor/main]"},"status":403}"#;

#[test]
fn a_user_who_may_not_ask_for_the_greeting_can_search() {
    let head = "HTTP/1.1 403 X\r\nx-opensearch-version: OpenSearch/3.8.0 (opensearch)\r\n";
    let length = REFUSED_GREETING.len();
    let raw = format!("{head}content-length: {length}\r\n\r\n{REFUSED_GREETING}");
    let mock = Mock::with_greeting(Reply::Raw(raw.into_bytes()), |_, _| Reply::ok(WHOLE_ANSWER));
    search(&mock.client()).unwrap();
}

#[test]
fn a_refused_greeting_without_a_version_is_an_error_with_the_missing_right() {
    let greeting = Reply::Status(403, REFUSED_GREETING.to_owned());
    let mock = Mock::with_greeting(greeting, |_, _| Reply::ok(WHOLE_ANSWER));
    let error = client_of(&[&mock], &Credentials::none(), &ClientOptions::default()).unwrap_err();
    assert!(error.to_string().contains("cluster:monitor/main"), "{error}");
}

#[test]
fn redirects_are_not_followed() {
    let redirect_target = Mock::new(|_, _| Reply::ok(WHOLE_ANSWER));
    let redirect = format!(
        "HTTP/1.1 307 X\r\nlocation: http://{}/n\r\ncontent-length: 0\r\n\r\n",
        redirect_target.host()
    );
    let mock = Mock::new(move |_, _| Reply::Raw(redirect.clone().into_bytes()));
    assert!(search(&mock.client()).is_err());
    assert!(mock.client().get("/x", &[]).is_err());
    assert!(redirect_target.requests().is_empty());
}

#[test]
fn http_to_another_machine_needs_insecure_http() {
    // An address that is reserved for documentation, so no machine answers there.
    let address = ClusterAddress::parse("http://192.0.2.1/n").unwrap();
    let error = Client::connect(&address, &Credentials::none(), &ClientOptions::default());
    assert!(matches!(error, Err(Error::Address(_))));
    let options = ClientOptions {
        insecure_http: true,
        timeout: Duration::from_millis(200),
        attempts: 1,
        ..ClientOptions::default()
    };
    let error = Client::connect(&address, &Credentials::none(), &options).unwrap_err();
    assert!(!matches!(error, Error::Address(_)), "{error}");
}

#[test]
fn messages_about_long_answers_and_ids_are_short() {
    let mock = Mock::new(|_, _| Reply::Status(400, "长".repeat(1 << 20)));
    let client = mock.client();
    let path = format!("/n/_doc/{}", crate::encode_segment(&"号".repeat(2000)));
    let error = client.get(&path, &[]).unwrap_err();
    assert!(error.to_string().len() < 2000);
}
