//! Graphemes: characters as a reader sees them. An emoji of several code points is one grapheme.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// The graphemes of a text.
pub(crate) struct Graphemes {
    /// Where each grapheme starts, counted in characters, and where the last one ends. Empty if
    /// every character is a grapheme of its own.
    bounds: Vec<usize>,
}

impl Graphemes {
    /// The graphemes of a text, whose characters are `chars`.
    pub(crate) fn of(text: &str, chars: &[char]) -> Self {
        // Most texts have no grapheme of several characters, and need no segmentation.
        if !chars.iter().any(|c| may_join(*c)) {
            return Self { bounds: Vec::new() };
        }
        let mut at = 0;
        let extended = true;
        let starts = text.graphemes(extended).map(|grapheme| {
            let start = at;
            at += grapheme.chars().count();
            start
        });
        let mut bounds: Vec<usize> = starts.collect();
        bounds.push(chars.len());
        Self { bounds }
    }

    /// The smallest range of whole graphemes that contains a range of characters.
    pub(crate) fn around(&self, chars: Range<usize>) -> Range<usize> {
        let bounds = &self.bounds;
        if bounds.is_empty() || chars.is_empty() {
            return chars;
        }
        let start = bounds[bounds.partition_point(|bound| *bound <= chars.start) - 1];
        let end = bounds[bounds.partition_point(|bound| *bound < chars.end)];
        start..end
    }
}

/// Whether a character can form one grapheme with its neighbours: marks, joiners, variation
/// selectors, skin tones, the letters of flags, and the scripts from Hebrew to Hangul, many of
/// which have combining characters. Rarer scripts, such as Khmer, are left out.
fn may_join(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{8ff}' | '\u{900}'..='\u{11ff}'
        | '\u{200c}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{302a}'..='\u{302f}'
        | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{ff9e}' | '\u{ff9f}'
        | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_grows_to_whole_graphemes() {
        let around = |text: &str, range: Range<usize>| {
            let chars: Vec<char> = text.chars().collect();
            Graphemes::of(text, &chars).around(range)
        };
        assert_eq!(around("比特幣", 1..2), 1..2);
        // A woman, a joiner and a girl make one grapheme of three characters.
        assert_eq!(around("a👩\u{200d}👧b", 1..2), 1..4);
        assert_eq!(around("a👩\u{200d}👧b", 3..5), 1..5);
        assert_eq!(around("👍🏽了", 0..1), 0..2);
        assert_eq!(around("🇹🇼🇯🇵", 1..2), 0..2);
        assert_eq!(around("🇹🇼🇯🇵", 2..3), 2..4);
        assert_eq!(around("👍🏽", 1..1), 1..1);
    }
}
