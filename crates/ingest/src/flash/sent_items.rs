//! Remembers which flash items a parsing thread has sent to the thread that deduplicates them. Many
//! pages repeat an item, so its text is usually copied, hashed and sent only once.

use crate::direct_mapped_cache::DirectMappedCache;
use crate::flash::dedup::ItemHashes;
use crate::flash::item::Item;

/// Slots of the cache, at 24 bytes each.
const SLOTS: usize = 1 << 15;

/// A cache of the items that a thread has sent.
pub(crate) struct SentItems {
    /// From [`Item::hash`] to the item's [`ItemHashes`].
    sent: DirectMappedCache<ItemHashes>,
    /// Whether to omit the text of repeated items. If a dump has flash items, the receiver needs
    /// their text every time, see
    /// [`FlashDeduplicator::add`](crate::flash::dedup::FlashDeduplicator::add).
    omit_repeats: bool,
}

impl SentItems {
    pub(crate) fn new(omit_repeats: bool) -> Self {
        Self { sent: DirectMappedCache::new(SLOTS), omit_repeats }
    }

    /// The item's hashes, and its text. If this thread has sent an equal item before and repeats
    /// are omitted, there is no text: the receiver gets the items of one thread in order, so it has
    /// the text already.
    pub(crate) fn hashes_and_text(&mut self, item: &Item<'_>) -> (ItemHashes, Option<String>) {
        let hash = item.hash();
        if let Some(hashes) = self.sent.get(hash) {
            return (hashes, (!self.omit_repeats).then(|| item.text()));
        }
        let text = item.text();
        let hashes = ItemHashes::of(item.title, &text, item.date);
        self.sent.insert(hash, hashes);
        (hashes, Some(text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::corpus::statistics::CorpusStatistics;
    use crate::page::markup::Markup;
    use crate::page::parse_emitting_flashes;
    use crate::record::{FlashItem, Record};
    use crate::{Options, Silent, ingest};

    fn pages() -> impl Strategy<Value = Vec<String>> {
        let parts = prop::sample::select(vec![
            "正文的一段。",
            "聲音 | 題目甲:據官方消息,題目甲。[2022/6/18 4:36:07]",
            "動態 | 題目甲:據官方消息,題目甲。[2022/6/18 4:36:07]",
            "題目甲:據官方消息,題目甲。[2022/6/18 4:36:07]",
            "题目甲:据官方消息,题目甲。[2022/6/18 4:36:07]",
            "題目甲:據官方消息,題目甲。[2022/6/18]",
            "題目乙:6月18日消息,第一段。\n\n第二段(財聯社)[2022/6/18 4:36:07]",
            "題目乙:6月18日消息,第一段。第二段(財聯社)[2022/6/18 4:36:07]",
            "據悉比特幣突破三萬美元。[1900/1/1 0:00:00]",
        ]);
        let page = prop::collection::vec(parts, 1..5).prop_map(|parts| parts.join("\n\n"));
        prop::collection::vec(page, 1..8)
    }

    proptest! {
        #[test]
        fn items_have_equal_hashes_if_and_only_if_they_are_equal(pages in pages()) {
            let mut by_hash: HashMap<u64, FlashItem> = HashMap::new();
            let omit_repeats = false;
            let mut sent = SentItems::new(omit_repeats);
            for page in &pages {
                parse_emitting_flashes(page, Markup::Text, &CorpusStatistics::default(), &mut |item| {
                    let (hash, hashes_and_text) = (item.hash(), sent.hashes_and_text(&item));
                    let flash = item.to_flash(item.text());
                    let hashes = ItemHashes::of(&flash.title, &flash.text, flash.date.value);
                    assert_eq!(hashes_and_text, (hashes, Some(flash.text.clone())));
                    let known = by_hash.entry(hash).or_insert_with(|| flash.clone());
                    assert_eq!(*known, flash);
                });
            }
            let all_differ = by_hash.values().enumerate().all(|(number, one)| {
                by_hash.values().skip(number + 1).all(|other| one != other)
            });
            prop_assert!(all_differ, "two equal items have different hashes");
        }

        #[test]
        fn records_are_the_same_whether_repeated_texts_are_omitted_or_sent(pages in pages()) {
            let folder = tempfile::tempdir().unwrap();
            for (number, page) in pages.iter().enumerate() {
                std::fs::write(folder.path().join(format!("{number}.txt")), page).unwrap();
            }
            let read = |threads| {
                let mut records = Vec::new();
                let options = Options { threads, ..Options::default() };
                ingest(&[folder.path().to_owned()], &options, &Silent, &mut |record| {
                    records.push(record);
                    Ok::<(), Infallible>(())
                })
                .unwrap();
                records
            };
            let with_omitted_texts: Vec<Vec<Record>> = (1..4).map(read).collect();
            // If any dump has a flash item, all texts are sent.
            let dump = r#"{"kind":"flash","title":"別的","text":"別的快訊"}"#;
            std::fs::write(folder.path().join("last.jsonl"), dump).unwrap();
            for records in with_omitted_texts {
                let mut with_all_texts = read(2);
                // The item of the dump comes last.
                with_all_texts.pop();
                prop_assert_eq!(records, with_all_texts);
            }
        }
    }
}
