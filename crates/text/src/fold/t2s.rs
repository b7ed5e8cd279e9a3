//! OpenCC's t2s, exactly: phrases first (the longest that matches), then characters.
//!
//! The conversion is for text that is displayed, and tests compare the fold with it. The fold does
//! not call it, and needs no phrases, because the table `variants.tsv` makes one character of those
//! that only a phrase can tell apart (乾, 干).

use crate::tables::{T2S_PHRASE_STARTS, T2S_PHRASES, t2s_char};

/// Converts Traditional to Simplified characters as OpenCC's `t2s` does. The number of characters
/// does not change.
///
/// ```
/// use wensou_text::t2s;
/// assert_eq!(t2s("乾坤與乾燥"), "乾坤与干燥");
/// ```
pub fn t2s(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut remaining = text;
    while let Some(c) = remaining.chars().next() {
        let phrase = match T2S_PHRASE_STARTS.binary_search(&c) {
            Ok(_) => longest_phrase(remaining),
            Err(_) => None,
        };
        match phrase {
            Some((from, to)) => {
                out.push_str(to);
                remaining = &remaining[from.len()..];
            }
            None => {
                out.push(t2s_char(c));
                remaining = &remaining[c.len_utf8()..];
            }
        }
    }
    out
}

/// The longest phrase that `text` starts with. In the sorted list, the phrases that are prefixes of
/// `text` precede the point where `text` itself would be, shorter ones first, and share its first
/// character.
fn longest_phrase(text: &str) -> Option<(&'static str, &'static str)> {
    let after = T2S_PHRASES.partition_point(|(from, _)| *from <= text);
    let first = text.chars().next();
    T2S_PHRASES[..after]
        .iter()
        .rev()
        .take_while(|(from, _)| from.chars().next() == first)
        .find(|(from, _)| text.starts_with(from))
        .copied()
}
