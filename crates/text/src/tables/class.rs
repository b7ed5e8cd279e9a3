//! Character classes, as the segmenter and phrases need them. `build.rs` shares this file, and
//! computes the table of the class of each character.

/// The class of a folded character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// Spaces, punctuation, control and format characters, modifier symbols, symbols of mathematics
    /// (Unicode's general category Sm) and of money, and code points without a character.
    Separator,
    /// A combining mark that is not a letter. It belongs to the word before it, and to no phrase.
    Mark,
    /// Han characters.
    Han,
    /// ASCII digits. NFKC turns full-width and superscript digits, among others, into these. Digits
    /// of other scripts are of the class [`Class::Letter`].
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
    /// `ー`, which belongs to the kana before it, of either kind.
    LongVowel,
    /// Hangul.
    Hangul,
    /// Letters and numbers of any other script.
    Letter,
    /// Other symbols, such as emoji and ★ (general category So), and characters of private use. The
    /// arrows ← ↑ → ↓ are symbols of mathematics, and so separators.
    Symbol,
}

impl Class {
    /// Whether characters of this class take part in phrases.
    #[cfg_attr(not(test), allow(dead_code, reason = "build.rs shares this file"))]
    pub(crate) const fn is_key(self) -> bool {
        !matches!(self, Class::Separator | Class::Mark)
    }
}

/// Whether `c` is a Han character: it lies in a Unicode block of Han characters, assigned or not.
/// The dictionary has words of Han characters only.
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}
