//! Repairs records that a strict parser of JSON refuses because of single damaged characters. A
//! record is repaired only after it was refused, so that valid JSON is never changed.
//!
//! | damage | repair |
//! |---|---|
//! | a byte that is not UTF-8 | U+FFFD |
//! | an escaped surrogate without the other half, `\ud83d` | `\ufffd` |
//! | a NUL byte | left out |
//! | a tab, a line break or another control character in a string | escaped |
//! | a backslash that escapes nothing, as in `\d` or `\'` | escaped, but left out before `'` |
//! | `NaN`, `Infinity`, `-Infinity`, `undefined` | `null` |

use std::fmt::Write as _;

/// A record as valid JSON, if nothing else was wrong with it.
pub(super) struct Repaired {
    pub(super) text: String,
    /// Whether something became U+FFFD or was left out.
    pub(super) is_lossy: bool,
}

/// The values that JSON does not have, but that programs write.
const NO_VALUES: [&str; 4] = ["NaN", "Infinity", "-Infinity", "undefined"];

/// Repairs a record; `None` if there is nothing that can be repaired. Takes time in proportion to
/// the length of the record.
pub(super) fn repaired(bytes: &[u8]) -> Option<Repaired> {
    let text = String::from_utf8_lossy(bytes);
    let is_lossy = matches!(text, std::borrow::Cow::Owned(_));
    let mut repaired = Repaired { text: String::with_capacity(text.len()), is_lossy };
    let (mut remaining, mut in_string) = (&*text, false);
    while let Some(c) = remaining.chars().next() {
        let length = match c {
            '\0' => {
                repaired.is_lossy = true;
                1
            }
            '\\' if in_string => repaired.escape(remaining),
            c if in_string && c < ' ' => {
                let _ = write!(repaired.text, "\\u{:04x}", u32::from(c));
                1
            }
            _ => {
                in_string ^= c == '"';
                let no_value = NO_VALUES.iter().find(|value| remaining.starts_with(**value));
                match no_value.filter(|_| !in_string && c != '"') {
                    Some(value) => {
                        repaired.text.push_str("null");
                        value.len()
                    }
                    None => {
                        repaired.text.push(c);
                        c.len_utf8()
                    }
                }
            }
        };
        remaining = &remaining[length..];
    }
    (repaired.text.as_bytes() != bytes).then_some(repaired)
}

impl Repaired {
    /// Adds the escape that `text` begins with, and returns its length.
    fn escape(&mut self, text: &str) -> usize {
        if let Some(half) = utf16_unit(text) {
            let is_low = |unit: u16| (0xdc00..0xe000).contains(&unit);
            let pairs =
                |half: u16| half < 0xdc00 && utf16_unit(&text[UNIT_BYTES..]).is_some_and(is_low);
            let length = match half {
                0xd800..0xe000 if pairs(half) => 2 * UNIT_BYTES,
                0xd800..0xe000 => {
                    self.text.push_str("\\ufffd");
                    self.is_lossy = true;
                    return UNIT_BYTES;
                }
                _ => UNIT_BYTES,
            };
            self.text.push_str(&text[..length]);
            return length;
        }
        match text[1..].chars().next() {
            Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                self.text.extend(['\\', c]);
                2
            }
            Some('\'') => {
                self.text.push('\'');
                2
            }
            _ => {
                self.text.push_str("\\\\");
                1
            }
        }
    }
}

/// Length of an escape such as `\u4e00`.
const UNIT_BYTES: usize = 6;

/// The unit of UTF-16 that the escape at the beginning of a text stands for.
fn utf16_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_damaged_characters_are_changed() {
        for (damaged, expected, is_lossy) in [
            (&b"{\"a\":\"\xff\"}"[..], "{\"a\":\"\u{fffd}\"}", true),
            (b"{\"a\":\"x\0y\"}\0", "{\"a\":\"xy\"}", true),
            (br#"{"a":"\ud83d"}"#, r#"{"a":"\ufffd"}"#, true),
            (br#"{"a":"\ude00\ud83dx\ud83d\ude00"}"#, r#"{"a":"\ufffd\ufffdx\ud83d\ude00"}"#, true),
            (b"{\"a\":\"x\ty\nz\"}", r#"{"a":"x\u0009y\u000az"}"#, false),
            (br#"{"a":"\d \' \\ \" \u12"}"#, r#"{"a":"\\d ' \\ \" \\u12"}"#, false),
            (
                br#"{"a":NaN,"b":[-Infinity,Infinity],"NaN":"NaN"}"#,
                r#"{"a":null,"b":[null,null],"NaN":"NaN"}"#,
                false,
            ),
        ] {
            let repaired = repaired(damaged).expect("there is damage");
            assert_eq!((&*repaired.text, repaired.is_lossy), (expected, is_lossy));
            assert!(serde_json::from_str::<serde_json::Value>(&repaired.text).is_ok());
        }
        // Nothing of these can be repaired.
        for text in ["{\"a\":1,}", "{\"a\": }", "{\"a\":\"x", r#"{"a":"\u4e00\"\\"}"#] {
            assert!(repaired(text.as_bytes()).is_none(), "{text}");
        }
    }
}
