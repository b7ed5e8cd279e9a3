//! Tests of the deduplication of flash items, which must do the same as a model that keeps whole
//! items in memory.

use proptest::prelude::*;

use super::*;

#[test]
fn the_entry_of_a_variant_takes_16_bytes() {
    assert_eq!(size_of::<VariantEntry>(), 16);
}

/// A model of [`FlashDeduplicator`] that keeps whole items in memory. Each element of `adds` has a
/// key, which is equal for all variants of an item, the item, and whether it comes from a dump.
/// Returns the id of the variant that each element becomes, and the deduplicated items.
fn model(adds: &[(u64, FlashItem, bool)]) -> (Vec<String>, Vec<FlashItem>) {
    // The key, whether a record in a dump represents the item, and the item.
    let mut items: Vec<(u64, bool, FlashItem)> = Vec::new();
    let mut ids = Vec::new();
    for (key, item, from_dump) in adds {
        let mut item = item.clone();
        let occurrences = item.occurrences.clone();
        let Some((_, is_from_dump, first)) = items.iter_mut().find(|(known, ..)| known == key)
        else {
            ids.push(item.id.clone());
            items.push((*key, *from_dump, item));
            continue;
        };
        let same = |a: &Variant| (&a.title, &a.text) == (&item.title, &item.text);
        if *from_dump && !*is_from_dump {
            item.occurrences = [std::mem::take(&mut first.occurrences), occurrences].concat();
            item.variants = std::mem::take(&mut first.variants);
            ids.push(item.id.clone());
            (*is_from_dump, *first) = (true, item);
        } else if (&first.title, &first.text) == (&item.title, &item.text) {
            first.occurrences.extend(occurrences);
            ids.push(item.id);
        } else if let Some(other) = first.variants.iter_mut().find(|other| same(other)) {
            other.occurrences.extend(occurrences);
            ids.push(other.id.clone());
        } else {
            item.id = variant_id(ItemHashes::of(&item.title, &item.text, None));
            ids.push(item.id.clone());
            let FlashItem { id, column, title, text, outlet, occurrences, .. } = item;
            first.variants.push(Variant { id, column, title, text, outlet, occurrences });
        }
    }
    (ids, items.into_iter().map(|(.., item)| item).collect())
}

proptest! {
    #[test]
    fn items_on_disk_equal_a_model_in_memory(
        adds in prop::collection::vec((0..4_u64, 0..3_usize, any::<bool>(), 0..3_u32), 0..40),
    ) {
        let adds: Vec<(u64, FlashItem, bool)> = (0..)
            .zip(adds)
            .map(|(number, (folded, exact, from_dump, page))| {
                let path = format!("{page}.txt");
                let span = Span { start: number, end: number + 9 };
                let item = FlashItem {
                    // An id has the first 48 bits of the hash.
                    id: short_id('f', folded << 16),
                    column: Some(format!("{number}")),
                    title: format!("第{folded}條"),
                    text: ["開源", "开源", "開源。"][exact].to_owned(),
                    occurrences: vec![Occurrence { path, span }],
                    ..FlashItem::default()
                };
                (folded, item, from_dump)
            })
            .collect();
        let (ids, items) = model(&adds);
        let mut flashes = FlashDeduplicator::new().unwrap();
        let mut added_before = std::collections::HashSet::new();
        let has_dumps = adds.iter().any(|(.., from_dump)| *from_dump);
        for ((folded, item, from_dump), id) in adds.iter().zip(ids) {
            let exact = ItemHashes::of(&item.title, &item.text, None).exact;
            let hashes = ItemHashes { folded: *folded, exact };
            let mut new = FlashItem { occurrences: Vec::new(), ..item.clone() };
            // An item with these hashes that was added from a page need not be passed again, unless
            // a dump may have a variant of it.
            let may_omit = !has_dumps && !added_before.insert((*folded, exact));
            let passed = (!may_omit).then_some(&mut new);
            let key = flashes.add(hashes, passed, *from_dump).unwrap();
            let (item_number, variant_number) = key;
            // The number of an item is that of its first variant.
            let is_first_variant = item_number == variant_number;
            let wanted = if is_first_variant { item.id.clone() } else { variant_id(hashes) };
            prop_assert_eq!(wanted, id);
            for occurrence in &item.occurrences {
                flashes.add_occurrence(key, &occurrence.path, occurrence.span).unwrap();
            }
        }
        prop_assert_eq!(flashes.item_count(), items.len() as u64);
        let drain = flashes.drain().unwrap();
        prop_assert_eq!(drain.occurrence_count(), adds.len() as u64);
        let drained: Vec<FlashItem> = drain.map(Result::unwrap).collect();
        prop_assert_eq!(drained, items);
    }
}
