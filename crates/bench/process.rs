//! Running a program and saying what it took.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// The programs at hand.
pub(crate) struct Program {
    pub(crate) wensou: PathBuf,
    /// The benchmark itself.
    pub(crate) this: PathBuf,
    /// Times that a short process is run.
    pub(crate) runs: usize,
}

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Of all threads, user and system.
    pub(crate) cpu: Duration,
    /// Peak of resident memory, bytes.
    pub(crate) peak: u64,
}

/// Runs a command once, its output thrown away.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Cost> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let used = child.wait4()?;
    let wall = start.elapsed();
    // A search that finds nothing ends with 1.
    anyhow::ensure!(used.status.code().is_some_and(|code| code < 2), "{command:?} failed");
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Cost { wall, cpu, peak: used.rusage.maxrss })
}

/// The median wall time of `runs` runs, in milliseconds, and the highest peak of memory.
pub(crate) fn median(
    runs: usize,
    mut command: impl FnMut(usize) -> Command,
) -> anyhow::Result<(f64, u64)> {
    run(&mut command(0))?;
    let costs = (0..runs).map(|n| run(&mut command(n))).collect::<anyhow::Result<Vec<_>>>()?;
    let mut walls: Vec<Duration> = costs.iter().map(|cost| cost.wall).collect();
    walls.sort_unstable();
    let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or_default();
    Ok((milliseconds(walls[walls.len() / 2]), peak))
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
