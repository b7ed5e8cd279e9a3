//! The libraries of `tests/fault`, which are preloaded into the binary.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::util::report_skipped;

/// The library made from `tests/fault/NAME.c`. If the library cannot be made, or if it is `record`
/// and does not work on this system, says that the test is skipped, and returns `None`.
fn compiled_library(name: &str) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fault").join(name);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(folder).unwrap();
    // Compile into a file of this process, and rename it: other test processes may do the same.
    let compiled = folder.join(format!("{name}-{}.so", std::process::id()));
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&compiled).arg(source.with_extension("c"));
    if !cfg!(target_os = "linux") || !cc.status().is_ok_and(|status| status.success()) {
        report_skipped(&format!("{name}.c needs Linux and a C compiler"));
        return None;
    }
    let library = folder.join(format!("{name}.so"));
    fs::rename(compiled, &library).unwrap();
    // Preload it into a program that does nothing.
    let mut trial = Command::new("true");
    trial.env("LD_PRELOAD", &library).env("RECORD_DIR", folder).env("RECORD_LOG", "/dev/null");
    if !trial.env("DENY_LIST", source.with_extension("c")).status().unwrap().success() {
        // Only the trial of `record` shows whether the system allows the filter of system calls
        // that `record` and `deny` need: `deny` always ends this trial with status 78, because the
        // C source that it gets as `DENY_LIST` is no valid list of rules.
        if name == "record" {
            report_skipped(&format!(
                "{name}.c needs a system that lets processes filter their calls"
            ));
            return None;
        }
    }
    Some(library)
}

/// The library that records the changes of a folder.
pub(super) fn record_library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    LIBRARY.get_or_init(|| compiled_library("record")).as_deref()
}

/// The library that makes system calls on given paths fail, or logs them, as [`Faults`] say. It
/// needs the same system as [`record_library`].
fn deny_library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    LIBRARY.get_or_init(|| record_library().and_then(|_| compiled_library("deny"))).as_deref()
}

/// Makes a command skip syncs, if the library for that can be made. Otherwise the command is only
/// slower.
pub(super) fn without_syncs(command: &mut Command) {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    if let Some(library) = LIBRARY.get_or_init(|| compiled_library("nosync")) {
        preload(command, library);
    }
}

/// Adds a library to those that a command preloads.
fn preload(command: &mut Command, library: &Path) {
    let existing = command.get_envs().find(|(name, _)| *name == "LD_PRELOAD");
    let mut list = existing.and_then(|(_, list)| list).unwrap_or_default().to_os_string();
    list.push(if list.is_empty() { "" } else { ":" });
    list.push(library);
    command.env("LD_PRELOAD", list);
}

// Error numbers of Linux.
pub(super) const ENOENT: i32 = 2;
pub(super) const EIO: i32 = 5;
pub(super) const EACCES: i32 = 13;
pub(super) const EMFILE: i32 = 24;

/// Which system calls fail, and which are logged, by the paths that they are made on.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    /// A line for each rule, in the format of `tests/fault/deny.c`.
    list: String,
}

impl Faults {
    /// Whether commands can run with faults. If not, says that the test is skipped.
    pub(super) fn are_available() -> bool {
        deny_library().is_some()
    }

    /// Makes a call fail for this path, with this error number: `open`, `read`, `stat`, or `list`,
    /// which reads the entries of a folder.
    pub(super) fn add(&mut self, call: &str, error: i32, path: &Path) {
        let path =
            fs::canonicalize(path.parent().unwrap()).unwrap().join(path.file_name().unwrap());
        writeln!(self.list, "{call} {error} {}", path.display()).unwrap();
    }

    /// Makes the command log the path of each file that it opens below this folder, and the path of
    /// the folder if the command opens that.
    pub(super) fn log_openings(&mut self, folder: &Path) {
        let folder = fs::canonicalize(folder).unwrap();
        writeln!(self.list, "watch 0 {}", folder.display()).unwrap();
    }

    /// Makes a command run with these faults. `scratch` is a folder for the list of faults and for
    /// the log of openings, the file `opened`.
    pub(super) fn apply(&self, scratch: &Path, command: &mut Command) {
        let Some(library) = deny_library() else { return };
        let list = scratch.join("denied");
        fs::write(&list, &self.list).unwrap();
        preload(command, library);
        command.env("DENY_LIST", list);
        command.env("DENY_LOG", scratch.join("opened"));
    }
}
