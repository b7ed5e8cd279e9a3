//! Runs programs and measures time and memory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use wait4::{ResourceUsage, Wait4};

/// The programs to run.
pub(crate) struct Programs {
    pub(crate) wensou: PathBuf,
    /// The benchmark itself.
    pub(crate) this: PathBuf,
    /// How often each short process (a query or one of its floors, but not a build) is measured,
    /// after as many runs that warm the page cache.
    pub(crate) runs: usize,
}

impl Programs {
    /// Runs a command once, discards its output, and returns its peak memory in bytes.
    ///
    /// A small process in between starts the command: a new process counts the memory of its parent
    /// as its own until it executes the program, and this process uses much memory.
    pub(crate) fn peak(&self, command: &Command) -> anyhow::Result<u64> {
        let mut between = Command::new(&self.this);
        between.arg("--peak").arg(command.get_program()).args(command.get_args());
        let output = between.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        anyhow::ensure!(output.status.success(), "{command:?} failed");
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

/// Runs a command and prints its peak memory in bytes. [`Programs::peak`] starts a process that
/// does only this.
pub(crate) fn print_peak(command: &[OsString]) -> anyhow::Result<()> {
    let (program, arguments) = command.split_first().context("no command")?;
    let mut command = Command::new(program);
    println!("{}", run(command.args(arguments))?.maxrss);
    Ok(())
}

/// Runs a command without input and output to its end, and returns the resources that it used.
/// Fails if the command failed.
fn run(command: &mut Command) -> anyhow::Result<ResourceUsage> {
    let ended = without_output(command).spawn()?.wait4()?;
    // A search without hits ends with status 1.
    anyhow::ensure!(ended.status.code().is_some_and(|code| code < 2), "{command:?} failed");
    Ok(ended.rusage)
}

/// The command without input and output.
fn without_output(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// The times that a command took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) wall: Duration,
    /// The processor time that the program used, and the system on its behalf. Waiting for the disk
    /// is not included.
    pub(crate) processor: Duration,
}

/// Runs a command once, discards its output, and measures its times.
pub(crate) fn times_of(command: &mut Command) -> anyhow::Result<Times> {
    let start = Instant::now();
    let used = run(command)?;
    Ok(Times { wall: start.elapsed(), processor: used.utime + used.stime })
}

/// Runs a command once, discards its output, and measures its wall time.
pub(crate) fn wall_time_of(command: &mut Command) -> anyhow::Result<Duration> {
    Ok(times_of(command)?.wall)
}

/// Writes dirty pages of memory to the disk, so that this does not happen during a measurement.
pub(crate) fn write_dirty_pages() {
    // If `sync` fails, the measurements only vary more.
    let _ = without_output(&mut Command::new("sync")).status();
}

/// The median wall time of `runs` runs, in milliseconds, after as many runs that warm the page
/// cache. `command(n)` makes the command of run `n`.
pub(crate) fn median_wall_time(
    runs: usize,
    mut command: impl FnMut(usize) -> Command,
) -> anyhow::Result<f64> {
    // Warm the page cache: the system may have evicted files that were not read for minutes.
    (0..runs).try_for_each(|n| wall_time_of(&mut command(n)).map(drop))?;
    let mut walls = (0..runs)
        .map(|n| wall_time_of(&mut command(n)))
        .collect::<anyhow::Result<Vec<Duration>>>()?;
    walls.sort_unstable();
    Ok(milliseconds(walls[walls.len() / 2]))
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A command that runs `program` on the first processor only; `None` if `taskset` is not available.
pub(crate) fn on_one_core(program: &Path) -> Option<Command> {
    let mut command = Command::new("taskset");
    let available =
        Command::new("taskset").args(["-c", "0", "true"]).stderr(Stdio::null()).status();
    available.is_ok_and(|status| status.success()).then(|| {
        command.args(["-c", "0"]).arg(program);
        command
    })
}

/// The processors, the memory and the operating system of this machine, on one line.
pub(crate) fn describe_machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(':').nth(1)).map_or("?".to_owned(), |v| v.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{cores} cores of {}, memory {}, {} {}",
        field(&read("/proc/cpuinfo"), "model name"),
        field(&read("/proc/meminfo"), "MemTotal"),
        std::env::consts::OS,
        read("/proc/sys/kernel/osrelease").trim(),
    )
}
