//! Parses recorded HTTP responses: status, headers and body, as far as pages need them.
//!
//! `httparse` parses the header fields. It refuses some heads (the lines before the body) that
//! crawlers really store, so three things are done here: the status line is read separately,
//! because `httparse` accepts only the versions `HTTP/1.0` and `HTTP/1.1`; control characters
//! become spaces; and a head may end with the file.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::Encoding;
use flate2::bufread::ZlibDecoder;
use httparse::{EMPTY_HEADER, ParserConfig};

use super::chunked;
use super::codec::Codec;
use super::fault::fault;
use super::kind::{DumpKind, Kind, PageKind};
use crate::report::Reason;

/// Maximum bytes of the headers of one record or response, which are held in memory.
const MAX_HEADER_BYTES: u64 = 256 << 10;

/// Header fields by lower-case name.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Reads headers up to and including the blank line, or up to the end of the stream.
    pub(super) fn read(read: &mut impl BufRead) -> io::Result<Self> {
        let head = head(read)?;
        // Each field takes at least one line.
        let mut fields = vec![EMPTY_HEADER; memchr::memchr_iter(b'\n', &head).count()];
        let mut response = httparse::Response::new(&mut fields);
        let mut config = ParserConfig::default();
        config
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true);
        let damaged = |what: String| fault(Reason::Damaged(format!("headers: {what}")));
        config.parse_response(&mut response, &head).map_err(|e| damaged(e.to_string()))?;
        let fields = response.headers.iter();
        Ok(Self(
            fields.map(|field| (field.name.to_ascii_lowercase(), unfold(field.value))).collect(),
        ))
    }

    /// The first value of a header field.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the value of a header field contains `word`, which must be in lower case.
    fn value_contains(&self, name: &str, word: &str) -> bool {
        self.get(name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
    }
}

/// A status line that is put before the header fields, because `httparse` accepts folded values
/// only in a whole response.
const STATUS_LINE: &[u8] = b"HTTP/1.1 200\n";

/// Reads a head. Returns [`STATUS_LINE`], the lines of the head and a blank line, without control
/// characters other than line feeds.
fn head(read: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let (mut head, mut bytes) = (STATUS_LINE.to_vec(), 0);
    while let Some(mut line) = raw_line(read)?.filter(|line| !line.is_empty()) {
        bytes += line.len() as u64;
        if bytes > MAX_HEADER_BYTES {
            return Err(headers_too_long());
        }
        line.iter_mut().filter(|byte| byte.is_ascii_control()).for_each(|byte| *byte = b' ');
        head.extend_from_slice(&line);
        head.push(b'\n');
    }
    head.push(b'\n');
    Ok(head)
}

/// A value in one line: obsolete line folding becomes a space.
fn unfold(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    value.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// A line without its line break; `None` at the end of the stream.
pub(super) fn line(read: &mut impl BufRead) -> io::Result<Option<String>> {
    Ok(raw_line(read)?.map(|line| String::from_utf8_lossy(&line).into_owned()))
}

/// As [`line`], but the bytes of the line.
fn raw_line(read: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    read.take(MAX_HEADER_BYTES).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() as u64 == MAX_HEADER_BYTES && !line.ends_with(b"\n") {
        return Err(headers_too_long());
    }
    for end in [b'\n', b'\r'] {
        line.pop_if(|last| *last == end);
    }
    Ok(Some(line))
}

fn headers_too_long() -> io::Error {
    fault(Reason::Damaged(format!("headers of more than {MAX_HEADER_BYTES} bytes")))
}

/// A response whose headers have been read.
pub(super) struct Response<'a> {
    pub(super) status: u16,
    /// The header field `Content-Type`.
    pub(super) media_type: Option<String>,
    /// The body without transfer and content codings.
    pub(super) body: Box<dyn Read + 'a>,
}

/// Parses a response. Crawlers that decode a body often keep its `Content-Encoding`, so a body is
/// decoded from gzip or zstd only if it begins with the first two bytes of that format.
pub(super) fn response<'a>(read: &'a mut impl BufRead) -> io::Result<Response<'a>> {
    let status = line(read)?.unwrap_or_default();
    let mut words = status.split_ascii_whitespace();
    let has_version = words.next().is_some_and(|word| word.starts_with("HTTP/"));
    let code = words.next().and_then(|word| word.parse().ok()).filter(|_| has_version);
    let Some(status) = code else {
        let what = "a response does not begin with `HTTP/`".to_owned();
        return Err(fault(Reason::Damaged(what)));
    };
    let headers = Headers::read(read)?;
    let mut body: Box<dyn Read + 'a> = Box::new(read);
    if headers.value_contains("transfer-encoding", "chunked") {
        body = chunked::reader(BufReader::new(body))?;
    }
    let coding = headers.get("content-encoding").unwrap_or_default().to_ascii_lowercase();
    body = match coding.as_str() {
        "" | "identity" => body,
        "gzip" | "x-gzip" => decode_if_encoded(body, |bytes| bytes == [0x1f, 0x8b], Codec::Gzip)?,
        "zstd" => decode_if_encoded(body, |bytes| bytes == [0x28, 0xb5], Codec::Zstd)?,
        "deflate" => Box::new(ZlibDecoder::new(BufReader::new(body))),
        // The error appears only when the body is read, so a response that is ignored for its media
        // type causes none.
        other => Box::new(Undecodable(format!("content coding `{other:.40}`"))),
    };
    Ok(Response { status, media_type: headers.get("content-type").map(str::to_owned), body })
}

/// Decodes the body if it really is encoded: if `is_encoded` holds for its first two bytes.
fn decode_if_encoded<'a>(
    mut body: Box<dyn Read + 'a>,
    is_encoded: impl Fn(&[u8]) -> bool,
    codec: Codec,
) -> io::Result<Box<dyn Read + 'a>> {
    let mut first = Vec::new();
    body.by_ref().take(2).read_to_end(&mut first)?;
    let codec = if is_encoded(&first) { codec } else { Codec::Plain };
    codec.reader(Cursor::new(first).chain(body))
}

/// A body that cannot be decoded: reading it fails with this text.
struct Undecodable(String);

impl Read for Undecodable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(fault(Reason::Unsupported(self.0.clone())))
    }
}

/// What a response may be, by its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaKind {
    /// A page or dump of this kind, unless its content shows another one.
    Text(Kind),
    /// A document such as a PDF, which only another program can turn into text.
    Document,
    /// Media, styles and scripts.
    NotText,
}

/// What a media type says about a response. A response without one is known by its content.
pub(super) fn media_kind(media_type: Option<&str>) -> MediaKind {
    let bare = media_type.unwrap_or_default().split([';', ',']).next().unwrap_or_default();
    let bare = bare.trim().to_ascii_lowercase();
    let (class, subtype) = bare.split_once('/').unwrap_or((&bare, ""));
    MediaKind::Text(match (class, subtype) {
        (_, "html" | "xhtml+xml") => Kind::HTML,
        ("text", "plain") => Kind::TEXT,
        (_, "markdown" | "x-markdown") => Kind::Page(PageKind::Markdown),
        (_, "csv" | "x-csv") => Kind::Dump(DumpKind::Csv),
        (_, "tab-separated-values") => Kind::Dump(DumpKind::Tsv),
        ("message", "rfc822") => Kind::Page(PageKind::Mail),
        ("multipart", "related") | (_, "x-mimearchive") => Kind::Page(PageKind::WebArchive),
        ("application", "mbox") => Kind::Dump(DumpKind::Mbox),
        ("image" | "audio" | "video" | "font" | "model", _)
        | (_, "css" | "javascript" | "x-javascript" | "ecmascript" | "wasm") => {
            return MediaKind::NotText;
        }
        (
            "application",
            "pdf" | "x-pdf" | "msword" | "rtf" | "epub+zip" | "postscript" | "vnd.ms-excel"
            | "vnd.ms-powerpoint",
        )
        | ("text", "rtf") => return MediaKind::Document,
        ("application", _)
            if ["vnd.openxmlformats-officedocument.", "vnd.oasis.opendocument."]
                .into_iter()
                .any(|start| subtype.starts_with(start)) =>
        {
            return MediaKind::Document;
        }
        // JSON without a title or text, such as settings, is no dump of records, and neither is
        // XML that is no feed: the content decides.
        (_, subtype) if subtype == "xml" || subtype.ends_with("+xml") => Kind::Xml,
        _ => Kind::Unknown,
    })
}

/// Whether an address names a record of the crawler itself, which holds no page, such as the
/// manifest and the log that wget writes: `metadata://gnu.org/software/wget/warc/MANIFEST.txt`.
pub(super) fn names_a_record_of_the_crawler(url: &str) -> bool {
    let schemes = ["metadata:", "warcinfo:", "filedesc:", "dns:", "whois:"];
    let url = url.trim_matches(['<', '>']).to_ascii_lowercase();
    schemes.into_iter().any(|scheme| url.starts_with(scheme))
}

/// The charset named in a media type.
pub(super) fn charset(media_type: &str) -> Option<&'static Encoding> {
    let lower = media_type.to_ascii_lowercase();
    let (_, value) = lower.split_once("charset=")?;
    Encoding::for_label(value.split(';').next()?.trim_matches([' ', '"', '\'']).as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_body_is_decoded_only_if_it_really_is_encoded() {
        let of = |message: &[u8]| {
            let mut text = String::new();
            response(&mut &*message).and_then(|mut r| r.body.read_to_string(&mut text)).unwrap();
            text
        };
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(
            of(&[chunked, b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n".as_slice()].concat()),
            "abcde"
        );
        for end in ["", "\r\n", "\r\n0", "\r\n0;x=y", "\r\n0\r\n"] {
            assert_eq!(
                of(&[chunked, b"3\r\nabc".as_slice(), end.as_bytes()].concat()),
                "abc",
                "{end:?}"
            );
        }
        let cut_in_size = [chunked, b"3\r\nabc\r\n0000".as_slice()].concat();
        let read = response(&mut cut_in_size.as_slice())
            .and_then(|mut r| r.body.read_to_string(&mut String::new()));
        assert!(read.is_err());
        assert_eq!(of(&[chunked, b"<html>abc".as_slice()].concat()), "<html>abc");
        assert_eq!(of(b"HTTP/1.0 200\nContent-Encoding: gzip\n\n<html>"), "<html>");
        assert!(response(&mut b"GET / HTTP/1.1\r\n\r\n".as_slice()).is_err());
    }

    #[test]
    fn heads_that_crawlers_store_are_read() {
        let media_type = |message: &[u8]| {
            let mut read = message;
            let response = response(&mut read).unwrap();
            assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(message));
            response.media_type
        };
        let html = Some("text/html; charset=gbk".to_owned());
        for message in [
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n\r\n",
            "HTTP/1.0 200\ncontent-type:text/html; charset=gbk\n\n",
            "HTTP/2 200\r\nCONTENT-TYPE \t: text/html; charset=gbk \r\n\r\n",
            "HTTP/1.1  200  \u{6b63}\u{5e38}\r\nContent-Type: text/html;\r\n\t charset=gbk\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Type:\n text/html; charset=gbk\n\n",
            "HTTP/1.1 200 OK\r\nX: a\0b\rc\u{1}\r\nContent-Type: text/html; charset=gbk\r\n\r\n",
            "HTTP/1.1 200 OK\r\n folded\r\nno colon\r\n\u{6a19}: x\r\nA B: c\r\n: d\r\nE:\r\nContent-Type: text/html; charset=gbk\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\nContent-Type: b\r\n\r\n",
        ] {
            assert_eq!(media_type(message.as_bytes()), html, "{message}");
        }
        assert_eq!(media_type(b"HTTP/1.1 200 OK\r\n\r\nContent-Type: text/html"), None);
        assert_eq!(media_type(b"HTTP/1.1 200 OK"), None);
        let value = Headers::read(&mut b"A: \xff\xe9\n\n".as_slice()).unwrap();
        assert_eq!(value.get("a"), Some("\u{fffd}\u{fffd}"));
        let many = "a:b\n".repeat(10_000) + "c: d\n\n";
        assert_eq!(Headers::read(&mut many.as_bytes()).unwrap().get("c"), Some("d"));
        assert!(Headers::read(&mut "a:b\n".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_head_is_refused(
            parts in prop::collection::vec(
                prop::sample::select(vec!["a", ":", " ", "\t", "\r", "\n", "\r\n", "\0", "\u{7f}", "\"", "\u{6a19}"]),
                0..40,
            ),
        ) {
            prop_assert!(Headers::read(&mut parts.concat().as_bytes()).is_ok());
        }
    }

    #[test]
    fn media_types_give_the_kind_of_page_and_the_charset() {
        for (media_type, kind) in [
            ("Text/HTML; charset=GBK", MediaKind::Text(Kind::HTML)),
            ("application/xhtml+xml", MediaKind::Text(Kind::HTML)),
            ("text/plain", MediaKind::Text(Kind::TEXT)),
            ("application/rss+xml", MediaKind::Text(Kind::Xml)),
            ("text/xml", MediaKind::Text(Kind::Xml)),
            ("application/ld+json", MediaKind::Text(Kind::Unknown)),
            ("application/octet-stream", MediaKind::Text(Kind::Unknown)),
            ("application/pdf", MediaKind::Document),
            ("image/svg+xml", MediaKind::NotText),
            ("text/css", MediaKind::NotText),
        ] {
            assert_eq!(media_kind(Some(media_type)), kind, "{media_type}");
        }
        assert_eq!(media_kind(None), MediaKind::Text(Kind::Unknown));
        assert_eq!(charset("text/html; charset=\"GBK\"").map(Encoding::name), Some("GBK"));
        assert_eq!(charset("text/html"), None);
    }
}
