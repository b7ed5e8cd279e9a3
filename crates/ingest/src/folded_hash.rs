//! Equality of text across scripts: what two wordings of the same item have in common.

use std::cell::RefCell;

pub(crate) use wensou_text::fold;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Hash of texts up to script, width, case and blanks.
///
/// Pages show the same items again and again, so each thread remembers some texts with their hashes.
pub(crate) fn folded_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    thread_local! {
        static CACHE: RefCell<HashCache> = RefCell::default();
    }
    CACHE.with_borrow_mut(|cache| cache.folded_hash(parts))
}

/// Texts that a thread remembers, at 16 bytes each.
const SLOTS: usize = 1 << 15;
/// Any but that of the hashes remembered.
const SEED: u64 = 1;

/// Hashes of texts by what they read. Each has one place where it can stand, so it stays small.
#[derive(Default)]
struct HashCache {
    slots: Vec<(u64, u64)>,
    text: String,
    folded: Vec<u8>,
}

impl HashCache {
    fn folded_hash<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> u64 {
        self.text.clear();
        for part in parts {
            self.text.push_str(part);
            // Parts may not run into each other.
            self.text.push('\0');
        }
        let key = xxh3_64_with_seed(self.text.as_bytes(), SEED);
        self.slots.resize(SLOTS, (0, 0));
        let slot = &mut self.slots[key as usize % SLOTS];
        if slot.0 != key {
            *slot = (key, hash_of_folded(&self.text, &mut self.folded));
        }
        slot.1
    }
}

/// The hash of a folded text without its blanks.
fn hash_of_folded(text: &str, folded: &mut Vec<u8>) -> u64 {
    folded.clear();
    for word in fold(text).split_whitespace() {
        folded.extend_from_slice(word.as_bytes());
    }
    xxh3_64(folded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::Xxh3Default;

    use super::*;

    /// [`hash`] part by part, remembering nothing.
    fn plain(parts: &[String]) -> u64 {
        let mut hasher = Xxh3Default::new();
        for part in parts {
            for word in fold(part).split_whitespace() {
                hasher.update(word.as_bytes());
            }
            hasher.update(&[0]);
        }
        hasher.digest()
    }

    proptest! {
        #[test]
        fn a_hash_that_is_remembered_is_the_hash(
            parts in prop::collection::vec("[開开 \u{3000}\u{301}\u{1161}\u{1100}éＡ①㍿\u{200b}\n0]{0,8}", 0..4),
        ) {
            let hashes: Vec<u64> =
                (0..2).map(|_| folded_hash(parts.iter().map(String::as_str))).collect();
            prop_assert_eq!(hashes, [plain(&parts); 2]);
        }
    }

    #[test]
    fn a_memo_that_overflows_stays_right() {
        for number in (0..3 * SLOTS).chain(0..10) {
            let text = format!("開源 {number}");
            assert_eq!(folded_hash([&*text]), plain(&[text]));
        }
    }
}
