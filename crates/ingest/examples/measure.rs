//! `measure DIR TRUTH [--errors]`: reads an archive made by `make_archive.py`, the tool that
//! `tests/truth/make_archive.rs` runs, and prints scores and speed. TRUTH is the file of the
//! records that the archive is made of. With `--errors` it also prints every value that was not
//! read as the truth has it. The environment variable `THREADS` sets the number of threads.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "../tests/truth/score.rs"]
mod score;

use std::path::PathBuf;
use std::time::Instant;

use wensou_ingest::Options;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().expect("usage: measure DIR TRUTH [--errors]"));
    let truth = arguments.next().expect("usage: measure DIR TRUTH [--errors]");
    let prints_errors = arguments.next().is_some();
    let mut options = Options::default();
    if let Ok(threads) = std::env::var("THREADS") {
        options.threads = threads.parse().unwrap();
    }
    let start = Instant::now();
    let read = score::read(&root, &options);
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = read.report.bytes as f64 / 1e6;
    let score = score::score(&root, &std::fs::read_to_string(truth).unwrap(), &read, &mut |line| {
        if prints_errors {
            println!("{line}");
        }
    });
    println!("{score:.4?}");
    let report = &read.report;
    println!(
        "{megabytes:.1} MB in {seconds:.2} s, {:.1} MB/s; {} pages, {} articles, {} flash items in {} occurrences, {} tag lines unsplit, {} skipped, {} lossy, mojibake: {} repaired, {} kept",
        megabytes / seconds,
        report.pages,
        report.articles,
        report.flashes_distinct,
        report.flash_occurrences,
        report.unsplit_tags,
        report.skipped.len(),
        report.lossy.len(),
        report.mojibake_repaired,
        report.mojibake_kept.len(),
    );
}
