//! Measures how well pages were parsed, by the truth: what `make_archive.py` (in `../shared`) says
//! of each page that it has made.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;
use wensou_ingest::{Article, FlashItem, Moment, Options, Record, Report, Silent, Variant, ingest};

/// How well the pages of an archive were parsed. Each score is between 0 and 1.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// The number of pages in the truth.
    pub(crate) pages: usize,
    /// The fraction of pages whose title was read exactly as the truth has it. The other scores
    /// without `f1` are fractions of the same kind.
    pub(crate) title: f64,
    pub(crate) source: f64,
    pub(crate) category: f64,
    pub(crate) site: f64,
    pub(crate) flash_f1: f64,
    pub(crate) tags_f1: f64,
    pub(crate) body: f64,
    pub(crate) related: f64,
}

/// Counts of values over all pages, for an F1 score.
#[derive(Debug, Default)]
struct Matches {
    /// Values that were found and are in the truth.
    right: usize,
    found: usize,
    wanted: usize,
}

impl Matches {
    /// Adds the values of a page.
    fn add(&mut self, found: &BTreeSet<String>, wanted: &BTreeSet<String>) {
        self.right += found.intersection(wanted).count();
        self.found += found.len();
        self.wanted += wanted.len();
    }

    fn f1(&self) -> f64 {
        match self.found + self.wanted {
            0 => 1.0,
            total => 2.0 * self.right as f64 / total as f64,
        }
    }
}

/// All records of an archive, and the report of reading it.
pub(crate) struct ReadArchive {
    pub(crate) articles: Vec<Article>,
    /// Flash items by id. Each variant of an item is an item of its own here.
    pub(crate) flashes: HashMap<String, FlashItem>,
    pub(crate) report: Report,
}

/// Reads an archive.
pub(crate) fn read(root: &Path, options: &Options) -> ReadArchive {
    let (mut articles, mut flashes) = (Vec::new(), HashMap::new());
    let report = ingest(&[PathBuf::from(root)], options, &Silent, &mut |record| {
        match record {
            Record::Article(article) => articles.push(article),
            Record::Flash(flash) => {
                for variant in flash.variants.clone() {
                    let Variant { id, column, title, text, outlet, occurrences } = variant;
                    let date = flash.date;
                    let item = FlashItem {
                        id: id.clone(),
                        column,
                        title,
                        text,
                        outlet,
                        occurrences,
                        date,
                        ..FlashItem::default()
                    };
                    flashes.insert(id, item);
                }
                flashes.insert(flash.id.clone(), flash);
            }
        }
        Ok::<(), std::convert::Infallible>(())
    })
    .expect("the archive can be read");
    ReadArchive { articles, flashes, report }
}

/// The string at a key; empty if there is none.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The strings of an array; none if the value is no array.
fn strings(value: &Value) -> Vec<String> {
    value.as_array().map_or_else(Vec::new, |values| {
        values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    })
}

/// A date in the form of the truth.
fn iso(moment: Option<Moment>) -> String {
    match moment {
        None => String::new(),
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
        Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
    }
}

/// Compares records with the truth. Passes a description of every difference to `emit`.
pub(crate) fn score(
    root: &Path,
    truth: &str,
    read: &ReadArchive,
    emit: &mut dyn FnMut(String),
) -> Score {
    let by_path: HashMap<&str, &Article> =
        read.articles.iter().map(|article| (article.path.as_str(), article)).collect();
    let mut score = Score::default();
    let (mut flashes, mut tags) = (Matches::default(), Matches::default());
    for line in truth.lines() {
        let page: Value = serde_json::from_str(line).expect("the truth is JSON");
        score.pages += 1;
        let path = root.join(text(&page, "path"));
        let path = path.to_string_lossy();
        let without_article;
        let article = match by_path.get(&*path) {
            Some(article) => {
                count_right_values(&mut score, article, &page, emit);
                *article
            }
            // No value of the page was read, not even one that is empty in the truth.
            None => {
                emit(format!("MISSING {path}"));
                without_article = Article { path: path.into_owned(), ..Article::default() };
                &without_article
            }
        };
        compare_flashes(&mut flashes, article, read, &page, emit);
        compare_tags(&mut tags, article, &page, emit);
    }
    let pages = score.pages.max(1) as f64;
    for fraction in [
        &mut score.title,
        &mut score.source,
        &mut score.category,
        &mut score.site,
        &mut score.body,
        &mut score.related,
    ] {
        *fraction /= pages;
    }
    score.flash_f1 = flashes.f1();
    score.tags_f1 = tags.f1();
    score
}

/// Adds 1 to the score of each value that the article has in common with the truth. [`score`]
/// divides these scores by the number of pages at the end.
fn count_right_values(
    score: &mut Score,
    article: &Article,
    page: &Value,
    emit: &mut dyn FnMut(String),
) {
    let mut compare = |what: &str, right: &mut f64, found: &str, wanted: &str| {
        if found == wanted {
            *right += 1.0;
        } else {
            emit(format!("{what} {}\n   got  {found}\n   want {wanted}", article.path));
        }
    };
    compare("TITLE", &mut score.title, &article.title, text(page, "title"));
    let source = article.source.clone().unwrap_or_default();
    compare("SOURCE", &mut score.source, &source, text(page, "source"));
    let category = article.category.clone().unwrap_or_default();
    compare("CATEGORY", &mut score.category, &category, text(page, "category"));
    let site = article.site.clone().unwrap_or_default();
    compare("SITE", &mut score.site, &site, text(page, "site"));
    let body = strings(&page["paragraphs"]).iter().map(|p| p.trim().to_owned()).collect::<Vec<_>>();
    compare("BODY", &mut score.body, &article.paragraphs.join("\n"), &body.join("\n"));
    let related: Vec<String> =
        article.related.iter().map(|stub| format!("{}|{}", stub.title, stub.snippet)).collect();
    let wanted: Vec<String> = page["related"].as_array().map_or_else(Vec::new, |stubs| {
        stubs
            .iter()
            .map(|stub| format!("{}|{}", text(stub, "title"), text(stub, "snippet")))
            .collect()
    });
    compare("RELATED", &mut score.related, &related.join("\n"), &wanted.join("\n"));
}

/// Compares the flash items of a page by date, title and text.
fn compare_flashes(
    matches: &mut Matches,
    article: &Article,
    read: &ReadArchive,
    page: &Value,
    emit: &mut dyn FnMut(String),
) {
    let found: BTreeSet<String> = article
        .flashes
        .iter()
        .map(|id| &read.flashes[id])
        .map(|flash| format!("{}|{}|{}", iso(flash.date.value), flash.title, flash.text))
        .collect();
    let wanted: BTreeSet<String> = page["flashes"].as_array().map_or_else(BTreeSet::new, |items| {
        items
            .iter()
            .map(|f| format!("{}|{}|{}", text(f, "date"), text(f, "title"), text(f, "text")))
            .collect()
    });
    matches.add(&found, &wanted);
    for lost in wanted.difference(&found) {
        emit(format!("FLASH LOST {}\n   {lost}", article.path));
    }
    for extra in found.difference(&wanted) {
        emit(format!("FLASH EXTRA {}\n   {extra}", article.path));
    }
}

fn compare_tags(
    matches: &mut Matches,
    article: &Article,
    page: &Value,
    emit: &mut dyn FnMut(String),
) {
    let wanted: BTreeSet<String> = strings(&page["tags"]).into_iter().collect();
    let found: BTreeSet<String> = article.tags.iter().cloned().collect();
    matches.add(&found, &wanted);
    if found != wanted {
        emit(format!(
            "TAGS {}\n   got  {:?} {:?}\n   want {:?}",
            article.path,
            article.tags,
            article.unsplit_tags,
            strings(&page["tags"])
        ));
    }
}

#[test]
fn a_page_without_an_article_lowers_every_score() {
    let page = |path: &str| {
        let flash = serde_json::json!({ "date": "", "title": "t", "text": path });
        serde_json::json!({ "path": path, "tags": [path], "flashes": [flash] }).to_string()
    };
    let truth = [page("a"), page("b")].join("\n");
    let flash = FlashItem { title: "t".into(), text: "a".into(), ..FlashItem::default() };
    let article = Article {
        path: "/pages/a".to_owned(),
        tags: vec!["a".to_owned()],
        flashes: vec!["f".to_owned()],
        ..Article::default()
    };
    let read = ReadArchive {
        articles: vec![article],
        flashes: HashMap::from([("f".to_owned(), flash)]),
        report: Report::default(),
    };
    let score = score(Path::new("/pages"), &truth, &read, &mut |_| {});
    assert_eq!((score.title, score.body, score.related), (0.5, 0.5, 0.5));
    // Of two values, one was found.
    assert_eq!((score.flash_f1, score.tags_f1), (2.0 / 3.0, 2.0 / 3.0));
}
