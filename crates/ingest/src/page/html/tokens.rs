//! Splits the lines of a byline into dates, labelled fields and other text.

use super::lines::TextPiece;
use super::open_elements::Roles;
use crate::date;
use crate::page::labels::{Delimiter, Label, Labels};
use crate::page::names::{is_button_or_not_a_name, is_certain_outlet, is_marked_person, is_outlet};
use crate::page::page_words::page_words;
use crate::record::Moment;
use crate::text::punctuation::{is_bar, is_colon, is_han, is_sentence_end};

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
        /// Whether a label of a date, or an unknown label, stands before it. A label that a space
        /// or nothing separates from the date does not count: comments and lists of other articles
        /// have such dates, too, as in `王小明 发表于 2019-09-07`.
        labelled: bool,
        /// Whether a label that a space or nothing separates from the date stands before it.
        spaced: bool,
    },
    Field {
        label: Label,
        value: &'p str,
        /// Whether only a space separates the label from the value.
        spaced: bool,
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
            if remaining.is_empty() {
                break;
            }
            if let Some((moment, bytes)) = date_at(remaining, labels) {
                let pending = std::mem::take(&mut pending);
                tokens.push(if pending.of_event {
                    Token::Unknown(&remaining[..bytes])
                } else {
                    pending.date(moment)
                });
                remaining = &remaining[bytes..];
            } else if let Some(found) = label(remaining, labels) {
                let label_text = &remaining[..remaining.len() - found.after.len()];
                pending = Pending {
                    label: Some(found.label),
                    spaced: found.spaced,
                    unknown: false,
                    updated: found.label == Label::Updated || label_text.contains("更新"),
                    of_event: false,
                };
                remaining = found.after;
            } else if let Some(label) = pending.label {
                pending = Pending::default();
                let end = value_end(remaining, labels);
                let value = remaining[..end].trim();
                tokens.push(Token::Field { label, value, spaced: false });
                remaining = &remaining[end..];
            } else if !pending.unknown
                && let Some(named) = name_after_space(remaining, pieces, labels)
            {
                pending = Pending::default();
                let NamedBySpace { label, name, after } = named;
                tokens.push(Token::Field { label, value: name, spaced: true });
                remaining = after;
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
                let of_event = page_words().is_event(text);
                pending = Pending { unknown: is_label, updated, of_event, ..Pending::default() };
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
    /// Whether a space or nothing separates the label from the next token, which is a date.
    spaced: bool,
    /// Whether an unknown label, which is any other text before a colon, stands before the next
    /// token.
    unknown: bool,
    /// Whether the text before the next token says that a date there is that of an update.
    updated: bool,
    /// Whether that text says that a date there is that of something else than the publication,
    /// such as `注册时间`.
    of_event: bool,
}

impl Pending {
    /// The token of a date that follows.
    fn date(self, moment: Moment) -> Token<'static> {
        let Self { label, spaced, unknown, updated, .. } = self;
        let is_of_date = matches!(label, Some(Label::Time | Label::Updated));
        Token::Date { moment, updated, labelled: is_of_date && !spaced || unknown, spaced }
    }
}

/// A label at the start of a text.
struct FoundLabel<'p> {
    label: Label,
    /// The text after the label.
    after: &'p str,
    /// Whether a space or nothing separates the label from a date.
    spaced: bool,
}

/// The label at the start of `text`. A label can stand in an element of its own, without a colon;
/// and a space or nothing may separate a label of a date from the date.
fn label<'p>(text: &'p str, labels: &Labels) -> Option<FoundLabel<'p>> {
    if let Some(found) = labels.at_start(text)
        && matches!(found.delimiter, Delimiter::Colon | Delimiter::Bar | Delimiter::Slash)
    {
        let after = &text[found.value_start..];
        return Some(FoundLabel { label: found.label, after, spaced: false });
    }
    let is_separate =
        |after: &str| after.starts_with(|c: char| c.is_whitespace() || c.is_ascii_digit());
    if let Some((label @ (Label::Time | Label::Updated), after)) = long_label(text, labels)
        && is_separate(after)
        && date_at(after.trim_start_matches(is_filler), labels)
            .is_some_and(|(moment, _)| states_day(moment))
    {
        return Some(FoundLabel { label, after, spaced: true });
    }
    let alone = text.trim();
    if alone.chars().count() > MAX_LABEL || alone.ends_with(is_colon) {
        return None;
    }
    labels.whole(alone).map(|label| FoundLabel { label, after: "", spaced: false })
}

/// The label of at least two characters at the start of `text`, and the text after it.
fn long_label<'p>(text: &'p str, labels: &Labels) -> Option<(Label, &'p str)> {
    let (label, bytes) = labels.longest_at(text)?;
    let has_two_chars = text[..bytes].chars().nth(1).is_some();
    has_two_chars.then(|| (label, &text[bytes..]))
}

/// A name that only a space separates from the label before it.
struct NamedBySpace<'p> {
    label: Label,
    name: &'p str,
    /// The text after the name.
    after: &'p str,
}

/// The label at the start of `text`, and the name of a person or an outlet after it, if only a
/// space separates them. Other text of bylines has the words of labels, too, as in `文字 直播`. So
/// the value must look like a name, as in text pages, and no sentence may follow. `pieces` are
/// those of the line.
fn name_after_space<'p>(
    text: &'p str,
    pieces: &[TextPiece],
    labels: &Labels,
) -> Option<NamedBySpace<'p>> {
    let (label, after_label) = long_label(text, labels)?;
    // In HTML, a line break is a space, too.
    let value = after_label.trim_start();
    if value.len() == after_label.len()
        || value.contains(|c: char| c == '\u{ff0c}' || is_sentence_end(c))
    {
        return None;
    }
    let whole = value[..name_end(value, labels)].trim_end();
    // A Chinese name has no spaces, but several names may stand in a row.
    let first_word = whole.split(char::is_whitespace).next().unwrap_or(whole);
    let first = if whole.contains(is_han) { first_word } else { whole };
    let is_latin_label = !text.starts_with(is_han);
    let (name, is_clear) = match label {
        Label::Author | Label::Reporter | Label::Translator | Label::Editor => {
            let is_name = |name: &&str| page_words().is_people(name) && is_marked_person(name);
            ([whole, first].into_iter().find(is_name)?, true)
        }
        Label::Source if is_outlet(first) => {
            let chars = first.chars().count();
            let is_clear = is_certain_outlet(first) && chars >= 3;
            let is_short = !is_latin_label && (chars <= 6 || first.is_ascii());
            if !is_clear && !is_short && !page_words().is_outlet(first) {
                return None;
            }
            (first, is_clear)
        }
        _ => return None,
    };
    // A menu may have the words of labels, as in `媒体 合作`, and Latin text has them everywhere, as
    // in `by Example`. Beside a date, they belong to a byline.
    let named = NamedBySpace { label, name, after: &value[name.len()..] };
    (is_clear && !is_latin_label || has_date(pieces)).then_some(named)
}

/// Where the name at the start of a text ends at the latest: at a bar or a bracket, at any white
/// space but a single space, or at a space that a label or a digit follows.
fn name_end(text: &str, labels: &Labels) -> usize {
    let is_end = |at: usize, c: char| {
        let after = &text[at + c.len_utf8()..];
        // Whether the whitespace character `c` ends the name.
        let is_last_space = || {
            let next = after.trim_start();
            !matches!(c, ' ' | '\u{a0}')
                || next.len() < after.len()
                || next.starts_with(|c: char| c.is_ascii_digit())
                || labels.at_start(next).is_some()
        };
        is_bar(c) || is_bracket(c) || c.is_whitespace() && is_last_space()
    };
    text.char_indices().find(|(at, c)| is_end(*at, *c)).map_or(text.len(), |(at, _)| at)
}

/// Whether the pieces of a line have a date that states the day.
fn has_date(pieces: &[TextPiece]) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let begins_date = |text: &str, at: usize| {
        !text[..at].ends_with(is_digit)
            && date::at_start(&text[at..]).is_some_and(|(moment, _)| states_day(moment))
    };
    pieces
        .iter()
        .any(|piece| piece.text.match_indices(is_digit).any(|(at, _)| begins_date(&piece.text, at)))
}

fn states_day(moment: Moment) -> bool {
    matches!(moment, Moment::Day(_) | Moment::Time(_))
}

/// The date of a byline that begins with a digit, at the start of a text; and its length in bytes.
fn date_at(text: &str, labels: &Labels) -> Option<(Moment, usize)> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    date::at_start(text).filter(|(_, bytes)| is_end_of_date(&text[*bytes..], labels))
}

/// Where the value of a field ends: at a bar, after two spaces, after a space that a label or date
/// follows, or at a full-width comma, a full stop or a bracket that the value does not open.
fn value_end(text: &str, labels: &Labels) -> usize {
    let mut spaces = 0;
    let mut is_open = false;
    for (at, c) in text.char_indices() {
        let next = &text[at..];
        if is_bar(c)
            || spaces >= 2
            || spaces >= 1 && !c.is_whitespace() && starts_field(next, labels)
        {
            return at;
        }
        spaces = if c.is_whitespace() { spaces + 1 } else { 0 };
        if at > 0 && matches!(c, '\u{ff0c}' | '。') {
            return at;
        }
        match c {
            '（' | '(' | '【' | '[' => is_open = true,
            '）' | ')' | '】' | ']' if is_open => is_open = false,
            '）' | ')' | '】' | ']' if at > 0 => return at,
            _ => {}
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
        || is_bracket(c)
        || matches!(c, '·' | '•' | ',' | '，' | ':' | '：')
}

fn is_bracket(c: char) -> bool {
    matches!(c, '(' | '（' | '[' | '【' | ')' | '）' | ']' | '】')
}
