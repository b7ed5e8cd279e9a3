//! Reads JSON that a strict parser refuses, and object literals of JavaScript: with comments,
//! commas too many, line breaks or quotation marks in strings, and keys or strings in other quotes
//! or none.

use serde_json::{Map, Value};

use super::script_text::unescaped;

/// Maximum depth of nested objects and lists.
const MAX_DEPTH: usize = 64;

/// What may stand around JSON in a script: comments of HTML, and a section of XML.
const WRAPPERS: [&str; 5] = ["<!--", "-->", "<![CDATA[", "//<![CDATA[", "// <![CDATA["];

/// The value that a text begins with; `None` if it is not understood. Takes linear time.
pub(super) fn value(text: &str) -> Option<Value> {
    Reader { text, at: 0 }.value(MAX_DEPTH)
}

/// The objects and lists of which a text consists, one after the other; `None` if it has anything
/// else, or is not understood.
pub(super) fn values(text: &str) -> Option<Vec<Value>> {
    let mut reader = Reader { text, at: 0 };
    let mut values = Vec::new();
    while let Some(next) = reader.peek() {
        match next {
            '{' | '[' => values.push(reader.value(MAX_DEPTH)?),
            ';' | ',' if !values.is_empty() => reader.at += 1,
            _ => return None,
        }
    }
    (!values.is_empty()).then_some(values)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn remaining(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The next character after spaces and comments.
    fn peek(&mut self) -> Option<char> {
        loop {
            let remaining = self.remaining();
            let trimmed =
                remaining.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += remaining.len() - trimmed.len();
            let comment = if let Some(wrapper) = WRAPPERS.iter().find(|w| trimmed.starts_with(**w))
            {
                wrapper.len()
            } else if trimmed.starts_with("//") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if trimmed.starts_with("/*") {
                trimmed.find("*/").map_or(trimmed.len(), |end| end + 2)
            } else {
                return trimmed.chars().next();
            };
            self.at += comment;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match self.peek()? {
            '{' => self.object(depth),
            '[' => self.list(depth),
            quote @ ('"' | '\'' | '`') => self.string(quote).map(Value::String),
            _ => {
                let word = self.word()?;
                Some(serde_json::from_str(word).unwrap_or(Value::Null))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut fields = Map::new();
        loop {
            let key = match self.peek()? {
                ',' => {
                    self.at += 1;
                    continue;
                }
                '}' => {
                    self.at += 1;
                    return Some(Value::Object(fields));
                }
                quote @ ('"' | '\'') => self.string(quote)?,
                _ => self.word()?.to_owned(),
            };
            if self.peek()? != ':' {
                return None;
            }
            self.at += 1;
            let value = self.value(depth)?;
            fields.entry(key).or_insert(value);
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut values = Vec::new();
        loop {
            match self.peek()? {
                ',' => self.at += 1,
                ']' => {
                    self.at += 1;
                    return Some(Value::Array(values));
                }
                _ => values.push(self.value(depth)?),
            }
        }
    }

    /// The string in these quotation marks. A mark that nothing follows that can follow a string
    /// belongs to the string, as in `"他说"好"。"`.
    fn string(&mut self, quote: char) -> Option<String> {
        let literal = &self.text[self.at + 1..];
        let mut from = 0;
        let end = loop {
            let at = from + memchr::memchr2(quote as u8, b'\\', &literal.as_bytes()[from..])?;
            if literal.as_bytes()[at] == b'\\' {
                from = (at + 2).min(literal.len());
                continue;
            }
            let after = literal[at + 1..].trim_start();
            let is_end = after.is_empty() || after.starts_with([',', ':', '}', ']', '/', ';', '<']);
            if is_end || quote != '"' {
                break at;
            }
            from = at + 1;
        };
        self.at += 1 + end + 1;
        Some(unescaped(&literal[..end]).trim().to_owned())
    }

    /// A number or a word such as `true` or `undefined`; or the name of a key.
    fn word(&mut self) -> Option<&'t str> {
        let remaining = self.remaining();
        let is_part =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '+' | '.' | '!');
        let end = remaining.find(|c| !is_part(c)).unwrap_or(remaining.len());
        self.at += end;
        (end > 0).then_some(&remaining[..end])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn almost_valid_json_and_literals_of_javascript_are_read() {
        let wanted = json!({"a": ["甲\n乙"], "b": 1});
        for text in [
            r#"{"a":["甲\n乙"],"b":1}"#,
            "{\"a\":[\"甲\n乙\",],\"b\":1,}",
            "<!-- {\"a\":[\"甲\n乙\"],\"b\":1} -->",
            "//<![CDATA[\n{\"a\":[\"甲\n乙\"],\"b\":1}\n//]]>",
            "/* x */ {a:['甲\\n乙'], // y\n 'b' : 1};",
        ] {
            assert_eq!(value(text), Some(wanted.clone()), "{text}");
        }
        assert_eq!(value(r#"{"a":"他说"好"。"}"#), Some(json!({"a": "他说\"好\"。"})));
        assert_eq!(value("{a:b,c:!0}"), Some(json!({"a": null, "c": null})));
        assert_eq!(value("{a:f(b)}"), None);
    }

    #[test]
    fn hostile_text_is_refused() {
        for text in ["[".repeat(200_000), "{\"a".repeat(100_000), "/*".repeat(100_000)] {
            assert_eq!(value(&text), None);
        }
        let quotes = format!("{{\"a\":\"{}", "\" ".repeat(100_000));
        assert_eq!(value(&quotes), None);
    }
}
