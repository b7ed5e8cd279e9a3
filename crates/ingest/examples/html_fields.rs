//! `html_fields FOLDER…`: prints what is read of HTML pages, one JSON object per line. The recipe
//! `compare-html` of the `justfile` compares the output with that of other extractors.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;

use serde_json::json;
use wensou_ingest::{Moment, Options, Record, Silent, ingest};

fn main() -> Result<(), Box<dyn Error>> {
    let roots: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    ingest(&roots, &Options::default(), &Silent, &mut |record| {
        if let Record::Article(article) = record {
            let date = article.date.value.map(|moment| match moment {
                Moment::Day(day) => day.to_string(),
                Moment::Time(time) => time.to_string(),
                Moment::Month(day) => day.strftime("%Y-%m").to_string(),
                Moment::Year(day) => day.strftime("%Y").to_string(),
            });
            let line = json!({
                "path": article.path,
                "title": article.title,
                "date": date,
                "source": article.source,
                "author": article.author,
                "text": article.paragraphs.join("\n"),
            });
            println!("{line}");
        }
        Ok::<(), std::convert::Infallible>(())
    })?;
    Ok(())
}
