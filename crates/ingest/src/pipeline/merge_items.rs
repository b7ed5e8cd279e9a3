//! Merges the records that several machines have made of the same flash item.

use foldhash::HashSet;

use crate::flash::dedup::{ItemHashes, folded_content_hash, variant_id};
use crate::input::walk_order::walk_key;
use crate::pipeline::stored_path::is_dump;
use crate::record::{FlashItem, Occurrence, Variant};

/// Whether two records are of the same flash item: their titles and texts are equal regardless of
/// script, width, case and spaces, and their dates are equal.
#[must_use]
pub fn is_same_item(a: &FlashItem, b: &FlashItem) -> bool {
    let hash = |item: &FlashItem| folded_content_hash(&item.title, &item.text, item.date.value);
    hash(a) == hash(b)
}

/// Merges two records of a flash item, which two machines have made from different files of one
/// archive. Returns the record that a single machine would make from all these files.
///
/// The variant that comes first in the order of the walk represents the item. If a dump contains
/// the item, the first record in a dump represents it instead. Each occurrence is kept once, in the
/// order of the walk, so merging a record a second time changes nothing.
///
/// There is one limitation. When a dump's record replaces the text that represented the item, that
/// text is lost: the pages before the dump that have it count as pages with the dump's text. If
/// another machine has more pages before the dump, pages of both machines may be assigned to other
/// variants than on a single machine.
///
/// ```
/// use wensou_ingest::{FlashItem, Occurrence, Span, merge_items};
///
/// let item = |text: &str, path: &str| FlashItem {
///     id: "f1".to_owned(),
///     text: text.to_owned(),
///     occurrences: vec![Occurrence { path: path.to_owned(), span: Span::default() }],
///     ..FlashItem::default()
/// };
/// let merged = merge_items(&item("开源", "b.txt"), &item("開源", "a.txt"));
/// assert_eq!(merged.text, "開源");
/// assert_eq!(merged.variants[0].text, "开源");
/// assert_eq!(merged, merge_items(&item("開源", "a.txt"), &merged));
/// ```
#[must_use]
pub fn merge_items(a: &FlashItem, b: &FlashItem) -> FlashItem {
    let mut variant_occurrences: Vec<VariantOccurrence<'_>> =
        [a, b].into_iter().flat_map(variant_occurrences).collect();
    // The sort is stable: occurrences with the same path and start keep their order.
    variant_occurrences
        .sort_by_cached_key(|it| (walk_key(&it.occurrence.path), it.occurrence.span.start));
    // An occurrence that both records have counts once.
    let mut known = HashSet::default();
    variant_occurrences.retain(|it| known.insert(it.occurrence));
    let mut merged: Option<FlashItem> = None;
    // Whether a record in a dump represents the merged item.
    let mut is_from_dump = false;
    for added in &variant_occurrences {
        let Some(item) = &mut merged else {
            is_from_dump = is_dump(&added.occurrence.path);
            merged = Some(added.as_item());
            continue;
        };
        let replaces = is_dump(&added.occurrence.path) && !is_from_dump;
        if replaces {
            is_from_dump = true;
            let FlashItem { occurrences, variants, .. } = std::mem::replace(item, added.as_item());
            (item.occurrences, item.variants) = (occurrences, variants);
        }
        item.add(added, replaces);
    }
    merged.unwrap_or_else(|| a.clone())
}

/// An occurrence of an item, with the record and the variant that it comes from.
struct VariantOccurrence<'i> {
    item: &'i FlashItem,
    /// `None` for the variant that represents the item.
    variant: Option<&'i Variant>,
    occurrence: &'i Occurrence,
}

/// All occurrences in a record, first those of the variant that represents the item.
fn variant_occurrences(item: &FlashItem) -> Vec<VariantOccurrence<'_>> {
    let main = item.occurrences.iter().map(|occurrence| (None, occurrence));
    let others = item
        .variants
        .iter()
        .flat_map(|variant| variant.occurrences.iter().map(move |it| (Some(variant), it)));
    let with_item = |(variant, occurrence)| VariantOccurrence { item, variant, occurrence };
    main.chain(others).map(with_item).collect()
}

impl VariantOccurrence<'_> {
    /// Whether this occurrence is of a variant that does not represent the item, in a page before
    /// the item's dump. It stays one of that variant, even if the variant has the same text as the
    /// dump: it was compared with the text that the dump has replaced, not with the dump's.
    fn is_of_variant_before_dump(&self) -> bool {
        let dump = self.item.occurrences.iter().find(|it| is_dump(&it.path));
        self.variant.is_some()
            && dump.is_some_and(|dump| walk_key(&self.occurrence.path) < walk_key(&dump.path))
    }

    fn title_and_text(&self) -> (&str, &str) {
        match self.variant {
            None => (&self.item.title, &self.item.text),
            Some(variant) => (&variant.title, &variant.text),
        }
    }

    /// The item with the text of this variant, and with this occurrence alone.
    fn as_item(&self) -> FlashItem {
        let occurrences = vec![self.occurrence.clone()];
        let Some(variant) = self.variant else {
            return FlashItem { occurrences, variants: Vec::new(), ..self.item.clone() };
        };
        FlashItem {
            id: self.item.id.clone(),
            date: self.item.date,
            column: variant.column.clone(),
            title: variant.title.clone(),
            text: variant.text.clone(),
            outlet: variant.outlet.clone(),
            occurrences,
            ..FlashItem::default()
        }
    }

    /// The variant of this occurrence, with this occurrence alone.
    fn as_variant(&self) -> Variant {
        let FlashItem { column, title, text, outlet, occurrences, date, .. } = self.as_item();
        let id = variant_id(ItemHashes::of(&title, &text, date.value));
        Variant { id, column, title, text, outlet, occurrences }
    }
}

impl FlashItem {
    /// Adds an occurrence to the variant that has its title and text. If `is_main` is set, adds it
    /// to the variant that represents the item, whatever its text is.
    fn add(&mut self, added: &VariantOccurrence<'_>, is_main: bool) {
        let title_and_text = added.title_and_text();
        let is_equal = (self.title.as_str(), self.text.as_str()) == title_and_text;
        if is_main || is_equal && !added.is_of_variant_before_dump() {
            self.occurrences.push(added.occurrence.clone());
            return;
        }
        let known = self.variants.iter_mut();
        let mut known = known
            .filter(|variant| (variant.title.as_str(), variant.text.as_str()) == title_and_text);
        match known.next() {
            Some(variant) => variant.occurrences.push(added.occurrence.clone()),
            None => self.variants.push(added.as_variant()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flash::dedup::FlashDeduplicator;
    use crate::id::short_id;
    use crate::record::Span;

    /// An occurrence of an item in a page, or in a dump.
    #[derive(Debug, Clone)]
    struct TestOccurrence {
        /// The number of the file, which determines its name and its position in the walk.
        file: usize,
        /// The index of the text in [`TEXTS`].
        text: usize,
        /// The number that names the column. Occurrences with the same text may differ in it.
        column: u8,
    }

    /// Texts of one item: [`deduplicated`] makes them variants of each other.
    const TEXTS: [&str; 3] = ["開源", "开源", "開源 。"];

    /// The record that one machine makes from these occurrences, in the order of the walk.
    /// `is_dump_file` tells whether the file with a number is a dump.
    fn deduplicated(
        all: &[TestOccurrence],
        is_dump_file: &dyn Fn(usize) -> bool,
    ) -> Option<FlashItem> {
        let mut deduplicator = FlashDeduplicator::new().unwrap();
        let mut ordered = all.to_vec();
        ordered.sort_by_key(|occurrence| occurrence.file);
        for (number, occurrence) in ordered.iter().enumerate() {
            let text = TEXTS[occurrence.text];
            // The same folded hash makes all texts variants of one item.
            let hashes = ItemHashes { folded: 7, ..ItemHashes::of("", text, None) };
            let mut item = FlashItem {
                id: short_id('f', 7 << 16),
                column: Some(occurrence.column.to_string()),
                text: text.to_owned(),
                ..FlashItem::default()
            };
            let is_in_dump = is_dump_file(occurrence.file);
            let key = deduplicator.add(hashes, Some(&mut item), is_in_dump).unwrap();
            let ending = if is_in_dump { "jsonl" } else { "txt" };
            let path = format!("a/{:02}.{ending}", occurrence.file);
            let span = Span { start: number as u64, end: number as u64 + 1 };
            deduplicator.add_occurrence(key, &path, span).unwrap();
        }
        deduplicator.drain().unwrap().next().map(Result::unwrap)
    }

    fn test_occurrences() -> impl Strategy<Value = Vec<TestOccurrence>> {
        // Several occurrences may be in one file, also of different variants.
        let one = (0..12_usize, 0..3_usize, 0..9_u8);
        let one = one.prop_map(|(file, text, column)| TestOccurrence { file, text, column });
        prop::collection::vec(one, 1..20)
    }

    proptest! {
        #[test]
        fn merging_the_records_of_shares_gives_the_record_of_one_machine(
            all in test_occurrences(),
            // For each of the 12 files, the number of the share (machine) that has it.
            shares in prop::collection::vec(0..4_usize, 12),
            order in Just([0_usize, 1, 2, 3]).prop_shuffle(),
            // If there is a dump, it is the first file, so that no page precedes it: see the
            // limitation of `merge_items`.
            dump in prop::option::of(0..1_usize),
        ) {
            let is_dump_file = |file: usize| Some(file) == dump;
            let expected = deduplicated(&all, &is_dump_file).unwrap();
            // A span identifies an occurrence, so it must be the same in each share as on one
            // machine.
            let mut ordered = all.clone();
            ordered.sort_by_key(|occurrence| occurrence.file);
            let of_share = |share: usize| -> Option<FlashItem> {
                let parts: Vec<(usize, TestOccurrence)> = ordered
                    .iter()
                    .cloned()
                    .enumerate()
                    .filter(|(_, occurrence)| shares[occurrence.file] == share)
                    .collect();
                let part: Vec<TestOccurrence> = parts.iter().map(|(_, it)| it.clone()).collect();
                let mut item = deduplicated(&part, &is_dump_file)?;
                let variants = item.variants.iter_mut().flat_map(|it| it.occurrences.iter_mut());
                for occurrence in item.occurrences.iter_mut().chain(variants) {
                    let start = parts[occurrence.span.start as usize].0 as u64;
                    occurrence.span = Span { start, end: start + 1 };
                }
                Some(item)
            };
            let mut merged: Option<FlashItem> = None;
            for share in order {
                let Some(item) = of_share(share) else { continue };
                merged = Some(match merged {
                    None => item,
                    Some(merged) => merge_items(&merged, &item),
                });
            }
            let merged = merged.unwrap();
            prop_assert_eq!(&merged, &expected);
            for share in 0..4 {
                let Some(item) = of_share(share) else { continue };
                prop_assert_eq!(&merge_items(&merged, &item), &expected, "merged again");
                prop_assert_eq!(&merge_items(&item, &merged), &expected, "merged again");
            }
        }
    }

    proptest! {
        #[test]
        fn merging_a_record_again_changes_nothing(
            all in test_occurrences(),
            shares in prop::collection::vec(0..3_usize, 12),
            dump in 0..12_usize,
        ) {
            let is_dump_file = |file: usize| file == dump;
            let part = |share: usize| {
                let of_share = all.iter().filter(|occurrence| shares[occurrence.file] == share);
                let mut part: Vec<TestOccurrence> = of_share.cloned().collect();
                part.sort_by_key(|occurrence| occurrence.file);
                // Keep one occurrence per file, because all spans are made equal below.
                part.dedup_by_key(|occurrence| occurrence.file);
                let mut item = deduplicated(&part, &is_dump_file)?;
                let variants = item.variants.iter_mut().flat_map(|it| it.occurrences.iter_mut());
                item.occurrences.iter_mut().chain(variants).for_each(|it| it.span = Span::default());
                Some(item)
            };
            let parts: Vec<FlashItem> = (0..3).filter_map(part).collect();
            let mut merged = parts[0].clone();
            for item in &parts[1..] {
                merged = merge_items(&merged, item);
            }
            for item in &parts {
                prop_assert_eq!(&merge_items(&merged, item), &merged, "merged again");
            }
        }
    }

    #[test]
    fn a_dump_represents_an_item_that_pages_before_it_also_have() {
        let item = |text: &str, paths: &[&str]| FlashItem {
            text: text.to_owned(),
            occurrences: paths
                .iter()
                .map(|path| Occurrence { path: (*path).to_owned(), span: Span::default() })
                .collect(),
            ..FlashItem::default()
        };
        let pages = item("開源", &["a/1.txt", "a/9.txt"]);
        let dump = FlashItem { tags: vec!["軟件".to_owned()], ..item("开源", &["a/5.jsonl"]) };
        let merged = merge_items(&pages, &dump);
        let paths = |of: &[Occurrence]| -> Vec<String> {
            of.iter().map(|occurrence| occurrence.path.clone()).collect()
        };
        assert_eq!((merged.text.as_str(), merged.tags.len()), ("开源", 1));
        assert_eq!(paths(&merged.occurrences), ["a/1.txt", "a/5.jsonl"]);
        assert_eq!(paths(&merged.variants[0].occurrences), ["a/9.txt"]);
        assert_eq!(merge_items(&dump, &pages), merged);
        for part in [&pages, &dump] {
            assert_eq!(merge_items(&merged, part), merged, "merged again");
            assert_eq!(merge_items(part, &merged), merged, "merged again");
        }
    }

    #[test]
    fn items_are_the_same_whatever_their_script() {
        let item = |text: &str| FlashItem { text: text.to_owned(), ..FlashItem::default() };
        assert!(is_same_item(&item("開源"), &item("开源")));
        assert!(!is_same_item(&item("開源"), &item("閉源")));
    }
}
