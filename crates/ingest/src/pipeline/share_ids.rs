//! Ids of records that several machines have read separately: corrects the ids by which articles
//! refer to merged flash items, and finds a new id for a record whose own id is taken.

use foldhash::HashSet;

use crate::flash::dedup::{ItemHashes, folded_content_hash, variant_id};
use crate::id::qualified_id;
use crate::pipeline::current_dump::text_hash;
use crate::pipeline::ids::{is_generated_from, lengthened_id, path_hash};
use crate::pipeline::stored_path::is_generated_id;
use crate::record::{Article, FlashItem, Record, Span};

/// Corrects the ids by which an article refers to a flash item that was merged from the records of
/// several machines: the item may be represented by another variant than on the machine that read
/// the article. Returns whether an id has changed.
///
/// An article has one reference for each occurrence of the item in the file of the article, in the
/// same order.
pub fn correct_references(article: &mut Article, item: &FlashItem) -> bool {
    // On a machine that read another variant first, the text that represents the merged item was a
    // variant, and had this id.
    let id_as_variant = variant_id(ItemHashes::of(&item.title, &item.text, item.date.value));
    let variants = item.variants.iter().map(|variant| variant.id.as_str());
    let old_ids: HashSet<&str> = variants.chain([item.id.as_str(), &id_as_variant]).collect();
    let mut new_ids = ids_in_file(item, &article.path).into_iter();
    let mut is_changed = false;
    for id in article.flashes.iter_mut().filter(|id| old_ids.contains(id.as_str())) {
        let Some(new_id) = new_ids.next() else { break };
        is_changed |= *id != new_id;
        new_id.clone_into(id);
    }
    is_changed
}

/// The id of each occurrence of an item in one file, in the order of the spans: that of the item or
/// of one of its variants.
fn ids_in_file<'i>(item: &'i FlashItem, path: &str) -> Vec<&'i str> {
    let main = (item.id.as_str(), &*item.occurrences);
    let variants = item.variants.iter().map(|variant| (variant.id.as_str(), &*variant.occurrences));
    let mut ids: Vec<(Span, &str)> = Vec::new();
    for (id, occurrences) in [main].into_iter().chain(variants) {
        let in_file = occurrences.iter().filter(|occurrence| occurrence.path == path);
        ids.extend(in_file.map(|occurrence| (occurrence.span, id)));
    }
    ids.sort_by_key(|(span, _)| (span.start, span.end));
    ids.into_iter().map(|(_, id)| id).collect()
}

/// The id for a record whose own id belongs to an earlier record in the order of the walk: of the
/// ids that a single machine would try, the first one that is free. `base` is the folder that all
/// paths start with.
pub fn next_free_id(record: &Record, base: &str, mut is_free: impl FnMut(&str) -> bool) -> String {
    let (letter, hash) = match record {
        Record::Article(article) if !is_generated_id(&article.id) => {
            return qualified_id(&article.id, relative_path(base, &article.path), is_free);
        }
        Record::Article(article) => ('a', generated_id_hash(article, base)),
        Record::Flash(item) => ('f', folded_content_hash(&item.title, &item.text, item.date.value)),
    };
    let mut ids = (1..).map(|seed| lengthened_id(letter, hash, seed));
    ids.find(|id| is_free(id)).unwrap_or_default()
}

/// A path without `base`.
fn relative_path<'p>(base: &str, path: &'p str) -> &'p str {
    let relative = path.strip_prefix(base).unwrap_or(path);
    relative.strip_prefix('/').unwrap_or(relative)
}

/// The hash from which the generated id of an article comes: for a page, that of its path; for a
/// record of a dump, that of its text.
///
/// The id shows whether the article is a page or a record of a dump. The name of the file does not
/// show it, because the content decides what a file is; nor does the span, because the first record
/// of a dump can begin at byte 0, as a page does.
fn generated_id_hash(article: &Article, base: &str) -> u64 {
    let of_path = path_hash(relative_path(base, &article.path));
    if is_generated_from('a', of_path, &article.id) { of_path } else { text_hash(article) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::short_id;
    use crate::pipeline::ids::Ids;
    use crate::pipeline::merge_items::merge_items;
    use crate::record::Occurrence;

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
    fn references_are_corrected_to_the_variant_of_the_merged_item() {
        let merged = merge_items(&item("开源", "b.txt", 50), &item("開源", "a.txt", 0));
        let variant = &merged.variants[0].id;
        let mut article = Article {
            path: "b.txt".to_owned(),
            // `f0` and `f2` are other items.
            flashes: ["f0", "f1", "f2"].map(str::to_owned).to_vec(),
            ..Article::default()
        };
        assert!(correct_references(&mut article, &merged));
        assert_eq!(article.flashes, ["f0", variant, "f2"]);
        assert!(!correct_references(&mut article, &merged), "nothing is left to correct");
        // Another machine took the text of this article for a variant.
        let id_as_variant = variant_id(ItemHashes::of("", "開源", None));
        let mut first = Article {
            path: "a.txt".to_owned(),
            flashes: vec![id_as_variant],
            ..Article::default()
        };
        assert!(correct_references(&mut first, &merged));
        assert_eq!(first.flashes, ["f1"]);
    }

    /// The `is_free` of [`next_free_id`] if no id is taken but the record's own.
    fn every_id_is_free(_: &str) -> bool {
        true
    }

    #[test]
    fn the_next_free_id_is_the_one_that_a_single_machine_gives() {
        let article = |id: &str, path: &str| {
            let (id, path) = (id.to_owned(), path.to_owned());
            Record::Article(Article { id, path, ..Article::default() })
        };
        assert_eq!(next_free_id(&article("r1", "x/d.jsonl"), "x", every_id_is_free), "r1@d.jsonl");
        let mut ids = Ids::default();
        let first = ids.new_id('a', path_hash("p/1.txt"), "x/p/1.txt");
        let second = ids.new_id('a', path_hash("p/1.txt"), "x/p/1.txt");
        assert_eq!(next_free_id(&article(&first, "x/p/1.txt"), "x", every_id_is_free), second);
        let third = ids.new_id('a', path_hash("p/1.txt"), "x/p/1.txt");
        assert_eq!(next_free_id(&article(&first, "x/p/1.txt"), "x", |id| id != second), third);
    }

    #[test]
    fn the_next_id_of_a_record_comes_from_its_text_whatever_the_name_of_its_dump() {
        // Like a page, the record may be in a file `*.txt`, or begin at byte 0.
        for (name, start) in [("d.jsonl", 7), ("d.jsonl", 0), ("d.txt", 7), ("d.txt", 0)] {
            let mut article = Article {
                path: format!("x/{name}"),
                span: Span { start, end: start + 9 },
                title: "題目".to_owned(),
                paragraphs: vec!["正文。".to_owned()],
                ..Article::default()
            };
            let (hash, mut ids) = (text_hash(&article), Ids::default());
            let [first, second, third] = [(); 3].map(|()| ids.new_id('a', hash, &article.path));
            article.id = first;
            let record = Record::Article(article.clone());
            assert_eq!(next_free_id(&record, "x", every_id_is_free), second, "{name} {start}");
            article.id.clone_from(&second);
            let record = Record::Article(article);
            assert_eq!(next_free_id(&record, "x", |id| id != second), third, "{name} {start}");
        }
    }

    #[test]
    fn the_next_id_of_a_page_comes_from_its_path_whatever_its_name() {
        for name in ["p.txt", "p.csv"] {
            let hash = path_hash(name);
            let (path, id) = (format!("x/{name}"), short_id('a', hash));
            let record = Record::Article(Article { id, path, ..Article::default() });
            assert_eq!(next_free_id(&record, "x", every_id_is_free), lengthened_id('a', hash, 1));
        }
    }
}
