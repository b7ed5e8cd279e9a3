//! Running a program and saying what it took.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use wait4::Wait4;

/// The programs at hand.
pub(crate) struct Program {
    pub(crate) wensou: PathBuf,
    /// The benchmark itself.
    pub(crate) this: PathBuf,
    /// Times that a short process is run.
    pub(crate) runs: usize,
}

impl Program {
    /// Runs a command once, its output thrown away, and returns the peak of its memory, in bytes.
    ///
    /// By a small process in between: the system counts the memory of the process that starts
    /// another as that of the other, and this one holds text.
    pub(crate) fn peak(&self, command: &Command) -> anyhow::Result<u64> {
        let mut between = Command::new(&self.this);
        between.arg("--peak").arg(command.get_program()).args(command.get_args());
        let output = between.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

/// The process in between, see [`Program::peak`].
pub(crate) fn print_peak(command: &[OsString]) -> anyhow::Result<()> {
    let (program, arguments) = command.split_first().context("no command")?;
    let mut child = quiet(Command::new(program).args(arguments)).spawn()?;
    println!("{}", child.wait4()?.rusage.maxrss);
    Ok(())
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// What a command took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// The processors' time, the system's for it included: without waiting for the disk.
    pub(crate) processor: Duration,
}

/// Runs a command once, its output thrown away, and returns what it took.
pub(crate) fn took(command: &mut Command) -> anyhow::Result<Took> {
    let start = Instant::now();
    let ended = quiet(command).spawn()?.wait4()?;
    let (wall, used) = (start.elapsed(), ended.rusage);
    // A search that finds nothing ends with 1.
    anyhow::ensure!(ended.status.code().is_some_and(|code| code < 2), "{command:?} failed");
    Ok(Took { wall, processor: used.utime + used.stime })
}

/// The wall time of [`took`].
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Duration> {
    Ok(took(command)?.wall)
}

/// Waits until what was written before is on the disk, or it would be written out meanwhile.
pub(crate) fn settle() {
    // Where there is no such program, figures are less steady.
    let _ = quiet(&mut Command::new("sync")).status();
}

/// The median wall time of `runs` runs, in milliseconds.
pub(crate) fn median(
    runs: usize,
    mut command: impl FnMut(usize) -> Command,
) -> anyhow::Result<f64> {
    // The page cache is warm: a system may have thrown out what nobody has read for minutes.
    (0..runs).try_for_each(|n| run(&mut command(n)).map(drop))?;
    let mut walls =
        (0..runs).map(|n| run(&mut command(n))).collect::<anyhow::Result<Vec<Duration>>>()?;
    walls.sort_unstable();
    Ok(milliseconds(walls[walls.len() / 2]))
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A command on the first processor alone, where `taskset` can do that.
pub(crate) fn on_one_core(program: &Path) -> Option<Command> {
    let mut command = Command::new("taskset");
    let there = Command::new("taskset").args(["-c", "0", "true"]).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success()).then(|| {
        command.args(["-c", "0"]).arg(program);
        command
    })
}

/// The processor, the memory and the system, in a line.
pub(crate) fn machine() -> String {
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
