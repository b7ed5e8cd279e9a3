//! Lists and objects that are written as one text, in the syntax of JSON, Python or PostgreSQL:
//! `['甲', '乙']`, `('甲',)`, `{'id': None, 'name': '甲'}`, `{"甲","乙"}`.

use serde_json::{Map, Value};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 8;
/// The longest text that is read as a list, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// The words of JSON, Python and SQL that state nothing.
const NULL_WORDS: [&str; 4] = ["null", "None", "NULL", "nan"];

/// The list or object that a text is; `None` if it is another text, such as a name in brackets. A
/// list in square brackets or braces may have words without quotation marks; one in parentheses,
/// which texts often have around them, may not.
pub(crate) fn parsed(text: &str) -> Option<Value> {
    let text = text.trim();
    let is_enclosed = match (text.as_bytes().first()?, text.as_bytes().last()?) {
        (b'[', b']') | (b'{', b'}') => true,
        // `("甲")` is no list.
        (b'(', b')') => text.contains(','),
        _ => false,
    };
    if !is_enclosed || text.len() > MAX_BYTES {
        return None;
    }
    let mut reader = Reader { remaining: text };
    let value = reader.value(MAX_DEPTH, Words::Quoted)?;
    reader.remaining.trim_start().is_empty().then_some(value)
}

/// Whether words need quotation marks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Bare,
    Quoted,
}

struct Reader<'t> {
    remaining: &'t str,
}

impl Reader<'_> {
    /// Takes a value, with the spaces before it.
    fn value(&mut self, depth: usize, words: Words) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match self.peek()? {
            '[' => self.list(']', depth, Words::Bare),
            '(' => self.list(')', depth, Words::Quoted),
            '{' => self.object_or_set(depth),
            '"' | '\'' => self.string().map(Value::String),
            _ => self.word(words),
        }
    }

    /// The next character after spaces, which are skipped.
    fn peek(&mut self) -> Option<char> {
        self.remaining = self.remaining.trim_start();
        self.remaining.chars().next()
    }

    /// Takes a character and the spaces before it.
    fn take(&mut self, wanted: char) -> Option<()> {
        self.peek()?;
        self.remaining = self.remaining.strip_prefix(wanted)?;
        Some(())
    }

    /// Takes a list up to `end`.
    fn list(&mut self, end: char, depth: usize, words: Words) -> Option<Value> {
        self.remaining = &self.remaining[1..];
        let mut values = Vec::new();
        while self.peek()? != end {
            values.push(self.value(depth, words)?);
            if self.peek()? != end {
                self.take(',')?;
            }
        }
        self.take(end)?;
        Some(Value::Array(values))
    }

    /// Takes an object, or a set or an array of PostgreSQL, which becomes a list.
    fn object_or_set(&mut self, depth: usize) -> Option<Value> {
        self.remaining = &self.remaining[1..];
        let (mut fields, mut values) = (Map::new(), Vec::new());
        while self.peek()? != '}' {
            let key = self.value(depth, Words::Bare)?;
            if self.peek()? == ':' {
                self.take(':')?;
                let Value::String(key) = key else { return None };
                fields.insert(key, self.value(depth, Words::Bare)?);
            } else {
                values.push(key);
            }
            if self.peek()? != '}' {
                self.take(',')?;
            }
        }
        self.take('}')?;
        match (fields.is_empty(), values.is_empty()) {
            (true, _) => Some(Value::Array(values)),
            (false, true) => Some(Value::Object(fields)),
            (false, false) => None,
        }
    }

    /// Takes a string in quotation marks.
    fn string(&mut self) -> Option<String> {
        let quote = self.remaining.chars().next()?;
        let mut chars = self.remaining[1..].chars();
        let mut string = String::new();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => match chars.next()? {
                    'n' => string.push('\n'),
                    't' => string.push('\t'),
                    'r' => {}
                    'u' => string.push(code_point(&mut chars)?),
                    escaped => string.push(escaped),
                },
                c => string.push(c),
            }
        }
        self.remaining = chars.as_str();
        Some(string)
    }

    /// Takes a word without quotation marks: a number, a word for null, or, if words may be bare, a
    /// text up to the next separator.
    fn word(&mut self, words: Words) -> Option<Value> {
        let is_end = |c: char| matches!(c, ',' | ']' | '}' | ')' | '[' | '{' | '"' | ':');
        let end = self.remaining.find(is_end)?;
        let word = self.remaining[..end].trim_end();
        self.remaining = &self.remaining[end..];
        if NULL_WORDS.contains(&word) {
            return Some(Value::Null);
        }
        match word {
            "true" | "True" => return Some(Value::Bool(true)),
            "false" | "False" => return Some(Value::Bool(false)),
            _ => {}
        }
        if let Ok(number) = word.parse() {
            return Some(Value::Number(number));
        }
        (words == Words::Bare && !word.is_empty()).then(|| Value::String(word.to_owned()))
    }
}

/// The character that four hexadecimal digits stand for.
fn code_point(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let mut code = 0;
    for _ in 0..4 {
        code = code * 16 + chars.next()?.to_digit(16)?;
    }
    // Half of a pair of surrogates is rare in names, and then the text is left as it is.
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_objects_are_read_in_every_syntax() {
        for (text, expected) in [
            ("['王小明', '李四光']", json!(["王小明", "李四光"])),
            ("[\"王小明\",\"李四光\"]", json!(["王小明", "李四光"])),
            ("[王小明, 李四光]", json!(["王小明", "李四光"])),
            ("[[王小明]]", json!([["王小明"]])),
            ("('王小明', '李四光')", json!(["王小明", "李四光"])),
            ("('王小明',)", json!(["王小明"])),
            ("{\"王小明\",\"李四光\"}", json!(["王小明", "李四光"])),
            ("{王小明,李四光}", json!(["王小明", "李四光"])),
            ("{}", json!([])),
            ("[{\"name\":\"王小明\"}]", json!([{"name": "王小明"}])),
            ("{'id': None, 'name': '示例財經'}", json!({"id": null, "name": "示例財經"})),
            ("{'a': [1, 2.5], 'b': True}", json!({"a": [1, 2.5], "b": true})),
            ("['\\u738b', \"O'Neil\"]", json!(["王", "O'Neil"])),
        ] {
            assert_eq!(parsed(text), Some(expected), "{text}");
        }
        for text in [
            "王小明",
            "(綜合)",
            "(王小明, 李四光)",
            "[王小明] 等 [李四光]",
            "['王小明'",
            "[甲",
            "{a:",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(parsed(&deep), None);
    }
}
