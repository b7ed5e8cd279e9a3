//! Hashes of folded text: equal for wordings that differ only in script, width, case or spaces.

use std::cell::RefCell;

use wensou_text::fold;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::direct_mapped_cache::DirectMappedCache;
use crate::text::byte_pairs::any_pair;

/// Hashes the parts of a text, such as title and body, regardless of script, width, case and
/// spaces. The same text, divided into parts in another way, has another hash.
///
/// Pages repeat the same items, so each thread caches the hashes of recent texts.
pub(crate) fn folded_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    thread_local! {
        static CACHE: RefCell<HashCache> = RefCell::new(HashCache::new());
    }
    CACHE.with_borrow_mut(|cache| cache.folded_hash(parts))
}

/// Number of slots of a thread's cache; each takes 16 bytes.
const SLOTS: usize = 1 << 15;
/// The XXH3 seed of the cache's keys, which are hashes of texts as written. The values, which are
/// hashes of folded texts, have the seed 0.
const KEY_SEED: u64 = 1;

/// A cache from the hash of a text to the hash of its folded form without spaces.
struct HashCache {
    hashes: DirectMappedCache<u64>,
    /// A buffer for the text to hash.
    text: String,
    /// A buffer for the folded form of the text, without spaces.
    folded: Vec<u8>,
}

impl HashCache {
    fn new() -> Self {
        Self { hashes: DirectMappedCache::new(SLOTS), text: String::new(), folded: Vec::new() }
    }

    fn folded_hash<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> u64 {
        self.text.clear();
        for part in parts {
            self.text.push_str(part);
            // A separator, so that adjacent parts cannot run into each other.
            self.text.push('\0');
        }
        let key = xxh3_64_with_seed(self.text.as_bytes(), KEY_SEED);
        self.hashes.get(key).unwrap_or_else(|| {
            let hash = hash_of_folded(&self.text, &mut self.folded);
            self.hashes.insert(key, hash);
            hash
        })
    }
}

/// The hash of a text's folded form without spaces. `folded` is a buffer.
fn hash_of_folded(text: &str, folded: &mut Vec<u8>) -> u64 {
    folded.clear();
    append_without_spaces(&fold(text), folded);
    xxh3_64(folded)
}

/// Appends a folded text without its spaces.
fn append_without_spaces(text: &str, out: &mut Vec<u8>) {
    // The fold makes most spaces U+0020. The others are rare: tabs and line breaks, U+0085, U+1680,
    // U+2028 and U+2029. `any_pair` finds them by a byte and the byte after it. Such a pair may
    // also occur in another character; the text is then only split in a slower way. A tab or line
    // break at the very end has no byte after it, so the end is checked by itself.
    let is_rare_space = |byte: u8, next: u8| {
        (b'\t'..=b'\r').contains(&byte)
            | (byte == 0xc2) & (next == 0x85)
            | (byte == 0xe1) & (next == 0x9a)
            | (byte == 0x80) & matches!(next, 0xa8 | 0xa9)
    };
    if any_pair(text, is_rare_space) || text.ends_with(char::is_whitespace) {
        text.split_whitespace().for_each(|word| out.extend_from_slice(word.as_bytes()));
        return;
    }
    let mut from = 0;
    for space in memchr::memchr_iter(b' ', text.as_bytes()) {
        out.extend_from_slice(&text.as_bytes()[from..space]);
        from = space + 1;
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::Xxh3Default;

    use super::*;

    /// [`folded_hash`] part by part, without a cache.
    fn uncached_hash(parts: &[String]) -> u64 {
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
        fn a_cached_hash_equals_the_computed_one(
            parts in prop::collection::vec("[開开 \u{3000}\u{301}\u{1161}\u{1100}éＡ①㍿\u{200b}\n0]{0,8}", 0..4),
        ) {
            let hashes: Vec<u64> =
                (0..2).map(|_| folded_hash(parts.iter().map(String::as_str))).collect();
            prop_assert_eq!(hashes, [uncached_hash(&parts); 2]);
        }
    }

    #[test]
    fn every_space_is_left_out() {
        for space in ('\0'..=char::MAX).filter(|c| c.is_whitespace()) {
            let mut out = Vec::new();
            append_without_spaces(&fold(&format!("{space}甲{space} {space}a{space}乙")), &mut out);
            assert_eq!(out, "甲a乙".as_bytes(), "{space:?}");
        }
    }

    #[test]
    fn an_overflowing_cache_returns_correct_hashes() {
        // The last ten texts have been in the cache before, and were mostly replaced by others.
        for number in (0..3 * SLOTS).chain(0..10) {
            let text = format!("開源 {number}");
            assert_eq!(folded_hash([&*text]), uncached_hash(&[text]));
        }
    }
}
