//! Letters without their accents, and ligatures as the letters that they join. `build.rs` shares
//! this file.

use unicode_normalization::char::decompose_canonical;

/// The letters that a ligature stands for; `þ` counts as a ligature.
pub(crate) const fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// A small Latin, Greek or Cyrillic letter without its accents or strokes; any other character as
/// it is.
pub(crate) fn without_accent(c: char) -> char {
    let is_base: fn(&char) -> bool = match c {
        // None of these decomposes to an ASCII letter and marks: `ø` does not decompose at all, and
        // `ǿ` decomposes to `ø` and an accent.
        'đ' | 'ð' => return 'd',
        'ħ' => return 'h',
        'ı' => return 'i',
        'ł' => return 'l',
        'ø' | 'ǿ' => return 'o',
        'ŧ' => return 't',
        // A letter of its own to its readers, although it decomposes to `и` and a breve. It is the
        // only one that Unicode's collation algorithm, too, does not treat as an accented letter.
        'й' => return c,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => char::is_ascii_lowercase,
        '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}' => {
            |base| matches!(base, '\u{370}'..='\u{52f}') && base.is_alphabetic()
        }
        _ => return c,
    };
    let mut base = None;
    decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.filter(is_base).unwrap_or(c)
}
