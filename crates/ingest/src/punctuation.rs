//! Character classes of punctuation. Pages mix ASCII and full-width forms, so each class has both.
//! Full-width forms are written as escapes, because many fonts show them like ASCII.

/// `:` and its full-width form.
pub(crate) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}')
}

/// `,` and its full-width form.
pub(crate) fn is_comma(c: char) -> bool {
    matches!(c, ',' | '\u{ff0c}')
}

/// A space inside a line.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{3000}' | '\u{a0}' | '\u{2003}' | '\u{2002}')
}

/// A vertical bar in its usual forms.
pub(crate) fn is_bar(c: char) -> bool {
    matches!(c, '|' | '\u{ff5c}' | '\u{4e28}' | '\u{2502}')
}

/// Ends a sentence. Excludes the ASCII full stop, which occurs in numbers and addresses.
pub(crate) fn is_stop(c: char) -> bool {
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

/// A Chinese character, except radicals and the rarest planes.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2ffff}' | '\u{3007}')
}
