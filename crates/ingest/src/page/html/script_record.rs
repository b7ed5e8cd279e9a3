//! Reads what an object in a script states beside the text of an article: title, date, source,
//! author and tags, under the keys that dumps have. The text stands in the object, or in an object
//! or list in it.

use serde_json::{Map, Value};

use super::letters::{MAX_TITLE_BYTES, letters_and_digits};
use super::relaxed_json;
use super::title::names_no_article;
use super::whitespace::one_line;
use crate::fields::field::Field;
use crate::fields::stated_date::{self, StatedDate};
use crate::fields::{keys, value};
use crate::page::labels::Labels;
use crate::page::metadata::Metadata;
use crate::page::names::value::{bare_name, person_name};
use crate::page::names::{is_certain_outlet, is_masthead, is_outlet, is_person};
use crate::record::{DateOrigin, Moment};
use crate::text::char_boundary_before;

/// Minimum letters of a title by which a longer one is replaced.
const MIN_TITLE: usize = 6;
/// How many of the objects around a text are read, from the inside to the outside.
const MAX_OBJECTS: usize = 4;
/// Maximum bytes of an object that is read.
const MAX_BYTES: usize = 1_000_000;
/// Maximum number of objects and lists around a text.
const MAX_OPEN: usize = 1_000;

/// What an object states about its article.
#[derive(Debug, Default)]
pub(super) struct ScriptRecord {
    title: Option<String>,
    date: Option<Moment>,
    source: Option<String>,
    author: Option<String>,
    tags: Vec<String>,
}

/// What the innermost object states that has a title or a date, of those around the text at byte
/// `at` of a script.
pub(super) fn around(script: &str, at: usize) -> Option<ScriptRecord> {
    let objects = objects_around(script, at);
    objects.into_iter().rev().take(MAX_OBJECTS).find_map(|start| {
        let end = char_boundary_before(script, start + MAX_BYTES);
        let Value::Object(fields) = relaxed_json::value(&script[start..end])? else { return None };
        let record = ScriptRecord::of(&fields);
        (record.title.is_some() || record.date.is_some()).then_some(record)
    })
}

/// Where the objects begin that are open at byte `at` of a script, from the outside to the inside.
/// Strings and comments are passed over.
fn objects_around(script: &str, at: usize) -> Vec<usize> {
    let bytes = script.as_bytes();
    // The bytes where objects begin; `None` for a list or brackets.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut next = 0;
    while next < at {
        let (start, byte) = (next, bytes[next]);
        next += 1;
        match byte {
            b'"' | b'\'' | b'`' => loop {
                let Some(end) = memchr::memchr2(byte, b'\\', &bytes[next..]) else {
                    return Vec::new();
                };
                next += end + 1;
                if bytes[next - 1] == byte {
                    break;
                }
                next = (next + 1).min(bytes.len());
            },
            b'/' if bytes.get(next) == Some(&b'*') => {
                let Some(end) = memchr::memmem::find(&bytes[next..], b"*/") else {
                    return Vec::new();
                };
                next += end + 2;
            }
            b'/' if bytes.get(next) == Some(&b'/') => {
                next += memchr::memchr(b'\n', &bytes[next..]).unwrap_or(bytes.len() - next);
            }
            b'{' | b'[' | b'(' if open.len() < MAX_OPEN => {
                open.push((byte == b'{').then_some(start));
            }
            b'}' | b']' | b')' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.into_iter().flatten().collect()
}

impl ScriptRecord {
    fn of(fields: &Map<String, Value>) -> Self {
        // The keys of each field, the best first, as in dumps.
        let mut known: Vec<(u16, Field, &Value)> = fields
            .iter()
            .filter_map(|(key, value)| keys::meaning(key).map(|(field, rank)| (rank, field, value)))
            .collect();
        known.sort_by_key(|(rank, ..)| *rank);
        let mut record = Self::default();
        let set = |slot: &mut Option<String>, name: Option<&str>| {
            if slot.is_none() {
                *slot = name.map(str::to_owned);
            }
        };
        for (_, field, value) in known {
            let single = || value::single(value).map(|text| one_line(&text)).unwrap_or_default();
            match field {
                Field::Title => {
                    let text = value::one_line(&single());
                    let is_title = !text.is_empty() && text.len() <= MAX_TITLE_BYTES;
                    set(&mut record.title, Some(&*text).filter(|_| is_title));
                }
                Field::Date if record.date.is_none() => {
                    if let Some(StatedDate::Moment(moment)) =
                        stated_date::of_value(value, Labels::builtin())
                    {
                        record.date = Some(moment);
                    }
                }
                Field::Source => {
                    let text = single();
                    let is_name = |name: &&str| is_outlet(name) && !name.is_ascii();
                    set(&mut record.source, Some(bare_name(&text)).filter(is_name));
                }
                Field::Author => {
                    let text = single();
                    let is_name = |name: &&str| is_person(name) && !is_certain_outlet(name);
                    set(&mut record.author, Some(person_name(&text)).filter(is_name));
                }
                Field::Tags if record.tags.is_empty() => {
                    record.tags = value::list(value).unwrap_or_default();
                }
                _ => {}
            }
        }
        record
    }

    /// Adds to the metadata of a page what the object states beside its text. Of what the page
    /// itself states, only a date from a script, and a title that is longer than that of the object
    /// or names no article, are replaced.
    pub(super) fn add_to(self, metadata: &mut Metadata) {
        let title = self.title.filter(|title| !names_no_article(title, &[]));
        if let Some(title) = title {
            let wanted = letters_and_digits(&title);
            let is_better = metadata.title.as_deref().is_none_or(|shown| {
                is_masthead(shown)
                    || names_no_article(shown, &[])
                    || wanted.chars().nth(MIN_TITLE - 1).is_some()
                        && letters_and_digits(shown).contains(&wanted)
            });
            if is_better {
                metadata.title = Some(title);
            }
        }
        if let Some(moment) = self.date
            && metadata.date.is_none_or(|(_, origin)| origin == DateOrigin::Script)
        {
            metadata.date = Some((moment, DateOrigin::Script));
            metadata.unread_date = None;
        }
        let is_of_source = |name: &String| metadata.source.as_ref() == Some(name);
        let author =
            self.author.filter(|name| !is_of_source(name) && self.source.as_ref() != Some(name));
        metadata.author = metadata.author.take().or(author);
        metadata.source = metadata.source.take().or(self.source);
        if metadata.tags.is_empty() {
            metadata.tags = self.tags;
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn the_object_around_a_text_states_its_metadata() {
        let time = Some(Moment::Time(datetime(2021, 5, 6, 10, 22, 0, 0)));
        for object in [
            r#"{"title":"题目","publishTime":"2021-05-06 10:22:00","source":"汉江晚报","author":"汪洋","content":"X"}"#,
            r#"{"title":"题目","published_at":"2021-05-06T02:22:00Z","source":{"name":"汉江晚报"},"author":{"name":"汪洋"},"content":"X"}"#,
            r#"{title:'题目',createdAt:1620267720,media:"汉江晚报",authors:[{name:"汪洋"}],body:{list:[{data:"X"}]}}"#,
            r#"{"title":"题目","content":"X","date":"2021-05-06 10:22","sourceName":"汉江晚报","authorName":"汪洋"}"#,
        ] {
            let other = r#"{"title":"别的","date":"2020-01-01","source":"别的日报"}"#;
            let script = format!(
                "// it's\nvar a = {{\"list\":[{other}],\"props\":{object},\"b\":{other}}};"
            );
            let record = around(&script, script.find("\"X\"").unwrap()).unwrap();
            assert_eq!(record.title.as_deref(), Some("题目"), "{script}");
            assert_eq!(record.date, time, "{script}");
            assert_eq!(record.source.as_deref(), Some("汉江晚报"), "{script}");
            assert_eq!(record.author.as_deref(), Some("汪洋"), "{script}");
        }
        assert!(around("{\"a\":\"X\"}", 5).is_none());
        assert!(around("{\"a", 3).is_none());
    }
}
