//! Turns HTML in the values of dumps into text.

use std::borrow::Cow;

use memchr::memmem;

use crate::page::html::html_layout;

/// Elements whose tags show that a text is HTML.
const ELEMENTS: [&str; 70] = [
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nobr",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "wbr",
];

/// Elements that show that tags separate the paragraphs of a text. In a text with none of them,
/// line breaks separate paragraphs. The list is shorter than that of the block elements in
/// `page/html/elements.rs`, which decides where a line of the layout ends.
const BLOCKS: [&str; 20] = [
    "article",
    "blockquote",
    "body",
    "br",
    "div",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "html",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Whether a text has tags or character references of HTML.
pub(crate) fn has_markup(text: &str) -> bool {
    tag_names(text).next().is_some()
        || memchr::memchr_iter(b'&', text.as_bytes()).any(|at| is_reference(&text[at..]))
}

/// The text of HTML, line by line. A `<` that begins no tag is text.
pub(crate) fn html_lines(html: &str) -> Vec<String> {
    let html = &*without_false_tags(html);
    let has_blocks = || tag_names(html).any(|name| BLOCKS.contains(&name.as_str()));
    if html.contains('\n') && !has_blocks() {
        // Only the line breaks separate paragraphs.
        return html.lines().flat_map(layout_lines).collect();
    }
    layout_lines(html)
}

/// The names of the elements of [`ELEMENTS`] whose tags a text has, in lower case.
fn tag_names(text: &str) -> impl Iterator<Item = String> {
    // A `<` that no `>` follows does not begin a tag. The last `>` is searched for once, because a
    // search after each `<` would take quadratic time.
    let text = memchr::memrchr(b'>', text.as_bytes()).map_or("", |end| &text[..=end]);
    let closed = closed_letters(text);
    memchr::memchr_iter(b'<', text.as_bytes()).filter_map(move |at| {
        let name = tag_name(&text[at + 1..], &closed)?;
        ELEMENTS.contains(&name.as_str()).then_some(name)
    })
}

/// Elements with names of one letter that are never left open. Between two other letters, a tag of
/// one of these without a tag that closes it is more likely a comparison: `a<b>c`.
const LETTERS: [u8; 5] = *b"abisu";

/// Which elements of [`LETTERS`] a text closes.
fn closed_letters(text: &str) -> [bool; LETTERS.len()] {
    let mut closed = [false; LETTERS.len()];
    for at in memmem::find_iter(text.as_bytes(), b"</") {
        let letter = text.as_bytes().get(at + 2).map(u8::to_ascii_lowercase);
        let is_whole = text.as_bytes().get(at + 3).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if let Some(at) = LETTERS.iter().position(|known| is_whole && letter == Some(*known)) {
            closed[at] = true;
        }
    }
    closed
}

/// The name of the tag, in lower case, whose text after `<` is at the beginning of `inner`; `None`
/// if it is no tag. What follows the name of a tag is nothing, attributes with values, or a single
/// attribute without a value. `closed` is what [`closed_letters`] says about the text.
fn tag_name(inner: &str, closed: &[bool; LETTERS.len()]) -> Option<String> {
    /// Maximum bytes of a name.
    const MAX_NAME_BYTES: usize = 40;
    let (is_end, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_');
    let length = inner.bytes().take(MAX_NAME_BYTES).take_while(is_name).count();
    let name = inner[..length].to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let after = &inner[length..];
    if is_end {
        return after.trim_ascii_start().starts_with('>').then_some(name);
    }
    let is_open = match name.as_bytes() {
        [letter] => LETTERS.iter().zip(closed).any(|(known, closed)| known == letter && !closed),
        _ => false,
    };
    let is_tag = match after.as_bytes().first() {
        // The text was cut inside the tag.
        None => name.len() > 1,
        Some(b'>') => !is_open,
        Some(b' ' | b'/' | b'\n' | b'\t' | b'\r') => has_attributes(after, is_open),
        _ => false,
    };
    is_tag.then_some(name)
}

/// Whether what follows the name of a tag is its end or attributes. An attribute without a value
/// may be a word of a sentence: there may be only one, unless an attribute with a value follows or
/// all are [`FLAGS`]. If there are none, the element must not be `is_open`.
fn has_attributes(after_name: &str, is_open: bool) -> bool {
    let is_separator = |c: char| c.is_ascii_whitespace() || c == '/';
    let mut bare = 0;
    let mut are_flags = true;
    let mut remaining = after_name;
    loop {
        remaining = remaining.trim_start_matches(is_separator);
        if remaining.starts_with('>') {
            return bare == 1 || are_flags && !(bare == 0 && is_open);
        }
        let is_name = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.' | b'@')
        };
        // Longer names do not occur, and a limit keeps the time short.
        let length = remaining.bytes().take(64).take_while(is_name).count();
        let after = &remaining[length..];
        if length == 0 {
            return false;
        }
        if let Some(value) = after.trim_ascii_start().strip_prefix('=') {
            let value = value.trim_ascii_start();
            return value.starts_with('>') || is_value(value);
        }
        bare += 1;
        are_flags &= FLAGS.iter().any(|flag| flag.eq_ignore_ascii_case(&remaining[..length]));
        let is_whole = after.starts_with(|c: char| is_separator(c) || c == '>');
        if !is_whole || bare > MAX_BARE {
            return false;
        }
        remaining = after;
    }
}

/// Attributes that have no values.
const FLAGS: [&str; 16] = [
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "controls",
    "defer",
    "disabled",
    "hidden",
    "loop",
    "multiple",
    "muted",
    "nomodule",
    "playsinline",
    "readonly",
    "selected",
];

/// Maximum number of attributes without values before the first that has one.
const MAX_BARE: usize = 4;

/// Whether a text begins with the value of an attribute: in quotation marks, or a word without
/// Chinese punctuation.
fn is_value(text: &str) -> bool {
    if text.starts_with(['"', '\'']) {
        return true;
    }
    /// Longer values are not examined to their ends.
    const MAX_CHARS: usize = 256;
    let word = text.chars().take(MAX_CHARS).take_while(|c| !c.is_ascii_whitespace() && *c != '>');
    let mut is_empty = true;
    for c in word {
        if c == '<' || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff1f}') {
            return false;
        }
        is_empty = false;
    }
    !is_empty
}

/// HTML in which every `<` that a browser takes for a tag, but that begins none, is a character
/// reference.
fn without_false_tags(html: &str) -> Cow<'_, str> {
    let closed = closed_letters(html);
    let (mut escaped, mut copied) = (String::new(), 0);
    for at in memchr::memchr_iter(b'<', html.as_bytes()) {
        let inner = &html[at + 1..];
        let name = inner.strip_prefix('/').unwrap_or(inner);
        let is_taken_for_tag = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_taken_for_tag && tag_name(inner, &closed).is_none() {
            escaped.push_str(&html[copied..at]);
            escaped.push_str("&lt;");
            copied = at + 1;
        }
    }
    match copied {
        0 => Cow::Borrowed(html),
        _ => {
            escaped.push_str(&html[copied..]);
            Cow::Owned(escaped)
        }
    }
}

/// The lines of the layout of HTML.
fn layout_lines(html: &str) -> Vec<String> {
    html_layout(html).lines.into_iter().map(|line| line.text.into_owned()).collect()
}

/// Whether a text begins with a character reference.
fn is_reference(text: &str) -> bool {
    const NAMES: [&str; 16] = [
        "&nbsp;", "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&ldquo;", "&rdquo;", "&middot;",
        "&hellip;", "&mdash;", "&ndash;", "&lsquo;", "&rsquo;", "&emsp;", "&ensp;",
    ];
    if let Some(number) = text.strip_prefix("&#") {
        let digits = number.strip_prefix(['x', 'X']).unwrap_or(number);
        let length = digits.bytes().take(8).take_while(u8::is_ascii_hexdigit).count();
        return length > 0 && digits.as_bytes().get(length) == Some(&b';');
    }
    NAMES.iter().any(|name| text.starts_with(name))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn only_tags_and_references_are_markup() {
        for text in ["<p>甲", "甲</b >", "1<2 <br/>", "甲&nbsp;乙", "&#x4e00;", "a <b c>d"] {
            assert!(has_markup(text), "{text}");
        }
        for text in ["", "甲", "1<2", "<甲>", "<p", "> <p ", "<bogus>", "A & B", "&#x;"] {
            assert!(!has_markup(text), "{text}");
        }
    }

    #[test]
    fn comparisons_are_not_tags() {
        for text in [
            "若 a<b 且 b>c，則 a<c。",
            "當價格x<p 時，賣方不願成交，直到 y>z 為止。",
            "若 a<b，且 c>d",
            "若 i<n and p>q",
            "若a<b>c",
            "1<p/q，r>2",
            "x <a = 3，b> y",
            "x <p y=3，則 z>q",
        ] {
            assert!(!has_markup(text), "{text}");
            assert_eq!(html_lines(&format!("<p>{text}</p>")), [text]);
        }
        for (html, expected) in [
            ("<a href=http://a.b/路徑 target=_blank>甲</a>乙", "甲乙"),
            ("<td nowrap class='a'>甲", "甲"),
            ("<p align=\"center\"title=\"他說\"好\"了\">甲</p >", "甲"),
            ("<b>甲</b>若a<b 且b>c", "甲若a<b 且b>c"),
            ("甲<br/>", "甲"),
            ("<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京</ruby>證券", "東京證券"),
            ("教科<mark>文組</mark>織", "教科文組織"),
            ("<time>甲</time>乙", "甲乙"),
            ("甲<img src=\"a.png\" 2x>", "甲"),
        ] {
            assert!(has_markup(html), "{html}");
            assert_eq!(html_lines(html).join("/"), expected, "{html}");
        }
    }

    #[test]
    fn tags_without_an_end_are_looked_at_in_linear_time() {
        let start = Instant::now();
        assert!(!has_markup(&"<p ".repeat(1_500_000)));
        // Only the last `<` begins a tag: no attribute begins with `<`.
        assert_eq!(tag_names(&format!("{}>", "<p ".repeat(500_000))).count(), 1);
        assert_eq!(html_lines(&format!("{}>", "<p a ".repeat(20_000))).len(), 1);
        // Generous, because other tests run at the same time.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}
