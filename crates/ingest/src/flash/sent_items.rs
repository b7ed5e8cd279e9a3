//! Remembers which flash items a thread has sent: many pages repeat an item, and its text is
//! copied, hashed and sent only once.

use crate::direct_mapped::DirectMapped;
use crate::flash::dedup::ItemHashes;
use crate::flash::item::Item;

/// Slots of the cache, at 24 bytes each.
const SLOTS: usize = 1 << 15;

pub(crate) struct SentItems {
    /// From an item's hash to its [`ItemHashes`].
    sent: DirectMapped<ItemHashes>,
    /// Whether to omit the text of repeated items.
    omit_repeats: bool,
}

impl SentItems {
    pub(crate) fn new(omit_repeats: bool) -> Self {
        Self { sent: DirectMapped::new(SLOTS), omit_repeats }
    }

    /// The item's hashes, and its text unless this thread has sent an equal item before. The
    /// receiver sees the items of one thread in order, so it already has that text.
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
    use crate::page::parse_without_flashes;
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
        fn items_with_one_hash_say_the_same(pages in pages()) {
            let mut met: HashMap<u64, FlashItem> = HashMap::new();
            let mut sent = SentItems::new(false);
            for page in &pages {
                parse_without_flashes(page, Markup::Text, &CorpusStatistics::default(), &mut |item| {
                    let (hash, again) = (item.hash(), sent.hashes_and_text(&item));
                    let flash = item.to_flash(item.text());
                    let hashes = ItemHashes::of(&flash.title, &flash.text, flash.date.value);
                    assert_eq!(again, (hashes, Some(flash.text.clone())));
                    let known = met.entry(hash).or_insert_with(|| flash.clone());
                    assert_eq!(*known, flash);
                });
            }
            let different = met.values().enumerate().all(|(number, one)| {
                met.values().skip(number + 1).all(|other| one != other)
            });
            prop_assert!(different, "different items have different hashes");
        }

        #[test]
        fn records_are_the_same_whether_texts_are_left_out_or_not(pages in pages()) {
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
            let omit_repeats: Vec<Vec<Record>> = (1..4).map(read).collect();
            // If any dump has a flash item, all texts are sent.
            let dump = r#"{"kind":"flash","title":"別的","text":"別的快訊"}"#;
            std::fs::write(folder.path().join("last.jsonl"), dump).unwrap();
            for records in omit_repeats {
                let mut whole = read(2);
                whole.pop();
                prop_assert_eq!(records, whole);
            }
        }
    }
}
