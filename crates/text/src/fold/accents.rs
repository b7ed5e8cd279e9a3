//! Latin letters without their accents, and ligatures as the letters that they join. `build.rs`
//! shares this file.

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

/// A small Latin letter without its accents or strokes; any other character as it is.
pub(crate) fn without_accent(c: char) -> char {
    // None of these decomposes to an ASCII letter and marks: `ø` does not decompose at all, and `ǿ`
    // decomposes to `ø` and an accent.
    let mut letter = match c {
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ł' => 'l',
        'ø' | 'ǿ' => 'o',
        'ŧ' => 't',
        _ => c,
    };
    if matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') {
        let mut base = None;
        decompose_canonical(c, |part| {
            base.get_or_insert(part);
        });
        if let Some(base) = base.filter(char::is_ascii_lowercase) {
            letter = base;
        }
    }
    letter
}
