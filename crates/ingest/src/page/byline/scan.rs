//! Splits a line into the pieces of a byline: labels with values, dates, counters, and other text.

use crate::date::{self, ParsedDate};
use crate::page::byline::brackets::{OPENING, without_stray_brackets};
use crate::page::labels::{Delimiter, Label, LabelAt, Labels, without_separators};
use crate::page::names::is_certain_outlet;
use crate::page::names::unlabelled::is_certain_person;
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_bar, is_colon, is_comma, is_han, is_space};

/// How many characters of a line are searched. Labels stand near its beginning, so long paragraphs
/// are not searched to the end.
const MAX_CHARS: usize = 200;

/// A piece of a byline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BylinePiece<'a> {
    Labelled {
        label: Label,
        delimiter: Delimiter,
        value: &'a str,
    },
    /// A date without a label.
    Date(&'a str),
    /// A number of readers, comments and so on, as in `42閱讀`.
    Count,
    /// The employer before a job title, as in `示例財經記者 王小明`. The title itself is a label.
    Employer(&'a str),
    /// Text without a label.
    Free(&'a str),
}

/// The pieces of a line, in order.
///
/// An unknown label is a short word before a colon that is not in the table of labels. Such a label
/// ends the value before it only if the line is clearly a byline: if the line has a known label,
/// and another known label or a date.
pub(crate) fn scan<'a>(line: &'a str, labels: &Labels) -> Vec<BylinePiece<'a>> {
    let pieces = scan_with(line, labels, UnknownLabels::AreText);
    let has_unknown_label = |piece: &BylinePiece<'_>| match piece {
        BylinePiece::Labelled { value, .. } | BylinePiece::Free(value) => {
            let mut words = value.split(is_space);
            words.any(|word| unknown_label_len(word).is_some())
        }
        _ => false,
    };
    if !pieces.iter().any(has_unknown_label) {
        return pieces;
    }
    let with_unknown = scan_with(line, labels, UnknownLabels::AreLabels);
    let is_known = |piece: &&BylinePiece<'_>| matches!(piece, BylinePiece::Labelled { label, .. } if *label != Label::Other);
    let known = with_unknown.iter().filter(is_known).count();
    let dates = with_unknown.iter().filter(|piece| matches!(piece, BylinePiece::Date(_))).count();
    if known > 0 && known + dates > 1 { with_unknown } else { pieces }
}

/// What a short word before a colon is, if it is not a known label.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UnknownLabels {
    AreLabels,
    AreText,
}

/// The pieces of a line.
fn scan_with<'a>(
    line: &'a str,
    labels: &Labels,
    unknown_labels: UnknownLabels,
) -> Vec<BylinePiece<'a>> {
    let last_colon = line.rfind(is_colon).unwrap_or(0);
    let takes_unknown = unknown_labels == UnknownLabels::AreLabels;
    let (pieces, open_label) = (Vec::new(), None);
    let mut scan =
        Scan { line, labels, takes_unknown, pieces, open_label, value_start: 0, last_colon };
    let limit = line.char_indices().nth(MAX_CHARS).map_or(line.len(), |(at, _)| at);
    let mut at = 0;
    while at < limit {
        at = scan.step(at);
    }
    scan.close(line.len());
    scan.pieces
}

/// A line while it is split. Offsets are in bytes of the line.
struct Scan<'a, 'l> {
    line: &'a str,
    labels: &'l Labels,
    /// Whether unknown labels count as labels.
    takes_unknown: bool,
    /// The pieces before `value_start`.
    pieces: Vec<BylinePiece<'a>>,
    /// The label whose value is being read.
    open_label: Option<(Label, Delimiter)>,
    /// Where the value of `open_label`, or else the text without a label, begins.
    value_start: usize,
    /// Where the last colon is. A label that does not follow a separator counts only with a colon,
    /// so no such label begins after the last colon.
    last_colon: usize,
}

impl<'a> Scan<'a, '_> {
    /// Reads what begins at `at`: an element of a byline, or a character of a value. Returns where
    /// to read on.
    fn step(&mut self, at: usize) -> usize {
        let ahead = &self.line[at..];
        if let Some(bytes) = web_address_len(ahead) {
            return at + bytes;
        }
        // Whether an element of a byline can begin here.
        let separate = at == self.value_start || self.line[..at].ends_with(is_separator);
        let in_brackets = self.is_first_in_brackets(at);
        if separate {
            // A date in square brackets inside a line is the stamp of a flash item.
            let brackets = if at == 0 { SquareBrackets::Allowed } else { SquareBrackets::Refused };
            if let Some(bytes) = date_len(ahead, brackets) {
                return self.take_date(at, at + bytes);
            }
            if let Some(bytes) = self.count_len(ahead) {
                self.close(at);
                self.pieces.push(BylinePiece::Count);
                self.value_start = at + bytes;
                return self.value_start;
            }
        }
        // `示例財經(ID:example)` is one value.
        let is_inside = self.line[..at].ends_with(['(', '\u{ff08}']) && !in_brackets;
        let separate = separate || in_brackets;
        if (separate || at < self.last_colon && !is_inside)
            && let Some(found) = self.labels.at(self.line, at, separate)
            && self.is_plausible(&found)
        {
            self.close(at);
            return self.open(&found);
        }
        if separate
            && self.open_label.is_none()
            && let Some((employer, found)) = self.job_title_at(at)
        {
            self.close(at);
            self.pieces.push(BylinePiece::Employer(employer));
            return self.open(&found);
        }
        if self.takes_unknown
            && (at == 0 || self.line[..at].ends_with(is_space))
            && let Some(bytes) = unknown_label_len(ahead)
        {
            self.close(at);
            let (label, delimiter) = (Label::Other, Delimiter::Colon);
            return self.open(&LabelAt { label, delimiter, value_start: at + bytes });
        }
        let mut next = at + ahead.chars().next().map_or(1, char::len_utf8);
        let may_begin = |c: char| is_separator(c) || OPENING.contains(&c);
        if next > self.last_colon && !self.line[..next].ends_with(may_begin) {
            // No element can begin before the next separator.
            next += self.line[next..].find(is_separator).unwrap_or(self.line.len() - next);
        }
        next
    }

    /// Whether a bracket stands before `at` that does not belong to a value: it begins the line, or
    /// follows a piece and a separator, as in `2024-03-04 （記者王小明）`.
    fn is_first_in_brackets(&self, at: usize) -> bool {
        let Some(before) = self.line[..at].strip_suffix(OPENING) else { return false };
        let is_separate = before.len() <= self.value_start || before.ends_with(is_separator);
        let is_blank =
            || without_separators(&self.line[self.value_start.min(before.len())..before.len()]);
        is_separate
            && (self.open_label.is_some() || !self.pieces.is_empty() || is_blank().is_empty())
    }

    /// Begins the value of a label. Returns where to read on.
    fn open(&mut self, found: &LabelAt) -> usize {
        self.open_label = Some((found.label, found.delimiter));
        self.value_start = found.value_start;
        found.value_start
    }

    /// Ends the value, or the text without a label, at byte `to`, and adds it to the pieces.
    fn close(&mut self, to: usize) {
        let value = without_stray_brackets(&self.line[self.value_start.min(to)..to]);
        match self.open_label.take() {
            Some((label, delimiter)) => {
                // `By 王小明 | 示例財經`
                let is_name = matches!(label, Label::Reporter | Label::Author | Label::Editor);
                let at_bar = value.split_once(is_bar).filter(|_| is_name);
                let (value, after) = at_bar.unwrap_or((value, ""));
                let value = without_separators(value);
                self.pieces.push(BylinePiece::Labelled { label, delimiter, value });
                if !after.trim().is_empty() {
                    self.pieces.push(BylinePiece::Free(without_separators(after)));
                }
            }
            // Signs alone separate or adorn the pieces.
            None if value.contains(char::is_alphanumeric) => {
                self.pieces.push(BylinePiece::Free(value));
            }
            None => {}
        }
    }

    /// Takes the date at `at..end`: as the value of the label before it, or as a date without a
    /// label. Returns where to read on.
    fn take_date(&mut self, at: usize, end: usize) -> usize {
        let value = self.line[at..end].trim();
        let is_value = without_separators(&self.line[self.value_start..at]).is_empty();
        match self.open_label {
            Some((label @ (Label::Time | Label::Updated), delimiter)) if is_value => {
                self.open_label = None;
                self.pieces.push(BylinePiece::Labelled { label, delimiter, value });
            }
            _ => {
                self.close(at);
                self.pieces.push(BylinePiece::Date(value));
            }
        }
        self.value_start = end;
        end
    }

    /// The length in bytes of a number and a counter's name, as in `42閱讀` or `3 人評論`.
    fn count_len(&self, ahead: &str) -> Option<usize> {
        let after = ahead
            .trim_start_matches(|c: char| c.is_ascii_digit() || "., 萬万億亿kKwW+".contains(c));
        let number = ahead.len() - after.len();
        if number == 0 || !ahead.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        // In `閱讀 42 評論 3`, the number belongs to the counter before it.
        let at = self.line.len() - ahead.len();
        let is_value = matches!(self.open_label, Some((Label::Counter, _)))
            && self.line[self.value_start.min(at)..at].trim().is_empty();
        if is_value {
            return None;
        }
        self.labels.counter_at(after).map(|bytes| number + bytes)
    }

    /// Whether a word that may be a label is one, by what follows it. A colon, bar or slash is
    /// enough for nearly every label; without one, the value must be of the label's kind.
    fn is_plausible(&self, found: &LabelAt) -> bool {
        /// How many bytes after a label are looked at: more than any name has.
        const MAX_VALUE: usize = 200;
        let value = self.line[found.value_start..].trim_start_matches(is_space);
        let end = value.char_indices().map(|(at, _)| at).find(|at| *at >= MAX_VALUE);
        let value = &value[..end.unwrap_or(value.len())];
        let value = value.split([')', '\u{ff09}', ']', '】', '〕']).next().unwrap_or_default();
        let words = page_words();
        let until = |end: fn(char) -> bool| value.split(end).next().unwrap_or_default();
        let first = until(|c| is_space(c) || is_comma(c) || is_bar(c) || c.is_ascii_digit());
        let is_person = || {
            let whole = until(|c| c.is_ascii_digit() || matches!(c, '\t' | '\u{3000}' | '|' | '('));
            words.is_people(first) || words.is_people(whole)
        };
        match (found.delimiter, found.label) {
            (Delimiter::Colon, Label::Writer) => words.is_people(first),
            (Delimiter::Colon | Delimiter::Bar | Delimiter::Slash, _) => true,
            (_, Label::Counter) => {
                value.is_empty() || value.starts_with(|c: char| c.is_ascii_digit() || c == '(')
            }
            (_, Label::Time | Label::Updated) => date_len(value, SquareBrackets::Allowed).is_some(),
            (Delimiter::Space, Label::Source) => {
                let word = until(|c| is_space(c) || is_comma(c) || is_bar(c));
                let chars = word.chars().count();
                // A long name in Chinese must be recognised as that of an outlet.
                (2..=20).contains(&chars)
                    && (chars <= 6 || word.is_ascii() || words.is_outlet(word))
            }
            (
                Delimiter::Space,
                Label::Author | Label::Reporter | Label::Translator | Label::Editor,
            ) => is_person(),
            // `編輯張三丰`, or `記者王小明／台北報導`
            (
                Delimiter::Nothing,
                Label::Author | Label::Reporter | Label::Translator | Label::Editor,
            ) => {
                let name = until(|c| is_separator(c) && c != '、');
                let before_city = || value.split_once(['/', '\u{ff0f}']);
                is_certain_person(name)
                    && (before_city().is_none_or(|(_, city)| {
                        words.ends_in_word_of_reporting(city)
                            || self.labels.at_start(city).is_some()
                    }))
            }
            // `以下文章來源於示例財經`
            (Delimiter::Nothing, Label::Source) => is_certain_outlet(until(is_separator)),
            _ => false,
        }
    }

    /// An employer and the label after it, if the word at `at` ends in a job title and a name
    /// follows the word, as in `示例財經記者 王小明`.
    fn job_title_at(&self, at: usize) -> Option<(&'a str, LabelAt)> {
        /// An employer and a job title have fewer characters than this together.
        const MAX_JOB_CHARS: usize = 16;
        let ahead = &self.line[at..];
        let is_end =
            |c: char| is_space(c) || matches!(c, ':' | '\u{ff1a}' | '/' | '|' | '\u{ff0f}');
        let mut near = ahead.char_indices().take(MAX_JOB_CHARS);
        let end = near.find(|(_, c)| is_end(*c)).map(|(end, _)| end)?;
        let (label, start) = self.labels.at_end(&ahead[..end])?;
        if !matches!(label, Label::Reporter | Label::Editor) || start == 0 {
            return None;
        }
        // The text before the label is the employer, so the label counts as an element of its own.
        let separate = true;
        let found = self.labels.at(self.line, at + start, separate)?;
        let employer = &ahead[..start];
        let is_word = employer.chars().all(char::is_alphanumeric);
        let is_named = page_words().is_people(first_word(&self.line[found.value_start..]));
        (is_word && is_named).then_some((employer, found))
    }
}

/// The length of a short word and its colon at the beginning of a text, in bytes.
fn unknown_label_len(text: &str) -> Option<usize> {
    /// Maximum characters of such a label.
    const MAX_CHARS: usize = 6;
    let end = text.find(|c: char| !is_han(c))?;
    let colon = text[end..].chars().next().filter(|c| is_colon(*c))?;
    let chars = text[..end].chars().count();
    (2..=MAX_CHARS).contains(&chars).then_some(end + colon.len_utf8())
}

/// The first word: what stands before the first space, digit or bar.
fn first_word(text: &str) -> &str {
    let text = text.trim_start_matches(is_space);
    text.split(|c: char| is_space(c) || c.is_ascii_digit() || is_bar(c)).next().unwrap_or_default()
}

fn is_separator(c: char) -> bool {
    is_space(c)
        || is_comma(c)
        || is_bar(c)
        || matches!(
            c,
            '/' | '\u{ff0f}'
                | '·'
                | '・'
                | '•'
                | '、'
                | ';'
                | '\u{ff1b}'
                | ']'
                | ')'
                | '】'
                | '\u{ff09}'
        )
}

/// The length of a web address at the beginning of a text, in bytes.
fn web_address_len(text: &str) -> Option<usize> {
    let is_address = ["http://", "https://", "www."].iter().any(|start| text.starts_with(start));
    let end = || text.find(|c: char| !c.is_ascii_graphic()).unwrap_or(text.len());
    is_address.then(end)
}

/// Whether a date may be in square brackets, `[` or `【`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SquareBrackets {
    Allowed,
    Refused,
}

/// The length in bytes of a date at the beginning of a text, if it states the day. The date may be
/// in parentheses, and in square brackets if these are allowed.
fn date_len(text: &str, square_brackets: SquareBrackets) -> Option<usize> {
    let is_open = |c: char| {
        matches!(c, '(' | '\u{ff08}')
            || square_brackets == SquareBrackets::Allowed && matches!(c, '[' | '【')
    };
    if let Some(inner) = text.strip_prefix(is_open) {
        let found = date::parse_prefix(inner.trim_start()).filter(ParsedDate::has_day)?;
        let after = inner.trim_start()[found.bytes..].trim_start();
        let ahead = after.strip_prefix([')', '\u{ff09}', ']', '】'])?;
        return Some(text.len() - ahead.len());
    }
    let found = date::parse_prefix(text).filter(ParsedDate::has_day)?;
    // `2024-03-04T` or `2024-03-04-05` is something else.
    let more_follows =
        text[found.bytes..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    (!more_follows).then_some(found.bytes)
}
