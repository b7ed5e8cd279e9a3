//! Turns HTML in the values of dumps into text.

use crate::page::html::html_layout;

/// Elements whose tags show that a text is HTML.
const ELEMENTS: [&str; 48] = [
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "figure",
    "font",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "u",
    "ul",
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

/// The text of HTML, line by line.
pub(crate) fn html_lines(html: &str) -> Vec<String> {
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
    let last_end = memchr::memrchr(b'>', text.as_bytes()).unwrap_or(0);
    memchr::memchr_iter(b'<', &text.as_bytes()[..last_end])
        .filter_map(move |at| tag_name(&text[at..]))
}

/// The lines of the layout of HTML.
fn layout_lines(html: &str) -> Vec<String> {
    html_layout(html).lines.into_iter().map(|line| line.text.into_owned()).collect()
}

/// The name of the element of [`ELEMENTS`] whose tag a text begins with, if a `>` follows.
fn tag_name(text: &str) -> Option<String> {
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    // No name in `ELEMENTS` has more than 12 letters.
    let length = inner.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
    let name = inner[..length].to_ascii_lowercase();
    let after = inner.as_bytes().get(length)?;
    let ends = matches!(after, b'>' | b' ' | b'/' | b'\n' | b'\t' | b'\r');
    (ends && ELEMENTS.contains(&name.as_str())).then_some(name)
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
    fn tags_without_an_end_are_looked_at_in_linear_time() {
        let start = Instant::now();
        assert!(!has_markup(&"<p ".repeat(1_500_000)));
        assert_eq!(tag_names(&format!("{}>", "<b ".repeat(500_000))).count(), 500_000);
        // Generous, because other tests run at the same time.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}
