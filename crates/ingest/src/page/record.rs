//! Records at the top of a page: a list of labels with values, one of which is the title's.
//!
//! The fields have the form of bylines (`標題：甲`, `標題 甲`) or of assignments (`title=甲`), or begin
//! with the codes of RIS, EndNote or Factiva. Labels that are not known may stand anywhere, because
//! a title below them shows that the list is a record. A line may have several fields.

mod fields;

use std::borrow::Cow;

use crate::date;
use crate::page::boilerplate::is_ornament;
use crate::page::labels::{Delimiter, Label, Labels};
use crate::page::line::Line;
use crate::page::record::fields::{Field, Form, is_short_value, text_label_len};
use crate::page::record_fields::FieldKind;
use crate::page::tags_line::{self, TagsLine};

/// How many lines of a record without codes are read.
const MAX_LINES: usize = 24;
/// Maximum characters of the title.
const MAX_TITLE: usize = 150;
/// How many fields in a row may have unknown labels above the title.
const MAX_UNKNOWN: usize = 12;
/// How many fields in a row may have unknown labels below the title. These may be text.
const MAX_UNKNOWN_BELOW: usize = 2;

/// What a record states.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) title: String,
    /// The fields that are labels of bylines, in order of precedence.
    pub(super) fields: Vec<(Label, String)>,
    pub(super) tags: Option<TagsLine>,
}

/// Reads the record that begins at line `at`, and removes its lines. What is text in them stays,
/// without its label.
pub(super) fn take(lines: &mut Vec<Line<'_>>, at: usize, labels: &Labels) -> Option<Record> {
    // A quick check first: most pages begin otherwise.
    let form = Form::of(&lines.get(at)?.text, labels)?;
    let mut reader = Reader::new(form, labels);
    for line in &lines[at..] {
        if !reader.read(line) {
            break;
        }
    }
    let (record, kept, read) = reader.finish()?;
    lines.splice(at..at + read, kept);
    Some(record)
}

/// Removes a label such as `正文：` at the beginning of line `at`.
pub(super) fn remove_label_of_text(lines: &mut Vec<Line<'_>>, at: usize) {
    let Some(line) = lines.get(at) else { return };
    let Some(bytes) = text_label_len(&line.text) else { return };
    match line_from(line, bytes, line.text.len() - bytes) {
        Some(text) => lines[at] = text,
        None => {
            lines.remove(at);
        }
    }
}

/// A record while its lines are read.
struct Reader<'a, 'l> {
    form: Form,
    labels: &'l Labels,
    /// The fields with known labels.
    known: Vec<Known>,
    /// The lines that are text.
    kept: Vec<Line<'a>>,
    /// How many lines were read.
    read: usize,
    /// What `read` and the length of `kept` were after the last known field: all below it may be
    /// text of the article.
    confirmed: (usize, usize),
    /// How many fields with unknown labels were read since the last known field.
    unknown: usize,
    /// Whether a summary was read, and only known labels may follow.
    in_text: bool,
}

/// A field with a known label.
struct Known {
    kind: FieldKind,
    value: String,
    delimiter: Delimiter,
    /// Whether only records have such a label.
    only_in_records: bool,
}

impl<'a, 'l> Reader<'a, 'l> {
    fn new(form: Form, labels: &'l Labels) -> Self {
        let (known, kept, confirmed) = (Vec::new(), Vec::new(), (0, 0));
        Self { form, labels, known, kept, read: 0, confirmed, unknown: 0, in_text: false }
    }

    /// Reads a line; returns whether the record may go on below it. A line that does not belong to
    /// the record is not counted.
    fn read(&mut self, line: &Line<'a>) -> bool {
        if self.read >= MAX_LINES && !self.form.has_codes() {
            return false;
        }
        let fields = self.form.fields(&line.text, self.labels);
        let Some(first) = fields.first() else { return self.read_other_line(line) };
        let Some(kind) = first.kind else { return self.read_unknown(line, first) };
        let is_second_title = kind == FieldKind::Label(Label::Title) && self.has_title();
        if self.in_text && first.delimiter == Delimiter::Space
            || self.form.has_codes() && is_second_title
        {
            return false;
        }
        if matches!(kind, FieldKind::Text | FieldKind::Summary) {
            // The value is a part of the line, and not always its end: quotation marks may follow.
            let offset = first.value.as_ptr().addr() - line.text.as_ptr().addr();
            self.kept.extend(line_from(line, offset, first.value.len()));
            self.in_text = true;
        }
        for field in fields {
            let Field { kind: Some(kind), value, delimiter, only_in_records } = field else {
                continue;
            };
            self.known.push(Known { kind, value: value.to_owned(), delimiter, only_in_records });
        }
        self.unknown = 0;
        self.confirm();
        kind != FieldKind::Text || self.form.has_codes()
    }

    /// Counts a line, which certainly belongs to the record.
    fn confirm(&mut self) {
        self.read += 1;
        self.confirmed = (self.read, self.kept.len());
    }

    fn has_title(&self) -> bool {
        self.known.iter().any(Known::is_title)
    }

    /// Reads a line that is no field: it continues the field above it, or separates fields.
    fn read_other_line(&mut self, line: &Line<'a>) -> bool {
        if !self.form.has_codes() {
            let is_separator = is_ornament(&line.text) && !self.in_text;
            self.read += usize::from(is_separator);
            return is_separator;
        }
        match self.known.last_mut() {
            Some(Known { kind: FieldKind::Text | FieldKind::Summary, .. }) => {
                self.kept.push(line.clone());
            }
            Some(field) if field.value.is_empty() || field.is_title() => {
                if !field.value.is_empty() {
                    field.value.push(' ');
                }
                field.value.push_str(&line.text);
            }
            _ => {}
        }
        self.confirm();
        true
    }

    /// Reads a field with an unknown label. A short value is left out, a longer one is text.
    fn read_unknown(&mut self, line: &Line<'a>, field: &Field<'_>) -> bool {
        let max = if self.has_title() { MAX_UNKNOWN_BELOW } else { MAX_UNKNOWN };
        if self.in_text || self.unknown >= max {
            return false;
        }
        self.unknown += 1;
        if !is_short_value(field.value) {
            self.kept.push(line.clone());
        }
        self.read += 1;
        true
    }

    /// The record, its lines that are text, and how many lines it has; `None` if the lines are no
    /// record.
    fn finish(mut self) -> Option<(Record, Vec<Line<'a>>, usize)> {
        let (read, kept) = self.confirmed;
        self.kept.truncate(kept);
        let title = self.known.iter().find(|field| field.is_title())?;
        // Without a colon, a line or two may be text that begins with the word of a label. The more
        // unusual the form is, the more fields are needed.
        let min_fields = if title.delimiter == Delimiter::Space || title.only_in_records {
            3
        } else if self.form != Form::Labels || read > self.known.len() {
            2
        } else {
            1
        };
        if self.known.len() < min_fields || title.value.chars().count() > MAX_TITLE {
            return None;
        }
        let title = title.value.clone();
        let mut tags: Vec<TagsLine> = Vec::new();
        let mut fields: Vec<(Label, String)> = Vec::new();
        for Known { kind, value, .. } in self.known {
            match kind {
                FieldKind::Label(label) => add_field(label, value, &mut fields),
                FieldKind::Tags if !value.is_empty() => tags.push(tags_line::of_value(&value)),
                _ => {}
            }
        }
        // A day takes precedence over a month or a year.
        fields.sort_by_key(|(label, value)| {
            *label == Label::Time && date::parse_whole(value).is_some_and(|found| !found.has_day())
        });
        let record = Record { title, fields, tags: tags_line::joined(tags) };
        Some((record, self.kept, read))
    }
}

impl Known {
    fn is_title(&self) -> bool {
        self.kind == FieldKind::Label(Label::Title) && !self.value.is_empty()
    }
}

/// Adds a field. Several authors become one value. A date in brackets after an outlet, as in
/// `發信站: 水木社區 (Wed May 17 10:20:36 2023), 站內`, is a field of its own.
fn add_field(label: Label, mut value: String, fields: &mut Vec<(Label, String)>) {
    match label {
        Label::Author => {
            value = value.replace([';', '\u{ff1b}'], "、");
            if let Some((_, authors)) = fields.iter_mut().find(|(label, _)| *label == Label::Author)
            {
                authors.push('、');
                authors.push_str(&value);
                return;
            }
        }
        Label::Source => {
            if let Some((outlet, after)) = value.split_once(['(', '\u{ff08}'])
                && let Some((time, _)) = after.split_once([')', '\u{ff09}'])
                && date::parse_line(time.trim()).is_some()
            {
                fields.push((Label::Time, time.trim().to_owned()));
                value = outlet.trim().to_owned();
            }
        }
        // RIS ends a date with slashes.
        Label::Time | Label::Updated => value = value.trim_end_matches('/').to_owned(),
        _ => {}
    }
    fields.push((label, value));
}

/// The part of a line that begins at byte `offset` and has `bytes` bytes; `None` if it has no text.
fn line_from<'a>(line: &Line<'a>, offset: usize, bytes: usize) -> Option<Line<'a>> {
    let after = line.text.get(offset..offset + bytes)?;
    let spaces = after.len() - after.trim_start().len();
    let text = match &line.text {
        Cow::Borrowed(text) => Cow::Borrowed(text[offset..offset + bytes].trim()),
        Cow::Owned(_) => Cow::Owned(after.trim().to_owned()),
    };
    // In a text that is no slice of the page, the offset is an estimate.
    let start = (line.start + offset + spaces).min(line.end);
    (!text.is_empty()).then(|| Line { text, start, ..line.clone() })
}
