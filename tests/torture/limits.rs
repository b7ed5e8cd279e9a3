//! Runs of the binary under limits of time and memory.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The time after which a run is killed: 10 s in `just torture`, which sets `WENSOU_HOSTILE`, and
/// more in `cargo test`, where other tests run at the same time.
fn time_limit() -> Duration {
    let is_torture = std::env::var_os("WENSOU_HOSTILE").is_some();
    Duration::from_secs(if is_torture { 10 } else { 120 })
}

/// The resident memory, in bytes, above which a run is killed.
const MAX_MEMORY: u64 = 256 << 20;

/// How a run ended, with its time and memory.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The exit status, or 128 plus the signal that ended the run.
    pub(super) code: i32,
    /// The highest measured resident memory, in bytes.
    pub(super) memory: u64,
    pub(super) took: Duration,
    /// The limit that the run exceeded, so that it was killed.
    pub(super) exceeded_limit: Option<&'static str>,
}

impl Ended {
    /// A message if the run has ended as no run may, whatever the state of the index: with an exit
    /// status above 4, by a signal, or because it exceeded a limit.
    pub(super) fn problem(&self) -> Option<String> {
        if let Some(limit) = self.exceeded_limit {
            return Some(format!("killed: more than the limit of {limit}"));
        }
        match self.code {
            0..=4 => None,
            code => Some(format!("exit status {code}: {}", self.last_messages())),
        }
    }

    /// The last four lines on stderr, or the first 400 characters of these.
    pub(super) fn last_messages(&self) -> String {
        let lines: Vec<&str> = self.stderr.lines().rev().take(4).collect();
        let joined = lines.into_iter().rev().collect::<Vec<_>>().join(" / ");
        joined.chars().take(400).collect()
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.exceeded_limit.map(|limit| format!(" ({limit})")).unwrap_or_default();
        write!(f, "exit status {}{limit}: {}", self.code, self.last_messages())
    }
}

/// Runs a command until it ends or exceeds a limit.
pub(super) fn run_limited(command: &mut Command) -> Ended {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_limited(child)
}

/// Waits until a process ends or exceeds a limit. Its output must be piped.
pub(super) fn wait_limited(mut child: Child) -> Ended {
    let started = Instant::now();
    let stdout = gather(child.stdout.take().unwrap());
    let stderr = gather(child.stderr.take().unwrap());
    let (mut memory, mut exceeded_limit) = (0, None);
    // Look often at first, because most runs are short.
    let mut pause = Duration::from_micros(300);
    let status = loop {
        memory = peak_memory(child.id()).unwrap_or(0).max(memory);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if exceeded_limit.is_none() {
            exceeded_limit = match () {
                () if started.elapsed() > time_limit() => Some("time"),
                () if memory > MAX_MEMORY => Some("256 MB"),
                () => None,
            };
            if exceeded_limit.is_some() {
                child.kill().unwrap();
            }
        }
        thread::sleep(pause);
        pause = (pause * 5 / 4).min(Duration::from_millis(4));
    };
    Ended {
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        code: code(status),
        memory,
        took: started.elapsed(),
        exceeded_limit,
    }
}

/// Reads an output to its end in a new thread, so that a full pipe does not stop the process.
fn gather(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The peak resident memory of a process in bytes, if the system reports it. `None` until the
/// process executes the binary: until then it is a fork of this process, with the memory of this
/// process.
fn peak_memory(process: u32) -> Option<u64> {
    let program = std::fs::read_link(format!("/proc/{process}/exe")).ok()?;
    if std::env::current_exe().is_ok_and(|tests| tests == program) {
        return None;
    }
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

/// The exit status, or 128 plus the signal that ended the process.
fn code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;

    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}
