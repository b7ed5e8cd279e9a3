//! Characters as a reader sees them: an emoji of several code points is one.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Where the graphemes of a text start, in characters, and where the last one ends. Empty if every
/// character is a grapheme of its own.
pub(crate) struct Graphemes(Vec<usize>);

impl Graphemes {
    /// The graphemes of a text, whose characters are `chars`.
    pub(crate) fn of(text: &str, chars: &[char]) -> Self {
        // Only text with marks, joiners or emoji has graphemes of several characters.
        if !chars.iter().any(|c| is_part(*c)) {
            return Self(Vec::new());
        }
        let mut at = 0;
        let starts = text.graphemes(true).map(|grapheme| {
            let start = at;
            at += grapheme.chars().count();
            start
        });
        let mut starts: Vec<usize> = starts.collect();
        starts.push(chars.len());
        Self(starts)
    }

    /// The smallest range of whole graphemes that holds a range of characters.
    pub(crate) fn around(&self, chars: Range<usize>) -> Range<usize> {
        if self.0.is_empty() || chars.is_empty() {
            return chars;
        }
        let start = self.0[self.0.partition_point(|start| *start <= chars.start) - 1];
        let end = self.0[self.0.partition_point(|start| *start < chars.end)];
        start..end
    }
}

/// Whether a character can be part of a grapheme of several characters: marks, joiners, variation
/// selectors, emoji, the letters of flags, and the parts of Hangul syllables.
fn is_part(c: char) -> bool {
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
        assert_eq!(around("a👩\u{200d}👧b", 1..2), 1..4);
        assert_eq!(around("a👩\u{200d}👧b", 3..5), 1..5);
        assert_eq!(around("👍🏽了", 0..1), 0..2);
        assert_eq!(around("🇹🇼🇯🇵", 1..2), 0..2);
        assert_eq!(around("🇹🇼🇯🇵", 2..3), 2..4);
        assert_eq!(around("👍🏽", 1..1), 1..1);
    }
}
