//! `speed DIR [--hash]`: CPU and wall time of each pass over an archive. With `--hash` it also
//! prints one hash over all records and the report, for comparing two builds.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use wensou_ingest::{Options, Phase, Progress, ingest};
use xxhash_rust::xxh3::Xxh3;

/// Records when each pass began.
struct Clock {
    start: Instant,
    passes: Mutex<Vec<(f64, f64)>>,
}

impl Clock {
    fn record_time(&self) {
        self.passes.lock().unwrap().push((self.start.elapsed().as_secs_f64(), cpu()));
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
    let clock = Clock { start: Instant::now(), passes: Mutex::default() };
    let mut hash = Xxh3::new();
    let report = ingest(&[root], &options, &clock, &mut |record| {
        if hashing {
            hash.update(&serde_json::to_vec(&record).unwrap());
        }
        Ok::<(), Infallible>(())
    })
    .unwrap();
    clock.record_time();
    let passes = clock.passes.into_inner().unwrap();
    let [survey, read, end] = passes[..] else { panic!("two passes") };
    let mega = report.bytes as f64 / 1e6;
    println!(
        "{mega:.1} MB, {:.1} MB/s of CPU: walk {:.2} s, survey {:.2} s, read {:.2} s; wall {:.2} s",
        mega / end.1,
        survey.1,
        read.1 - survey.1,
        end.1 - read.1,
        end.0,
    );
    if hashing {
        hash.update(&serde_json::to_vec(&report).unwrap());
        println!("hash {:016x}", hash.digest());
    }
}

/// CPU seconds used by all threads of the process, assuming 100 clock ticks a second.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = |field: usize| -> f64 {
        after_name.split_whitespace().nth(field).and_then(|n| n.parse().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}
