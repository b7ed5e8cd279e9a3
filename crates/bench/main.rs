//! `just bench`: measures wensou relative to floors. A floor is simpler work that no build or
//! search can avoid, such as segmenting the text or mapping the files of the index; it is measured
//! in the same run.
//!
//! Archives of growing size are made once and kept in `target/bench`. The results are printed
//! as Markdown tables, for `docs/perf`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod archive;
mod generator;
mod indexing;
mod process;
mod queries;
mod querying;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::process::Programs;

/// Measures wensou relative to floors.
#[derive(Debug, Parser)]
struct Args {
    /// Sizes of the archives, in pages
    #[arg(long, value_delimiter = ',', default_value = "2000,20000,200000")]
    pages: Vec<usize>,
    /// Folder for archives and indexes
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// The program to measure [default: `wensou` in the folder of this program]
    #[arg(long)]
    wensou: Option<PathBuf>,
    /// How often each short process (a query, but not a build) is measured, at least 3 times
    #[arg(long, default_value_t = 30)]
    runs: usize,
    /// Measure queries on the existing indexes only
    #[arg(long)]
    only_queries: bool,
    /// Measure only the queries whose row in the tables has this text in its name
    #[arg(long, default_value = "")]
    rows: String,
    /// Only map every file of this index: the floor of a query in a process of its own
    #[arg(long, hide = true)]
    map: Option<PathBuf>,
    /// Run a command and print its peak memory
    #[arg(long, hide = true, num_args = 1.., allow_hyphen_values = true)]
    peak: Option<Vec<OsString>>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some(folder) = &args.map {
        return querying::map_files(folder);
    }
    if let Some(command) = &args.peak {
        return process::print_peak(command);
    }
    let this = std::env::current_exe()?;
    let wensou = args.wensou.clone().unwrap_or_else(|| this.with_file_name("wensou"));
    anyhow::ensure!(
        wensou.is_file(),
        "{} does not exist: build it with `cargo build --release`",
        wensou.display()
    );
    std::fs::create_dir_all(&args.dir)?;
    // Copy the programs, as an installation would: a file that the linker has just written is
    // fragmented in the page cache, and starting it takes a millisecond longer.
    let installed = |from: &Path, name: &str| -> anyhow::Result<PathBuf> {
        let to = args.dir.join(name);
        std::fs::copy(from, &to)?;
        Ok(std::path::absolute(to)?)
    };
    let (wensou, this) = (installed(&wensou, "wensou")?, installed(&this, "wensou-bench")?);
    let programs = Programs { wensou, this, runs: args.runs.max(3) };
    println!("{}", process::describe_machine());
    for pages in &args.pages {
        let archive = archive::make(&args.dir, *pages)?;
        println!("\n## {} pages\n", with_thousands_separators(*pages as u64));
        println!("{}; {:.1} MB.\n", archive.origin, archive.bytes as f64 / 1e6);
        let index = args.dir.join(format!("index-{pages}"));
        if !args.only_queries {
            indexing::measure(&programs, &archive, &index)?;
        }
        querying::measure(&programs, &archive, &index, &args.rows)?;
    }
    Ok(())
}

/// A number with spaces between groups of three digits.
fn with_thousands_separators(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
