//! The text of an article that stands in a script: pages that a program builds in the browser have
//! no text of their own, and carry it as a string in JSON or JavaScript, such as
//! `"content":"<p>…"` in the data of Next.js and Nuxt.

use std::borrow::Cow;

use super::amount::{amount, amount_without_tags, is_prose};
use super::lines;
use crate::page::line::Line;
use crate::text::punctuation::is_han;

/// Maximum bytes of scripts that are searched.
const MAX_BYTES: usize = 4_000_000;
/// Minimum [`amount`] of a text that is taken for an article.
pub(super) const MIN_AMOUNT: usize = 40;
/// Minimum Chinese characters of scripts that are said to have the text of a page.
const MIN_HAN: usize = 100;
/// A text within another may be escaped as HTML once more, at most this often.
const MAX_ESCAPED: usize = 2;

/// Fields that hold the text of an article.
const FIELDS: [&str; 16] = [
    "content",
    "Content",
    "body",
    "text",
    "html",
    "detail",
    "articleBody",
    "articleContent",
    "article_content",
    "newsContent",
    "news_content",
    "contentHtml",
    "content_html",
    "htmlContent",
    "bodyHtml",
    "body_html",
];

/// A text with its byte range in the page.
#[derive(Debug)]
pub(super) struct TextInScript {
    pub(super) text: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The text in the scripts at these byte ranges of the page that is most likely the article: the
/// value with the most text, of those of the [`FIELDS`]. `None` if all are short. Takes linear
/// time.
pub(super) fn find(page: &str, scripts: &[(usize, usize)]) -> Option<TextInScript> {
    let mut longest: Option<(usize, usize, usize)> = None;
    for (start, script) in searched(page, scripts) {
        // Every word but the last has a byte after it.
        let is_long = |(_, literal): &(usize, &str)| literal.len() >= 2 * MIN_AMOUNT - 1;
        for (from, literal) in literals(script).filter(is_long) {
            let size = amount_without_tags(literal);
            if size >= MIN_AMOUNT && longest.is_none_or(|(longest, ..)| longest < size) {
                longest = Some((size, start + from, start + from + literal.len()));
            }
        }
    }
    let (_, start, end) = longest?;
    Some(TextInScript { text: unescaped(page.get(start..end)?), start, end })
}

/// The text of JSON-LD as a text in a script.
pub(super) fn in_json_ld(page: &str, text: String) -> TextInScript {
    let mut keys = memchr::memmem::find_iter(page.as_bytes(), b"\"articleBody\"");
    let (start, end) = match (keys.next(), keys.next()) {
        (Some(start), None) => (start, end_of_script(page, start)),
        // Nothing tells which of several articles it is.
        _ => (0, page.len()),
    };
    TextInScript { text, start, end }
}

/// Where the script ends that has this byte.
fn end_of_script(page: &str, at: usize) -> usize {
    let is_end =
        |tag: &[u8]| tag.get(2..8).is_some_and(|name| name.eq_ignore_ascii_case(b"script"));
    let mut tags = memchr::memmem::find_iter(&page.as_bytes()[at..], b"</").map(|bytes| at + bytes);
    tags.find(|tag| is_end(&page.as_bytes()[*tag..])).unwrap_or(page.len())
}

/// Whether the scripts have so much Chinese text that it could be an article.
pub(super) fn have_text(page: &str, scripts: &[(usize, usize)]) -> bool {
    let literal = searched(page, scripts).flat_map(|(_, script)| script.chars());
    let escaped = || {
        let escapes = searched(page, scripts).flat_map(|(_, script)| {
            memchr::memmem::find_iter(script.as_bytes(), b"\\u").map(|at| &script[at + 2..])
        });
        // U+4000 to U+9FFF.
        escapes.filter(|digits| digits.starts_with(|c| ('4'..='9').contains(&c)))
    };
    literal.filter(|c| is_han(*c)).nth(MIN_HAN).is_some() || escaped().nth(MIN_HAN).is_some()
}

/// The scripts that are searched, each with its offset.
fn searched<'p>(
    page: &'p str,
    scripts: &[(usize, usize)],
) -> impl Iterator<Item = (usize, &'p str)> {
    let mut bytes = 0;
    let of_range = |(start, end): &(usize, usize)| Some((*start, page.get(*start..*end)?));
    scripts.iter().filter_map(of_range).take_while(move |(_, script)| {
        bytes += script.len();
        bytes <= MAX_BYTES
    })
}

/// The string literals that are values of the [`FIELDS`], without their quotes, each with its
/// offset.
fn literals(script: &str) -> impl Iterator<Item = (usize, &str)> {
    FIELDS.iter().flat_map(move |field| {
        memchr::memmem::find_iter(script.as_bytes(), field.as_bytes()).filter_map(move |at| {
            let before = script.as_bytes()[..at].last();
            if before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
                return None;
            }
            let after = &script[at + field.len()..];
            let after = after.strip_prefix(['"', '\'']).unwrap_or(after).trim_start();
            let value = after.strip_prefix(':')?.trim_start();
            let quote = *value.as_bytes().first().filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
            let literal = &value[1..];
            Some((script.len() - literal.len(), &literal[..end_of_literal(literal, quote)?]))
        })
    })
}

/// Where the literal ends whose text begins here: before the first quote that is not escaped. The
/// quote of the next field ends it at the latest, so all literals together take linear time.
fn end_of_literal(text: &str, quote: u8) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(quote, b'\\', &text.as_bytes()[from..])?;
        if text.as_bytes()[at] == quote {
            return Some(at);
        }
        from = (at + 2).min(text.len());
    }
}

/// The text of a literal of JSON or JavaScript.
pub(super) fn unescaped(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut units: Vec<u16> = Vec::new();
    let mut remaining = literal;
    while let Some(at) = remaining.find('\\') {
        let (before, escape) = (&remaining[..at], &remaining[at + 1..]);
        if !before.is_empty() {
            push_units(&mut text, &mut units);
            text.push_str(before);
        }
        let Some(kind) = escape.chars().next() else {
            remaining = "";
            break;
        };
        let digits = |from: usize, to: usize| {
            let digits = escape.get(from..to)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let code = match kind {
            'u' => digits(1, 5).map(|unit| (unit, 5)),
            'x' => digits(1, 3).map(|unit| (unit, 3)),
            _ => None,
        };
        if let Some((unit, bytes)) = code {
            units.push(unit);
            remaining = &escape[bytes..];
            continue;
        }
        push_units(&mut text, &mut units);
        match kind {
            'n' | 'r' => text.push('\n'),
            't' | 'b' | 'f' | 'v' => text.push(' '),
            // A line break after a backslash only continues the literal.
            '\n' => {}
            other => text.push(other),
        }
        remaining = &escape[kind.len_utf8()..];
    }
    push_units(&mut text, &mut units);
    text.push_str(remaining);
    text
}

/// Appends characters that are escaped as units of UTF-16.
fn push_units(text: &mut String, units: &mut Vec<u16>) {
    let chars = char::decode_utf16(units.drain(..));
    text.extend(chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

impl TextInScript {
    /// The lines of the text, which may be HTML. `None` if it is short or no prose.
    pub(super) fn lines(&self) -> Option<Vec<Line<'static>>> {
        let mut text = Cow::Borrowed(&*self.text);
        for _ in 0..MAX_ESCAPED {
            let is_escaped = !text.contains('<') && text.contains("&lt;");
            if !is_escaped {
                break;
            }
            let lines = lines::read(&text).layout.lines;
            text = Cow::Owned(lines.iter().map(|line| &*line.text).collect::<Vec<_>>().join("\n"));
        }
        let lines: Vec<Line<'static>> = if text.contains('<') || text.contains('&') {
            // Without tags, a line ends where the text breaks it.
            let has_tags = text.contains("</") || text.contains("<br");
            let html = if has_tags { text } else { Cow::Owned(text.replace('\n', "<br>")) };
            lines::read(&html).layout.lines
        } else {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let line = |text: &str| Line { text: text.to_owned().into(), ..Line::default() };
            lines.map(line).collect()
        };
        let size: usize = lines.iter().map(|line| amount(&line.text)).sum();
        if size < MIN_AMOUNT || !lines.iter().any(is_prose) {
            return None;
        }
        let placed = |line| Line { start: self.start, end: self.end, ..line };
        Some(lines.into_iter().map(placed).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "示例公司周一宣布，它将在未来三年里投资建设新的数据中心，以满足日益增长的需求。";

    fn lines_in(script: &str) -> Option<Vec<String>> {
        let lines = find(script, &[(0, script.len())])?.lines()?;
        Some(lines.into_iter().map(|line| line.text.into_owned()).collect())
    }

    #[test]
    fn the_longest_text_of_a_field_is_found_in_json_and_in_javascript() {
        let escaped: String = TEXT.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        for script in [
            format!(r#"{{"title":"甲","content":"<p>{TEXT}<\/p><p>{TEXT}<\/p>","id":1}}"#),
            format!("window.__NUXT__={{data:[{{content:\"<p>{TEXT}</p><p>{TEXT}</p>\"}}]}}"),
            format!("var a = {{ body : '{TEXT}\\n{TEXT}', text: '{TEXT}' }};"),
            format!("{{\"articleBody\":\"{escaped}\\n{escaped}\"}}"),
            format!("{{\"html\":\"&lt;p&gt;{TEXT}&lt;/p&gt;&lt;p&gt;{TEXT}&lt;/p&gt;\"}}"),
        ] {
            assert_eq!(lines_in(&script).unwrap(), [TEXT, TEXT], "{script}");
        }
        for script in [
            format!("{{content:\"{TEXT}"),
            format!("{{my_content:\"{TEXT}\"}}"),
            "{\"content\":\"width=device-width, initial-scale=1\"}".to_owned(),
            format!("{{\"name\":\"{TEXT}\"}}"),
        ] {
            assert_eq!(lines_in(&script), None, "{script}");
        }
    }

    #[test]
    fn characters_outside_the_basic_plane_and_broken_escapes_are_decoded() {
        assert_eq!(unescaped(r#"\ud83d\ude00\x41\"\/\u12"#), "😀A\"/u12");
        assert_eq!(unescaped("甲\\"), "甲");
        assert_eq!(unescaped("\\ud83d甲"), "\u{fffd}甲");
    }
}
