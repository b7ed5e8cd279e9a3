//! What kind of character a character is, to the segmenter and to phrases. Shared with `build.rs`, which fills the table.

/// The class of a folded character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// Blanks, punctuation, control and format characters, modifiers, symbols of mathematics and money.
    Separator,
    /// A combining mark that is not a letter: belongs to the word before it, and to no phrase.
    Mark,
    /// Han characters.
    Han,
    /// ASCII digits (NFKC has made the others of them).
    Digit,
    /// Letters of the Latin script.
    Latin,
    /// Greek letters.
    Greek,
    /// Cyrillic letters.
    Cyrillic,
    /// Hiragana.
    Hiragana,
    /// Katakana.
    Katakana,
    /// `ー`, a letter of whichever kana stands before it.
    LongVowel,
    /// Hangul.
    Hangul,
    /// Letters and numbers of any other kind.
    Letter,
    /// Other symbols (general category So): emoji, ★, arrows are Sm and not here.
    Symbol,
}

impl Class {
    /// Whether characters of this class take part in phrases.
    #[cfg_attr(not(test), allow(dead_code, reason = "build.rs shares this file"))]
    pub(crate) const fn is_key(self) -> bool {
        !matches!(self, Class::Separator | Class::Mark)
    }
}

/// Whether `c` lies in a block of Han characters, assigned or not.
pub(crate) const fn in_han_block(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}
