//! `speed DIR [--hash]`: CPU time of the walk and of each pass over an archive, and the wall time
//! of all. With `--hash` it also prints one hash over all records and the report, by which two
//! versions of the program can be compared. The environment variable `THREADS` sets the number of
//! threads.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use wensou_ingest::{Options, Phase, Progress, ingest};
use xxhash_rust::xxh3::Xxh3;

/// Records when each pass began, and when the last one ended.
struct Clock {
    start: Instant,
    /// Wall time since `start` and CPU time, in seconds: when the survey began, when reading began,
    /// and at the end.
    times: Mutex<Vec<(f64, f64)>>,
}

impl Clock {
    fn record_time(&self) {
        self.times.lock().unwrap().push((self.start.elapsed().as_secs_f64(), cpu_seconds()));
    }
}

impl Progress for Clock {
    fn phase(&self, _: Phase) {
        self.record_time();
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().expect("usage: speed DIR [--hash]"));
    let hashing = arguments.next().is_some();
    let mut options = Options::default();
    if let Ok(threads) = std::env::var("THREADS") {
        options.threads = threads.parse().unwrap();
    }
    let clock = Clock { start: Instant::now(), times: Mutex::default() };
    let mut hash = Xxh3::new();
    let report = ingest(&[root], &options, &clock, &mut |record| {
        if hashing {
            hash.update(&serde_json::to_vec(&record).unwrap());
        }
        Ok::<(), Infallible>(())
    })
    .unwrap();
    clock.record_time();
    let times = clock.times.into_inner().unwrap();
    let [(_, survey_start), (_, read_start), (end_wall, end_cpu)] = times[..] else {
        panic!("there are two passes")
    };
    let megabytes = report.bytes as f64 / 1e6;
    println!(
        "{megabytes:.1} MB, {:.1} MB per CPU second: walk {survey_start:.2} s, survey {:.2} s, \
         read {:.2} s; wall {end_wall:.2} s",
        megabytes / end_cpu,
        read_start - survey_start,
        end_cpu - read_start,
    );
    if hashing {
        hash.update(&serde_json::to_vec(&report).unwrap());
        println!("hash {:016x}", hash.digest());
    }
}

/// CPU seconds used by all threads of the process, assuming 100 clock ticks a second. In
/// `/proc/self/stat`, user time and system time are the 14th and 15th fields, so they are the 12th
/// and 13th after the name of the program, which is in parentheses.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = |field: usize| -> f64 {
        after_name.split_whitespace().nth(field).and_then(|n| n.parse().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}
