//! The harness: a temporary folder, the binary, and what it printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A small source of numbers: a test must try the same things on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// A temporary folder to run the binary in.
pub(crate) struct Dir {
    dir: tempfile::TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Dir {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A command in this folder: no colour, 80 columns, nothing from the caller's environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wensou"));
        command
            .current_dir(self.path())
            .args(args)
            .stdin(Stdio::null())
            .env_remove("WENSOU_INDEX")
            .env_remove("RUST_BACKTRACE")
            .env_remove("WENSOU_TZ")
            .env_remove("WENSOU_CONFIG")
            .env("HOME", self.path())
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env_remove("CLICOLOR")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("COLUMNS", "80");
        command
    }

    /// Runs the binary.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// Runs the binary, which must succeed, and gives what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "wensou {args:?} failed: {}\n{}", ran.stderr, ran.stdout);
        ran.stdout
    }

    /// Indexes what lies in `archive/`.
    pub(crate) fn index(&self) {
        self.ok(&["index", "archive", "--quiet"]);
    }

    /// The ids that a query finds, in order.
    pub(crate) fn ids(&self, query: &[&str]) -> Vec<String> {
        let mut args = vec!["search", "--format", "ids", "--limit", "1000"];
        args.extend_from_slice(query);
        let ran = self.run(&args);
        assert!(ran.code <= 1, "{query:?}: {}", ran.stderr);
        ran.stdout.lines().map(str::to_owned).collect()
    }

    /// The objects that a query finds, in order.
    pub(crate) fn hits(&self, query: &[&str]) -> Vec<serde_json::Value> {
        let mut args = vec!["search", "--format", "jsonl", "--limit", "1000"];
        args.extend_from_slice(query);
        let ran = self.run(&args);
        assert!(ran.code <= 1, "{query:?}: {}", ran.stderr);
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}

/// The archive that the project ships.
pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/archive")
}

/// A folder of material that only a development checkout has beside it; `None`, said loudly, if
/// not.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}

/// Compares output with `tests/golden/NAME`, after what varies has been masked. With
/// `WENSOU_GOLDEN=write` the file is written instead.
pub(crate) fn golden(name: &str, actual: &str) {
    let actual = mask(actual);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("WENSOU_GOLDEN").is_some_and(|how| how == "write") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{} is missing: run `just golden`", path.display()));
    assert!(
        expected == actual,
        "{} differs: run `just golden` and look at the difference\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    );
}

/// Replaces times, rates and sizes, which no two runs share.
fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut remainder = text;
    while let Some(at) = remainder.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&remainder[..at]);
        let number = &remainder[at..];
        let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
        let after = &number[end..];
        if after.starts_with(" ms)") || after.starts_with(" s:") {
            out.push('#');
        } else {
            out.push_str(&number[..end]);
        }
        remainder = after;
    }
    out.push_str(remainder);
    out
}
