//! What single characters mean to the grammar: spaces, quotes, the full-width twins of ASCII
//! syntax.

/// The ASCII character that `c` stands for where syntax is expected. U+FF01 to U+FF5E and U+3000
/// are folded; every other character stands for itself. (The text of a query and of documents is
/// folded by [`wensou_text::fold`], which also unifies spellings.)
pub(super) fn fold_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(c as u32 - 0xFEE0).expect("the block maps onto printable ASCII")
        }
        _ => c,
    }
}

/// [`fold_width`] and ASCII lower case over a whole string, for names and dates.
pub(super) fn fold_width_and_case(text: &str) -> String {
    text.chars().map(|c| fold_width(c).to_ascii_lowercase()).collect()
}

/// Whether `c` separates words.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// Whether `c` is a character that arrives with pasted text and that nobody sees: a zero-width
/// space, a soft hyphen, a byte order mark, a direction mark. Such a character has no meaning in a
/// query. The zero-width joiner and non-joiner (U+200D, U+200C) are not invisible in this sense:
/// emoji are made with the joiner.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The quote that closes what `c` opens; `None` if `c` opens nothing. An apostrophe opens nothing.
pub(super) fn closer_of(c: char) -> Option<char> {
    match c {
        '"' => Some('"'),
        '＂' => Some('＂'),
        '“' => Some('”'),
        '「' => Some('」'),
        '『' => Some('』'),
        _ => None,
    }
}

/// Whether `c` closes quotes and opens none.
pub(super) fn is_closer(c: char) -> bool {
    matches!(c, '”' | '」' | '』')
}

/// The length in bytes of the pair of parentheses or Chinese quotation marks that `text` starts
/// with, if there is nothing but spaces and invisible characters between them.
pub(super) fn empty_pair_len(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, open) = chars.next()?;
    let closer = match fold_width(open) {
        '(' => ')',
        '"' => return None,
        _ => closer_of(open)?,
    };
    let (at, close) = chars.find(|(_, c)| !is_space(*c) && !is_invisible(*c))?;
    (fold_width(close) == closer).then_some(at + close.len_utf8())
}

/// Whether an unescaped `c` ends a word wherever it stands.
pub(super) fn ends_word(c: char) -> bool {
    is_space(c)
        || closer_of(c).is_some()
        || is_closer(c)
        || matches!(fold_width(c), '(' | ')' | '|')
}

/// Whether an unescaped `c` ends one value of a field's list.
pub(super) fn ends_value(c: char) -> bool {
    ends_word(c) || fold_width(c) == ','
}

/// Whether `text` is `AND`, `OR` or `NOT`: upper case, in any width.
pub(super) fn is_operator_word(text: &str) -> bool {
    // One character more than the longest operator has, so that `NOTE` is no operator.
    let folded: String = text.chars().take(4).map(fold_width).collect();
    matches!(folded.as_str(), "AND" | "OR" | "NOT")
}

/// Whether `text` consists only of the sign of a date range: `..`, `…`, `。。` or `～`, or more of the
/// same character, as in `...`.
pub(super) fn is_range_sign(text: &str) -> bool {
    let folded: Vec<char> = text.chars().map(fold_width).collect();
    match folded.as_slice() {
        ['.', '.', others @ ..] => others.iter().all(|c| *c == '.'),
        ['。', '。', others @ ..] => others.iter().all(|c| *c == '。'),
        ['…', others @ ..] => others.iter().all(|c| *c == '…'),
        ['~', others @ ..] => others.iter().all(|c| *c == '~'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_syntax_folds_to_ascii() {
        assert_eq!(fold_width_and_case("（）：＋－～｜＊＞＜＝＂，ＴＡＧ"), "():+-~|*><=\",tag");
        assert_eq!(fold_width('　'), ' ');
        assert_eq!(fold_width('減'), '減');
    }

    #[test]
    fn values_also_end_at_commas_of_either_width() {
        assert!(ends_value('，') && ends_value(',') && ends_value('　'));
        assert!(!ends_word('，') && !ends_value('、'));
    }

    #[test]
    fn apostrophes_are_no_quotes() {
        for c in ['\'', '‘', '’', '＇'] {
            assert_eq!(closer_of(c), None);
            assert!(!ends_word(c));
        }
    }
}
