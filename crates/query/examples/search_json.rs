//! Searches an index and prints the first hits as JSON lines, for another program to read.
//!
//! ```sh
//! cargo run -p wensou-query --example search_json -- [QUERY [INDEX]]
//! ```
//!
//! Without an index folder, it indexes the sample archive in a temporary folder. Without a query,
//! it searches for `比特幣 減半`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::error::Error;
use std::path::{Path, PathBuf};

use serde_json::json;
use wensou_index::{BuildOptions, Index, RecordExt, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, Style, parse};
use wensou_query::{Options, search};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let typed = arguments.next().unwrap_or_else(|| "比特幣 減半".to_owned());
    let temporary = tempfile::tempdir()?;
    let folder = match arguments.next() {
        Some(folder) => PathBuf::from(folder),
        None => index_sample(temporary.path())?,
    };
    let index = Index::open(&folder)?;

    // Relative dates such as `date:7d` are counted from the clock's day. The day of the example is
    // fixed, so that it prints the same every day.
    let clock = Clock { today: jiff::civil::date(2024, 5, 1) };
    let query = match parse(&typed, &clock) {
        Ok(query) => query,
        Err(mistakes) => {
            for mistake in &mistakes {
                eprintln!("{}", mistake.render(&typed, Style::PLAIN));
            }
            std::process::exit(2);
        }
    };

    let mut options = Options::default();
    options.limit = 5;
    let results = search(&index, &query, &options)?;
    eprintln!("{} hits", results.total);
    for hit in results.hits {
        let object = json!({
            "id": hit.record.id(),
            "title": hit.title.text,
            "snippet": hit.snippet.text,
            "score": hit.score,
            "missing": hit.missing,
        });
        println!("{object}");
    }
    Ok(())
}

/// Builds an index of the sample archive in a folder, and returns the folder of the index.
fn index_sample(parent: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
    let folder = parent.join("index");
    build(&folder, &[archive], &BuildOptions::default(), &Silent)?;
    Ok(folder)
}
