//! Measures queries: one process per query, and many queries in one process.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tantivy::Directory;
use tantivy::directory::MmapDirectory;
use wensou_index::Index;
use wensou_query::lang::{Clock, Query, parse};
use wensou_query::{Options, Session};

use crate::archive::{self, Archive};
use crate::process::{Programs, median_wall_time, milliseconds};
use crate::queries::Queries;

/// For each row, this many commands are run to find the peak memory; the greatest result counts.
const PEAK_RUNS: usize = 5;
/// The number of queries of the first round, which warms the caches.
const WARMING_QUERIES: usize = 100;

/// Maps every file of the index: the floor of a query in a process of its own.
pub(crate) fn map_files(index: &Path) -> anyhow::Result<()> {
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(index) {
        let entry = entry?;
        let (Some(folder), true) = (entry.path().parent(), entry.file_type().is_file()) else {
            continue;
        };
        let directory = MmapDirectory::open(folder)?;
        let name = entry.path().strip_prefix(folder)?;
        if entry.metadata()?.len() > 0 {
            bytes += directory.open_read(name)?.read_bytes()?.len();
        }
    }
    anyhow::ensure!(bytes > 0, "nothing to map");
    Ok(())
}

/// Measures the queries whose row in the tables has `rows` in its name, and prints the tables. The
/// floors are always measured.
pub(crate) fn measure(
    programs: &Programs,
    archive: &Archive,
    index: &Path,
    rows: &str,
) -> anyhow::Result<()> {
    let opened = Index::open(index)?;
    let pages = opened.meta().report.pages as usize;
    let queries = Queries::of(archive, pages)?;
    measure_process_per_query(programs, index, &queries, rows)?;
    archive::warm_page_cache(index)?;
    measure_session(&opened, &queries, rows)
}

/// Measures queries with a process for each, and the floors of such a process.
fn measure_process_per_query(
    programs: &Programs,
    index: &Path,
    queries: &Queries,
    rows: &str,
) -> anyhow::Result<()> {
    println!(
        "| a process | median, ms | over `true`, ms | × mapping the index | peak memory, MB |"
    );
    println!("|---|---:|---:|---:|---:|");
    let median_of_true = median_wall_time(programs.runs, |_| Command::new("true"))?;
    let median_of_mapping = median_wall_time(programs.runs, |_| {
        let mut command = Command::new(&programs.this);
        command.arg("--map").arg(index);
        command
    })?;
    let row = |name: &str, command: &dyn Fn(usize) -> Command| -> anyhow::Result<()> {
        let took = median_wall_time(programs.runs, command)?;
        let peaks = (0..PEAK_RUNS).map(|n| programs.peak(&command(n)));
        let peak = peaks.collect::<anyhow::Result<Vec<u64>>>()?.into_iter().max();
        let (over_true, ratio) = (took - median_of_true, took / median_of_mapping);
        let peak = peak.unwrap_or_default() as f64 / 1e6;
        println!("| {name} | {took:.2} | {over_true:.2} | {ratio:.2} | {peak:.0} |");
        Ok(())
    };
    println!("| `true` | {median_of_true:.2} | 0 | | |");
    println!(
        "| mapping the index files | {median_of_mapping:.2} | {:.2} | 1.00 | |",
        median_of_mapping - median_of_true
    );
    for flag in ["--version", "--help"] {
        let name = format!("`wensou {flag}`");
        if !name.contains(rows) {
            continue;
        }
        let command = |_| {
            let mut command = Command::new(&programs.wensou);
            command.arg(flag);
            command
        };
        row(&name, &command)?;
    }
    for (name, queries) in [
        ("2 words", &queries.two_words),
        ("3 words", &queries.three_words),
        ("4 words", &queries.four_words),
        ("a phrase", &queries.phrases),
        ("a phrase of common characters", &queries.common_phrases),
        ("filters alone", &queries.filters),
    ] {
        if !name.contains(rows) {
            continue;
        }
        // Each run has another query: the queries 0, 7, 14 and so on.
        let command = |n: usize| search_command(programs, index, &queries[n * 7 % queries.len()]);
        row(name, &command)?;
    }
    println!();
    Ok(())
}

/// A command that searches an index for one query.
fn search_command(programs: &Programs, index: &Path, query: &str) -> Command {
    let mut command = Command::new(&programs.wensou);
    command.args(["search", "--index"]).arg(index).arg("--").arg(query);
    command
}

/// Measures many queries in one process.
fn measure_session(index: &Index, queries: &Queries, rows: &str) -> anyhow::Result<()> {
    println!(
        "| one process, 1 thread, top 10 | queries per second | p50, ms | p95, ms | p99, ms \
         | p99 / p50 |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    // With `strict`, documents that lack words of the query are not searched for.
    let strict = || {
        let mut options = Options::default();
        options.strict = true;
        options
    };
    for (name, queries, output, options) in [
        ("2 words, ids", &queries.two_words, Output::Ids, Options::default()),
        ("2 words, `--strict`, ids", &queries.two_words, Output::Ids, strict()),
        ("2 words, snippets", &queries.two_words, Output::Snippets, Options::default()),
        ("4 words, ids", &queries.four_words, Output::Ids, Options::default()),
        ("4 words, `--strict`, ids", &queries.four_words, Output::Ids, strict()),
        ("a phrase, ids", &queries.phrases, Output::Ids, Options::default()),
        (
            "a phrase of common characters, ids",
            &queries.common_phrases,
            Output::Ids,
            Options::default(),
        ),
        ("filters alone, ids", &queries.filters, Output::Ids, Options::default()),
    ] {
        if !name.contains(rows) {
            continue;
        }
        let mut took = times_of_queries(index, queries, output, &options)?;
        let total: Duration = took.iter().sum();
        took.sort_unstable();
        let percentile =
            |fraction: f64| milliseconds(took[((took.len() - 1) as f64 * fraction) as usize]);
        println!(
            "| {name} | {:.0} | {:.3} | {:.3} | {:.3} | {:.1} |",
            took.len() as f64 / total.as_secs_f64(),
            percentile(0.5),
            percentile(0.95),
            percentile(0.99),
            percentile(0.99) / percentile(0.5)
        );
    }
    Ok(())
}

/// What is computed for each hit of a query.
#[derive(Clone, Copy)]
enum Output {
    Ids,
    Snippets,
}

/// The time of each query. Before the measured round, a round of the first [`WARMING_QUERIES`]
/// queries warms the caches.
fn times_of_queries(
    index: &Index,
    queries: &[String],
    output: Output,
    options: &Options,
) -> anyhow::Result<Vec<Duration>> {
    let session = Session::new(index)?;
    // No query has a relative date, so the day does not matter.
    let clock = Clock { today: jiff::civil::date(2024, 1, 1) };
    let parsed: Vec<Query> = queries.iter().filter_map(|query| parse(query, &clock).ok()).collect();
    anyhow::ensure!(parsed.len() == queries.len(), "a query does not parse");
    let mut took = Vec::with_capacity(parsed.len());
    for round in 0..2 {
        took.clear();
        for query in &parsed {
            let start = Instant::now();
            match output {
                Output::Ids => drop(session.ids(query, options)?),
                Output::Snippets => drop(session.search(query, options)?),
            }
            took.push(start.elapsed());
            if round == 0 && took.len() == WARMING_QUERIES {
                break;
            }
        }
    }
    Ok(took)
}
