//! `damage DIR [--text]`: what reading an archive repaired, lost and left out. With `--text` it
//! also prints the paragraphs below the paths.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;
use std::path::PathBuf;

use wensou_ingest::{Options, Record, Silent, ingest};

fn main() {
    let root = PathBuf::from(std::env::args().nth(1).expect("usage: damage DIR"));
    let show = std::env::args().nth(2).is_some();
    let mut sink = |record| {
        if let Record::Article(article) = record
            && show
        {
            println!("@@ {}", article.path);
            article.paragraphs.iter().for_each(|paragraph| println!("{paragraph}"));
        }
        Ok::<(), Infallible>(())
    };
    let report = ingest(&[root], &Options::default(), &Silent, &mut sink).unwrap();
    println!(
        "{} pages, {} paragraphs repaired, {} passages kept, {} lossy, {} skipped",
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
