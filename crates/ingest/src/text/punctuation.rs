//! The classes of characters by which pages are parsed: punctuation, spaces and Chinese characters.
//! Pages mix ASCII and full-width punctuation, so each class has both forms. Full-width forms of
//! ASCII are written as escapes, because many fonts show them like ASCII.

/// `:` and its full-width form.
pub(crate) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}')
}

/// `,` and its full-width form.
pub(crate) fn is_comma(c: char) -> bool {
    matches!(c, ',' | '\u{ff0c}')
}

/// A space inside a line: ASCII, no-break, ideographic, en and em spaces, and tabs.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{3000}' | '\u{a0}' | '\u{2003}' | '\u{2002}')
}

/// `|` and its full-width form, and what is typed in their place: the stroke 丨 and the box-drawing
/// line │.
pub(crate) fn is_bar(c: char) -> bool {
    matches!(c, '|' | '\u{ff5c}' | '\u{4e28}' | '\u{2502}')
}

/// A mark that ends a sentence. Excludes the ASCII full stop, which occurs in numbers and
/// addresses.
pub(crate) fn is_sentence_end(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | '\u{ff01}' | '\u{ff1f}' | '…')
}

/// The closing counterpart of an opening quotation mark or bracket.
pub(crate) fn closing(c: char) -> Option<char> {
    Some(match c {
        '“' => '”',
        '‘' => '’',
        '「' => '」',
        '『' => '』',
        '《' => '》',
        '(' => ')',
        '\u{ff08}' => '\u{ff09}',
        '[' => ']',
        '\u{ff3b}' => '\u{ff3d}',
        '【' => '】',
        _ => return None,
    })
}

/// A Chinese character of the basic block, of extension A or of plane 2 (extensions B to F and I),
/// or `〇`.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2ffff}' | '\u{3007}')
}
