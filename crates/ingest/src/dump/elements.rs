//! Finds the elements of a dump in XML or in a similar format, one at a time.

use std::io::{self, BufRead};

use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::key_reader::RawFields;

/// Maximum bytes that are kept of the text before the first element.
const MAX_PREFIX_BYTES: usize = 16 << 10;
/// At least the length of every marker that is searched for, such as `<![CDATA[` or a start tag.
const MAX_MARKER_BYTES: usize = 16;

/// Finds elements by their names.
pub(super) struct Elements<'s, 'r> {
    pub(super) file: &'s mut TextReader<'r>,
    names: &'static [&'static str],
    /// What has been read, but not returned as an element or discarded.
    pending: Vec<u8>,
    /// Offset of `pending` in the text.
    offset: u64,
    /// Line number of the beginning of `pending`.
    line: u64,
    /// The text before the first element.
    pub(super) prefix: Vec<u8>,
    /// Whether the first element was found.
    has_begun: bool,
    /// Whether the file was read to its end.
    ended: bool,
    /// The most bytes of an element whose text is kept. Of a longer one, only the length is found.
    max_bytes: u64,
    /// The search for the end of an element is given up after this many bytes.
    max_skippable_bytes: u64,
}

/// An element, from its start tag to its end tag.
pub(super) struct Element {
    /// Empty if the element is longer than [`Elements::max_bytes`].
    pub(super) text: Vec<u8>,
    /// Its offset in the text of the dump.
    pub(super) start: u64,
    /// The number of the line on which it begins.
    pub(super) line: u64,
    /// Its length in bytes; if it is longer than [`Elements::max_skippable_bytes`], the number of
    /// its bytes that were searched.
    pub(super) length: u64,
}

/// What an element holds.
pub(super) enum Content {
    /// A record with these fields.
    Record(RawFields),
    /// No article, but something of this kind, such as a picture.
    OtherKind(String),
}

/// Passes every element with one of these names to `sink`. `content` reads the text of the element;
/// it also gets the text before the first element.
pub(super) fn each(
    file: &mut TextReader<'_>,
    names: &'static [&'static str],
    sink: &mut Sink<'_>,
    mut content: impl FnMut(&str, &[u8]) -> Content,
) -> Flow {
    let max_bytes = sink.max_record_bytes() as u64;
    let mut elements = Elements::new(file, names, max_bytes, sink.max_skippable_bytes());
    loop {
        let element = match elements.next() {
            Ok(Some(element)) => element,
            Ok(None) => return Flow::Continue(()),
            Err(error) => return sink.failed(elements.line, &error),
        };
        sink.begin(element.line)?;
        if element.length > max_bytes {
            sink.too_long(element.line, element.length)?;
            continue;
        }
        let Ok(text) = std::str::from_utf8(&element.text) else {
            sink.malformed(element.line, "not UTF-8".to_owned())?;
            continue;
        };
        let span = elements.file.span(element.start, element.start + element.length);
        match content(text, &elements.prefix) {
            Content::Record(fields) => sink.record(&fields, &element.text, span, element.line)?,
            Content::OtherKind(kind) => sink.other_kind(&kind, &element.text, element.line),
        }
    }
}

impl<'s, 'r> Elements<'s, 'r> {
    /// Finds elements with these names. Of an element of more than `max_bytes` bytes, only the
    /// length is found; of one of more than `max_skippable_bytes`, the end is not searched for.
    pub(super) fn new(
        file: &'s mut TextReader<'r>,
        names: &'static [&'static str],
        max_bytes: u64,
        max_skippable_bytes: u64,
    ) -> Self {
        Self {
            file,
            names,
            pending: Vec::new(),
            offset: 0,
            line: 1,
            prefix: Vec::new(),
            has_begun: false,
            ended: false,
            max_bytes,
            max_skippable_bytes,
        }
    }

    /// The next element.
    pub(super) fn next(&mut self) -> io::Result<Option<Element>> {
        let Some(name) = self.move_to_start()? else { return Ok(None) };
        let (start, line) = (self.offset, self.line);
        let mut search = EndSearch::new(name);
        loop {
            let mut end = search.find(&self.pending, self.ended);
            if self.ended {
                end = end.or(Some(self.pending.len()));
            }
            // Without an end, the element has at least the bytes that the search has passed. Those
            // after them may belong to what follows the element.
            let known_end = end.unwrap_or(search.from);
            let length = self.offset + known_end as u64 - start;
            if end.is_some() || length > self.max_skippable_bytes {
                let is_kept = length <= self.max_bytes;
                let text = if is_kept { self.pending[..known_end].to_vec() } else { Vec::new() };
                self.discard(known_end);
                return Ok(Some(Element { text, start, line, length }));
            }
            if length > self.max_bytes {
                // Keep only what the search still needs.
                self.discard(std::mem::take(&mut search.from));
            }
            self.fill()?;
        }
    }

    /// Discards what stands before the next element, and returns the name of the element; `None` if
    /// there is none.
    fn move_to_start(&mut self) -> io::Result<Option<&'static str>> {
        loop {
            match self.find_start() {
                Some((at, name)) => {
                    self.discard(at);
                    self.has_begun = true;
                    return Ok(Some(name));
                }
                None if self.ended => return Ok(None),
                None => {
                    self.discard(self.pending.len().saturating_sub(MAX_MARKER_BYTES));
                    self.fill()?;
                }
            }
        }
    }

    /// Where the next element begins in `pending`, and its name.
    fn find_start(&self) -> Option<(usize, &'static str)> {
        memchr::memchr_iter(b'<', &self.pending).find_map(|at| {
            let name = self.names.iter().find(|name| opens(&self.pending[at..], name))?;
            Some((at, *name))
        })
    }

    /// Drops the first bytes of `pending`.
    fn discard(&mut self, bytes: usize) {
        let consumed = &self.pending[..bytes];
        if !self.has_begun {
            let room = MAX_PREFIX_BYTES.saturating_sub(self.prefix.len()).min(consumed.len());
            self.prefix.extend_from_slice(&consumed[..room]);
        }
        self.line += memchr::memchr_iter(b'\n', consumed).count() as u64;
        self.offset += bytes as u64;
        self.pending.drain(..bytes);
    }

    /// Reads more bytes into `pending`.
    fn fill(&mut self) -> io::Result<()> {
        let buffer = self.file.fill_buf()?;
        self.ended = buffer.is_empty();
        self.pending.extend_from_slice(buffer);
        let length = buffer.len();
        self.file.consume(length);
        Ok(())
    }
}

/// The search for the end of an element, in a text of which more and more is read.
struct EndSearch {
    /// The name of the element.
    name: &'static str,
    /// The offset in the text at which the search goes on.
    from: usize,
    sought: Sought,
}

/// What a search looks for next.
#[derive(Clone, Copy)]
enum Sought {
    /// A tag, a comment or a CDATA section.
    Markup,
    /// These bytes, which end a comment or a CDATA section.
    SectionEnd(&'static [u8]),
    /// The last byte of the end tag.
    EndTagEnd,
}

impl EndSearch {
    /// A search in a text that begins with the start tag of the element.
    fn new(name: &'static str) -> Self {
        // After the `<` of the start tag.
        let from = 1;
        Self { name, from, sought: Sought::Markup }
    }

    /// Where the element ends: after its end tag, or before the next start tag of the same name.
    /// `None` if `text` ends before that; the caller then calls again with more text. Before that,
    /// it may drop the bytes before `from` from the text, and set `from` to 0. `is_whole` says
    /// whether the file ends with the text.
    fn find(&mut self, text: &[u8], is_whole: bool) -> Option<usize> {
        loop {
            let remaining = text.get(self.from..)?;
            match self.sought {
                Sought::Markup => {
                    let at = memchr::memchr(b'<', remaining);
                    self.from += at.unwrap_or(remaining.len());
                    let markup = &remaining[at?..];
                    if markup.len() < MAX_MARKER_BYTES && !is_whole {
                        return None;
                    }
                    if opens(markup, self.name) {
                        return Some(self.from);
                    }
                    self.enter(markup);
                }
                Sought::SectionEnd(end) => {
                    let at = memchr::memmem::find(remaining, end);
                    // The end may be read only in part.
                    let unread = remaining.len().saturating_sub(end.len() - 1);
                    self.from += at.map_or(unread, |at| at + end.len());
                    at?;
                    self.sought = Sought::Markup;
                }
                Sought::EndTagEnd => {
                    let at = memchr::memchr(b'>', remaining);
                    self.from += at.map_or(remaining.len(), |at| at + 1);
                    return at.map(|_| self.from);
                }
            }
        }
    }

    /// Goes on inside the tag, comment or CDATA section that `markup` begins with.
    fn enter(&mut self, markup: &[u8]) {
        let (bytes, sought) = if markup.starts_with(b"<![CDATA[") {
            (b"<![CDATA[".len(), Sought::SectionEnd(b"]]>"))
        } else if markup.starts_with(b"<!--") {
            // `<!-->` is a whole comment.
            (b"<!".len(), Sought::SectionEnd(b"-->"))
        } else if closes(markup, self.name) {
            (1, Sought::EndTagEnd)
        } else {
            (1, Sought::Markup)
        };
        self.from += bytes;
        self.sought = sought;
    }
}

/// Whether a text, whose first byte is `<`, begins with a start tag of this name.
fn opens(text: &[u8], name: &str) -> bool {
    let after = text.get(1..).and_then(|text| text.strip_prefix(name.as_bytes()));
    after.and_then(<[u8]>::first).is_some_and(|b| matches!(b, b'>' | b' ' | b'\n' | b'\t' | b'\r'))
}

/// Whether a text begins with an end tag of this name.
fn closes(text: &[u8], name: &str) -> bool {
    let after = text.strip_prefix(b"</").and_then(|text| text.strip_prefix(name.as_bytes()));
    after.and_then(<[u8]>::first).is_some_and(|b| *b == b'>' || b.is_ascii_whitespace())
}

/// The text in the first element of this name, unchanged.
pub(super) fn inner_text<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let start = memchr::memchr_iter(b'<', text.as_bytes())
        .find(|at| opens(&text.as_bytes()[*at..], name))?;
    let from = start + text[start..].find('>')? + 1;
    let length = text[from..].find(&format!("</{name}"))?;
    Some(&text[from..from + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_BYTES: u64 = 1_000;
    const MAX_SKIPPABLE_BYTES: u64 = 300_000;

    /// The texts and lengths of the elements `<item>` in a dump.
    fn items(dump: &str) -> Vec<(String, u64)> {
        let mut source = dump.as_bytes();
        // UTF-8 is not mapped to the file, so the window does not matter.
        let (encoding, window) = (Some(encoding_rs::UTF_8), 1 << 20);
        let mut file = TextReader::new(&mut source, encoding, window);
        let mut elements = Elements::new(&mut file, &["item"], MAX_BYTES, MAX_SKIPPABLE_BYTES);
        let mut found = Vec::new();
        while let Some(element) = elements.next().unwrap() {
            found.push((String::from_utf8(element.text).unwrap(), element.length));
        }
        found
    }

    #[test]
    fn the_length_of_an_element_does_not_depend_on_what_is_read_at_a_time() {
        // The reader reads 128 KiB and then 64 KiB at a time. With these numbers of blanks before
        // the item, and of characters in it, such a piece ends in different parts of the item. Up
        // to 950 characters, the item has at most `MAX_BYTES`.
        let next = "<item>乙</item>";
        for filled in [0, 10, 949, 950, 70_000, 130_000, 200_000] {
            let filling = "a".repeat(filled);
            // What looks like items in a CDATA section or a comment is neither start nor end.
            for (start, end) in [("<![CDATA[</item><item>", "]]>"), ("<!-- </item><item> ", "-->")]
            {
                let item = format!("<item>{start}{filling}{end}</item >");
                let length = item.len() as u64;
                let text = if length <= MAX_BYTES { item.clone() } else { String::new() };
                for blanks in [0, 66_000, 131_000, 131_050, 196_000] {
                    let blanks = " ".repeat(blanks);
                    let wanted = [(text.clone(), length), (next.to_owned(), next.len() as u64)];
                    assert_eq!(items(&format!("{blanks}{item}\n{next}")), wanted, "{filled}");
                }
            }
        }
    }

    #[test]
    fn an_element_of_the_maximum_length_is_whole_wherever_a_read_ends() {
        let item = format!("<item>{}</item>", "a".repeat(987));
        assert_eq!(item.len() as u64, MAX_BYTES);
        let next = "<item>乙</item>";
        let wanted = [(item.clone(), MAX_BYTES), (next.to_owned(), next.len() as u64)];
        // The first read ends at 128 KiB, this many bytes after the end of the item.
        for bytes_after in 0..24 {
            let blanks = " ".repeat((128 << 10) - item.len() - bytes_after);
            assert_eq!(items(&format!("{blanks}{item}\n{next}")), wanted, "{bytes_after}");
        }
    }

    #[test]
    fn the_search_for_the_end_of_a_very_long_element_is_given_up() {
        let dump = format!("<item>{}</item>", "a".repeat(2_000_000));
        let (text, length) = items(&dump).remove(0);
        assert!(text.is_empty() && length > MAX_SKIPPABLE_BYTES && length < 1_000_000, "{length}");
    }

    #[test]
    fn an_element_without_an_end_tag_ends_before_the_next_or_with_the_file() {
        let wanted = ["<item>甲", "<item><!--><b>乙</item>", "<item>丙</item"];
        let wanted = wanted.map(|item| (item.to_owned(), item.len() as u64));
        assert_eq!(items("<item>甲<item><!--><b>乙</item><item>丙</item"), wanted);
    }
}
