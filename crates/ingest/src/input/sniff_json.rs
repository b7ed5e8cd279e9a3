//! Recognises JSON, and finds the array of records in an object that wraps such an array.

use super::content::Content;
use super::kind::{DumpKind, Kind};
use crate::fields::keys;

/// The keys under which programs put their array of records.
const WRAPPERS: [&str; 22] = [
    "data",
    "articles",
    "items",
    "records",
    "rows",
    "results",
    "result",
    "list",
    "news",
    "docs",
    "documents",
    "posts",
    "entries",
    "hits",
    "pages",
    "content",
    "feed",
    "messages",
    "rss",
    "response",
    "edges",
    "nodes",
];
/// Maximum number of objects that are looked into for an array of records.
const MAX_INNER_OBJECTS: usize = 8;
/// The array of records must begin within this many bytes.
const MAX_WRAPPER_BYTES: usize = 4 << 10;

/// Recognises a text that begins with `[` or `{`.
pub(super) fn of(start: &[u8]) -> Content {
    let inner = start[1..].trim_ascii_start();
    match (start[0], inner.first()) {
        (b'[', Some(b'{')) => return Content::Kind(Kind::Dump(DumpKind::Json)),
        (b'{', Some(b'"')) => {}
        _ => return Content::Text,
    }
    if wrapper(start).is_some() {
        return Content::Kind(Kind::Dump(DumpKind::Json));
    }
    let end = memchr::memchr(b'\n', start);
    let line = start[..end.unwrap_or(start.len())].trim_ascii();
    let is_one_line = match end {
        Some(_) => line.ends_with(b"}"),
        // What was read of the file ends inside the first line. A line of more than 1 KiB is taken
        // for a whole object: an object on several lines usually has a short first line.
        None => line.len() > 1 << 10 || line.ends_with(b"}"),
    };
    // After the key of an object comes a colon.
    let key_end = inner[1..].iter().position(|byte| *byte == b'"');
    let has_colon =
        key_end.is_some_and(|end| inner[end + 2..].trim_ascii_start().starts_with(b":"));
    match (has_colon, is_one_line) {
        (false, _) => Content::Text,
        (true, true) => Content::Kind(Kind::Dump(DumpKind::JsonLines)),
        (true, false) => Content::Kind(Kind::Dump(DumpKind::Json)),
    }
}

/// An object that wraps an array of records.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrapper {
    /// The number of objects inside of it that are around the array.
    pub(crate) inner_objects: usize,
}

/// Whether programs put records under this key.
pub(crate) fn is_wrapper(key: &str) -> bool {
    WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(key))
}

/// The wrapper that JSON begins with, if it is an object that wraps an array of records.
pub(crate) fn wrapper(head: &[u8]) -> Option<Wrapper> {
    let head = &head[..head.len().min(MAX_WRAPPER_BYTES)];
    let mut remaining = head.trim_ascii_start().strip_prefix(b"{")?;
    let (mut inner_objects, mut has_title) = (0, false);
    loop {
        let (key, after) = string(remaining.trim_ascii_start())?;
        let value = after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        if let Some(inner) = value.strip_prefix(b"[") {
            let key = String::from_utf8_lossy(key);
            // After a title, a key such as `content` has the parts of the text.
            let is_text = has_title && keys::is_title_or_text(&key);
            let wraps = inner.trim_ascii_start().starts_with(b"{") && !is_text;
            return (wraps && is_wrapper(&key)).then_some(Wrapper { inner_objects });
        }
        remaining = match value.first()? {
            b'"' => {
                let (text, after) = string(value)?;
                let is_title = || keys::is_title(&String::from_utf8_lossy(key));
                has_title |= !text.is_empty() && is_title();
                after
            }
            b'{' => {
                let key = String::from_utf8_lossy(key);
                // Some programs wrap twice: `{"data":{"list":[`.
                if is_wrapper(&key) && inner_objects < MAX_INNER_OBJECTS {
                    inner_objects += 1;
                    remaining = &value[1..];
                    continue;
                }
                // An object with a key such as `author` belongs to a record.
                if keys::is_known(&key) {
                    return None;
                }
                after_object(value)?
            }
            _ => &value[value.iter().position(|byte| *byte == b',')?..],
        };
        remaining = remaining.trim_ascii_start().strip_prefix(b",")?;
    }
}

/// What follows the object at the beginning of `text`.
fn after_object(text: &[u8]) -> Option<&[u8]> {
    let (mut remaining, mut depth) = (text, 0_usize);
    loop {
        let at = remaining.iter().position(|byte| matches!(byte, b'{' | b'}' | b'"'))?;
        match remaining[at] {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {
                remaining = string(&remaining[at..])?.1;
                continue;
            }
        }
        remaining = &remaining[at + 1..];
        if depth == 0 {
            return Some(remaining);
        }
    }
}

/// Splits off the string at the beginning of `text`; returns it without its quotes, and what
/// follows.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"\"")?;
    let mut escaped = false;
    for (at, byte) in inner.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&inner[..at], &inner[at + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_array_of_records_in_a_wrapper_is_found() {
        // `None`: the array has no objects, its key is not in `WRAPPERS`, an object around it or
        // before it belongs to a record (`source`, `author`), or no array comes at all.
        for (head, inner_objects) in [
            ("{\"data\":[{\"a\":1}]}", Some(0)),
            ("{\"status\": \"ok\", \"total\": 2, \"articles\": [ {}]}", Some(0)),
            ("{\"title\":\"甲\\\"\",\"RECORDS\":[\n{", Some(0)),
            ("{\"tags\":[{\"a\":1}]}", None),
            ("{\"data\":[\"a\"]}", None),
            ("{\"data\":{\"list\":[{}]}}", Some(1)),
            ("{\"source\":{\"list\":[{}]}}", None),
            ("{\"a\":{\"b\":{\"}\":1}},\"hits\":{\"n\":{},\"hits\":[{}]}}", Some(1)),
            ("{\"a\":{\"b\":1},\"tags\":[{}]}", None),
            ("{\"author\":{\"name\":1},\"content\":[{}]}", None),
            ("{\"title\":\"甲\"}", None),
            ("{\"title\":\"甲\",\"content\":[{}]}", None),
            ("[{}]", None),
            ("{\"data\"", None),
        ] {
            let found = wrapper(head.as_bytes()).map(|wrapper| wrapper.inner_objects);
            assert_eq!(found, inner_objects, "{head}");
        }
    }
}
