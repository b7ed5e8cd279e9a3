//! The key, compared with a scan of the folded text.

use proptest::prelude::*;
use wensou_text::{Folded, Key, is_key_char, key_of};

use crate::fold::difficult;

#[test]
fn spaces_and_punctuation_are_ignored() {
    let key = |text: &str| key_of(text).into_iter().collect::<String>();
    assert_eq!(key("「開源」，大　模型！"), "开源大模型");
    assert_eq!(key("BRC-20 / C++"), "brc20c");
    assert_eq!(key("3.5% $100 ①②"), "35".to_owned() + "100" + "12");
    assert_eq!(key("★👍🏻 ❤️"), "★👍❤");
    assert_eq!(key("の ー 한 Ж ω"), "のー한жω");
    assert_eq!(key("\u{200B}\u{301} …—～·\n"), "");
}

#[test]
fn occurrences_are_found_across_punctuation_and_may_overlap() {
    let folded = Folded::new("哈哈，哈！哈");
    let key = Key::new(&folded);
    let hits: Vec<_> =
        key.find_all(&key_of("哈哈")).map(|hit| folded.slice(key.folded_range(hit))).collect();
    assert_eq!(hits, ["哈哈", "哈,哈", "哈!哈"]);
    assert_eq!(key.find_all(&[]).count(), 0);
    // A range beyond the key is empty, after the last key character.
    assert_eq!(key.folded_range(9..12), 6..6);
}

proptest! {
    #[test]
    fn a_phrase_is_found_where_a_scan_finds_it(text in difficult(), from in any::<prop::sample::Index>(), length in 1usize..5) {
        let folded = Folded::new(&text);
        let key = Key::new(&folded);
        let scanned: Vec<char> = folded.as_str().chars().filter(|c| is_key_char(*c)).collect();
        prop_assert_eq!(key.chars(), &scanned[..]);
        prop_assert_eq!(key_of(&text), scanned.clone());
        if scanned.is_empty() {
            return Ok(());
        }
        let start = from.index(scanned.len());
        let needle = &scanned[start..(start + length).min(scanned.len())];
        let expected: Vec<usize> =
            scanned.windows(needle.len()).enumerate().filter(|(_, w)| *w == needle).map(|(at, _)| at).collect();
        let found: Vec<_> = key.find_all(needle).collect();
        prop_assert_eq!(found.iter().map(|hit| hit.start).collect::<Vec<_>>(), expected);
        for hit in found {
            let range = key.folded_range(hit);
            let back: Vec<char> = folded.slice(range).chars().filter(|c| is_key_char(*c)).collect();
            prop_assert_eq!(&back[..], needle);
        }
    }
}
