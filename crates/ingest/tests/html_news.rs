//! Measures what is read of real news pages against what a person reads: bars for title, date,
//! source, author and the text. Without `../shared` the test reports that and passes.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wensou_ingest::{
    Article, CorpusStatistics, Markup, Moment, Options, Record, Silent, ingest, parse_page,
};

/// Counts over all pages.
#[derive(Debug, Default)]
struct Score {
    pages: usize,
    title: usize,
    /// Right values of date, source and author, and how many pages state one.
    date: (usize, usize),
    exact_dates: usize,
    source: (usize, usize),
    author: (usize, usize),
    /// Pages with a false date, source and author.
    false_values: [usize; 3],
    /// Characters that are indexed, and those of them in sentences of `accepted`.
    indexed: usize,
    accepted: usize,
    /// Sentences of `article`, and those of them that are indexed.
    sentences: usize,
    found: usize,
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '！', '？', '!', '?', '\n']).filter(|s| !s.trim().is_empty())
}

fn moment(value: Moment) -> String {
    match value {
        Moment::Day(day) => day.to_string(),
        Moment::Time(time) => time.to_string(),
        Moment::Month(day) | Moment::Year(day) => day.strftime("%Y-%m").to_string(),
    }
}

impl Score {
    fn add(&mut self, article: &Article, truth: &Value) {
        let text = |key: &str| truth[key].as_str();
        let name = text("path").unwrap();
        self.pages += 1;
        let same = |a: &str, b: &str| without_blanks(a) == without_blanks(b);
        let is_title = same(&article.title, text("title").unwrap());
        self.title += usize::from(is_title);
        if !is_title {
            println!("{name}: title {:?}, not {:?}", article.title, text("title").unwrap());
        }
        let date = article.date.value.map(moment);
        let day = |date: &str| date[..10].to_owned();
        let right = date.as_deref().map(day) == text("date").map(day);
        self.exact_dates += usize::from(right && date.as_deref() == text("date"));
        let mut note = |what: usize, right: bool, found: Option<&str>, wanted: Option<&str>| {
            let field = match what {
                0 => &mut self.date,
                1 => &mut self.source,
                _ => &mut self.author,
            };
            field.1 += usize::from(wanted.is_some());
            field.0 += usize::from(wanted.is_some() && right);
            self.false_values[what] += usize::from(found.is_some() && !right);
            if !right || what == 0 && found != wanted {
                println!(
                    "{name}: {} {found:?}, not {wanted:?}",
                    ["date", "source", "author"][what]
                );
            }
        };
        note(0, right, date.as_deref(), text("date"));
        for (what, found) in [(1, &article.source), (2, &article.author)] {
            let wanted = text(["", "source", "author"][what]);
            let right = found.as_deref().map(without_blanks) == wanted.map(without_blanks);
            note(what, right, found.as_deref(), wanted);
        }
        self.add_text(name, article, truth);
    }

    fn add_text(&mut self, name: &str, article: &Article, truth: &Value) {
        let joined = |key: &str| -> Vec<String> {
            let list = truth[key].as_array().unwrap();
            list.iter().map(|text| without_blanks(text.as_str().unwrap())).collect()
        };
        let accepted = joined("accepted").concat();
        let body: String = article.paragraphs.iter().map(|p| without_blanks(p)).collect();
        let (mut strange, mut missing) = (Vec::new(), Vec::new());
        for sentence in article.paragraphs.iter().flat_map(|paragraph| sentences(paragraph)) {
            let sentence = without_blanks(sentence);
            let chars = sentence.chars().count();
            self.indexed += chars;
            if accepted.contains(&sentence) {
                self.accepted += chars;
            } else {
                strange.push(sentence);
            }
        }
        for sentence in joined("article") {
            self.sentences += 1;
            if body.contains(&sentence) {
                self.found += 1;
            } else {
                missing.push(sentence);
            }
        }
        if std::env::var_os("WENSOU_HTML_TEXT").is_some() {
            println!("{name}: strange {strange:#?} missing {missing:#?}");
        }
    }

    fn hold(&self) {
        let percent = |(part, whole): (usize, usize)| 100.0 * part as f64 / whole.max(1) as f64;
        let precision = percent((self.accepted, self.indexed));
        let recall = percent((self.found, self.sentences));
        println!("{self:?}\nprecision {precision:.1} %, recall {recall:.1} %");
        assert!(percent((self.title, self.pages)) >= 96.0, "titles");
        assert!(percent(self.date) >= 96.0, "dates");
        assert!(percent(self.source) >= 85.0, "sources");
        assert!(percent(self.author) >= 70.0, "authors");
        for count in self.false_values {
            assert!(percent((count, self.pages)) <= 4.0, "false values");
        }
        assert!(precision >= 95.0 && recall >= 98.0, "text");
    }
}

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/html-news");
    folder.exists().then_some(folder)
}

#[test]
fn news_pages_are_read_as_a_person_reads_them() {
    let Some(folder) = shared() else {
        eprintln!("SKIPPED: no ../shared: the news pages were NOT read");
        return;
    };
    let truth = fs::read_to_string(folder.join("truth.jsonl")).unwrap();
    let mut articles = HashMap::new();
    let pages = folder.join("pages.tar.xz");
    let report = ingest(&[pages], &Options::default(), &Silent, &mut |record| {
        if let Record::Article(article) = record {
            let name = article.path.rsplit(['/', '!']).next().unwrap_or_default().to_owned();
            articles.insert(name, article);
        }
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    println!("not extracted: {:?}", report.unextracted);
    let mut score = Score::default();
    for line in truth.lines() {
        let truth: Value = serde_json::from_str(line).unwrap();
        score.add(&articles[truth["path"].as_str().unwrap()], &truth);
    }
    score.hold();
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let Some(folder) = shared() else { return };
    let packed = fs::read(folder.join("pages.tar.xz")).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut lzma_rust2::XzReader::new(&packed[..], true), &mut bytes)
        .unwrap();
    let mut archive = tar::Archive::new(&bytes[..]);
    let pages: Vec<String> = archive
        .entries()
        .unwrap()
        .filter_map(|entry| {
            let mut page = Vec::new();
            std::io::Read::read_to_end(&mut entry.unwrap(), &mut page).unwrap();
            (!page.is_empty()).then(|| String::from_utf8_lossy(&page).into_owned())
        })
        .collect();
    let total: usize = pages.iter().map(String::len).sum();
    let statistics = CorpusStatistics::default();
    for _ in 0..5 {
        let start = std::time::Instant::now();
        for page in &pages {
            std::hint::black_box(parse_page(page, Markup::Html, &statistics));
        }
        println!("{:.1} MB/s", total as f64 / 1e6 / start.elapsed().as_secs_f64());
    }
}
