//! Converts HTML to lines: block elements and `<br>` end a line, scripts and styles are dropped,
//! links to tags are kept.

use std::borrow::Cow;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use crate::page::line::{Layout, Line, Part};

/// Whether a text looks like HTML, whatever its file is called.
pub(crate) fn is_html(text: &str) -> bool {
    let head = text.trim_start_matches('\u{feff}').trim_start();
    if !head.starts_with('<') {
        return false;
    }
    let sample: String = head.chars().take(512).collect::<String>().to_ascii_lowercase();
    sample.starts_with("<!doctype html")
        || sample.starts_with("<html")
        || sample.starts_with("<?xml") && sample.contains("<html")
        || ["<head", "<body", "<div", "<p>", "<h1", "<meta", "<article", "<!--"]
            .iter()
            .any(|tag| sample.starts_with(tag))
}

/// The lines of an HTML page.
pub(crate) fn html_layout(text: &str) -> Layout<'static> {
    let mut reader = Reader::default();
    let mut emitter = DefaultEmitter::new_with_span();
    // Treat scripts and styles as raw text, as browsers do.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reader.open(&tag),
            Token::EndTag(tag) => reader.close(&tag.name, tag.span.end),
            Token::String(string) => {
                reader.text(
                    &String::from_utf8_lossy(&string.value),
                    string.span.start,
                    string.span.end,
                );
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.finish(text.len());
    reader.layout
}

/// Elements that end a line when they open and close.
const BLOCKS: [&str; 45] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "title",
    "tr",
    "ul",
];

/// Elements whose text is not shown to readers.
const SILENT: [&str; 10] = [
    "button", "iframe", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea",
];

/// Elements around the main content.
const FRAMES: [&str; 4] = ["header", "nav", "aside", "footer"];

#[derive(Default)]
struct Reader {
    layout: Layout<'static>,
    line: Line<'static>,
    text: String,
    /// Whether the line has any visible text.
    has_text: bool,
    /// Byte offset after the last text of the line.
    end: usize,
    /// Open elements, as indices into [`SILENT`].
    silent: Vec<usize>,
    /// Number of open elements of each kind, so that an unmatched end tag costs no search.
    silent_open: [usize; SILENT.len()],
    frames: usize,
    headings: u8,
    in_title: bool,
    preformatted: usize,
    link: Option<(String, bool)>,
    /// Whether every link of the line so far leads to a tag.
    tag_links: bool,
}

impl Reader {
    fn open(&mut self, tag: &StartTag<usize>) {
        let name = String::from_utf8_lossy(&tag.name);
        if let Some(kind) = silent(&name).filter(|_| !tag.self_closing) {
            self.silent.push(kind);
            self.silent_open[kind] += 1;
            return;
        }
        if BLOCKS.contains(&&*name) {
            self.end_line();
        }
        match &*name {
            "title" => self.in_title = true,
            "pre" => self.preformatted += 1,
            "a" => {
                let value = |key: &[u8]| {
                    tag.attributes
                        .get(key)
                        .map(|value| String::from_utf8_lossy(&value.value).to_ascii_lowercase())
                        .unwrap_or_default()
                };
                let to_tag = value(b"href").contains("tag") || value(b"rel").contains("tag");
                self.link = Some((String::new(), to_tag));
            }
            _ if FRAMES.contains(&&*name) => self.frames += 1,
            _ => self.headings = heading(&name).unwrap_or(self.headings),
        }
    }

    fn close(&mut self, name: &[u8], end: usize) {
        let name = String::from_utf8_lossy(name);
        if let Some(kind) = silent(&name).filter(|kind| self.silent_open[*kind] > 0) {
            // Closing an element closes everything inside it.
            while let Some(open) = self.silent.pop() {
                self.silent_open[open] -= 1;
                if open == kind {
                    break;
                }
            }
            return;
        }
        if BLOCKS.contains(&&*name) {
            self.end_line();
        }
        match &*name {
            "title" => self.in_title = false,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "a" => self.end_link(),
            // The end tag of an inline element at the end of a line belongs to the line.
            "b" | "em" | "font" | "i" | "span" | "strong" | "u" if self.has_text => {
                self.end = end;
            }
            _ if FRAMES.contains(&&*name) => self.frames = self.frames.saturating_sub(1),
            _ if heading(&name).is_some() => self.headings = 0,
            _ => {}
        }
    }

    fn text(&mut self, text: &str, start: usize, end: usize) {
        if !self.silent.is_empty() {
            return;
        }
        if self.in_title {
            self.layout.head_title.get_or_insert_default().push_str(text);
            return;
        }
        if self.preformatted > 0 {
            for (number, piece) in text.split('\n').enumerate() {
                if number > 0 {
                    self.end_line();
                }
                self.append(piece, start, end);
            }
        } else {
            self.append(text, start, end);
        }
    }

    fn append(&mut self, text: &str, start: usize, end: usize) {
        if let Some((link, _)) = &mut self.link {
            link.push_str(text);
        }
        if !text.trim().is_empty() {
            if !self.has_text {
                self.has_text = true;
                self.line.start = start + leading_blanks(text);
                self.line.heading = self.headings;
                self.line.part = if self.frames > 0 { Part::Frame } else { Part::Main };
            }
            self.end = end - trailing_blanks(text);
        }
        self.text.push_str(text);
    }

    fn end_link(&mut self) {
        let Some((text, to_tag)) = self.link.take() else { return };
        let text = one_line(&text);
        if !text.is_empty() {
            self.tag_links = to_tag && (self.tag_links || self.line.links.is_empty());
            self.line.links.push(text);
        }
    }

    fn end_line(&mut self) {
        // A link around several blocks gives each block its text.
        if let Some((text, to_tag)) = self.link.take() {
            self.link = Some((text, to_tag));
            self.end_link();
            self.link = Some((String::new(), to_tag));
        }
        let text = one_line(&self.text);
        self.text.clear();
        self.has_text = false;
        let mut line = std::mem::take(&mut self.line);
        let tag_links = std::mem::take(&mut self.tag_links);
        if text.is_empty() {
            return;
        }
        let linked: usize = line.links.iter().map(String::len).sum();
        let spaces = text.bytes().filter(|b| *b == b' ').count();
        line.tag_links_only = tag_links && linked + spaces >= text.len();
        line.end = self.end;
        line.text = Cow::Owned(text);
        self.layout.lines.push(line);
    }

    fn finish(&mut self, length: usize) {
        self.end = self.end.min(length);
        self.end_line();
        if let Some(title) = &mut self.layout.head_title {
            *title = one_line(title);
        }
    }
}

fn silent(name: &str) -> Option<usize> {
    SILENT.iter().position(|kind| *kind == name)
}

fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Bytes of leading whitespace. Ignores that it may be written as character references.
fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn trailing_blanks(text: &str) -> usize {
    text.len() - text.trim_end().len()
}

/// Line breaks in HTML count as spaces; other spaces stay as they are.
fn one_line(text: &str) -> String {
    let text = text.trim();
    if !text.contains(['\n', '\r', '\t']) {
        return text.to_owned();
    }
    let pieces: Vec<&str> =
        text.split(['\n', '\r', '\t']).map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let mut line = String::with_capacity(text.len());
    for piece in pieces {
        let needs_space =
            line.chars().last().zip(piece.chars().next()).is_some_and(|(before, after)| {
                // Where source code wraps Chinese text, no space is meant.
                before.is_ascii() || after.is_ascii()
            });
        if needs_space {
            line.push(' ');
        }
        line.push_str(piece);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        html_layout(html).lines.into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn blocks_breaks_and_lists_are_lines() {
        let html = "<html><head><title>題目_站名</title><style>p{}</style><script>var a='<p>x</p>';</script></head>\
            <body><div>第一段<br>第二段<br/>第三段</div><ul><li>甲<li>乙</ul><p>丙 &amp; <b>丁</b></p></body></html>";
        assert_eq!(lines(html), ["第一段", "第二段", "第三段", "甲", "乙", "丙 & 丁"]);
        assert_eq!(html_layout(html).head_title.as_deref(), Some("題目_站名"));
    }

    #[test]
    fn a_line_knows_its_offset_in_the_source() {
        let html = "<p>甲</p>\n<p> 乙<b>丙</b> </p>";
        let layout = html_layout(html);
        let source_of = |i: usize| &html[layout.lines[i].start..layout.lines[i].end];
        assert_eq!(source_of(0), "甲");
        assert_eq!(source_of(1), "乙<b>丙</b>");
    }

    #[test]
    fn tag_links_are_kept_apart() {
        let html = r#"<div class="tags">Tags:<a href="/tag/0.html">AGIX</a><a href="/tag/1.html">AGIX Finance</a></div>"#;
        let layout = html_layout(html);
        assert_eq!(layout.lines[0].text, "Tags:AGIXAGIX Finance");
        assert_eq!(layout.lines[0].links, ["AGIX", "AGIX Finance"]);
    }
}
