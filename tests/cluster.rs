//! Tests with a real cluster of three nodes: a copy of an index gives the same answers as the index
//! in its folder, also while a newer copy replaces it and while nodes fail.
//!
//! This file has what the tests share: the cluster, copies of the sample archive, and comparisons;
//! `changing_archive.rs` has an archive that changes. Without a JDK or Maven, the tests say so and
//! pass.

mod access;
mod answers;
mod blocks;
mod changing_archive;
mod client;
mod copies;
mod faults;
mod files;
mod locks;
mod nodes;
mod proxy;
mod random_queries;
mod refusals;
mod repairs;
mod shares;
mod swaps;

use std::net::TcpListener;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use wensou_cluster::{Client, ClientOptions, ClusterAddress, Credentials};

use crate::util::{Dir, Ran, report_skipped, sample_archive};
use nodes::Cluster;

/// The first ports to try for the nodes of the two clusters, out of the way of `just cluster-up`.
const FIRST_PORT: u16 = 9281;
const FIRST_PORT_OF_FAILING_NODES: u16 = 9291;

/// The first of three adjacent free ports, for HTTP. The ports that are 100 higher, at which the
/// nodes talk to each other, are free as well. Tries `first` and some higher ports, because the
/// tests of another checkout may run at the same time. If none are free, returns `first`, and the
/// start of the nodes fails.
fn first_of_free_ports(first: u16) -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let ports_of_nodes = |port: u16| (port..port + 3).flat_map(|port| [port, port + 100]);
    let mut ports = (first..first + 1000).step_by(200);
    ports.find(|port| ports_of_nodes(*port).all(is_free)).unwrap_or(first)
}

/// Starts a cluster of three nodes. If this machine cannot run one, returns why.
fn start_cluster(first_port: u16) -> Result<Cluster, String> {
    Cluster::start(Path::new(env!("CARGO_TARGET_TMPDIR")), first_of_free_ports(first_port))
}

/// The cluster for tests that stop no nodes and change no settings, which is started for the first
/// of them. They run at the same time, so the names of their indexes must differ from test to test.
/// If this machine cannot run a cluster, says that the test is skipped, and returns `None`.
fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| start_cluster(FIRST_PORT));
    cluster.as_ref().inspect_err(|why| report_skipped(why)).ok()
}

/// Another cluster, without indexes, for a test that stops nodes or changes settings. The tests
/// that use it run one after the other. Most of their time they wait for nodes, so that the tests
/// with [`cluster`] can run meanwhile.
fn cluster_alone() -> Option<MutexGuard<'static, Cluster>> {
    static CLUSTER: OnceLock<Result<Mutex<Cluster>, String>> = OnceLock::new();
    let start = || start_cluster(FIRST_PORT_OF_FAILING_NODES).map(Mutex::new);
    let cluster =
        CLUSTER.get_or_init(start).as_ref().inspect_err(|why| report_skipped(why)).ok()?;
    // If the lock is poisoned, a test has failed, and may have stopped nodes: start them again.
    let cluster = cluster.lock().unwrap_or_else(|poisoned| {
        let cluster = poisoned.into_inner();
        cluster.heal();
        cluster
    });
    cluster.delete_indexes();
    Some(cluster)
}

/// The folder of an index of the sample archive, which no test changes.
fn sample_index() -> &'static str {
    static FOLDER: OnceLock<(Dir, String)> = OnceLock::new();
    let (_, folder) = FOLDER.get_or_init(|| {
        let dir = Dir::new();
        let folder = dir.path().join("index").display().to_string();
        dir.ok(&["index", &sample_archive().display().to_string(), "--quiet", "--index", &folder]);
        (dir, folder)
    });
    folder
}

/// The name of the copy of the index of the sample archive.
const SAMPLE: &str = "sample";

/// The address of a copy of the index of the sample archive, for tests that do not change the copy.
/// The first of them makes it, and the others wait until it is complete.
fn sample_copy(cluster: &Cluster) -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| copy_sample_index(&Dir::new(), cluster, SAMPLE, &COPY_WITHOUT_REPLICAS))
}

/// Copies the index of the sample archive to `name`, with `options` such as [`QUICK_COPY`], and
/// returns the address of the copy.
fn copy_sample_index(dir: &Dir, cluster: &Cluster, name: &str, options: &[&str]) -> String {
    let address = cluster.address(name);
    let copy = ["copy", "--index", sample_index(), "--to", &address, "--quiet"];
    dir.ok(&[&copy[..], options].concat());
    address
}

/// The number of indexes on the cluster that make up a complete copy: one of documents and one of
/// statistics.
const INDEXES_OF_A_COPY: usize = 2;

/// Options with which `wensou copy` deletes the previous copy at once, even if a search still reads
/// it.
const NO_GRACE: [&str; 2] = ["--grace", "0"];

/// Options of copies for tests that stop no node: the previous copy is deleted at once, and there
/// are no replicas, which take about half of the time of a copy. There are three shards, as by
/// default.
const COPY_WITHOUT_REPLICAS: [&str; 4] = ["--grace", "0", "--replicas", "0"];

/// [`COPY_WITHOUT_REPLICAS`] with only one shard, which saves a fifth of the rest. For tests of
/// what does not depend on shards.
const QUICK_COPY: [&str; 6] = ["--grace", "0", "--replicas", "0", "--shards", "1"];

impl Cluster {
    /// The address of an index or alias, as a user gives it to wensou.
    fn address(&self, name: &str) -> String {
        format!("http://{}/{name}", self.hosts())
    }

    /// A client, to look at the cluster and to change it without the binary.
    fn client(&self) -> Client {
        // The machine that runs the tests may be busy.
        self.client_with(ClientOptions { timeout: Duration::from_secs(60), ..<_>::default() })
    }

    fn client_with(&self, options: ClientOptions) -> Client {
        let address = ClusterAddress::parse(&self.address("any")).unwrap();
        Client::connect(&address, &Credentials::none(), &options).unwrap()
    }

    /// Deletes all indexes, so that nodes that are restarted need not wait for shards of them.
    fn delete_indexes(&self) {
        let delete = || self.client().delete("/*", &[("expand_wildcards", "all")]);
        // If the answer is late, the client sends the request again. The second request may fail,
        // because the first has deleted some of the indexes meanwhile.
        delete().or_else(|_| delete()).unwrap();
    }

    /// The names of the indexes that copies to `name` have made, sorted, without the index of the
    /// copy lock. A complete copy has [`INDEXES_OF_A_COPY`].
    fn indexes_of(&self, name: &str) -> Vec<String> {
        let found = self.client().indexes(&format!("{name}-*")).unwrap();
        let names = found.into_iter().map(|index| index.name);
        let mut names: Vec<_> = names.filter(|name| !name.ends_with("-wensou-lock")).collect();
        names.sort();
        names
    }
}

/// Runs the binary on an index.
fn run_on(dir: &Dir, index: &str, args: &[&str]) -> Ran {
    dir.run(&[args, &["--index", index]].concat())
}

/// Runs the binary with the default time limit for requests, which is shorter than that of the
/// other tests.
fn run_in_default_time(dir: &Dir, args: &[&str]) -> Ran {
    let mut command = dir.command(args);
    Ran::from(command.env_remove("WENSOU_CLUSTER_TIMEOUT").output().unwrap())
}

/// Checks that a command gives the same output and exit status on two indexes, and the same message
/// if the exit status is 2.
#[track_caller]
fn assert_same_output(dir: &Dir, [one, other]: [&str; 2], args: &[&str]) {
    let [one, other] = [one, other].map(|index| run_on(dir, index, args));
    assert!(one.code <= 2, "{args:?}: {}", one.stderr);
    assert_eq!(other.code, one.code, "{args:?}: {}", other.stderr);
    assert!(one.code < 2 || one.stderr == other.stderr, "{args:?}: {}", other.stderr);
    let mut lines = one.stdout.lines().zip(other.stdout.lines());
    let first_difference = lines.find(|(one, other)| one != other);
    assert!(one.stdout == other.stdout, "{args:?}: {first_difference:#?}");
}

/// Checks that a run has ended with the exit status `code`, and that its message has all `parts`.
#[track_caller]
fn assert_refused(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, code, "{}\n{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "no {part:?} in: {}", ran.stderr);
    }
}

/// All documents of an index on the cluster, as the cluster returns them. The index must not have
/// more than 1,000.
fn all_documents(client: &Client, name: &str) -> Value {
    let body = json!({ "query": { "match_all": {} }, "size": 1000, "sort": ["_doc"] });
    let mut found: Value = client.search(name, &[], &body).unwrap().json().unwrap();
    for hit in found["hits"]["hits"].as_array_mut().unwrap() {
        // The place of the document in the shards that were asked, which differs from request to
        // request.
        hit.as_object_mut().unwrap().remove("sort");
    }
    found["hits"]["hits"].clone()
}
