//! `damage DIR [--text]`: what reading an archive repaired, lost and left out, and where mojibake
//! was kept. With `--text` it also prints every article: its path after `@@`, then its paragraphs.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;
use std::path::PathBuf;

use wensou_ingest::{Options, Record, Silent, ingest};

fn main() {
    let root = PathBuf::from(std::env::args().nth(1).expect("usage: damage DIR [--text]"));
    let prints_text = std::env::args().nth(2).is_some();
    let mut sink = |record| {
        if let Record::Article(article) = record
            && prints_text
        {
            println!("@@ {}", article.path);
            article.paragraphs.iter().for_each(|paragraph| println!("{paragraph}"));
        }
        Ok::<(), Infallible>(())
    };
    let report = ingest(&[root], &Options::default(), &Silent, &mut sink).unwrap();
    println!(
        "{} pages; mojibake: {} texts repaired, {} lines or pages kept; {} files lossy, {} skipped",
        report.pages,
        report.mojibake_repaired,
        report.mojibake_kept.len(),
        report.lossy.len(),
        report.skipped.len()
    );
    for kept in &report.mojibake_kept {
        println!("{}: {:?}", kept.path.display(), kept.span);
    }
}
