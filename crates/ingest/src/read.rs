//! One file of an archive: its bytes, its text, its records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;

use encoding_rs::Encoding;

use crate::decode::Decoded;
use crate::evidence::Evidence;
use crate::jsonl;
use crate::options::Options;
use crate::page::{Markup, Page, parse_page};
use crate::record::{Article, Date, DateProvenance, FlashItem, Record, Sighting, Span};
use crate::report::{Reason, Skipped};
use crate::walk::{Kind, Source};

/// What was found in a file, piece by piece.
pub(crate) enum Found {
    Page(Box<FoundPage>),
    Record {
        record: Box<Record>,
        line: u64,
    },
    /// A dump was read to its end.
    Dump {
        bytes: u64,
    },
    Skipped(Skipped),
}

/// A page without its id, and its flash items without theirs.
pub(crate) struct FoundPage {
    pub(crate) article: Article,
    pub(crate) flashes: Vec<FlashItem>,
    pub(crate) relative: String,
    pub(crate) bytes: u64,
    pub(crate) lossy: bool,
    pub(crate) mojibake_repaired: u32,
    pub(crate) mojibake_kept: Vec<Span>,
}

/// How files are read.
pub(crate) struct Reader<'a> {
    pub(crate) options: &'a Options,
    pub(crate) encoding: Option<&'static Encoding>,
}

impl Reader<'_> {
    /// Gives everything that a file holds.
    pub(crate) fn read(
        &self,
        source: &Source,
        evidence: &Evidence,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match source.kind {
            Kind::Dump => self.dump(source, give),
            Kind::Page => match self.page(source, evidence) {
                Ok(page) => give(Found::Page(Box::new(page))),
                Err(reason) => give(skipped(source, None, reason)),
            },
        }
    }

    /// The bytes of a page.
    pub(crate) fn bytes(&self, source: &Source) -> Result<Vec<u8>, Reason> {
        let limit = self.options.max_file_bytes;
        if source.bytes > limit {
            return Err(Reason::TooLarge { bytes: source.bytes });
        }
        let refused = |error: io::Error| Reason::Unreadable(error.to_string());
        let mut bytes = Vec::with_capacity(usize::try_from(source.bytes).unwrap_or(0));
        // A file that grows while it is read is still held to the limit.
        let file = File::open(&source.path).map_err(refused)?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(refused)?;
        if bytes.len() as u64 > limit {
            return Err(Reason::TooLarge { bytes: bytes.len() as u64 });
        }
        Ok(bytes)
    }

    pub(crate) fn decode<'b>(&self, raw: &'b [u8]) -> Result<Decoded<'b>, Reason> {
        Decoded::new(raw, self.encoding, None)
    }

    pub(crate) fn markup(&self, source: &Source, text: &str) -> Markup {
        let html = source.relative.rsplit_once('.').is_some_and(|(_, extension)| {
            let extension = extension.to_ascii_lowercase();
            extension.ends_with("html") || extension == "htm"
        });
        // A text that was saved under the wrong name has no markup.
        if html && text.contains('<') { Markup::Html } else { Markup::of(text) }
    }

    fn page(&self, source: &Source, evidence: &Evidence) -> Result<FoundPage, Reason> {
        let raw = self.bytes(source)?;
        let decoded = self.decode(&raw)?;
        let page = parse_page(&decoded.text, self.markup(source, &decoded.text), evidence);
        let path = source.path.to_string_lossy().into_owned();
        let ranges = page.flashes.iter().map(|flash| (flash.start, flash.end));
        let ranges = ranges.chain(page.mojibake_kept.iter().copied());
        let places = decoded.places(ranges.flat_map(|(start, end)| [start, end]));
        let span = |start, end| Span { start: places.raw(start), end: places.raw(end) };
        let flashes = page
            .flashes
            .iter()
            .map(|flash| FlashItem {
                column: flash.column.clone(),
                title: flash.title.clone(),
                text: flash.text.clone(),
                date: match flash.date {
                    Some(_) => Date { value: flash.date, provenance: DateProvenance::Stated },
                    None => Date::default(),
                },
                outlet: flash.outlet.clone(),
                seen_in: vec![Sighting { path: path.clone(), span: span(flash.start, flash.end) }],
                ..FlashItem::default()
            })
            .collect();
        let mojibake_kept =
            page.mojibake_kept.iter().map(|&(start, end)| span(start, end)).collect();
        Ok(FoundPage {
            flashes,
            mojibake_kept,
            mojibake_repaired: page.mojibake_repaired,
            lossy: decoded.lossy,
            bytes: raw.len() as u64,
            relative: source.relative.clone(),
            article: article(page, path, raw.len() as u64),
        })
    }

    /// Gives every record of a dump, line by line.
    pub(crate) fn dump(
        &self,
        source: &Source,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut file = match File::open(&source.path) {
            Ok(file) => BufReader::with_capacity(1 << 16, file),
            Err(error) => {
                return give(skipped(source, None, Reason::Unreadable(error.to_string())));
            }
        };
        let path = source.path.to_string_lossy();
        let (mut number, mut at) = (0_u64, 0_u64);
        let mut line = Vec::new();
        loop {
            let read = match next_line(&mut file, &mut line, self.options.max_line_bytes) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    let reason = Reason::Unreadable(error.to_string());
                    return give(skipped(source, Some(number + 1), reason));
                }
            };
            number += 1;
            let start = at;
            at += read;
            if read > self.options.max_line_bytes as u64 {
                give(skipped(source, Some(number), Reason::TooLarge { bytes: read }))?;
                continue;
            }
            match record(&line, &path, start, number) {
                Some(Ok(found)) => give(found)?,
                Some(Err(what)) => give(skipped(source, Some(number), Reason::Malformed(what)))?,
                None => {}
            }
        }
        if number == 0 {
            return give(skipped(source, None, Reason::Empty));
        }
        give(Found::Dump { bytes: at })
    }
}

/// The record of one line of a dump, or what is wrong with it; nothing for a blank line.
fn record(line: &[u8], path: &str, start: u64, number: u64) -> Option<Result<Found, String>> {
    let bare = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(line);
    let from = start + (line.len() - bare.trim_ascii_start().len()) as u64;
    let bare = bare.trim_ascii();
    if bare.is_empty() {
        return None;
    }
    let Ok(text) = std::str::from_utf8(bare) else { return Some(Err("not UTF-8".to_owned())) };
    let span = Span { start: from, end: from + bare.len() as u64 };
    let found = jsonl::parse(text, path, span)
        .map(|record| Found::Record { record: Box::new(record), line: number });
    Some(found)
}

/// Reads a line of at most `limit` bytes into `line`; of a longer one only its beginning is kept, but
/// all of it is counted.
fn next_line(file: &mut impl BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<u64> {
    line.clear();
    let mut read = 0_u64;
    loop {
        let buffer = file.fill_buf()?;
        if buffer.is_empty() {
            return Ok(read);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        let room = (limit + 1).saturating_sub(line.len()).min(piece.len());
        line.extend_from_slice(&piece[..room]);
        let length = piece.len();
        file.consume(length);
        read += length as u64;
        if end.is_some() {
            return Ok(read);
        }
    }
}

fn article(page: Page, path: String, bytes: u64) -> Article {
    Article {
        path,
        span: Span { start: 0, end: bytes },
        site: page.site,
        category: page.category,
        title: page.title,
        title_origin: page.title_origin,
        suffix_tags: page.suffix_tags,
        author: page.author,
        source: page.source,
        date: page.date,
        paragraphs: page.paragraphs,
        tags: page.tags,
        unsplit_tags: page.unsplit_tags,
        related: page.related,
        ..Article::default()
    }
}

fn skipped(source: &Source, line: Option<u64>, reason: Reason) -> Found {
    Found::Skipped(Skipped { path: source.path.clone(), line, reason })
}
