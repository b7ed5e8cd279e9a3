//! Bylines: the lines beside a title that say who wrote an article, where it comes from, and when
//! it was published.
//!
//! A byline is a sequence of labels with values (`作者:甲 來源:乙`), dates, counters (`42閱讀`) and
//! a few short names without a label. A line that has anything else is text.

mod brackets;
mod by_whom;
pub(crate) mod dateline;
mod free;
pub(crate) mod scan;

use crate::date;
use crate::page::byline::by_whom::{by_whom, by_whom_after, person_first};
use crate::page::byline::free::push_free;
use crate::page::byline::scan::{BylinePiece, scan};
use crate::page::labels::{Delimiter, Label, LabelledValue, Labels, is_name};
use crate::page::names::unlabelled::is_certain_person;
use crate::page::names::value::{
    outlet_and_person, outlet_name, person_name, with_joined_names, without_words_of_reporting,
};
use crate::page::page_words::page_words;
use crate::record::Moment;
use crate::text::punctuation::{is_sentence_end, is_space};

/// Maximum bytes of a line that is only a byline. A longer line is text, which may begin with a
/// byline.
const MAX_BYTES: usize = 450;

/// A line, read as a byline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BylineReading<'a> {
    pub(crate) fields: Vec<LabelledValue<'a>>,
    /// Whether the line is only a byline. Otherwise the line is text that begins with a byline, and
    /// only clearly separated values are taken from that byline.
    pub(crate) is_whole: bool,
}

impl<'a> BylineReading<'a> {
    /// The reading of a line that is only a byline.
    fn of_whole_line(fields: Vec<LabelledValue<'a>>) -> Self {
        Self { fields: trimmed(fields), is_whole: true }
    }

    /// The reading of a line of text that begins with a byline.
    fn before_text(fields: Vec<LabelledValue<'a>>) -> Self {
        Self { fields: trimmed(fields), is_whole: false }
    }

    /// Whether the line is certainly a byline, so that the line above it can be a title: it is only
    /// a byline, and names somebody, an outlet or a category, or has a field for a date, even an
    /// empty one.
    pub(crate) fn is_certain(&self) -> bool {
        self.is_whole
            && self.fields.iter().any(|field| match field.label {
                Label::Time | Label::Updated => true,
                Label::Counter | Label::Other | Label::Link | Label::Title => false,
                _ => !field.value.is_empty(),
            })
    }
}

/// Reads a line as a byline; `None` if it is text.
pub(crate) fn read<'a>(line: &'a str, labels: &Labels) -> Option<BylineReading<'a>> {
    let is_long = line.len() > MAX_BYTES;
    if line.len() <= dateline::MAX_BYTES
        && let Some(dateline) = dateline::read(line, labels).filter(|dateline| dateline.is_whole)
    {
        return Some(BylineReading::of_whole_line(dateline.fields));
    }
    // A quick check, because most lines are text: a byline that does not begin with a label
    // is short, and has no sentences.
    if (is_long || has_sentences(line)) && labels.at_start(line).is_none() {
        return None;
    }
    // `延伸閱讀:` is no counter.
    if page_words().begins_with_heading(line) {
        return None;
    }
    let inner = date::inside_brackets(without_day_of_agency(line));
    let without_bullet = inner.trim_start_matches(is_bullet).trim_start();
    // `● Bitcoin` is an item of a list.
    if without_bullet.len() < inner.len()
        && !without_bullet.is_ascii()
        && is_certain_person(without_bullet)
    {
        let fields = vec![LabelledValue { label: Label::Author, value: without_bullet }];
        return Some(BylineReading::of_whole_line(fields));
    }
    let inner = without_bullet;
    let pieces = scan(inner, labels);
    let is_byline = |piece: &BylinePiece<'_>| {
        matches!(piece, BylinePiece::Labelled { .. } | BylinePiece::Date(_) | BylinePiece::Count)
    };
    if !pieces.iter().any(is_byline) {
        let field = by_whom(inner, labels).or_else(|| person_first(inner, labels))?;
        return Some(BylineReading::of_whole_line(vec![field]));
    }
    if !is_long && let Some(fields) = fields_of_whole_line(&pieces, labels) {
        return Some(BylineReading::of_whole_line(fields));
    }
    Some(BylineReading::before_text(fields_before_text(&pieces)?))
}

/// Fields without spaces around their values.
fn trimmed(mut fields: Vec<LabelledValue<'_>>) -> Vec<LabelledValue<'_>> {
    fields.iter_mut().for_each(|field| field.value = field.value.trim());
    fields
}

/// A line without the day that the Central News Agency writes behind its editors, as in
/// `（編輯：李四光）1120517`.
fn without_day_of_agency(line: &str) -> &str {
    let front = line.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_day = line.len() - front.len() == 7 && front.ends_with([')', '\u{ff09}']);
    if is_day { front } else { line }
}

/// Bullets with which newspapers begin bylines.
fn is_bullet(c: char) -> bool {
    matches!(c, '■' | '□' | '●' | '○' | '◆' | '◇' | '▲' | '△' | '◎' | '★' | '☆' | '※')
}

/// Whether a line has a full stop before its end.
fn has_sentences(line: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), "。".as_bytes())
        .is_some_and(|at| at + "。".len() < line.len())
}

/// The fields of a line that is only a byline; `None` for any other line.
fn fields_of_whole_line<'a>(
    pieces: &[BylinePiece<'a>],
    labels: &Labels,
) -> Option<Vec<LabelledValue<'a>>> {
    let mut fields = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        match *piece {
            BylinePiece::Count => {}
            BylinePiece::Date(value) => fields.push(LabelledValue { label: Label::Time, value }),
            BylinePiece::Employer(value) => {
                if page_words().is_outlet(value) {
                    fields.push(LabelledValue { label: Label::Source, value });
                }
            }
            BylinePiece::Labelled { label, delimiter, value } => {
                push_labelled(label, delimiter, value, labels, &mut fields)?;
            }
            BylinePiece::Free(text) => {
                let before = number.checked_sub(1).map(|before| pieces[before]);
                push_free(text, before, pieces.get(number + 1).copied(), labels, &mut fields)?;
            }
        }
    }
    Some(fields)
}

/// Adds a labelled value; `None` if it cannot be a value of its label.
fn push_labelled<'a>(
    label: Label,
    delimiter: Delimiter,
    value: &'a str,
    labels: &Labels,
    fields: &mut Vec<LabelledValue<'a>>,
) -> Option<()> {
    let chars = value.chars().count();
    // A value that is too long for its label is text.
    let is_valid = match label {
        Label::Time | Label::Updated => is_time_value(value),
        Label::Counter => chars <= 16 && !value.contains(is_sentence_end),
        Label::Link => !value.contains(is_space) && value.len() <= 300,
        Label::Title => chars <= 150,
        _ => is_name(value) || by_whom_after(value, labels).is_some(),
    };
    if !is_valid {
        return None;
    }
    match label {
        Label::Reporter => {
            // `王小明／台北報導`
            let parts = value.split_once(['/', '\u{ff0f}']);
            let value = match parts.filter(|(_, city)| page_words().ends_in_word_of_reporting(city))
            {
                Some((name, _)) => name.trim(),
                None => without_words_of_reporting(value),
            };
            page_words().is_people(value).then(|| fields.push(LabelledValue { label, value }))
        }
        Label::Writer => {
            let label = if page_words().is_outlet(value) { Label::Source } else { Label::Author };
            fields.push(LabelledValue { label, value });
            Some(())
        }
        Label::Author | Label::Source if by_whom_after(value, labels).is_some() => {
            let (value, by_whom) = by_whom_after(value, labels)?;
            fields.extend([LabelledValue { label, value }, by_whom]);
            Some(())
        }
        Label::Author | Label::Translator | Label::Editor if delimiter == Delimiter::Space => {
            let value = without_words_of_reporting(value);
            page_words().is_people(value).then(|| fields.push(LabelledValue { label, value }))
        }
        Label::Source if page_words().is_device(value) => Some(()),
        Label::Source => {
            if let Some((outlet, person)) = outlet_and_person(value) {
                fields.push(LabelledValue { label: Label::Author, value: person });
                fields.push(LabelledValue { label, value: outlet });
            } else {
                fields.push(LabelledValue { label, value: outlet_name(value) });
            }
            Some(())
        }
        Label::Author | Label::Translator | Label::Editor => {
            fields.push(LabelledValue { label, value: name_of_person(value) });
            Some(())
        }
        _ => {
            fields.push(LabelledValue { label, value: without_words_of_reporting(value) });
            Some(())
        }
    }
}

/// The names in the value of an author: without a job title before them, or a number after them.
fn name_of_person(value: &str) -> &str {
    let value = without_words_of_reporting(value);
    let name = person_name(value);
    if name.len() < value.len() && page_words().is_people(name) { name } else { value }
}

/// Whether a value after a label of time may be a date, even one that cannot be parsed: `昨天`. A
/// long value is text.
fn is_time_value(value: &str) -> bool {
    let chars = value.chars().count();
    let has_digit = value.chars().any(char::is_numeric);
    let max_chars = if has_digit { 40 } else { 12 };
    chars <= max_chars && !value.contains(is_sentence_end)
}

/// The fields of a byline with which a line of text begins; `None` unless the line begins with a
/// label and a colon or a bar.
fn fields_before_text<'a>(pieces: &[BylinePiece<'a>]) -> Option<Vec<LabelledValue<'a>>> {
    let Some(BylinePiece::Labelled { delimiter: Delimiter::Colon | Delimiter::Bar, .. }) =
        pieces.first()
    else {
        return None;
    };
    let last = pieces.len() - 1;
    let mut fields = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        let BylinePiece::Labelled { label, value, .. } = *piece else { continue };
        // Text may directly follow the last value; a space shows where the value ends.
        let value =
            if number < last { value } else { value.split_once(' ').map_or("", |(name, _)| name) };
        let is_bad_date =
            matches!(label, Label::Time | Label::Updated) && date::parse_whole(value).is_none();
        // In an interview, `記者:您好` names a speaker.
        let is_speaker = label == Label::Reporter && !page_words().is_people(value);
        if !is_bad_date && !is_speaker && is_name(value) {
            let label = if label == Label::Writer { Label::Author } else { label };
            fields.push(LabelledValue { label, value });
        }
    }
    Some(fields)
}

/// What the bylines of a page say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Byline {
    pub(crate) author: Option<String>,
    pub(crate) translator: Option<String>,
    pub(crate) editor: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) url: Option<String>,
    date: Option<Moment>,
    updated: Option<Moment>,
    /// The first date that could not be parsed.
    unread: Option<String>,
}

impl Byline {
    /// Adds the fields of a line. Values that are known already are not replaced.
    pub(crate) fn add(&mut self, fields: &[LabelledValue<'_>]) {
        for field in fields {
            let slot = match field.label {
                Label::Author | Label::Reporter | Label::Writer => &mut self.author,
                Label::Translator => &mut self.translator,
                Label::Editor => &mut self.editor,
                Label::Source => &mut self.source,
                Label::Category => &mut self.category,
                Label::Link => &mut self.url,
                Label::Time => {
                    note_date(&mut self.date, &mut self.unread, field.value);
                    continue;
                }
                Label::Updated => {
                    note_date(&mut self.updated, &mut self.unread, field.value);
                    continue;
                }
                Label::Title | Label::Counter | Label::Other => continue,
            };
            if !field.value.is_empty() && (field.label == Label::Link || is_name(field.value)) {
                slot.get_or_insert_with(|| with_joined_names(field.value).into_owned());
            }
        }
    }

    /// Notes a short line below the title that begins with a day and a time, but is no byline that
    /// is understood.
    pub(crate) fn note_unread_line(&mut self, line: &str) {
        let found = date::parse_prefix(line).filter(|found| found.bytes < line.len());
        if found.is_some_and(|found| matches!(found.moment, Some(Moment::Time(_))))
            && !line.contains(is_sentence_end)
        {
            self.unread.get_or_insert_with(|| line.to_owned());
        }
    }

    /// The date of publication; if none is stated, the date of the last change.
    pub(crate) fn date(&self) -> Option<Moment> {
        self.date.or(self.updated)
    }

    /// The first date that could not be parsed, if no date could be parsed.
    pub(crate) fn unread_date(&self) -> Option<&str> {
        self.unread.as_deref().filter(|_| self.date().is_none())
    }
}

/// Parses `value` into `date`, unless `date` has a value already. The first value that cannot be
/// parsed and is no null date goes into `unread`.
fn note_date(date: &mut Option<Moment>, unread: &mut Option<String>, value: &str) {
    if value.is_empty() {
        return;
    }
    let read = match date::parse_usual(value) {
        Some(found) => found.moment,
        None => date::parse_any(value).or_else(|| date::parse_prefix(value)?.moment),
    };
    if read.is_none() && !date::is_null(value) {
        unread.get_or_insert_with(|| value.to_owned());
    }
    *date = date.or(read);
}

#[cfg(test)]
mod tests;
