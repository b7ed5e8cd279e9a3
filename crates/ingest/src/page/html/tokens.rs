//! Splits the lines of a byline into dates, labelled fields and other text.

use super::lines::TextPiece;
use super::names::is_button_or_not_a_name;
use super::open_elements::Roles;
use crate::date;
use crate::page::labels::{Delimiter, Label, Labels};
use crate::record::Moment;
use crate::text::punctuation::{is_bar, is_colon};

/// Maximum characters of a label without a colon.
const MAX_LABEL: usize = 8;

/// What a part of a line is.
#[derive(Debug)]
pub(super) enum Token<'p> {
    Date {
        moment: Moment,
        /// Whether the text directly before it says that it is the date of an update: a label such
        /// as `Updated:`, or any text that contains 更新.
        updated: bool,
        /// Whether a label of a date, or an unknown label, stands before it.
        labelled: bool,
    },
    Field {
        label: Label,
        value: &'p str,
    },
    /// An unknown label, or its value.
    Unknown(&'p str),
    /// Anything else.
    Text {
        text: &'p str,
        /// What attributes of the elements around the text say that it is, such as an author.
        roles: Roles,
    },
}

/// Splits the pieces of a line into dates, labelled fields and other text.
pub(super) fn tokens<'p>(pieces: &'p [TextPiece], labels: &Labels) -> Vec<Token<'p>> {
    let mut tokens = Vec::new();
    let mut pending = Pending::default();
    for piece in pieces {
        let mut remaining = piece.text.as_str();
        loop {
            remaining = remaining.trim_start_matches(is_filler);
            let Some(first) = remaining.chars().next() else { break };
            let date = || {
                date::at_start(remaining)
                    .filter(|(_, bytes)| is_end_of_date(&remaining[*bytes..], labels))
            };
            if let Some((moment, bytes)) = first.is_ascii_digit().then(date).flatten() {
                let Pending { label, unknown, updated } = std::mem::take(&mut pending);
                let labelled = matches!(label, Some(Label::Time | Label::Updated)) || unknown;
                tokens.push(Token::Date { moment, updated, labelled });
                remaining = &remaining[bytes..];
            } else if let Some((label, after)) = label(remaining, labels) {
                let label_text = &remaining[..remaining.len() - after.len()];
                let updated = label == Label::Updated || label_text.contains("更新");
                pending = Pending { label: Some(label), unknown: false, updated };
                remaining = after;
            } else if let Some(label) = pending.label {
                pending = Pending::default();
                let end = value_end(remaining, labels);
                tokens.push(Token::Field { label, value: remaining[..end].trim() });
                remaining = &remaining[end..];
            } else {
                let end = text_end(remaining, labels);
                let text = remaining[..end].trim();
                let is_label = remaining[end..].starts_with(is_colon);
                if pending.unknown || is_label {
                    tokens.push(Token::Unknown(text));
                } else {
                    tokens.push(Token::Text { text, roles: piece.roles });
                }
                let updated = text.contains("更新") || labels.whole(text) == Some(Label::Updated);
                pending = Pending { label: None, unknown: is_label, updated };
                remaining = &remaining[end..];
            }
        }
    }
    tokens
}

/// The known or unknown label that stands before the next token, if there is one.
#[derive(Default)]
struct Pending {
    label: Option<Label>,
    /// Whether an unknown label, which is any other text before a colon, stands before the next
    /// token.
    unknown: bool,
    /// Whether the text before the next token says that a date there is that of an update.
    updated: bool,
}

/// The label at the start of `text`, and the text after it. A label can stand in an element of its
/// own, without a colon.
fn label<'p>(text: &'p str, labels: &Labels) -> Option<(Label, &'p str)> {
    if let Some(found) = labels.at_start(text)
        && matches!(found.delimiter, Delimiter::Colon | Delimiter::Bar | Delimiter::Slash)
    {
        return Some((found.label, &text[found.value_start..]));
    }
    let alone = text.trim();
    if alone.chars().count() > MAX_LABEL || alone.ends_with(is_colon) {
        return None;
    }
    labels.whole(alone).map(|label| (label, ""))
}

/// Where the value of a field ends: at a bar, after two spaces, after a space that a label or date
/// follows, or at a full-width comma, a full stop or a closing bracket.
fn value_end(text: &str, labels: &Labels) -> usize {
    let mut spaces = 0;
    for (at, c) in text.char_indices() {
        let next = &text[at..];
        if is_bar(c)
            || spaces >= 2
            || spaces >= 1 && !c.is_whitespace() && starts_field(next, labels)
        {
            return at;
        }
        spaces = if c.is_whitespace() { spaces + 1 } else { 0 };
        if at > 0 && matches!(c, '\u{ff0c}' | '。' | '）' | ')' | '】' | ']') {
            return at;
        }
    }
    text.len()
}

/// Whether a label or a date stands at the start of a text.
fn starts_field(text: &str, labels: &Labels) -> bool {
    label(text, labels).is_some()
        || text.starts_with(|c: char| c.is_ascii_digit()) && date::at_start(text).is_some()
}

/// Where a text that is neither a date nor a field ends: at a bar, a colon, an ideographic or
/// no-break space or a tab; at a space before a label or a date; or at any white space that no
/// Latin letter follows, because Latin names contain spaces.
fn text_end(text: &str, labels: &Labels) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let is_end = |at: usize, c: char| {
        is_bar(c)
            || is_colon(c)
            || matches!(c, '\u{3000}' | '\u{a0}' | '\t')
            || c == ' ' && starts_field(text[at..].trim_start(), labels)
            || c.is_whitespace()
                && !text[at..].trim_start().starts_with(|c: char| c.is_ascii_alphabetic())
    };
    text.char_indices()
        .find(|(at, c)| *at >= first && is_end(*at, *c))
        .map_or(text.len(), |(at, _)| at)
}

/// Whether a date of a byline can end before `remaining`. In a sentence, a word or a comma would
/// follow the date. In a byline, a label may follow it directly, or a button such as 收藏.
fn is_end_of_date(remaining: &str, labels: &Labels) -> bool {
    let remaining = remaining.trim_start_matches([')', '）', ']', '】']);
    remaining
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '，' | ',' | '。' | '、'))
        || label(remaining, labels).is_some()
        || is_button_or_not_a_name(remaining)
}

/// Whether a character separates tokens and belongs to none.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || is_bar(c)
        || matches!(
            c,
            '·' | '•' | '(' | '（' | '[' | '【' | ',' | '，' | ')' | '）' | ']' | '】' | ':' | '：'
        )
}
