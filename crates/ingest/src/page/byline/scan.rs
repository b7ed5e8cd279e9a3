//! Splits a line into the pieces of a byline: labels with values, dates, counters, and other text.

use crate::date::{self, ParsedDate};
use crate::page::labels::{Delimiter, Label, LabelAt, Labels, clean};
use crate::page::page_words::page_words;
use crate::punctuation::{is_bar, is_colon, is_comma, is_han, is_space};

/// How many characters of a line are searched. Labels stand near its beginning, so long paragraphs
/// are not searched to the end.
const SEARCHED: usize = 200;

/// A piece of a byline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Labelled {
        label: Label,
        delimiter: Delimiter,
        value: &'a str,
    },
    /// A date without a label.
    Date(&'a str),
    /// A number of readers, comments and so on, as in `42閱讀`.
    Count,
    /// What stands before the title of a person, as in `示例財經記者 王小明`.
    Employer(&'a str),
    /// Text without a label.
    Free(&'a str),
}

/// The pieces of a line, in order. Labels that are not known end a value only among others that
/// are.
pub(crate) fn scan<'a>(line: &'a str, labels: &Labels) -> Vec<Piece<'a>> {
    let pieces = scan_with(line, labels, false);
    let has_unknown = |piece: &Piece<'_>| match piece {
        Piece::Labelled { value, .. } | Piece::Free(value) => {
            let mut words = value.split(is_space);
            words.any(|word| unknown_label(word).is_some())
        }
        _ => false,
    };
    if !pieces.iter().any(has_unknown) {
        return pieces;
    }
    let all = scan_with(line, labels, true);
    let is_label = |piece: &&Piece<'_>| matches!(piece, Piece::Labelled { label, .. } if *label != Label::Other);
    let known = all.iter().filter(is_label).count();
    let dates = all.iter().filter(|piece| matches!(piece, Piece::Date(_))).count();
    if known > 0 && known + dates > 1 { all } else { pieces }
}

fn scan_with<'a>(line: &'a str, labels: &Labels, takes_unknown: bool) -> Vec<Piece<'a>> {
    let last_colon = line.rfind(is_colon).unwrap_or(0);
    let (pieces, open) = (Vec::new(), None);
    let mut scan = Scan { line, labels, takes_unknown, pieces, open, from: 0, last_colon };
    let limit = line.char_indices().nth(SEARCHED).map_or(line.len(), |(at, _)| at);
    let mut at = 0;
    while at < limit {
        at = scan.step(at);
    }
    scan.close(line.len());
    scan.pieces
}

struct Scan<'a, 'l> {
    line: &'a str,
    labels: &'l Labels,
    /// Whether a label that is not known counts as one.
    takes_unknown: bool,
    pieces: Vec<Piece<'a>>,
    /// The label whose value is being read.
    open: Option<(Label, Delimiter)>,
    /// Where that value, or text without a label, begins.
    from: usize,
    /// In the middle of something, a label needs a colon.
    last_colon: usize,
}

impl<'a> Scan<'a, '_> {
    /// Reads on at byte `at`; returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        let ahead = &self.line[at..];
        if let Some(bytes) = address(ahead) {
            return at + bytes;
        }
        let separate = at == self.from || self.line[..at].ends_with(is_separator);
        if separate {
            if let Some(bytes) = date_at(ahead, at == 0) {
                return self.take_date(at, at + bytes);
            }
            if let Some(bytes) = self.count_at(ahead) {
                self.close(at);
                self.pieces.push(Piece::Count);
                self.from = at + bytes;
                return self.from;
            }
        }
        // `示例財經(ID:example)` is one value.
        let is_inside = self.line[..at].ends_with(['(', '\u{ff08}']);
        if (separate || at < self.last_colon && !is_inside)
            && let Some(found) = self.labels.at(self.line, at, separate)
            && self.fits(&found)
        {
            self.close(at);
            return self.open(&found);
        }
        if separate
            && self.open.is_none()
            && let Some((employer, found)) = self.title_at(at)
        {
            self.close(at);
            self.pieces.push(Piece::Employer(employer));
            return self.open(&found);
        }
        if self.takes_unknown
            && (at == 0 || self.line[..at].ends_with(is_space))
            && let Some(bytes) = unknown_label(ahead)
        {
            self.close(at);
            let (label, delimiter) = (Label::Other, Delimiter::Colon);
            return self.open(&LabelAt { label, delimiter, value: at + bytes });
        }
        let mut next = at + ahead.chars().next().map_or(1, char::len_utf8);
        if next > self.last_colon && !self.line[..next].ends_with(is_separator) {
            // Only what is separate is left to find.
            next += self.line[next..].find(is_separator).unwrap_or(self.line.len() - next);
        }
        next
    }

    fn open(&mut self, found: &LabelAt) -> usize {
        self.open = Some((found.label, found.delimiter));
        self.from = found.value;
        found.value
    }

    /// Ends the value, or the text without a label, at byte `to`.
    fn close(&mut self, to: usize) {
        let value = clean(&self.line[self.from.min(to)..to]);
        match self.open.take() {
            Some((label, delimiter)) => {
                self.pieces.push(Piece::Labelled { label, delimiter, value });
            }
            None if !value.is_empty() => self.pieces.push(Piece::Free(value)),
            None => {}
        }
    }

    fn take_date(&mut self, at: usize, end: usize) -> usize {
        let value = self.line[at..end].trim();
        let is_value = clean(&self.line[self.from..at]).is_empty();
        match self.open {
            Some((label @ (Label::Time | Label::Updated), delimiter)) if is_value => {
                self.open = None;
                self.pieces.push(Piece::Labelled { label, delimiter, value });
            }
            _ => {
                self.close(at);
                self.pieces.push(Piece::Date(value));
            }
        }
        self.from = end;
        end
    }

    /// The length of a number and a counter's name, as in `42閱讀` or `3 人評論`.
    fn count_at(&self, ahead: &str) -> Option<usize> {
        let after =
            ahead.trim_start_matches(|c: char| c.is_ascii_digit() || "., 萬万k+".contains(c));
        let number = ahead.len() - after.len();
        if number == 0 || !ahead.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.labels.counter_at(after).map(|bytes| number + bytes)
    }

    /// Whether a label without a colon is one: it depends on what follows.
    fn fits(&self, found: &LabelAt) -> bool {
        let value = self.line[found.value..].trim_start_matches(is_space);
        let words = page_words();
        let until = |end: fn(char) -> bool| value.split(end).next().unwrap_or_default();
        let first = until(|c| is_space(c) || is_comma(c) || is_bar(c) || c.is_ascii_digit());
        let is_named = || {
            let whole = until(|c| c.is_ascii_digit() || matches!(c, '\t' | '\u{3000}' | '|' | '('));
            words.is_people(first) || words.is_people(whole)
        };
        match (found.delimiter, found.label) {
            (Delimiter::Colon, Label::Writer) => words.is_people(first),
            (Delimiter::Colon | Delimiter::Bar | Delimiter::Slash, _) => true,
            (_, Label::Counter) => {
                value.is_empty() || value.starts_with(|c: char| c.is_ascii_digit() || c == '(')
            }
            (_, Label::Time | Label::Updated) => date_at(value, true).is_some(),
            (Delimiter::Space, Label::Source) => {
                let word = until(|c| is_space(c) || is_comma(c) || is_bar(c));
                let chars = word.chars().count();
                (2..=20).contains(&chars)
                    && (chars <= 6 || word.is_ascii() || words.is_outlet(word))
            }
            (
                Delimiter::Space,
                Label::Author | Label::Reporter | Label::Translator | Label::Editor,
            ) => is_named(),
            // `記者王小明／台北報導`
            (Delimiter::Nothing, Label::Reporter) => {
                let parts = value.split_once(['/', '\u{ff0f}']);
                parts
                    .is_some_and(|(name, city)| words.is_people(name) && words.ends_published(city))
            }
            _ => false,
        }
    }

    /// A word that ends in the title of a person, as `示例財經記者 王小明`: what stands before the
    /// title, and the title as a label.
    fn title_at(&self, at: usize) -> Option<(&'a str, LabelAt)> {
        let ahead = &self.line[at..];
        let is_end =
            |c: char| is_space(c) || matches!(c, ':' | '\u{ff1a}' | '/' | '|' | '\u{ff0f}');
        let end = ahead.char_indices().take(16).find(|(_, c)| is_end(*c)).map(|(end, _)| end)?;
        let (label, start) = self.labels.ending(&ahead[..end])?;
        if label != Label::Reporter || start == 0 {
            return None;
        }
        let found = self.labels.at(self.line, at + start, true)?;
        let employer = &ahead[..start];
        let is_word = employer.chars().all(char::is_alphanumeric);
        let is_named = page_words().is_people(first_words(&self.line[found.value..]));
        (is_word && is_named).then_some((employer, found))
    }
}

/// The length of a short word and its colon at the beginning of a text.
fn unknown_label(text: &str) -> Option<usize> {
    /// Characters of a label.
    const LONGEST: usize = 6;
    let end = text.find(|c: char| !is_han(c))?;
    let colon = text[end..].chars().next().filter(|c| is_colon(*c))?;
    let chars = text[..end].chars().count();
    (2..=LONGEST).contains(&chars).then_some(end + colon.len_utf8())
}

/// The words before the first digit or separator.
fn first_words(text: &str) -> &str {
    let text = text.trim_start_matches(is_space);
    text.split(|c: char| is_space(c) || c.is_ascii_digit() || is_bar(c)).next().unwrap_or_default()
}

fn is_separator(c: char) -> bool {
    is_space(c)
        || is_comma(c)
        || is_bar(c)
        || matches!(
            c,
            '/' | '\u{ff0f}' | '·' | '、' | ';' | '\u{ff1b}' | ']' | ')' | '】' | '\u{ff09}'
        )
}

/// The length of an address at the beginning of a text.
fn address(text: &str) -> Option<usize> {
    let is_one = ["http://", "https://", "www."].iter().any(|start| text.starts_with(start));
    let end = || text.find(|c: char| !c.is_ascii_graphic()).unwrap_or(text.len());
    is_one.then(end)
}

/// The length of a date that states the day, possibly in brackets. Square brackets are the end of
/// a flash item, except at the beginning of a line.
fn date_at(text: &str, is_first: bool) -> Option<usize> {
    let is_open = |c: char| matches!(c, '(' | '\u{ff08}') || is_first && matches!(c, '[' | '【');
    if let Some(inner) = text.strip_prefix(is_open) {
        let found = date::parse_prefix(inner.trim_start()).filter(ParsedDate::has_day)?;
        let after = inner.trim_start()[found.bytes..].trim_start();
        let ahead = after.strip_prefix([')', '\u{ff09}', ']', '】'])?;
        return Some(text.len() - ahead.len());
    }
    let found = date::parse_prefix(text).filter(ParsedDate::has_day)?;
    // `2024-03-04T` or `2024-03-04-05` is something else.
    let follows = text[found.bytes..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    (!follows).then_some(found.bytes)
}
