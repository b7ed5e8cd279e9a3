//! Scores how well pages were parsed, against the truth from `make_archive.py`.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;
use wensou_ingest::{Article, FlashItem, Moment, Options, Record, Report, Silent, Variant, ingest};

/// Each score is between 0 and 1.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) pages: usize,
    pub(crate) title: f64,
    pub(crate) source: f64,
    pub(crate) category: f64,
    pub(crate) site: f64,
    pub flash_f1: f64,
    pub tags_f1: f64,
    pub(crate) body: f64,
    pub(crate) related: f64,
}

/// All records of an archive.
pub(crate) struct Read {
    pub(crate) articles: Vec<Article>,
    /// By id; each variant of an item is an item of its own.
    pub(crate) flashes: HashMap<String, FlashItem>,
    pub(crate) report: Report,
}

pub(crate) fn read(root: &Path, options: &Options) -> Read {
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
    Read { articles, flashes, report }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().map_or_else(Vec::new, |values| {
        values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    })
}

fn iso(moment: Option<Moment>) -> String {
    match moment {
        None => String::new(),
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
        Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
    }
}

fn f1(hit: usize, given: usize, wanted: usize) -> f64 {
    if given + wanted == 0 { 1.0 } else { 2.0 * hit as f64 / (given + wanted) as f64 }
}

/// Compares records with the truth; every difference goes to `tell`.
pub(crate) fn score(root: &Path, truth: &str, read: &Read, tell: &mut dyn FnMut(String)) -> Score {
    let by_path: HashMap<&str, &Article> =
        read.articles.iter().map(|article| (article.path.as_str(), article)).collect();
    let mut score = Score::default();
    let (mut flash, mut tags) = ([0, 0, 0], [0, 0, 0]);
    for line in truth.lines() {
        let page: Value = serde_json::from_str(line).expect("the truth is JSON");
        score.pages += 1;
        let path = root.join(text(&page, "path"));
        let Some(article) = by_path.get(&*path.to_string_lossy()) else {
            tell(format!("MISSING {}", path.display()));
            continue;
        };
        let mut check = |what: &str, slot: &mut f64, got: &str, want: &str| {
            if got == want {
                *slot += 1.0;
            } else {
                tell(format!("{what} {}\n   got  {got}\n   want {want}", path.display()));
            }
        };
        check("TITLE", &mut score.title, &article.title, text(&page, "title"));
        let source = article.source.clone().unwrap_or_default();
        check("SOURCE", &mut score.source, &source, text(&page, "source"));
        let category = article.category.clone().unwrap_or_default();
        check("CATEGORY", &mut score.category, &category, text(&page, "category"));
        let site = article.site.clone().unwrap_or_default();
        check("SITE", &mut score.site, &site, text(&page, "site"));
        let body =
            strings(&page["paragraphs"]).iter().map(|p| p.trim().to_owned()).collect::<Vec<_>>();
        check("BODY", &mut score.body, &article.paragraphs.join("\n"), &body.join("\n"));
        let related: Vec<String> =
            article.related.iter().map(|stub| format!("{}|{}", stub.title, stub.snippet)).collect();
        let wanted: Vec<String> = page["related"].as_array().map_or_else(Vec::new, |stubs| {
            stubs
                .iter()
                .map(|stub| format!("{}|{}", text(stub, "title"), text(stub, "snippet")))
                .collect()
        });
        check("RELATED", &mut score.related, &related.join("\n"), &wanted.join("\n"));

        let got: Vec<String> = article
            .flashes
            .iter()
            .map(|id| &read.flashes[id])
            .map(|f| format!("{}|{}|{}", iso(f.date.value), f.title, f.text))
            .collect();
        let want: Vec<String> = page["flashes"].as_array().map_or_else(Vec::new, |items| {
            items
                .iter()
                .map(|f| format!("{}|{}|{}", text(f, "date"), text(f, "title"), text(f, "text")))
                .collect()
        });
        let (got_set, want_set): (BTreeSet<_>, BTreeSet<_>) =
            (got.iter().collect(), want.iter().collect());
        flash[0] += got_set.intersection(&want_set).count();
        flash[1] += got_set.len();
        flash[2] += want_set.len();
        for lost in want_set.difference(&got_set) {
            tell(format!("FLASH LOST {}\n   {lost}", path.display()));
        }
        for extra in got_set.difference(&want_set) {
            tell(format!("FLASH EXTRA {}\n   {extra}", path.display()));
        }

        let want: BTreeSet<String> = strings(&page["tags"]).into_iter().collect();
        let got: BTreeSet<String> = article.tags.iter().cloned().collect();
        tags[0] += got.intersection(&want).count();
        tags[1] += got.len();
        tags[2] += want.len();
        if got != want {
            tell(format!(
                "TAGS {}\n   got  {:?} {:?}\n   want {:?}",
                path.display(),
                article.tags,
                article.unsplit_tags,
                strings(&page["tags"])
            ));
        }
    }
    let pages = score.pages.max(1) as f64;
    for share in [
        &mut score.title,
        &mut score.source,
        &mut score.category,
        &mut score.site,
        &mut score.body,
        &mut score.related,
    ] {
        *share /= pages;
    }
    score.flash_f1 = f1(flash[0], flash[1], flash[2]);
    score.tags_f1 = f1(tags[0], tags[1], tags[2]);
    score
}
