//! Understands the keys of a record.

use std::borrow::Cow;

use foldhash::HashMap;
use serde_json::{Map, Value};

use super::field::Field;
use super::field_map::FieldMap;
use super::key_counts::KeyCounts;
use super::keys;
use super::understood::UnderstoodFields;
use super::value;
use crate::page::labels::Labels;

/// Keys beside those of texts whose value may be an object that stands for the article.
const ARTICLE_KEYS: [&str; 19] = [
    "news",
    "data",
    "item",
    "doc",
    "document",
    "record",
    "fields",
    "attributes",
    "node",
    "entry",
    "result",
    "info",
    "articleinfo",
    "newsinfo",
    "page",
    "payload",
    "row",
    "value",
    "after",
];
/// Maximum number of objects in one another that stand for the article.
const MAX_NESTED: usize = 2;
/// Maximum number of keys whose meaning is remembered.
const MAX_MEANINGS: usize = 4096;

/// The fields of one record, as a dump names them.
pub(crate) type RawFields = Map<String, Value>;

/// Understands the keys of the records of one dump, and counts the keys that it does not use.
pub(crate) struct KeyReader<'m> {
    map: &'m FieldMap,
    /// The labels that values may keep from the pages from which they were taken.
    labels: &'m Labels,
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
    /// The rank of the key among the keys for this field: the smallest is tried first. A summary
    /// comes after every text, and the keys of the object with the text before those of the objects
    /// around it, see [`ranks`].
    rank: (bool, usize, u16),
    /// The index of the object that has the key, among those that were looked at.
    object: usize,
    /// The key; in an object that stands for the article the path to it, as in `article.title`.
    key: Cow<'v, str>,
    value: &'v Value,
}

/// The record, or an object in it that stands for the article.
struct ArticleObject<'v> {
    fields: &'v RawFields,
    /// The index of the object around it; that of the record itself.
    around: usize,
    /// How many objects are around it.
    level: usize,
}

/// Which texts of an article an object has.
pub(crate) struct OwnTexts {
    pub(crate) title: bool,
    pub(crate) text: bool,
    /// A text that may be a summary, or the message that a program sends with its answer.
    pub(crate) summary: bool,
}

impl<'m> KeyReader<'m> {
    pub(crate) fn new(map: &'m FieldMap, labels: &'m Labels) -> Self {
        Self {
            map,
            labels,
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
        // The key of a source whose value is an address.
        let mut address_key = None;
        for Candidate { field, key, value, .. } in candidates {
            if taken == Some(field) {
                self.unused.add(&key, line);
                continue;
            }
            let set = understood.set(field, value, self.labels);
            if set.is_some() {
                for inner in value::unread_keys(field, value) {
                    self.unused.add(&format!("{key}.{inner}"), line);
                }
            }
            match set {
                Some(true) => taken = Some(field),
                Some(false) if field == Field::Source && understood.has_address() => {
                    address_key.get_or_insert(key);
                }
                Some(false) => {}
                None => self.of_wrong_type.add(&key, line),
            }
        }
        if !understood.add_values_of_other_fields()
            && let Some(key) = address_key
        {
            self.unused.add(&key, line);
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
                let (rank, key) = ((false, 0, rank), Cow::Borrowed(key));
                candidates.push(Candidate { field, rank, object: 0, key, value });
            }
        }
        let mapped = candidates.len();
        let mut objects = vec![ArticleObject { fields, around: 0, level: 0 }];
        self.add_known(line, "", &mut objects, &mut candidates);
        if objects.len() > 1 {
            let ranks = ranks(&objects, &candidates);
            // The title and the id of a record are rarely those of anything but the article.
            let is_of_record = |field: Field| matches!(field, Field::Title | Field::Id);
            let known = candidates.iter_mut().skip(mapped);
            for candidate in known.filter(|candidate| !is_of_record(candidate.field)) {
                candidate.rank.1 = ranks[candidate.object];
            }
        }
        candidates
    }

    /// Adds the well-known keys of the last of `objects` to `candidates`, and of the objects in it
    /// that stand for the article, which are added to `objects`. `path_of_object` is empty
    /// for the record itself.
    fn add_known<'v>(
        &mut self,
        line: u64,
        path_of_object: &str,
        objects: &mut Vec<ArticleObject<'v>>,
        candidates: &mut Vec<Candidate<'v>>,
    ) where
        'm: 'v,
    {
        let map = self.map;
        let mapped_count = u16::try_from(map.iter().count()).unwrap_or(u16::MAX);
        let object = objects.len() - 1;
        let ArticleObject { fields, level, .. } = objects[object];
        let depth = MAX_NESTED - level;
        for (key, value) in fields {
            let path = match path_of_object {
                "" => Cow::Borrowed(&**key),
                around => Cow::Owned(format!("{around}.{key}")),
            };
            // The key is mapped, or a mapped path such as `source.name` begins with it.
            let is_mapped = || {
                let after = |mapped: &'m str| mapped.strip_prefix(&*path);
                let mut mapped = map.iter().filter_map(|(_, mapped)| after(mapped));
                mapped.any(|after| after.is_empty() || after.starts_with('.'))
            };
            if value::is_empty(value) || !map.is_empty() && is_mapped() {
                continue;
            }
            let meaning = self.meaning(key);
            let is_text = matches!(meaning, Some((Field::Text, _)));
            if let Value::Object(nested) = value
                && depth > 0
                && (is_text || !self.is_article(fields))
                && self.stands_for_article(key, nested, depth)
            {
                objects.push(ArticleObject { fields: nested, around: object, level: level + 1 });
                self.add_known(line, &path, objects, candidates);
                continue;
            }
            match meaning {
                Some((field, rank)) => {
                    let is_summary =
                        keys::is_summary(field, rank) || field == Field::Text && is_status_key(key);
                    let rank = (is_summary, level, rank.saturating_add(mapped_count));
                    candidates.push(Candidate { field, rank, object, key: path, value });
                }
                None => self.unused.add(&path, line),
            }
        }
    }

    /// Whether an object stands for the article, so that its keys are those of the record: its key
    /// says so, and it has a title or a text, or an object that stands for the article.
    fn stands_for_article(&mut self, key: &str, fields: &RawFields, depth: usize) -> bool {
        let is_text = self.meaning(key).is_some_and(|(field, _)| field == Field::Text);
        let is_article_key = || ARTICLE_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
        if !is_text && !is_article_key() {
            return false;
        }
        let OwnTexts { title, text, summary } = self.own_texts(fields);
        let is_in = |(key, value): (&String, &Value)| {
            let nested = value.as_object().filter(|_| depth > 1);
            nested.is_some_and(|nested| self.stands_for_article(key, nested, depth - 1))
        };
        title || text || summary || fields.iter().any(is_in)
    }

    /// Whether an object in `fields` stands for the article, and has a title and a text; one of
    /// them is enough if an article `is_expected`.
    pub(crate) fn has_article_object(&mut self, fields: &RawFields, is_expected: bool) -> bool {
        fields.iter().any(|(key, value)| {
            let Value::Object(nested) = value else { return false };
            let is_article_key = ARTICLE_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
            let OwnTexts { title, text, summary } = self.own_texts(nested);
            let has_text = text || summary;
            is_article_key && (title && has_text || is_expected && (title || has_text))
        })
    }

    /// Whether an object is an article by itself: it has a title and a text.
    fn is_article(&mut self, fields: &RawFields) -> bool {
        let OwnTexts { title, text, .. } = self.own_texts(fields);
        title && text
    }

    /// Which texts of an article an object has.
    pub(crate) fn own_texts(&mut self, fields: &RawFields) -> OwnTexts {
        let mut own = OwnTexts { title: false, text: false, summary: false };
        let map = self.map;
        for (field, path) in map.iter() {
            let is_given = by_path(fields, path).is_some();
            own.title |= is_given && field == Field::Title;
            own.text |= is_given && field == Field::Text;
        }
        let mut has_articles = false;
        for (key, value) in fields {
            let first = value.as_array().and_then(|values| values.first()?.as_object());
            let is_given = !value::is_empty(value) && !value.is_boolean();
            match self.meaning(key).filter(|_| is_given) {
                Some((Field::Title, _)) => own.title = true,
                Some((Field::Text, rank)) if keys::is_summary(Field::Text, rank) => {
                    own.summary = true;
                }
                Some((Field::Text, _)) if is_status_key(key) => {
                    own.summary = true;
                }
                Some((Field::Text, _)) => {
                    let is_article = first.is_some_and(|first| {
                        let OwnTexts { title, text, summary } = self.own_texts(first);
                        title && (text || summary)
                    });
                    has_articles |= is_article;
                    own.text |= !is_article;
                }
                _ => {}
            }
        }
        // Objects with titles and texts are parts of the text only if the object has a title.
        own.text |= has_articles && own.title;
        own
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

/// The ranks of the record and of the objects in it that stand for the article. The object that has
/// the text comes first: what the objects around it say is often about how the article was stored,
/// such as the time at which a row was created. Of the others, the nearest comes first.
fn ranks(objects: &[ArticleObject<'_>], candidates: &[Candidate<'_>]) -> Vec<usize> {
    // Whether each object has a text, a title and a summary.
    let mut texts = vec![(false, false, false); objects.len()];
    for candidate in candidates {
        let (text, title, summary) = &mut texts[candidate.object];
        match candidate.field {
            Field::Title => *title = true,
            Field::Text if candidate.rank.0 => *summary = true,
            Field::Text => *text = true,
            _ => {}
        }
    }
    let completeness = |(text, title, summary): (bool, bool, bool)| (text, title && summary, title);
    let best = (1..objects.len()).fold(0, |best, index| {
        if completeness(texts[index]) > completeness(texts[best]) { index } else { best }
    });
    let mut ranks: Vec<usize> =
        objects.iter().map(|object| 1 + MAX_NESTED + object.level).collect();
    let (mut object, mut rank) = (best, 0);
    loop {
        ranks[object] = rank;
        if object == 0 {
            return ranks;
        }
        (object, rank) = (objects[object].around, rank + 1);
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

/// Whether the text of a key is the text of an article or, in an answer of a server, a status such
/// as `success`.
fn is_status_key(key: &str) -> bool {
    matches!(key, "message" | "detail")
}
