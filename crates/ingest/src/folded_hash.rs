//! Hashes of folded text: equal for wordings that differ only in script, width, case or spaces.

use std::cell::RefCell;

pub(crate) use wensou_text::fold;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::direct_mapped::DirectMapped;

/// Hashes texts regardless of script, width, case and spaces.
///
/// Pages repeat the same items, so each thread caches the hashes of recent texts.
pub(crate) fn folded_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    thread_local! {
        static CACHE: RefCell<HashCache> = RefCell::new(HashCache::new());
    }
    CACHE.with_borrow_mut(|cache| cache.folded_hash(parts))
}

/// Slots of a thread's cache, at 16 bytes each.
const SLOTS: usize = 1 << 15;
/// Any seed other than that of the hashes in the table.
const SEED: u64 = 1;

/// A cache from the hash of a text to the hash of its folded form.
struct HashCache {
    hashes: DirectMapped<u64>,
    text: String,
    folded: Vec<u8>,
}

impl HashCache {
    fn new() -> Self {
        Self { hashes: DirectMapped::new(SLOTS), text: String::new(), folded: Vec::new() }
    }

    fn folded_hash<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> u64 {
        self.text.clear();
        for part in parts {
            self.text.push_str(part);
            // A separator, so that adjacent parts cannot run into each other.
            self.text.push('\0');
        }
        let key = xxh3_64_with_seed(self.text.as_bytes(), SEED);
        self.hashes.get(key).unwrap_or_else(|| {
            let hash = hash_of_folded(&self.text, &mut self.folded);
            self.hashes.insert(key, hash);
            hash
        })
    }
}

/// Hashes a folded text without its spaces.
fn hash_of_folded(text: &str, folded: &mut Vec<u8>) -> u64 {
    folded.clear();
    extend_without_spaces(folded, &fold(text));
    xxh3_64(folded)
}

/// Appends a text without its white space. Nearly all of that is ASCII, and many bytes are checked
/// at once.
fn extend_without_spaces(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let [second, third] = [1, 2].map(|from| bytes.get(from..).unwrap_or_default());
    let threes = bytes.iter().zip(second).zip(third);
    // The first bytes of all white space beyond ASCII.
    let may_be_space = |((first, second), third): ((&u8, &u8), &u8)| {
        let in_e2 = (*second == 0x80) & matches!(third, 0x80..=0x8f | 0xa8..=0xaf)
            | (*second == 0x81) & (*third == 0x9f);
        matches!(first, 0xc2)
            | ((*first == 0xe1) & (*second == 0x9a))
            | ((*first == 0xe2) & in_e2)
            | ((*first == 0xe3) & (*second == 0x80) & (*third == 0x80))
    };
    if text.ends_with(char::is_whitespace)
        || threes.fold(false, |any, three| any | may_be_space(three))
    {
        text.split_whitespace().for_each(|word| out.extend_from_slice(word.as_bytes()));
        return;
    }
    let is_space = |b: u8| matches!(b, b'\t'..=b'\r' | b' ');
    for block in bytes.chunks(32) {
        if block.iter().fold(false, |any, b| any | is_space(*b)) {
            out.extend(block.iter().filter(|b| !is_space(**b)));
        } else {
            out.extend_from_slice(block);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::Xxh3Default;

    use super::*;

    /// [`folded_hash`] part by part, without a cache.
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

    #[test]
    fn all_white_space_is_left_out() {
        for c in ('\0'..=char::MAX).filter(|c| c.is_whitespace() || *c < '\u{3100}') {
            for text in [format!("甲{c}乙"), format!("{c}甲{c}{c}"), c.to_string()] {
                let mut out = Vec::new();
                extend_without_spaces(&mut out, &text);
                let words: String = text.split_whitespace().collect();
                assert_eq!(String::from_utf8(out).unwrap(), words, "{c:?}");
            }
        }
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
