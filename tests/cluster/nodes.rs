//! A real cluster of three nodes on this machine, by `tests/cluster/cluster`, for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

/// A cluster that ends with the process of the tests at the latest.
pub(super) struct Cluster {
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Starts three nodes without data, which listen from `port` on; logs and data are in a folder
    /// below `target`. The environment variable `WENSOU_OPENSEARCH` names a version of OpenSearch.
    ///
    /// # Errors
    ///
    /// Why this machine cannot run a cluster: it has no JDK or no Maven.
    ///
    /// # Panics
    ///
    /// If the cluster does not start for another reason.
    pub(super) fn start(target: &Path, port: u16) -> Result<Self, String> {
        let folder = target.join(format!("cluster-{port}"));
        let cluster = Self { folder, port };
        // Compiled classes are kept for the next run, and for other tests.
        let kept = target.join("cluster-build");
        fs::create_dir_all(&kept).unwrap();
        fs::create_dir_all(&cluster.folder).unwrap();
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink(&kept, cluster.folder.join("build"));
        // An earlier run may have been killed.
        cluster.end();
        let (parent, port) = (std::process::id().to_string(), port.to_string());
        let version = std::env::var("WENSOU_OPENSEARCH").unwrap_or_default();
        let mut arguments = vec!["start", "3", "--fresh", "--heap", "200m", "--port", &port];
        arguments.extend(["--parent", &parent]);
        // All shards of a node that is started again at once, and not two after two.
        let recoveries = "cluster.routing.allocation.node_concurrent_recoveries=20";
        arguments.extend(["--set", recoveries]);
        if !version.is_empty() {
            arguments.extend(["--version", &version]);
        }
        let started = cluster.command(&arguments);
        let told = String::from_utf8_lossy(&started.stderr).into_owned();
        if started.status.code() == Some(3) {
            return Err(told);
        }
        assert!(started.status.success(), "{told}");
        Ok(cluster)
    }

    /// The hosts and ports of the nodes, as an address has them.
    pub(super) fn hosts(&self) -> String {
        let hosts: Vec<_> =
            (self.port..self.port + 3).map(|port| format!("127.0.0.1:{port}")).collect();
        hosts.join(",")
    }

    /// The port of a node, whose number is counted from 1.
    pub(super) fn port(&self, node: u16) -> u16 {
        self.port + node - 1
    }

    /// Starts the nodes again, with their data, if one of them has ended.
    pub(super) fn heal(&self) {
        static HEALING: Mutex<()> = Mutex::new(());
        let _one = HEALING.lock().unwrap_or_else(PoisonError::into_inner);
        let port = self.port.to_string();
        if !self.command(&["status"]).status.success() {
            self.run(&["start", "3", "--port", &port, "--parent", &std::process::id().to_string()]);
        }
    }

    /// Runs the script with these arguments.
    pub(super) fn run(&self, arguments: &[&str]) {
        let output = self.command(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
    }

    fn command(&self, arguments: &[&str]) -> Output {
        // The same from the folder of the workspace and from that of a crate.
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = here.ancestors().map(|folder| folder.join("tests/cluster/cluster"));
        let script = script.into_iter().find(|script| script.is_file()).unwrap();
        let mut command = Command::new("python3");
        command.arg(script).args(arguments).env("WENSOU_CLUSTER_DIR", &self.folder);
        command.output().expect("python3 runs")
    }

    /// Ends all nodes, without mercy: nobody reads the data again.
    fn end(&self) {
        for node in ["1", "2", "3"] {
            self.command(&["kill", node]);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end();
    }
}
