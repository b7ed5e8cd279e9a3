//! The nodes of the tests: a real cluster of three on this machine, which the script
//! `tests/cluster/cluster` starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

/// A cluster that ends with the process of the tests at the latest.
pub(super) struct Cluster {
    /// Logs, data and the list of processes.
    folder: PathBuf,
    /// The HTTP port of the first node.
    port: u16,
}

impl Cluster {
    /// Starts three nodes without data, which listen at `port` and the next two ports. Logs and
    /// data are in a folder below `target`. The environment variable `WENSOU_OPENSEARCH` may name
    /// another version of OpenSearch than that of `pom.xml`.
    ///
    /// # Errors
    ///
    /// The message of the script if this machine cannot run a cluster, because it has no JDK or no
    /// Maven.
    ///
    /// # Panics
    ///
    /// If the cluster does not start for another reason.
    pub(super) fn start(target: &Path, port: u16) -> Result<Self, String> {
        let folder = target.join(format!("cluster-{port}"));
        let cluster = Self { folder, port };
        // The script compiles the Java class of a node into `build`. The compiled class is kept
        // outside of the folder of this cluster, for the next run, which may use other ports.
        let build = target.join("cluster-build");
        fs::create_dir_all(&build).unwrap();
        fs::create_dir_all(&cluster.folder).unwrap();
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink(&build, cluster.folder.join("build"));
        // An earlier run that was killed may have left nodes.
        cluster.kill_nodes();
        let (parent, port) = (std::process::id().to_string(), port.to_string());
        let version = std::env::var("WENSOU_OPENSEARCH").unwrap_or_default();
        let mut arguments = vec!["start", "3", "--fresh", "--heap", "200m", "--port", &port];
        // The tests start and restart so many nodes that this saves time.
        arguments.push("--archive-classes");
        arguments.extend(["--parent", &parent]);
        // A node that is restarted recovers up to 20 shards at the same time. The default is two.
        let recoveries = "cluster.routing.allocation.node_concurrent_recoveries=20";
        arguments.extend(["--set", recoveries]);
        if !version.is_empty() {
            arguments.extend(["--version", &version]);
        }
        let started = cluster.script_output(&arguments);
        let message = String::from_utf8_lossy(&started.stderr).into_owned();
        // With this status, the script says that there is no JDK or no Maven.
        if started.status.code() == Some(3) {
            return Err(message);
        }
        assert!(started.status.success(), "{message}");
        Ok(cluster)
    }

    /// The hosts and ports of the nodes, as the address of an index has them.
    pub(super) fn hosts(&self) -> String {
        let hosts: Vec<_> =
            (self.port..self.port + 3).map(|port| format!("127.0.0.1:{port}")).collect();
        hosts.join(",")
    }

    /// The port of a node, whose number is counted from 1.
    pub(super) fn port(&self, node: u16) -> u16 {
        self.port + node - 1
    }

    /// Starts all nodes again, with their data, if one of them has ended or is paused. They then
    /// have the default heap and version of the script, and the default number of recoveries,
    /// instead of what [`Self::start`] asks for.
    pub(super) fn heal(&self) {
        static HEALING: Mutex<()> = Mutex::new(());
        // Several tests may find a node that does not run. The first of them starts the nodes.
        let _guard = HEALING.lock().unwrap_or_else(PoisonError::into_inner);
        let port = self.port.to_string();
        if !self.script_output(&["status"]).status.success() {
            self.run(&["start", "3", "--port", &port, "--parent", &std::process::id().to_string()]);
        }
    }

    /// Runs the script, which must succeed, with arguments such as `kill` and the number of a node,
    /// counted from 1.
    pub(super) fn run(&self, arguments: &[&str]) {
        let output = self.script_output(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {message}");
    }

    /// Runs the script, and returns its output and exit status.
    fn script_output(&self, arguments: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/cluster");
        let mut command = Command::new("python3");
        command.arg(script).args(arguments).env("WENSOU_CLUSTER_DIR", &self.folder);
        command.output().expect("python3 runs")
    }

    /// Kills all nodes. This may damage their data, which is not read again.
    fn kill_nodes(&self) {
        for node in ["1", "2", "3"] {
            self.script_output(&["kill", node]);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill_nodes();
    }
}
