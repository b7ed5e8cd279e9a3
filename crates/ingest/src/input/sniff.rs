//! Recognises a file by its first bytes.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::codec::Codec;
use super::content::Content;
use super::kind::{DumpKind, Kind, PageKind};
use super::peek::LONG_HEAD_BYTES;
use super::{sniff_json, sniff_lines};

/// Recognises the content of a file that begins with `head`.
pub(super) fn sniff(head: &[u8]) -> Content {
    if let Some(content) = magic(head) {
        return content;
    }
    let text = text(head);
    let start = text.trim_ascii_start();
    match start.first() {
        Some(b'<') => tagged(start),
        Some(b'[' | b'{') => sniff_json::of(start),
        Some(b'-' | b'+') if has_front_matter(start) => {
            Content::Kind(Kind::Page(PageKind::Markdown))
        }
        Some(b'%') if start.starts_with(b"%!PS") => Content::NeedsConverter("PostScript"),
        Some(_) => sniff_lines::of(&text),
        None => Content::Text,
    }
}

/// Whether [`sniff`] may recognise the file if it gets a longer head; `content` is what it said
/// about `head`.
pub(super) fn wants_more(head: &[u8], content: Content) -> bool {
    content == Content::Text
        && head.len() < LONG_HEAD_BYTES
        && sniff_lines::may_be_labelled_or_table(head)
}

/// The head without its byte order mark, and as UTF-8 if it is UTF-16.
fn text(head: &[u8]) -> Cow<'_, [u8]> {
    let (encoding, bom) = match Encoding::for_bom(head) {
        Some((encoding, bom)) => (encoding, bom),
        // Markup begins with ASCII characters, and in UTF-16 every other byte of them is zero.
        None => match head {
            [0, 1..=0x7f, 0, 1..=0x7f, ..] => (UTF_16BE, 0),
            [1..=0x7f, 0, 1..=0x7f, 0, ..] => (UTF_16LE, 0),
            _ => (UTF_8, 0),
        },
    };
    let head = &head[bom..];
    if encoding == UTF_8 {
        return Cow::Borrowed(head);
    }
    Cow::Owned(encoding.decode_without_bom_handling(head).0.into_owned().into_bytes())
}

const BZIP2: &str =
    "compressed with bzip2: unpack it first, or `--pre COMMAND` can turn it into text";
const LZ4: &str = "compressed with lz4: unpack it first, or `--pre COMMAND` can turn it into text";
const RAR: &str = "a RAR archive: unpack it first, or `--pre COMMAND` can turn it into text";
const SEVEN_ZIP: &str = "a 7z archive: unpack it first, or `--pre COMMAND` can turn it into text";
const XML: &str = "XML that is neither a feed nor XHTML: `--pre COMMAND` can turn it into text";

/// Recognises a file that begins with a magic number.
fn magic(head: &[u8]) -> Option<Content> {
    const MAGIC: [(&[u8], Content); 39] = [
        (b"\x1f\x8b", Content::Compressed(Codec::Gzip)),
        (b"\x28\xb5\x2f\xfd", Content::Compressed(Codec::Zstd)),
        (b"\xfd7zXZ\0", Content::Compressed(Codec::Xz)),
        (b"PK\x05\x06", Content::Kind(Kind::Zip)),
        (b"%PDF-", Content::NeedsConverter("PDF")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content::NeedsConverter("Office document")),
        (b"{\\rtf", Content::NeedsConverter("RTF")),
        (b"AT&TFORM", Content::NeedsConverter("DjVu")),
        (b"BZh", Content::Unsupported(BZIP2)),
        (b"7z\xbc\xaf\x27\x1c", Content::Unsupported(SEVEN_ZIP)),
        (b"Rar!\x1a\x07", Content::Unsupported(RAR)),
        (b"\x04\x22\x4d\x18", Content::Unsupported(LZ4)),
        (b"\x89PNG", Content::Binary),
        (b"\xff\xd8\xff", Content::Binary),
        (b"GIF8", Content::Binary),
        (b"RIFF", Content::Binary),
        (b"II*\0", Content::Binary),
        (b"MM\0*", Content::Binary),
        (b"\x7fELF", Content::Binary),
        (b"MZ\x90\0", Content::Binary),
        (b"\xca\xfe\xba\xbe", Content::Binary),
        (b"\xcf\xfa\xed\xfe", Content::Binary),
        (b"SQLite format 3\0", Content::Binary),
        (b"OggS\0", Content::Binary),
        (b"fLaC\0", Content::Binary),
        (b"ID3\x02", Content::Binary),
        (b"ID3\x03", Content::Binary),
        (b"ID3\x04", Content::Binary),
        (b"\x1aE\xdf\xa3", Content::Binary),
        (b"FLV\x01", Content::Binary),
        (b"wOFF", Content::Binary),
        (b"wOF2", Content::Binary),
        (b"PAR1", Content::Binary),
        (b"\0\0\x01\0", Content::Binary),
        (b"\0\x01\0\0\0", Content::Binary),
        (b"\0asm", Content::Binary),
        (b"!<arch>\n", Content::Binary),
        (b"\xde\x12\x04\x95", Content::Binary),
        (b"\x95\x04\x12\xde", Content::Binary),
    ];
    let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, found)| *found);
    let has_at = |from: usize, magic: &[u8]| head.get(from..).is_some_and(|b| b.starts_with(magic));
    match found {
        // A text can begin with the letters of such a magic number, too.
        Some(Content::Binary | Content::Unsupported(_)) if begins_as_ascii_text(head) => None,
        Some(found) => Some(found),
        None if head.starts_with(b"PK\x03\x04") => Some(zip(head)),
        None if has_at(257, b"ustar") => Some(Content::Kind(Kind::Tar)),
        None if has_at(60, b"BOOKMOBI") => Some(Content::NeedsConverter("Mobipocket book")),
        None if has_at(4, b"ftyp") || is_python_bytecode(head) => Some(Content::Binary),
        None => None,
    }
}

/// Whether a file is what Python compiles a module to. Its texts can make up most of it. It begins
/// with a number that depends on the version, a line break, and flags of four bytes.
fn is_python_bytecode(head: &[u8]) -> bool {
    matches!(head, [_, 0x0c..=0x0f, b'\r', b'\n', 0..=3, 0, 0, 0, ..])
}

/// Whether a file begins with 16 printable ASCII characters.
fn begins_as_ascii_text(head: &[u8]) -> bool {
    head.len() >= 16 && head[..16].iter().all(|byte| (b' '..0x7f).contains(byte))
}

/// What a zip archive holds, by the name and the content of its first member.
fn zip(head: &[u8]) -> Content {
    // The header of a member has 30 bytes, and the name and the extra field follow the header.
    // Their lengths are at offsets 26 and 28.
    let number_at =
        |at: usize| head.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
    let name = head.get(30..30 + usize::from(number_at(26))).unwrap_or_default();
    let content_offset = 30 + usize::from(number_at(26)) + usize::from(number_at(28));
    let name_starts = |prefix: &[u8]| name.starts_with(prefix);
    if name == b"mimetype" {
        let media_type = head.get(content_offset..).unwrap_or_default();
        return match media_type {
            _ if media_type.starts_with(b"application/epub") => Content::NeedsConverter("EPUB"),
            _ => Content::NeedsConverter("Office document"),
        };
    }
    let office: [&[u8]; 6] = [
        b"[Content_Types].xml",
        b"_rels/.rels",
        b"word/document.",
        b"xl/workbook.",
        b"ppt/presentation.",
        b"docProps/",
    ];
    if office.into_iter().any(name_starts) {
        return Content::NeedsConverter("Office document");
    }
    if name_starts(b"META-INF/") || name_starts(b"AndroidManifest") {
        return Content::Unsupported("a package of a program");
    }
    Content::Kind(Kind::Zip)
}

/// Recognises a text that begins with `<`.
fn tagged(start: &[u8]) -> Content {
    /// How many bytes are searched for elements.
    const MAX_BYTES: usize = 4 << 10;
    let lower = start[..start.len().min(MAX_BYTES)].to_ascii_lowercase();
    let has = |text: &str| memchr::memmem::find(&lower, text.as_bytes()).is_some();
    let starts = |text: &str| lower.starts_with(text.as_bytes());
    if starts("<?php") {
        return if has("<html") { Content::Kind(Kind::HTML) } else { Content::Program };
    }
    if starts("<doc>") && ["<url>", "<docno>", "<content>", "<contenttitle>"].into_iter().any(has) {
        return Content::Kind(Kind::Dump(DumpKind::Sogou));
    }
    let has_prolog = starts("<?xml") || starts("<!--");
    let has_root = |name: &str| starts(name) || has_prolog && has(name);
    if has_root("<rss") || has_root("<feed") || has_root("<rdf:rdf") {
        return Content::Kind(Kind::Dump(DumpKind::Feed));
    }
    if has_root("<!doctype html") || has_root("<html") {
        return Content::Kind(Kind::HTML);
    }
    let first_tags =
        ["<head", "<body", "<div", "<p>", "<h1", "<meta", "<article", "<table", "<title", "<span"];
    if first_tags.into_iter().any(|tag| starts(tag) || starts("<!--") && has(tag)) {
        return Content::Kind(Kind::HTML);
    }
    if starts("<?xml") { Content::Unsupported(XML) } else { Content::Text }
}

/// Whether a text begins with front matter: a line `---` or `+++`, lines of which at least one has
/// a key, and the first line again (or `...` after `---`).
fn has_front_matter(start: &[u8]) -> bool {
    /// Maximum number of lines after the first one.
    const MAX_LINES: usize = 400;
    let mut lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let Some(delimiter @ (b"---" | b"+++")) = lines.next() else { return false };
    let separator = if delimiter == b"---" { b':' } else { b'=' };
    let mut keys = 0;
    for line in lines.take(MAX_LINES) {
        if line == delimiter || line == b"..." && delimiter == b"---" {
            return keys > 0;
        }
        keys += usize::from(line.first().is_some_and(|b| *b > b' ') && line.contains(&separator));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_recognised() {
        use Content::{Binary, Compressed, Kind as Is, NeedsConverter, Program, Text, Unsupported};
        let dump = |kind| Is(Kind::Dump(kind));
        let page = |kind| Is(Kind::Page(kind));
        for (head, expected) in [
            ("\u{feff}<!DOCTYPE html><p>", Is(Kind::HTML)),
            ("\n\n<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC>", Is(Kind::HTML)),
            ("<?xml version=\"1.0\"?>\n<rss version=\"2.0\">", dump(DumpKind::Feed)),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\">", dump(DumpKind::Feed)),
            ("<?xml version=\"1.0\"?><urlset>", Unsupported(XML)),
            ("<doc>\n<url>http://a.b</url>", dump(DumpKind::Sogou)),
            ("<doc id=3>甲", Text),
            ("<甲>是一本書", Text),
            ("<?php echo 1;", Program),
            ("[{\"title\":", dump(DumpKind::Json)),
            ("[ \n {\"title\":", dump(DumpKind::Json)),
            ("{\"data\":[{\"title\":1}]}", dump(DumpKind::Json)),
            ("{\n  \"title\": 1\n}", dump(DumpKind::Json)),
            ("{\"title\":\"甲\"}\n{\"title\":\"乙\"}", dump(DumpKind::JsonLines)),
            ("[甲]題目\n正文", Text),
            ("{甲}題目\n正文", Text),
            ("---\ntitle: 甲\n---\n正文", page(PageKind::Markdown)),
            ("+++\ntitle = \"甲\"\n+++\n正文", page(PageKind::Markdown)),
            ("---\n正文\n", Text),
            ("---\n\n---\n", Text),
            ("%PDF-1.4\n", NeedsConverter("PDF")),
            ("{\\rtf1\\ansi", NeedsConverter("RTF")),
            ("GIF89a\u{1}\u{2}", Binary),
            ("GIF89a is a format of pictures", Text),
            ("BZh91AY\u{1}\u{2}\u{3}", Unsupported(BZIP2)),
            ("題目\n\n正文", Text),
            ("", Text),
        ] {
            assert_eq!(sniff(head.as_bytes()), expected, "{head}");
        }
        assert_eq!(sniff(b"\x1f\x8b\x08"), Compressed(Codec::Gzip));
        assert_eq!(sniff(b"\xcb\x0d\r\n\0\0\0\0\x6c\x1e\x5a\x65"), Binary);
        let utf16_bytes: Vec<u8> =
            "<html><p>甲".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(sniff(&utf16_bytes), Is(Kind::HTML));
    }
}
