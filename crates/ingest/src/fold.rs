//! Equality of text across scripts: what two wordings of the same item have in common.

use std::cell::RefCell;

pub(crate) use wensou_text::fold;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Hash of texts up to script, width, case and blanks.
///
/// Pages show the same items again and again, so each thread remembers some texts with their hashes.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    thread_local! {
        static MEMO: RefCell<Memo> = RefCell::default();
    }
    MEMO.with_borrow_mut(|memo| memo.hash(parts))
}

/// Texts that a thread remembers, at 32 bytes each.
const REMEMBERED: usize = 1 << 14;

/// Hashes of texts by what they read. Each has one place where it can stand, so it stays small.
#[derive(Default)]
struct Memo {
    places: Vec<(u128, u64)>,
    text: String,
    folded: Vec<u8>,
}

impl Memo {
    fn hash<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> u64 {
        self.text.clear();
        for part in parts {
            self.text.push_str(part);
            // Parts may not run into each other.
            self.text.push('\0');
        }
        let key = xxh3_128(self.text.as_bytes());
        self.places.resize(REMEMBERED, (0, 0));
        let place = &mut self.places[key as usize % REMEMBERED];
        if place.0 != key {
            *place = (key, folded_hash(&self.text, &mut self.folded));
        }
        place.1
    }
}

/// The hash of a folded text without its blanks.
fn folded_hash(text: &str, folded: &mut Vec<u8>) -> u64 {
    folded.clear();
    for word in fold(text).split_whitespace() {
        folded.extend_from_slice(word.as_bytes());
    }
    xxh3_64(folded)
}
