//! Measures how much text something has, so that texts in different scripts can be compared.

use crate::page::line::Line;
use crate::text::punctuation::{is_han, is_sentence_end};

/// The number of Chinese characters and of other words in a text.
pub(super) fn amount(text: &str) -> usize {
    let mut count = 0;
    let mut is_in_word = false;
    for c in text.chars() {
        let is_word = c.is_alphanumeric();
        // Japanese and Korean have no spaces between words, or longer ones.
        if is_han(c) || is_word && ('\u{3040}'..='\u{d7ff}').contains(&c) {
            count += 1;
            is_in_word = false;
        } else {
            count += usize::from(is_word && !is_in_word);
            is_in_word = is_word;
        }
    }
    count
}

/// The [`amount`] of a text that may be HTML, without its tags.
pub(super) fn amount_without_tags(text: &str) -> usize {
    let pieces = text.split('<');
    // The first piece is no tag; without a `>`, neither are the others.
    let without_tag = |(number, piece): (usize, &str)| match piece.split_once('>') {
        Some((_, text)) if number > 0 => amount(text),
        _ => amount(piece),
    };
    pieces.enumerate().map(without_tag).sum()
}

/// Whether at least nine tenths of a line are links.
pub(super) fn is_links_only(line: &Line<'_>) -> bool {
    let linked: usize = line.links.iter().map(String::len).sum();
    linked > 0 && linked * 10 >= line.text.len() * 9
}

/// Whether a line has a sentence or a part of one, as menus and notices of copyright do not.
pub(super) fn is_prose(line: &Line<'_>) -> bool {
    !is_links_only(line)
        && (line.text.ends_with(is_sentence_end)
            || line.text.contains(['。', '，', '！', '？', '；'])
            || line.text.contains(". "))
}
