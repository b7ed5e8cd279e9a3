//! An index on a real cluster of three nodes answers as the index in a folder that it is a copy of,
//! while it is copied, and while nodes fail.
//!
//! Without a JDK or Maven, the tests say so and pass.

mod access;
mod answers;
mod blocks;
mod client;
mod copies;
mod faults;
mod locks;
mod proxy;
mod queries;
mod refusals;
mod repairs;
mod running;
mod shares;
mod swaps;

use std::net::TcpListener;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::{Value, json};
use wensou_cluster::{Client, ClientOptions, ClusterAddress, Credentials};

use crate::util::{Dir, Ran, sample, skipped};
use running::Cluster;

/// The first port of the nodes; others than those of `just cluster-up`. If they are in use, perhaps
/// by the tests of another checkout, later ones are.
const PORT: u16 = 9281;

/// The first of three free ports; the ports between the nodes are 100 higher.
fn free_port() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let of_nodes = |port: u16| (port..port + 3).flat_map(|port| [port, port + 100]);
    let mut ports = (PORT..PORT + 1000).step_by(200);
    ports.find(|port| of_nodes(*port).all(is_free)).unwrap_or(PORT)
}

/// The cluster, which is started for the first test that needs it.
fn running() -> Option<&'static RwLock<Cluster>> {
    static CLUSTER: OnceLock<Result<RwLock<Cluster>, String>> = OnceLock::new();
    let start =
        || Cluster::start(Path::new(env!("CARGO_TARGET_TMPDIR")), free_port()).map(RwLock::new);
    CLUSTER.get_or_init(start).as_ref().inspect_err(|why| skipped(why)).ok()
}

/// The cluster, for tests that leave its nodes as they are. They run at the same time, each with
/// names of its own for its indexes.
fn cluster() -> Option<RwLockReadGuard<'static, Cluster>> {
    let running = running()?;
    Some(running.read().unwrap_or_else(|poisoned| {
        let cluster = PoisonError::into_inner(poisoned);
        cluster.heal();
        cluster
    }))
}

/// The cluster, for a test that ends nodes or changes settings: no other test runs meanwhile.
fn cluster_alone() -> Option<RwLockWriteGuard<'static, Cluster>> {
    let running = running()?;
    let cluster = running.write().unwrap_or_else(|poisoned| {
        // The test that failed may have ended nodes.
        let cluster = PoisonError::into_inner(poisoned);
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
        dir.ok(&["index", &sample().display().to_string(), "--quiet", "--index", &folder]);
        (dir, folder)
    });
    folder
}

/// The name of the copy of the index of the sample archive.
const SAMPLE: &str = "sample";

/// The address of a copy of the index of the sample archive, for tests that do not change it.
fn sample_copy(cluster: &Cluster) -> String {
    static COPYING: Mutex<()> = Mutex::new(());
    let _one = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.indexes_of(SAMPLE).is_empty() {
        return copied(&Dir::new(), cluster, SAMPLE);
    }
    cluster.address(SAMPLE)
}

/// Copies the index of the sample archive, without waiting at the end, and returns its address.
fn copied(dir: &Dir, cluster: &Cluster, name: &str) -> String {
    let address = cluster.address(name);
    let copy = ["copy", "--index", sample_index(), "--to", &address, "--quiet"];
    dir.ok(&[&copy[..], &AT_ONCE].concat());
    address
}

/// Lets a copy delete the one before at once. Nothing reads that.
const AT_ONCE: [&str; 2] = ["--grace", "0"];

impl Cluster {
    /// The address of an index.
    fn address(&self, name: &str) -> String {
        format!("http://{}/{name}", self.hosts())
    }

    /// A client, to look at the cluster without wensou.
    fn client(&self) -> Client {
        let address = ClusterAddress::parse(&self.address("any")).unwrap();
        Client::connect(&address, &Credentials::none(), &ClientOptions::default()).unwrap()
    }

    /// Deletes all indexes: a node that is started again waits for each of its shards.
    fn delete_indexes(&self) {
        let delete = || self.client().delete("/*", &[("expand_wildcards", "all")]);
        // A request that is sent again, because its answer was late, misses what is deleted.
        delete().or_else(|_| delete()).unwrap();
    }

    /// The indexes of the copies to an address, without that of their lock.
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

/// Checks that the two indexes give the same output and exit status.
#[track_caller]
fn same(dir: &Dir, [one, other]: [&str; 2], args: &[&str]) {
    let [one, other] = [one, other].map(|index| run_on(dir, index, args));
    assert!(one.code <= 2, "{args:?}: {}", one.stderr);
    assert_eq!(other.code, one.code, "{args:?}: {}", other.stderr);
    // A query can be a mistake.
    assert!(one.code < 2 || one.stderr == other.stderr, "{args:?}: {}", other.stderr);
    let mut lines = one.stdout.lines().zip(other.stdout.lines());
    let differ = lines.find(|(one, other)| one != other);
    assert!(one.stdout == other.stdout, "{args:?}: {differ:#?}");
}

/// Checks that a run fails with this status, and that its message has all of these parts.
#[track_caller]
fn refused(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, code, "{}\n{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "no {part:?} in: {}", ran.stderr);
    }
}

/// Every document of an index on the cluster, as it is there.
fn documents(client: &Client, name: &str) -> Value {
    let body = json!({ "query": { "match_all": {} }, "size": 1000, "sort": ["_doc"] });
    let found: Value = client.search(name, &[], &body).unwrap().json().unwrap();
    found["hits"]["hits"].clone()
}
