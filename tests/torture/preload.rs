//! The libraries of `tests/fault`, which are preloaded into the binary.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::util::skipped;

/// The library made from `tests/fault/NAME.c`; `None`, and the test is skipped, if that is
/// impossible.
fn library(name: &str) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fault").join(name);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(folder).unwrap();
    let draft = folder.join(format!("{name}-{}.so", std::process::id()));
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&draft).arg(source.with_extension("c"));
    if !cfg!(target_os = "linux") || !cc.status().is_ok_and(|status| status.success()) {
        skipped(&format!("{name}.c needs Linux and a C compiler"));
        return None;
    }
    let library = folder.join(format!("{name}.so"));
    fs::rename(draft, &library).unwrap();
    let mut trial = Command::new("true");
    trial.env("LD_PRELOAD", &library).env("RECORD_DIR", folder).env("RECORD_LOG", "/dev/null");
    if !trial.env("DENY_LIST", source.with_extension("c")).status().unwrap().success() {
        // `deny` ends with status 78, because the list is not valid. The trial with `record` shows
        // whether the system allows the filter.
        if name == "record" {
            skipped(&format!("{name}.c needs a system that lets processes filter their calls"));
            return None;
        }
    }
    Some(library)
}

pub(super) fn record_library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    LIBRARY.get_or_init(|| library("record")).as_deref()
}

pub(super) fn deny_library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    LIBRARY.get_or_init(|| record_library().and_then(|_| library("deny"))).as_deref()
}

/// Makes a run skip syncs, if the library for that is available.
pub(super) fn without_syncs(command: &mut Command) {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    if let Some(library) = LIBRARY.get_or_init(|| library("nosync")) {
        preload(command, library);
    }
}

/// Adds a library to preload.
fn preload(command: &mut Command, library: &Path) {
    let existing = command.get_envs().find(|(name, _)| *name == "LD_PRELOAD");
    let mut list = existing.and_then(|(_, list)| list).unwrap_or_default().to_os_string();
    list.push(if list.is_empty() { "" } else { ":" });
    list.push(library);
    command.env("LD_PRELOAD", list);
}

pub(super) const ENOENT: i32 = 2;
pub(super) const EIO: i32 = 5;
pub(super) const EACCES: i32 = 13;
pub(super) const EMFILE: i32 = 24;

/// The system calls that fail; see `tests/fault/deny.c`.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    list: String,
}

impl Faults {
    /// Makes a call (`open`, `read`, `list` or `stat`) fail for this path.
    pub(super) fn add(&mut self, call: &str, error: i32, path: &Path) {
        let path =
            fs::canonicalize(path.parent().unwrap()).unwrap().join(path.file_name().unwrap());
        writeln!(self.list, "{call} {error} {}", path.display()).unwrap();
    }

    /// Logs each time that the folder, or a file in it, is opened.
    pub(super) fn log_openings(&mut self, folder: &Path) {
        let folder = fs::canonicalize(folder).unwrap();
        writeln!(self.list, "watch 0 {}", folder.display()).unwrap();
    }

    /// Makes a command run with these faults. Their list is kept in a file of `scratch`.
    pub(super) fn apply(&self, scratch: &Path, command: &mut Command) {
        let Some(library) = deny_library() else { return };
        let list = scratch.join("denied");
        fs::write(&list, &self.list).unwrap();
        preload(command, library);
        command.env("DENY_LIST", list);
        command.env("DENY_LOG", scratch.join("opened"));
    }
}
