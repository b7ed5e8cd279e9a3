//! Helpers for all tests: a temporary folder, runs of the binary, golden files, and others.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use wensou_index::BuildOptions;

/// A linear congruential generator of pseudo-random numbers, with the constants of Knuth's MMIX. A
/// seed gives the same numbers on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, or 0 if `bound` is 0.
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

/// The output and exit status of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit status; -1 if a signal has ended the run.
    pub(crate) code: i32,
}

impl Dir {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file, and creates the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A command that runs a line in a shell, in this folder and with the binary in the path;
    /// otherwise like [`Dir::command`].
    pub(crate) fn shell(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_wensou")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command.args(["-c", line]).env("PATH", path);
        self.prepare(&mut command);
        command
    }

    /// A command that runs the binary in this folder, with 80 columns and without the settings of
    /// the developer.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wensou"));
        command.args(args);
        self.prepare(&mut command);
        command
    }

    /// Sets the folder and the environment of a command.
    fn prepare(&self, command: &mut Command) {
        for name in ["USER", "PASSWORD", "API_KEY", "TOKEN", "CA_FILE"] {
            command.env_remove(format!("WENSOU_CLUSTER_{name}"));
        }
        command
            .current_dir(self.path())
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
            // The machine that runs the tests may be busy.
            .env("WENSOU_CLUSTER_TIMEOUT", "60")
            .env("COLUMNS", "80");
    }

    /// Runs the binary.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// Runs the binary, which must succeed, and returns its standard output.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "wensou {args:?} failed: {}\n{}", ran.stderr, ran.stdout);
        ran.stdout
    }

    /// Indexes `archive/`.
    pub(crate) fn index(&self) {
        self.index_archive("archive");
    }

    /// Indexes this folder or file.
    pub(crate) fn index_archive(&self, archive: &str) {
        self.ok(&["index", archive, "--quiet"]);
    }

    /// The ids of the hits of a query, in order, with an empty string before the ids of hits that
    /// lack words of the query. `query` may have options, too.
    pub(crate) fn ids(&self, query: &[&str]) -> Vec<String> {
        let mut args = vec!["search", "--format", "ids", "--limit", "1000"];
        args.extend_from_slice(query);
        let ran = self.run(&args);
        assert!(ran.code <= 1, "{query:?}: {}", ran.stderr);
        ran.stdout.lines().map(str::to_owned).collect()
    }

    /// The hits of a query as JSON, in order, each near-duplicate as a hit of its own. `query` may
    /// have options, too.
    pub(crate) fn hits(&self, query: &[&str]) -> Vec<serde_json::Value> {
        let mut args = vec!["search", "--format", "jsonl", "--limit", "1000", "--all"];
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

/// The folder of the sample archive.
pub(crate) fn sample_archive() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/archive")
}

/// A file or folder in the folder `shared`, which stands only beside a development checkout. If the
/// file or folder does not exist, says that the test is skipped, and returns `None`.
pub(crate) fn development_data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    report_skipped(&format!("{} does not exist", path.display()));
    None
}

/// Says that a test is skipped. Writes to stderr itself, because the test harness hides what
/// `eprintln!` prints in a test that passes.
pub(crate) fn report_skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// Options of a build in the process of the tests. The build waits for the lock: a process that
/// another test starts at the same moment inherits the open lock file of an earlier build, and so
/// holds the lock until the process executes its program.
pub(crate) fn build_options() -> BuildOptions {
    let mut options = BuildOptions::default();
    options.wait = true;
    options
}

/// Copies a folder with everything in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let copy = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &copy),
            false => drop(fs::copy(entry.path(), copy).unwrap()),
        }
    }
}

/// Every file below a folder, in order; nothing if the folder does not exist.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let below = |path: PathBuf| match fs::symlink_metadata(&path).unwrap().is_dir() {
        true => files_below(&path),
        false => vec![path],
    };
    paths.into_iter().flat_map(below).collect()
}

/// Puts an archive into one of two states, 0 or 1. `changing.txt` has another text in each state,
/// `going.txt` exists only in state 0, and `coming.txt` only in state 1.
pub(crate) fn set_archive_state(archive: &Path, state: usize) {
    let text = ["第一個狀態的正文,說一件事。", "第二個狀態的正文,說另一件事。"][state];
    fs::write(archive.join("changing.txt"), format!("變化的標題\n\n{text}\n")).unwrap();
    let (only_in_0, only_in_1) = (archive.join("going.txt"), archive.join("coming.txt"));
    let (present, removed) =
        if state == 0 { (only_in_0, only_in_1) } else { (only_in_1, only_in_0) };
    fs::write(present, "來去的標題\n\n來去的正文,在這裡。\n").unwrap();
    let _ = fs::remove_file(removed);
}

/// The library made from `tests/fault/NAME.c`, to preload into the binary. If `cc` is missing or
/// fails, for example because the source does not compile, says that the test is skipped, and
/// returns `None`.
#[cfg(target_os = "linux")]
pub(crate) fn compiled_fault_library(dir: &Dir, name: &str) -> Option<PathBuf> {
    let library = dir.path().join(format!("{name}.so"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fault/{name}.c"));
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    if cc.status().is_ok_and(|status| status.success()) {
        return Some(library);
    }
    report_skipped("no C compiler");
    None
}

/// The number in an environment variable, or a default.
pub(crate) fn number_from_environment(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |number| number.parse().unwrap())
}

/// Whether the tests write golden files instead of comparing them, because `WENSOU_BLESS` is set.
pub(crate) fn is_renewing() -> bool {
    std::env::var_os("WENSOU_BLESS").is_some()
}

/// Compares masked output with `tests/golden/NAME`; see [`is_renewing`].
pub(crate) fn assert_golden(name: &str, actual: &str) {
    let actual = mask(actual);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if is_renewing() {
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

/// Replaces times, sizes and numbers of files, which vary, by `#`: `1–2 of 6 hits (1.6 ms)` becomes
/// `1–2 of 6 hits (# ms)`.
pub(crate) fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut remainder = text;
    while let Some(at) = remainder.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&remainder[..at]);
        let number = &remainder[at..];
        let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
        let after = &number[end..];
        let units = [" ms)", " s:", " kB)", " files ("];
        if units.iter().any(|unit| after.starts_with(unit)) {
            out.push('#');
        } else {
            out.push_str(&number[..end]);
        }
        remainder = after;
    }
    out.push_str(remainder);
    out
}
