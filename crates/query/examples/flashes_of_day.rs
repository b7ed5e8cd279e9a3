//! Exports all flash items of a day, oldest first, as the text of a bulletin.
//!
//! ```sh
//! cargo run -p wensou-query --example flashes_of_day -- 2021-11-10 [INDEX]
//! ```
//!
//! Without an index folder, the sample archive is indexed in a temporary folder.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::error::Error;
use std::path::{Path, PathBuf};

use wensou_index::{BuildOptions, Index, build, moment_start};
use wensou_ingest::{Record, Silent};
use wensou_query::lang::{Clock, parse};
use wensou_query::{Options, Session, Sort};

/// The greatest number of hits that one search returns.
const HITS_PER_SEARCH: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let day = arguments.next().unwrap_or_else(|| "2021-11-10".to_owned());
    let temporary = tempfile::tempdir()?;
    let dir = match arguments.next() {
        Some(dir) => PathBuf::from(dir),
        None => index_sample(temporary.path())?,
    };
    let index = Index::open(&dir)?;
    let session = Session::new(&index)?;

    // The query names an absolute day, so the clock does not matter.
    let clock = Clock { today: jiff::civil::date(2024, 5, 1) };
    let query = parse(&format!("kind:flash date:{day}"), &clock).map_err(|mistakes| {
        mistakes.iter().map(|mistake| mistake.message.clone()).collect::<String>()
    })?;

    let mut options = Options::default();
    options.sort = Some(Sort::Oldest);
    options.limit = HITS_PER_SEARCH;
    loop {
        let results = session.search(&query, &options)?;
        for hit in &results.hits {
            if let Record::Flash(flash) = &hit.record {
                // An item whose date has no time is printed with 00:00.
                let at = flash.date.value.map(moment_start);
                let at = at.map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default();
                println!("{at}  {}\n{}\n", flash.title, flash.text);
            }
        }
        options.offset += results.hits.len();
        if results.hits.is_empty() || options.offset >= results.total {
            eprintln!("{} flash items on {day}", results.total);
            return Ok(());
        }
    }
}

/// Builds an index of the sample archive in a folder, and returns the folder of the index.
fn index_sample(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
    let dir = folder.join("index");
    build(&dir, &[archive], &BuildOptions::default(), &Silent)?;
    Ok(dir)
}
