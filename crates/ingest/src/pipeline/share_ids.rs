//! Ids that follow from what other machines have read of an archive.

use foldhash::HashSet;

use crate::flash::dedup::{ItemHashes, content_hash, variant_id};
use crate::id::qualified;
use crate::pipeline::ids::{lengthened, path_hash};
use crate::pipeline::stored_path::{is_dump, is_generated};
use crate::record::{Article, FlashItem, Occurrence, Record, Span};

/// Corrects the ids by which an article refers to a flash item, after the item was merged: another
/// variant may represent it. Returns whether an id has changed.
///
/// The references of an article to one item have the order of its occurrences there.
pub fn correct_references(article: &mut Article, item: &FlashItem) -> bool {
    let main = ItemHashes::of(&item.title, &item.text, item.date.value);
    let variants = || item.variants.iter().map(|variant| variant.id.as_str());
    // What represents the item was a variant to a machine that had read another one before.
    let before = variant_id(main);
    let ids: HashSet<&str> = variants().chain([item.id.as_str(), &before]).collect();
    let here = |(id, occurrences): (&str, &[Occurrence])| {
        let here = occurrences.iter().filter(|seen| seen.path == article.path);
        here.map(|seen| (seen.span, id.to_owned())).collect::<Vec<(Span, String)>>()
    };
    let others = item.variants.iter().map(|it| (it.id.as_str(), &*it.occurrences));
    let mut now: Vec<(Span, String)> =
        [(item.id.as_str(), &*item.occurrences)].into_iter().chain(others).flat_map(here).collect();
    now.sort_by_key(|(span, _)| (span.start, span.end));
    let mut now = now.into_iter().map(|(_, id)| id);
    let mut is_changed = false;
    for id in article.flashes.iter_mut().filter(|id| ids.contains(id.as_str())) {
        let Some(corrected) = now.next() else { break };
        is_changed |= *id != corrected;
        *id = corrected;
    }
    is_changed
}

/// The id of a record whose own id a record before it in the order of the walk has: the first of
/// those that one machine would try which is free. `base` is the folder that all paths start with.
pub fn next_id(record: &Record, base: &str, mut is_free: impl FnMut(&str) -> bool) -> String {
    let (letter, hash) = match record {
        Record::Article(article) if !is_generated(&article.id) => {
            return qualified(&article.id, below(base, &article.path), is_free);
        }
        Record::Article(article) => ('a', article_hash(article, base)),
        Record::Flash(item) => ('f', content_hash(&item.title, &item.text, item.date.value)),
    };
    let mut ids = (1..).map(|seed| lengthened(letter, hash, seed));
    ids.find(|id| is_free(id)).unwrap_or_default()
}

fn below<'p>(base: &str, path: &'p str) -> &'p str {
    let below = path.strip_prefix(base).unwrap_or(path);
    below.strip_prefix('/').unwrap_or(below)
}

/// The hash that the id of an article was made of.
fn article_hash(article: &Article, base: &str) -> u64 {
    if is_dump(&article.path) || article.span.start > 0 {
        return content_hash(&article.title, &article.paragraphs.join("\n"), article.date.value);
    }
    path_hash(below(base, &article.path))
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::ids::Ids;
    use crate::pipeline::merge_items::merge_items;

    fn item(text: &str, path: &str, start: u64) -> FlashItem {
        FlashItem {
            id: "f1".to_owned(),
            text: text.to_owned(),
            occurrences: vec![Occurrence {
                path: path.to_owned(),
                span: Span { start, end: start + 9 },
            }],
            ..FlashItem::default()
        }
    }

    #[test]
    fn references_follow_the_variant_that_represents_the_item() {
        let merged = merge_items(&item("开源", "b.txt", 50), &item("開源", "a.txt", 0));
        let variant = &merged.variants[0].id;
        let mut article = Article {
            path: "b.txt".to_owned(),
            flashes: ["f0", "f1", "f2"].map(str::to_owned).to_vec(),
            ..Article::default()
        };
        assert!(correct_references(&mut article, &merged));
        assert_eq!(article.flashes, ["f0", variant, "f2"]);
        assert!(!correct_references(&mut article, &merged), "corrected once");
        let was_variant = variant_id(ItemHashes::of("", "開源", None));
        let mut first =
            Article { path: "a.txt".to_owned(), flashes: vec![was_variant], ..Article::default() };
        assert!(correct_references(&mut first, &merged));
        assert_eq!(first.flashes, ["f1"]);
    }

    #[test]
    fn the_next_id_is_that_of_one_machine() {
        let article = |id: &str, path: &str| Article {
            id: id.to_owned(),
            path: path.to_owned(),
            ..Article::default()
        };
        let article = |id: &str, path: &str| Record::Article(article(id, path));
        assert_eq!(next_id(&article("r1", "x/d.jsonl"), "x", |_| true), "r1@d.jsonl");
        let mut ids = Ids::default();
        let first = ids.fresh('a', path_hash("p/1.txt"), "x/p/1.txt");
        let second = ids.fresh('a', path_hash("p/1.txt"), "x/p/1.txt");
        assert_eq!(next_id(&article(&first, "x/p/1.txt"), "x", |_| true), second);
        let third = ids.fresh('a', path_hash("p/1.txt"), "x/p/1.txt");
        assert_eq!(next_id(&article(&first, "x/p/1.txt"), "x", |id| id != second), third);
    }
}
