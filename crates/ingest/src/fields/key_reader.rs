//! Understands the keys of a record.

use foldhash::HashMap;
use serde_json::{Map, Value};

use super::field::Field;
use super::field_map::FieldMap;
use super::key_counts::KeyCounts;
use super::keys;
use super::stated_date::{self, StatedDate};
use super::value;
use crate::encoding::mended::Mended;
use crate::record::Moment;

/// Maximum number of keys whose meaning is remembered.
const MAX_MEANINGS: usize = 4096;

/// The fields of one record, as a dump names them.
pub(crate) type RawFields = Map<String, Value>;

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
}

/// Understands the keys of the records of one dump, and counts the keys that it does not use.
pub(crate) struct KeyReader<'m> {
    map: &'m FieldMap,
    /// The field and rank of each key so far, see [`keys::meaning`]; `None` for unknown keys.
    meanings: HashMap<String, Option<(Field, u16)>>,
    /// Keys that were not used.
    pub(crate) unused: KeyCounts,
    /// Keys whose values have a wrong type.
    pub(crate) of_wrong_type: KeyCounts,
}

/// A key of a record that stands for a field.
struct Candidate<'v> {
    field: Field,
    /// The rank of the key among the keys for this field: the smallest is tried first.
    rank: u16,
    key: &'v str,
    value: &'v Value,
}

impl<'m> KeyReader<'m> {
    pub(crate) fn new(map: &'m FieldMap) -> Self {
        Self {
            map,
            meanings: HashMap::default(),
            unused: KeyCounts::default(),
            of_wrong_type: KeyCounts::default(),
        }
    }

    /// Understands the keys of a record, and counts those that are not used. `line` is the line of
    /// the dump on which the record begins.
    pub(crate) fn understand(&mut self, fields: &RawFields, line: u64) -> UnderstoodFields {
        let mut candidates = self.candidates(fields, line);
        candidates.sort_by_key(|candidate| (candidate.field, candidate.rank));
        let mut understood = UnderstoodFields::default();
        // The last field that was set. The keys for a field follow one another.
        let mut taken = None;
        for Candidate { field, key, value, .. } in candidates {
            if taken == Some(field) {
                self.unused.add(key, line);
                continue;
            }
            match understood.set(field, value) {
                Some(true) => taken = Some(field),
                Some(false) => {}
                None => self.of_wrong_type.add(key, line),
            }
        }
        understood
    }

    /// The keys that have a value and stand for a field: those of `--map` come before well-known
    /// ones. Keys that have a value and stand for no field are counted as unused.
    fn candidates<'v>(&mut self, fields: &'v RawFields, line: u64) -> Vec<Candidate<'v>>
    where
        'm: 'v,
    {
        let map = self.map;
        let mut candidates = Vec::new();
        for (rank, (field, key)) in (0..).zip(map.iter()) {
            if let Some(value) = by_path(fields, key) {
                candidates.push(Candidate { field, rank, key, value });
            }
        }
        let mapped_count = u16::try_from(map.iter().count()).unwrap_or(u16::MAX);
        for (key, value) in fields {
            // The key is mapped, or a mapped path such as `source.name` begins with it.
            let is_mapped = || {
                let begins_path = |path: &'v str| path.split('.').next() == Some(key);
                map.iter().any(|(_, path)| path == key || begins_path(path))
            };
            if value::is_empty(value) || !map.is_empty() && is_mapped() {
                continue;
            }
            match self.meaning(key) {
                Some((field, rank)) => {
                    let rank = rank.saturating_add(mapped_count);
                    candidates.push(Candidate { field, rank, key, value });
                }
                None => self.unused.add(key, line),
            }
        }
        candidates
    }

    /// [`keys::meaning`] of a key, remembered.
    fn meaning(&mut self, key: &str) -> Option<(Field, u16)> {
        if let Some(known) = self.meanings.get(key) {
            return *known;
        }
        let found = keys::meaning(key);
        if self.meanings.len() < MAX_MEANINGS {
            self.meanings.insert(key.to_owned(), found);
        }
        found
    }
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
    fn set(&mut self, field: Field, value: &Value) -> Option<bool> {
        match field {
            Field::Text => {
                self.paragraphs = value::paragraphs(value)?;
                return Some(!self.paragraphs.is_empty());
            }
            Field::Tags => {
                self.tags = value::list(value)?;
                return Some(!self.tags.is_empty());
            }
            Field::Date => match stated_date::of_value(value)? {
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
            _ => value::single(value)?,
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
}

/// The value at a key, or at a path of keys with dots.
fn by_path<'v>(fields: &'v RawFields, path: &str) -> Option<&'v Value> {
    if let Some(value) = fields.get(path) {
        return Some(value).filter(|value| !value::is_empty(value));
    }
    let (first, remaining) = path.split_once('.')?;
    let mut value = fields.get(first)?;
    for key in remaining.split('.') {
        value = value.get(key)?;
    }
    Some(value).filter(|value| !value::is_empty(value))
}
