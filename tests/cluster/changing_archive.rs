//! An archive that changes, its index in a folder, and copies of that index to the cluster.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::nodes::Cluster;
use super::{QUICK_COPY, assert_same_output, run_on};
use crate::util::{Dir, copy_folder, sample_archive, set_archive_state};

/// The arguments of searches whose output depends on the state of the archive.
pub(super) const SEARCHES: [&[&str]; 3] = [
    &["search", "標題 正文", "-f", "jsonl", "-n", "20"],
    &["search", "來去 OR 變化", "--facet", "month", "-f", "json"],
    &["search", "-n", "300", "-f", "ids"],
];

/// An archive that a test puts into state 0 or 1 (see [`set_archive_state`]), with an index of it
/// in the folder `index`.
pub(super) struct Archive {
    pub(super) dir: Dir,
}

impl Archive {
    /// The sample archive in state 0, indexed.
    pub(super) fn new() -> Self {
        let archive = Self { dir: Dir::new() };
        copy_folder(&sample_archive(), &archive.dir.path().join("archive"));
        archive.set_state(0);
        archive.dir.ok(&["index", "archive", "--quiet", "--index", "index"]);
        archive
    }

    /// As [`Archive::new`], with its index copied to `name` on the cluster. Also returns the
    /// address of the copy.
    pub(super) fn copied_to(cluster: &Cluster, name: &str) -> (Self, String) {
        let (archive, address) = (Self::new(), cluster.address(name));
        archive.copy(&address);
        (archive, address)
    }

    /// Puts the archive into a state, without updating the index.
    pub(super) fn set_state(&self, state: usize) {
        set_archive_state(&self.dir.path().join("archive"), state);
    }

    /// Puts the archive into a state, and updates the index.
    pub(super) fn update_to_state(&self, state: usize) {
        self.set_state(state);
        self.dir.ok(&["index", "archive", "--quiet", "--index", "index"]);
    }

    /// Copies the index to an address, and returns what the copy has printed on stderr.
    pub(super) fn copy(&self, address: &str) -> String {
        let copy = ["copy", "--index", "index", "--to", address];
        let ran = self.dir.run(&[&copy[..], &QUICK_COPY].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr
    }

    /// The output of each search of [`SEARCHES`] on an index.
    pub(super) fn answers(&self, index: &str) -> Vec<String> {
        let answer = |args: &&[&str]| {
            let ran = run_on(&self.dir, index, args);
            assert!(ran.code <= 1, "{args:?}: {}", ran.stderr);
            ran.stdout
        };
        SEARCHES.iter().map(answer).collect()
    }

    /// Checks that the copy at an address has exactly the records of the index, and that its
    /// documents are intact.
    #[track_caller]
    pub(super) fn assert_copy_is_current(&self, address: &str) {
        assert_same_output(&self.dir, ["index", address], &["export"]);
        self.assert_intact(address);
    }

    /// Checks that `wensou check` finds nothing wrong with the documents of the copy at an address.
    #[track_caller]
    pub(super) fn assert_intact(&self, address: &str) {
        let checked = run_on(&self.dir, address, &["check", "--all"]);
        assert_eq!(checked.code, 0, "{}\n{}", checked.stdout, checked.stderr);
    }
}

/// Starts a copy to `name`, and waits until its index on the cluster exists. Returns the running
/// process and the name of that index.
#[allow(clippy::zombie_processes, reason = "the callers wait for it")]
pub(super) fn begin_copy(archive: &Archive, cluster: &Cluster, name: &str) -> (Child, String) {
    let address = cluster.address(name);
    let before = cluster.indexes_of(name);
    let copy = ["copy", "--index", "index", "--to", &address];
    let mut command = archive.dir.command(&[&copy[..], &QUICK_COPY].concat());
    let copy = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    loop {
        let found = cluster.indexes_of(name);
        if let Some(new) = found.into_iter().find(|index| !before.contains(index)) {
            return (copy, new);
        }
        assert!(started.elapsed() < Duration::from_secs(120), "no index appears");
        std::thread::sleep(Duration::from_millis(5));
    }
}
