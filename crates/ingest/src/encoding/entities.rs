//! Character references (`&nbsp;`, `&#27979;`) in text pages, left there by scrapers.

use encoding_rs::WINDOWS_1252;
use html5gum::{Token, Tokenizer};

use crate::encoding::edits::{Editor, Edits};

/// The end of a name must be within this many bytes: the longest name of a character reference has
/// 31 letters.
const MAX_NAME_BYTES: usize = 32;

/// The text with its character references decoded once; `None` if it has none.
///
/// A reference by name needs its semicolon, because addresses contain `&copy=1`. A reference by
/// number needs it only if the character is ASCII: `&#` with a greater number means nothing else.
pub(crate) fn decode_entities(text: &str) -> Option<(String, Edits)> {
    let mut editor = Editor::new(text);
    for at in memchr::memchr_iter(b'&', text.as_bytes()) {
        if let Some((decoded, length)) = reference(&text[at..]) {
            editor.replace(at, at + length, &decoded);
        }
    }
    editor.finish()
}

/// The reference that `text` begins with: what it stands for, and its length.
fn reference(text: &str) -> Option<(String, usize)> {
    if let Some(number) = text.strip_prefix("&#") {
        return numeric(number).map(|(c, length)| (c.to_string(), 2 + length));
    }
    let name = &text.as_bytes()[1..];
    let length = name.iter().take(MAX_NAME_BYTES).position(|byte| !byte.is_ascii_alphanumeric())?;
    if length < 2 || name[length] != b';' {
        return None;
    }
    let whole = &text[..length + 2];
    let decoded = match &whole[1..=length] {
        "nbsp" => "\u{a0}".to_owned(),
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "semi" => ";".to_owned(),
        _ => named(whole)?,
    };
    Some((decoded, whole.len()))
}

/// What a reference stands for by the table of the HTML standard.
fn named(reference: &str) -> Option<String> {
    let mut decoded = String::new();
    for token in Tokenizer::new(reference) {
        if let Ok(Token::String(part)) = token {
            decoded.push_str(std::str::from_utf8(&part.value).ok()?);
        }
    }
    // A name that is unknown, or only begins with a known one, keeps its semicolon.
    (!decoded.contains(';')).then_some(decoded)
}

/// The character that the digits after `&#` stand for, and the length of these digits with the `x`
/// before them and the semicolon after them, if there are any.
fn numeric(text: &str) -> Option<(char, usize)> {
    /// Maximum digits that are read: no `u32` has more.
    const MAX_DIGITS: usize = 10;
    let (digits, radix, skipped) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (text, 10, 0),
    };
    let length = digits.bytes().take(MAX_DIGITS).position(|byte| !char::from(byte).is_digit(radix));
    let length = length.unwrap_or(digits.len().min(MAX_DIGITS));
    let number = u32::from_str_radix(&digits[..length], radix).ok()?;
    let has_semicolon = digits.as_bytes().get(length) == Some(&b';');
    let c = match number {
        // The HTML standard reads these as Windows-1252.
        0x80..=0x9f => {
            let byte = [number as u8];
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&byte);
            text.chars().next()?
        }
        _ => char::from_u32(number).filter(|c| !c.is_control() || c.is_whitespace())?,
    };
    let whole_length = skipped + length + usize::from(has_semicolon);
    (has_semicolon || !c.is_ascii()).then_some((c, whole_length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(text: &str) -> String {
        decode_entities(text).map_or_else(|| text.to_owned(), |(text, _)| text)
    }

    #[test]
    fn references_become_characters() {
        for (text, wanted) in [
            ("&#27979;&nbsp;&amp;&lt;", "测\u{a0}&<"),
            ("&#x6e2c;&#X8A66;", "測試"),
            ("&#27979&#35430後", "测試後"),
            ("甲&ldquo;乙&rdquo;&mdash;&hellip;&middot;", "甲“乙”—…·"),
            ("&#151;&#8220;", "—“"),
            ("A&B&semi;", "A&B;"),
            ("區&shy;塊", "區\u{ad}塊"),
            ("&amp;lt;&amp;amp;", "&lt;&amp;"),
        ] {
            assert_eq!(decoded(text), wanted);
        }
    }

    #[test]
    fn ampersands_that_begin_no_reference_stay() {
        for text in [
            "AT&T",
            "&copy",
            "?a=1&copy=2&lt=3",
            "&;",
            "&#;",
            "&#x;",
            "&nosuchname;",
            "& amp;",
            "&#0;",
            "&#55296;",
            "&#99999999999;",
            "&#1;",
            "R&D;",
            "&",
            "&#",
            "&#65",
            "&測;",
        ] {
            assert_eq!(decode_entities(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn offsets_of_plain_characters_lead_back_to_them_in_the_original(
            parts in prop::collection::vec(
                prop::sample::select(vec!["甲", "a", "&nbsp;", "&#27979;", "&amp;", "AT&T", "&copy", "\n"]), 0..12),
        ) {
            let text = parts.concat();
            if let Some((decoded, edits)) = decode_entities(&text) {
                for (at, c) in decoded.char_indices().filter(|(_, c)| "甲a\n".contains(*c)) {
                    prop_assert!(text[edits.original_of(at)..].starts_with(c));
                }
                prop_assert_eq!(edits.original_of(decoded.len()), text.len());
            }
        }

        #[test]
        fn any_text_is_decoded_without_panic(text in "[&#x0-9a-zA;測\u{0}]{0,40}") {
            decode_entities(&text);
        }
    }
}
