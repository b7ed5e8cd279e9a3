//! The fields of a line of a record.

use crate::date;
use crate::page::labels::{Delimiter, Label, Labels, without_separators};
use crate::page::record_fields::{FieldKind, kind_of};
use crate::text::punctuation::{is_bar, is_colon, is_comma, is_sentence_end, is_space};

/// Maximum bytes of a line that may have several fields.
const MAX_BYTES: usize = 600;
/// Maximum characters of a label.
const MAX_NAME: usize = 24;

/// A field of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'l> {
    /// `None` if the label is not known.
    pub(super) kind: Option<FieldKind>,
    pub(super) value: &'l str,
    pub(super) delimiter: Delimiter,
    /// Whether only records have such a label.
    pub(super) only_in_records: bool,
}

/// The form of the fields of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `標題：甲` or `標題 甲`
    Labels,
    /// `title=甲`
    Assignments,
    /// `TI  - 甲`
    Ris,
    /// `%T 甲`
    EndNote,
    /// `HD 甲`, or `HD` above the value
    Factiva,
}

impl Form {
    /// The form of the record that begins with a line.
    pub(super) fn of(line: &str, labels: &Labels) -> Option<Self> {
        [Self::Ris, Self::EndNote, Self::Factiva, Self::Labels, Self::Assignments]
            .into_iter()
            .find(|form| !form.fields(line, labels).is_empty())
    }

    /// Whether codes stand in place of labels. Then, other lines continue the field above them.
    pub(super) fn has_codes(self) -> bool {
        matches!(self, Self::Ris | Self::EndNote | Self::Factiva)
    }

    /// The fields of a line; none if it does not begin with a field of this form.
    pub(super) fn fields<'l>(self, line: &'l str, labels: &Labels) -> Vec<Field<'l>> {
        let field = match self {
            Self::Labels => return labelled_fields(line, labels),
            Self::Assignments => assignment(line, labels),
            Self::Ris => ris_field(line),
            Self::EndNote => end_note_field(line),
            Self::Factiva => factiva_field(line),
        };
        field.into_iter().collect()
    }
}

/// The length of a label such as `正文：` at the beginning of a line, in bytes.
pub(super) fn text_label_len(line: &str) -> Option<usize> {
    let (name, value) = name_and_value(line)?;
    (kind_of(name) == Some(FieldKind::Text)).then_some(line.len() - value.len())
}

/// Whether the value of a label that is not known is left out of the text: it is short and no
/// sentence, or an address.
pub(super) fn is_short_value(value: &str) -> bool {
    const MAX_CHARS: usize = 40;
    let is_address = value.starts_with("http") && !value.contains(is_space);
    is_address || value.chars().count() <= MAX_CHARS && !value.contains(is_sentence_end)
}

/// The fields of a line that begins with a label.
fn labelled_fields<'l>(line: &'l str, labels: &Labels) -> Vec<Field<'l>> {
    if let Some(fields) = fields_without_delimiters(line, labels) {
        return fields;
    }
    let named = name_and_value(line);
    if let Some((name, value)) = named
        && let Some((kind, only_in_records)) = meaning(name, labels)
    {
        let field = Field { kind: Some(kind), value, delimiter: Delimiter::Colon, only_in_records };
        return with_later_fields(field, labels);
    }
    if let Some((label, delimiter, value)) = labels.list_item(line) {
        let kind = Some(FieldKind::Label(label));
        let field = Field { kind, value, delimiter, only_in_records: false };
        return with_later_fields(field, labels);
    }
    let unknown = named.filter(|(name, value)| {
        name.chars().nth(1).is_some() && !value.starts_with('/') && !value.is_empty()
    });
    let field = |(_, value)| Field {
        kind: None,
        value,
        delimiter: Delimiter::Colon,
        only_in_records: false,
    };
    unknown.map(field).into_iter().collect()
}

/// A short label before a colon, and its value.
fn name_and_value(line: &str) -> Option<(&str, &str)> {
    let (at, colon) = line.char_indices().take(MAX_NAME).find(|(_, c)| is_colon(*c))?;
    let name = line[..at].trim_end();
    let is_name = name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || is_space(c));
    is_name.then(|| (name, line[at + colon.len_utf8()..].trim()))
}

/// The meaning of a label, and whether only records have it.
fn meaning(name: &str, labels: &Labels) -> Option<(FieldKind, bool)> {
    // A single character may be a speaker.
    name.chars().nth(1)?;
    let of_bylines = labels.whole(name).map(FieldKind::Label);
    let kind = kind_of(name).or(of_bylines)?;
    Some((kind, of_bylines.is_none()))
}

/// A field, and the fields with known labels that stand in its value after a space, a comma or a
/// bar, as in `發信人: 甲, 信區: 乙`.
fn with_later_fields<'l>(field: Field<'l>, labels: &Labels) -> Vec<Field<'l>> {
    let mut fields = vec![field];
    let is_text = matches!(field.kind, Some(FieldKind::Text | FieldKind::Summary));
    if is_text || field.value.len() > MAX_BYTES || !field.value.contains(is_colon) {
        return fields;
    }
    let value = field.value;
    let mut start = 0;
    let mut before = None;
    for (at, c) in value.char_indices() {
        let is_separate =
            before.is_some_and(|b| is_space(b) || is_comma(b) || is_bar(b) || b == '\u{ff1b}');
        before = Some(c);
        if !is_separate || !c.is_alphabetic() {
            continue;
        }
        if let Some((name, later)) = name_and_value(&value[at..])
            && !name.contains(is_space)
            && let Some((kind @ (FieldKind::Label(_) | FieldKind::Tags), only_in_records)) =
                meaning(name, labels)
        {
            if let Some(last) = fields.last_mut() {
                last.value = without_separators(&value[start..at]);
            }
            start = value.len() - later.len();
            let (kind, delimiter) = (Some(kind), Delimiter::Colon);
            fields.push(Field { kind, value: later, delimiter, only_in_records });
        }
    }
    fields
}

/// The fields of a line in which no delimiters separate labels and values, as in the text of PTT's
/// pages: `作者tester (測試員)看板Stock標題測試時間Wed May 17 10:20:36 2023`.
fn fields_without_delimiters<'l>(line: &'l str, labels: &Labels) -> Option<Vec<Field<'l>>> {
    // Quick checks first: the last field is a time.
    if line.len() > MAX_BYTES || !line.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let kind_at = |at: usize| {
        let (label, bytes) = labels.longest_at(&line[at..])?;
        Some((label, bytes))
    };
    let label_from = |from: usize, wanted: &dyn Fn(Label) -> bool| {
        let mut ahead = line[from..].char_indices().map(|(at, _)| from + at);
        ahead.find_map(|at| {
            kind_at(at).filter(|(label, _)| wanted(*label)).map(|found| (at, found.1))
        })
    };
    let (_, author_bytes) = kind_at(0).filter(|(label, _)| *label == Label::Author)?;
    let (board, board_bytes) = label_from(author_bytes, &|label| label == Label::Category)?;
    let (title, title_bytes) = label_from(board + board_bytes, &|label| label == Label::Title)?;
    // A title may contain the word for time, so the last one is looked for.
    let is_time = |at: &usize| {
        kind_at(*at).is_some_and(|(label, bytes)| {
            label == Label::Time && date::parse_line(line[at + bytes..].trim_start()).is_some()
        })
    };
    let title_end = title + title_bytes;
    let mut ahead = line[title_end..].char_indices().map(|(at, _)| title_end + at);
    let time = ahead.find(is_time)?;
    let (_, time_bytes) = kind_at(time)?;
    let field = |label, value: &'l str| Field {
        kind: Some(FieldKind::Label(label)),
        value: value.trim_matches(|c| is_space(c) || is_colon(c)),
        delimiter: Delimiter::Nothing,
        only_in_records: false,
    };
    Some(vec![
        field(Label::Author, &line[author_bytes..board]),
        field(Label::Category, &line[board + board_bytes..title]),
        field(Label::Title, &line[title_end..time]),
        field(Label::Time, &line[time + time_bytes..]),
    ])
}

/// The field of a line `title=甲`.
fn assignment<'l>(line: &'l str, labels: &Labels) -> Option<Field<'l>> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = name.len() <= MAX_NAME * 3
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let known = is_name.then(|| meaning(name, labels));
    let (kind, only_in_records) = known?.map_or((None, true), |(kind, only)| (Some(kind), only));
    let value = value.trim().trim_matches('"');
    Some(Field { kind, value, delimiter: Delimiter::Colon, only_in_records })
}

/// The field of a line of RIS: `TI  - 甲`.
fn ris_field(line: &str) -> Option<Field<'_>> {
    let (code, after) = line.split_at_checked(2)?;
    let value = after.trim_start_matches(' ').strip_prefix('-')?;
    let is_code = code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let is_field =
        is_code && after.starts_with("  ") && (value.is_empty() || value.starts_with(' '));
    is_field.then(|| field_of_code(&format!("{code} -"), value))
}

/// The field of a line of EndNote: `%T 甲`.
fn end_note_field(line: &str) -> Option<Field<'_>> {
    let (code, value) = line.split_at_checked(2)?;
    let is_field = code.starts_with('%') && (value.is_empty() || value.starts_with(' '));
    is_field.then(|| field_of_code(code, value))
}

/// The field of a line of Factiva: `HD 甲`, or `HD` above the value. Only the codes of the table
/// count, because a line of text may begin with capitals.
fn factiva_field(line: &str) -> Option<Field<'_>> {
    let letters = line.bytes().take_while(u8::is_ascii_uppercase).count();
    let (code, value) = line.split_at_checked(letters)?;
    let is_field = (2..=3).contains(&letters) && (value.is_empty() || value.starts_with(is_space));
    (is_field && kind_of(code).is_some()).then(|| field_of_code(code, value))
}

fn field_of_code<'l>(code: &str, value: &'l str) -> Field<'l> {
    let kind = kind_of(code).unwrap_or(FieldKind::Label(Label::Other));
    let (value, delimiter) = (value.trim(), Delimiter::Colon);
    Field { kind: Some(kind), value, delimiter, only_in_records: true }
}
