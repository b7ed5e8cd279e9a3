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
mod locks;
mod nodes;
mod proxy;
mod random_queries;
mod refusals;
mod repairs;
mod shares;
mod swaps;

use std::net::TcpListener;
use std::ops::Deref;
use std::path::Path;
use std::sync::{
    LockResult, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use serde_json::{Value, json};
use wensou_cluster::{Client, ClientOptions, ClusterAddress, Credentials};

use crate::util::{Dir, Ran, report_skipped, sample_archive};
use nodes::Cluster;

/// The first port to try for the nodes, out of the way of `just cluster-up`.
const FIRST_PORT: u16 = 9281;

/// The first of three adjacent free ports, for HTTP. The ports that are 100 higher, at which the
/// nodes talk to each other, are free as well. Tries [`FIRST_PORT`] and some higher ports, because
/// the tests of another checkout may run at the same time. If none are free, returns
/// [`FIRST_PORT`], and the start of the nodes fails.
fn first_of_free_ports() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let ports_of_nodes = |port: u16| (port..port + 3).flat_map(|port| [port, port + 100]);
    let mut ports = (FIRST_PORT..FIRST_PORT + 1000).step_by(200);
    ports.find(|port| ports_of_nodes(*port).all(is_free)).unwrap_or(FIRST_PORT)
}

/// The cluster, which is started for the first test that needs it. If this machine cannot run one,
/// says that the test is skipped, and returns `None`.
fn shared_cluster() -> Option<&'static RwLock<Cluster>> {
    static CLUSTER: OnceLock<Result<RwLock<Cluster>, String>> = OnceLock::new();
    let start = || {
        Cluster::start(Path::new(env!("CARGO_TARGET_TMPDIR")), first_of_free_ports())
            .map(RwLock::new)
    };
    CLUSTER.get_or_init(start).as_ref().inspect_err(|why| report_skipped(why)).ok()
}

/// The cluster, for tests that stop no nodes and change no settings. Such tests run at the same
/// time, so the names of their indexes must differ from test to test.
fn cluster() -> Option<RwLockReadGuard<'static, Cluster>> {
    Some(heal_if_poisoned(shared_cluster()?.read()))
}

/// The cluster, without indexes, for a test that stops nodes or changes settings. No other test
/// runs meanwhile.
fn cluster_alone() -> Option<RwLockWriteGuard<'static, Cluster>> {
    let cluster = heal_if_poisoned(shared_cluster()?.write());
    cluster.delete_indexes();
    Some(cluster)
}

/// The guard of the lock around the cluster. If the lock is poisoned, a test that had the cluster
/// alone has failed, and may have stopped nodes: then this starts them again.
fn heal_if_poisoned<G: Deref<Target = Cluster>>(locked: LockResult<G>) -> G {
    locked.unwrap_or_else(|poisoned| {
        let cluster = poisoned.into_inner();
        cluster.heal();
        cluster
    })
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
/// If the cluster has no such copy, because no test has made one or a test that had the cluster
/// alone has deleted it, this makes one.
fn sample_copy(cluster: &Cluster) -> String {
    static COPYING: Mutex<()> = Mutex::new(());
    // Other tests wait until the copy is complete.
    let _guard = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.indexes_of(SAMPLE).is_empty() {
        return copy_sample_index(&Dir::new(), cluster, SAMPLE);
    }
    cluster.address(SAMPLE)
}

/// Copies the index of the sample archive to `name`, and returns the address of the copy.
fn copy_sample_index(dir: &Dir, cluster: &Cluster, name: &str) -> String {
    let address = cluster.address(name);
    let copy = ["copy", "--index", sample_index(), "--to", &address, "--quiet"];
    dir.ok(&[&copy[..], &NO_GRACE].concat());
    address
}

/// The number of indexes on the cluster that make up a complete copy: one of documents and one of
/// statistics.
const INDEXES_OF_A_COPY: usize = 2;

/// Options with which `wensou copy` deletes the previous copy at once, even if a search still reads
/// it.
const NO_GRACE: [&str; 2] = ["--grace", "0"];

impl Cluster {
    /// The address of an index or alias, as a user gives it to wensou.
    fn address(&self, name: &str) -> String {
        format!("http://{}/{name}", self.hosts())
    }

    /// A client, to look at the cluster and to change it without the binary.
    fn client(&self) -> Client {
        let address = ClusterAddress::parse(&self.address("any")).unwrap();
        Client::connect(&address, &Credentials::none(), &ClientOptions::default()).unwrap()
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
    let found: Value = client.search(name, &[], &body).unwrap().json().unwrap();
    found["hits"]["hits"].clone()
}
