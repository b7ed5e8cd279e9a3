//! Searches an index and prints the hits as JSON lines, for another program to read.
//!
//! ```sh
//! cargo run -p wensou-query --example search_json -- '比特幣 減半' [INDEX]
//! ```
//!
//! Without an index folder, the sample archive is indexed in a temporary folder.

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
    let dir = match arguments.next() {
        Some(dir) => PathBuf::from(dir),
        None => index_sample(temporary.path())?,
    };
    let index = Index::open(&dir)?;

    // Relative dates such as `date:7d` start from the clock's day. A fixed day gives the same
    // answers tomorrow.
    let clock = Clock { today: jiff::civil::date(2024, 5, 1) };
    let query = match parse(&typed, &clock) {
        Ok(query) => query,
        Err(mistakes) => {
            let print = |text: String| eprintln!("{text}");
            mistakes.iter().map(|mistake| mistake.render(&typed, Style::PLAIN)).for_each(print);
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

fn index_sample(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
    let dir = folder.join("index");
    build(&dir, &[archive], &BuildOptions::default(), &Silent)?;
    Ok(dir)
}
