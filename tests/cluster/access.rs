//! The cluster refuses a user (wrong credentials, missing rights), or wensou refuses the cluster
//! (untrusted certificates, other products and versions). A proxy stands for a cluster with access
//! control.

use super::proxy::{Answer, Proxy, Received, new_certificate_authority};
use super::{
    SAMPLE, assert_refused, assert_same_output, cluster, run_on, sample_copy, sample_index,
};
use crate::util::{Dir, Ran};

/// Runs the binary with these environment variables.
fn run_with(dir: &Dir, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    Ran::from(dir.command(args).envs(variables.iter().copied()).output().unwrap())
}

/// The answer of a cluster that refuses a request, with the type and reason of an exception.
fn exception(status: u16, kind: &str, reason: &str) -> Answer {
    let error =
        serde_json::json!({ "error": { "type": kind, "reason": reason }, "status": status });
    (status, error.to_string(), "x-opensearch-version: OpenSearch/3.8.0 (opensearch)\r\n")
}

/// Credentials that the cluster refuses.
struct Attempt<'a> {
    variables: &'a [(&'a str, &'a str)],
    /// What the error message calls the credentials.
    kind: &'a str,
    /// What the error message must not show.
    secrets: &'a [&'a str],
}

#[test]
fn a_refusal_of_credentials_names_the_variables_to_set_and_no_secret() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let direct = sample_copy(cluster);
    // `reader:right-secret` in Base64.
    let right_header = "Basic cmVhZGVyOnJpZ2h0LXNlY3JldA==";
    let proxy = Proxy::new(cluster.port(1), move |received: &Received| {
        // A badly made server repeats the credentials that it refuses.
        let repeated = format!("no such user: {}", received.authorization);
        (received.authorization != right_header)
            .then(|| exception(401, "security_exception", &repeated))
    });
    let address = proxy.address("http", SAMPLE);
    let (user, password) = ("WENSOU_CLUSTER_USER", "WENSOU_CLUSTER_PASSWORD");
    let wrong = [
        Attempt { variables: &[], kind: "no credentials", secrets: &[] },
        Attempt {
            variables: &[(user, "reader"), (password, "wr0ng-secret")],
            kind: "a user and a password",
            // The second is `reader:wr0ng-secret` in Base64, as the server repeats it.
            secrets: &["wr0ng-secret", "cmVhZGVyOndyMG5nLXNlY3JldA"],
        },
        Attempt {
            variables: &[("WENSOU_CLUSTER_API_KEY", "a2V5LXNlY3JldA==")],
            kind: "API key",
            secrets: &["a2V5LXNlY3JldA"],
        },
        Attempt {
            variables: &[("WENSOU_CLUSTER_TOKEN", "t0ken-secret")],
            kind: "token",
            secrets: &["t0ken-secret"],
        },
    ];
    let before = cluster.indexes_of(SAMPLE);
    let index = sample_index();
    let runs: [&[&str]; 5] = [
        &["search", "比特幣", "--index", &address],
        &["export", "--index", &address],
        &["check", "--index", &address],
        &["copy", "--index", index, "--to", &address],
        &["index", index, "--index", &address, "--local", index],
    ];
    for Attempt { variables, kind, secrets } in wrong {
        for args in runs {
            let ran = run_with(&dir, variables, args);
            assert_refused(&ran, 2, &["refuses", kind, user, "WENSOU_CLUSTER_TOKEN"]);
            assert_eq!(ran.stdout, "");
            for secret in secrets {
                assert!(!ran.stderr.contains(secret), "{args:?}: {}", ran.stderr);
            }
        }
    }
    assert_eq!(cluster.indexes_of(SAMPLE), before);
    let right = [(user, "reader"), (password, "right-secret")];
    let found = run_with(&dir, &right, &["search", "比特幣", "-f", "json", "--index", &address]);
    assert_eq!(found.code, 0, "{}", found.stderr);
    assert_eq!(found.stdout, dir.ok(&["search", "比特幣", "-f", "json", "--index", direct]));
}

#[test]
fn only_the_certificate_authority_in_the_ca_file_is_trusted() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let direct = sample_copy(cluster);
    let (ca, server) = new_certificate_authority();
    let (other_ca, _) = new_certificate_authority();
    dir.write("right.pem", ca);
    dir.write("wrong.pem", other_ca);
    dir.write("empty.pem", "");
    let address = Proxy::encrypted(cluster.port(1), server).address("https", SAMPLE);
    let search = ["search", "比特幣", "-f", "json", "--index", &address];
    let run = |file: &str| run_with(&dir, &[("WENSOU_CLUSTER_CA_FILE", file)], &search);
    let found = run("right.pem");
    assert_eq!(found.code, 0, "{}", found.stderr);
    assert_eq!(found.stdout, dir.ok(&["search", "比特幣", "-f", "json", "--index", direct]));
    for (file, parts) in [
        ("wrong.pem", &["cannot be trusted", "known authority", "CA file"][..]),
        ("empty.pem", &["empty.pem", "no certificate"]),
        ("missing.pem", &["missing.pem", "PEM file"]),
    ] {
        let ran = run(file);
        assert_refused(&ran, 2, parts);
        assert_eq!(ran.stdout, "");
    }
    // Without a CA file, the authorities of the system are trusted. None of them has signed the
    // certificate of the proxy.
    assert_refused(&dir.run(&search), 2, &["CA file"]);
    let copy = ["copy", "--index", sample_index(), "--to", &address];
    let ran = run_with(&dir, &[("WENSOU_CLUSTER_CA_FILE", "wrong.pem")], &copy);
    assert_refused(&ran, 2, &["cannot be trusted", "CA file"]);
    // `https` to a node without TLS, and `http` to the proxy, which expects TLS.
    let plain = cluster.address(SAMPLE).replace("http://", "https://");
    let search = ["search", "x", "--index", &plain];
    assert_refused(&run_with(&dir, &[("WENSOU_CLUSTER_CA_FILE", "right.pem")], &search), 2, &[]);
    let address = address.replace("https://", "http://");
    assert_refused(&dir.run(&["search", "x", "--index", &address]), 2, &["scheme"]);
}

/// Whether a user who may only read the index `name` is allowed this request.
fn is_read_request(method_and_path: &str, name: &str) -> bool {
    let Some((method, path)) = method_and_path.split_once(' ') else { return false };
    let reading = ["_search", "_mget", "_count", "_search/point_in_time"];
    match (method, path.trim_start_matches('/')) {
        ("GET" | "HEAD", path) => path.ends_with("_mapping"),
        ("DELETE", path) => path == "_search/point_in_time",
        ("POST", path) => {
            // `/NAME/_search`, where NAME is the alias or the name of an index, which begins with
            // the alias. A search of a point in time has no index in its path.
            let of_index = path.strip_prefix(name).and_then(|after| after.split_once('/'));
            reading.contains(&of_index.map_or(path, |(_, operation)| operation))
        }
        _ => false,
    }
}

#[test]
fn a_user_who_may_only_read_can_search() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let direct = sample_copy(cluster);
    let proxy = Proxy::new(cluster.port(1), |received: &Received| {
        let reason = "no permissions for [indices:admin/any] and User [name=reader]";
        (!is_read_request(&received.method_and_path, SAMPLE))
            .then(|| exception(403, "security_exception", reason))
    });
    let address = proxy.address("http", SAMPLE);
    let indexes = [direct, &address];
    let id = dir.ok(&["search", "-n", "1", "-f", "ids", "--index", direct]);
    let id = id.trim_end();
    let verbs: [&[&str]; 12] = [
        &["search", "比特幣", "-f", "json", "--facet", "month"],
        &["search", "\"比特幣 市場\"~5", "-f", "ids"],
        &["search", "以太坊 減半", "--sort", "newest", "-f", "jsonl"],
        &["search", "-c", "比特幣"],
        &["tags", "-f", "json"],
        &["timeline", "-f", "json"],
        &["show", id, "-f", "json"],
        &["similar", id, "-f", "json"],
        &["explain", "比特幣", "--id", id, "-f", "json"],
        &["export"],
        &["check", "--all"],
        &["check", "--from", sample_index()],
    ];
    for args in verbs {
        assert_same_output(&dir, indexes, args);
    }
    assert_eq!(run_on(&dir, &address, &["stats"]).code, 0);
    // A copy is refused, and the message names the missing right.
    let before = cluster.indexes_of(SAMPLE);
    let copy = ["copy", "--index", sample_index(), "--to", &address];
    assert_refused(&dir.run(&copy), 2, &["forbidden", "indices:admin/any", "operator"]);
    assert_eq!(cluster.indexes_of(SAMPLE), before);
}

#[test]
fn other_products_and_versions_are_refused_by_name() {
    let dir = Dir::new();
    dir.write("archive/page.txt", "標題\n\n正文在這裡。\n");
    dir.ok(&["index", "archive", "--quiet", "--index", "index"]);
    let elastic = r#"{"name":"n","version":{"number":"8.15.0"},"tagline":"You Know, for Search"}"#;
    let opensearch = |number: &str| {
        format!(r#"{{"name":"n","version":{{"distribution":"opensearch","number":"{number}"}}}}"#)
    };
    // What a node says of itself at `GET /`, and how the error message names the product.
    for (hello, named) in [
        (opensearch("1.3.20"), "OpenSearch 1.3.20"),
        (opensearch("2.18.0"), "OpenSearch 2.18.0"),
        (opensearch("4.0.0"), "OpenSearch 4.0.0"),
        (elastic.to_owned(), "Elasticsearch 8.15.0"),
        ("<html>It works</html>".to_owned(), "not an OpenSearch cluster"),
    ] {
        // The proxy answers every request itself: nothing listens on port 9.
        let proxy = Proxy::new(9, move |_: &Received| Some((200, hello.clone(), "")));
        let address = proxy.address("http", "news");
        let runs: [&[&str]; 4] = [
            &["search", "x", "--index", &address],
            &["check", "--all", "--index", &address],
            &["copy", "--index", "index", "--to", &address],
            &["index", "archive", "--index", &address, "--local", "index"],
        ];
        for args in runs {
            let ran = dir.run(args);
            assert_refused(&ran, 2, &[named]);
            let has_cure = ran.stderr.contains("2.19") || ran.stderr.contains("check the host");
            assert!(has_cure && ran.stdout.is_empty(), "{}", ran.stderr);
        }
    }
}
