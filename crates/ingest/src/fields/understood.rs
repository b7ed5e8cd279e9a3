//! The fields of a record after their keys have been understood.

use foldhash::HashMap;
use serde_json::Value;

use super::field::Field;
use super::placeholder::is_nameless;
use super::stated_date::{self, StatedDate};
use super::{labelled, value};
use crate::date;
use crate::encoding::mended::Mended;
use crate::page::labels::{Label, LabelledValue, Labels};
use crate::record::Moment;

/// The fields of a record after their keys have been understood.
#[derive(Debug, Default)]
pub(crate) struct UnderstoodFields {
    pub(crate) id: String,
    pub(crate) is_flash: bool,
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) date: Option<Moment>,
    /// A date that was not understood.
    pub(crate) unread_date: Option<String>,
    pub(crate) tags: Vec<String>,
    /// How mojibake in the values was repaired.
    pub(crate) mended: Mended,
    /// The values of all other fields, such as the author.
    texts: HashMap<Field, String>,
    /// Values that stand in the value of another field, such as the date in
    /// `來源：示例財經 2023-05-17`.
    of_other_fields: Vec<(Label, String)>,
}

impl UnderstoodFields {
    /// Takes the text of a field such as the author.
    pub(crate) fn take(&mut self, field: Field) -> Option<String> {
        self.texts.remove(&field)
    }

    /// Repairs mojibake in all values but the id and dates.
    pub(crate) fn mend(&mut self) {
        let Self { title, paragraphs, tags, mended, texts, .. } = self;
        let lists = paragraphs.iter_mut().chain(tags);
        *mended = Mended::mend_all([title].into_iter().chain(lists).chain(texts.values_mut()));
    }

    /// Sets a field to a value, and returns `Some(true)`. Returns `Some(false)` if the value says
    /// nothing or is a date that is not understood, and `None` if it is of a wrong type; after
    /// either of these, the next key for the field is tried.
    pub(super) fn set(&mut self, field: Field, value: &Value, labels: &Labels) -> Option<bool> {
        match field {
            Field::Text => {
                self.paragraphs = value::paragraphs(value)?;
                return Some(!self.paragraphs.is_empty());
            }
            Field::Tags => {
                self.tags = value::list(value)?;
                return Some(!self.tags.is_empty());
            }
            Field::Date => match stated_date::of_value(value, labels)? {
                StatedDate::Moment(moment) => {
                    self.unread_date = None;
                    self.date = Some(moment);
                    return Some(true);
                }
                StatedDate::Unread(text) => {
                    self.unread_date.get_or_insert(text);
                    return Some(false);
                }
                StatedDate::None => return Some(false),
            },
            _ => {}
        }
        let text = match field {
            Field::Url => value::address(value)?,
            Field::Id | Field::Title | Field::Kind => value::single(value)?,
            _ => self.without_labels(field, value::names(value)?, labels),
        };
        if text.is_empty() {
            return Some(false);
        }
        match field {
            Field::Id => self.id = text,
            Field::Title => self.title = text,
            Field::Kind => self.is_flash = text.eq_ignore_ascii_case("flash"),
            _ => {
                self.texts.insert(field, text);
            }
        }
        Some(true)
    }

    /// The names in the value of a field, joined, without the labels of a page. What the labels say
    /// about other fields is kept for them, and so is an address: clippers of web pages call it the
    /// source.
    fn without_labels(&mut self, field: Field, texts: Vec<String>, labels: &Labels) -> String {
        let mut names: Vec<String> = Vec::new();
        for text in texts {
            let Some(values) = labelled::read(field, &text, labels) else {
                match field == Field::Source && is_address(&text) {
                    true => self.of_other_fields.push((Label::Link, text)),
                    false => names.push(text),
                }
                continue;
            };
            for LabelledValue { label, value } in values {
                match labelled::field_of(label) == Some(field) {
                    true => names.push(value.to_owned()),
                    false => self.of_other_fields.push((label, value.to_owned())),
                }
            }
        }
        names.retain(|name| !is_nameless(name));
        names.join("、")
    }

    /// Whether the value of another field was an address.
    pub(super) fn has_address(&self) -> bool {
        self.of_other_fields.iter().any(|(label, _)| *label == Label::Link)
    }

    /// Sets the fields that no key has set to the values that stand in those of other fields.
    /// Returns whether each address among these is that of the record.
    pub(super) fn add_values_of_other_fields(&mut self) -> bool {
        let mut is_used = true;
        for (label, text) in std::mem::take(&mut self.of_other_fields) {
            let field = match label {
                Label::Link => Field::Url,
                Label::Time | Label::Updated => {
                    self.date = self.date.or_else(|| date::at_beginning(&text));
                    continue;
                }
                _ => match labelled::field_of(label) {
                    Some(field) => field,
                    None => continue,
                },
            };
            if text.is_empty() {
                continue;
            }
            let known = self.texts.entry(field).or_insert_with(|| text.clone());
            is_used &= field != Field::Url || *known == text;
        }
        if self.date.is_some() {
            self.unread_date = None;
        }
        is_used
    }
}

/// Whether a text is a web address.
fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && !text.contains(char::is_whitespace)
}
