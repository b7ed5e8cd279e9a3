//! One file of an archive: its bytes, its text, its records.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use encoding_rs::Encoding;

use crate::decode::Decoded;
use crate::evidence::Evidence;
use crate::inputs::{self, Event, Input, Kind};
use crate::jsonl;
use crate::options::Options;
use crate::page::{Markup, Page, parse_page};
use crate::record::{Article, Date, DateProvenance, FlashItem, Record, Sighting, Span};
use crate::report::{Reason, Skipped};
use crate::walk::{Source, shown};

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
    Ignored(PathBuf),
    OddName(PathBuf),
}

impl Found {
    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> u64 {
        let of = |span: Span| span.end - span.start;
        match self {
            Self::Page(page) => page.bytes,
            Self::Record { record, .. } => match &**record {
                Record::Article(article) => of(article.span),
                Record::Flash(flash) => flash.seen_in.first().map_or(0, |place| of(place.span)),
            },
            // Counted as short; nearly all are.
            Self::Dump { .. } | Self::Skipped(_) | Self::Ignored(_) | Self::OddName(_) => 0,
        }
    }
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

/// What of one file is named in the report at most. The report is held in memory, and one hostile file has
/// room for as many broken lines or members as it has bytes.
const NOTES: u64 = 100_000;

/// Counts what is named of one file, and the rest without naming it.
struct Notes {
    room: u64,
    more: u64,
}

impl Notes {
    fn give(
        &mut self,
        found: Found,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if matches!(found, Found::Skipped(_) | Found::Ignored(_) | Found::OddName(_)) {
            if self.room == 0 {
                self.more += 1;
                return ControlFlow::Continue(());
            }
            self.room -= 1;
        }
        give(found)
    }

    fn finish(
        self,
        source: &Source,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.more == 0 {
            return ControlFlow::Continue(());
        }
        let reason = Reason::More { count: self.more };
        give(Found::Skipped(Skipped { path: shown(&source.path), line: None, reason }))
    }
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
        let mut notes = Notes { room: NOTES, more: 0 };
        let mut counted = |found| notes.give(found, give);
        inputs::each(source, self.options, &mut |event| match event {
            Event::Skipped(skipped) => counted(Found::Skipped(skipped)),
            Event::Ignored(path) => counted(Found::Ignored(path)),
            Event::OddName(path) => counted(Found::OddName(path)),
            Event::Input(input) if input.kind == Kind::Dump => self.dump(input, &mut counted),
            Event::Input(mut input) => match self.page(&mut input, evidence) {
                Ok(page) => counted(Found::Page(Box::new(page))),
                Err(reason) => counted(skipped(&input.path, None, reason)),
            },
        })?;
        notes.finish(source, give)
    }

    /// The bytes of a page.
    pub(crate) fn bytes(&self, input: &mut Input<'_>) -> Result<Vec<u8>, Reason> {
        let limit = self.options.max_file_bytes;
        let expected = input.bytes.unwrap_or(0);
        if expected > limit {
            return Err(inputs::too_large(expected, self.options));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
        // A file that grows while it is read is still held to the limit.
        let read = input.read.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| inputs::reason(&error))?;
        if bytes.len() as u64 > limit {
            return Err(inputs::too_large(bytes.len() as u64, self.options));
        }
        Ok(bytes)
    }

    pub(crate) fn decode<'b>(
        &self,
        raw: &'b [u8],
        input: &Input<'_>,
    ) -> Result<Decoded<'b>, Reason> {
        Decoded::new(raw, self.encoding, input.charset)
    }

    pub(crate) fn markup(&self, input: &Input<'_>, text: &str) -> Markup {
        let html = input.kind == Kind::Page { html: true };
        // A text that was saved under the wrong name has no markup.
        if html && text.contains('<') { Markup::Html } else { Markup::of(text) }
    }

    fn page(&self, input: &mut Input<'_>, evidence: &Evidence) -> Result<FoundPage, Reason> {
        let raw = self.bytes(input)?;
        let decoded = self.decode(&raw, input)?;
        let mut page = parse_page(&decoded.text, self.markup(input, &decoded.text), evidence);
        let path = input.path.clone();
        let ranges = page.flashes.iter().map(|flash| (flash.start, flash.end));
        let ranges = ranges.chain(page.mojibake_kept.iter().copied());
        let places = decoded.places(ranges.flat_map(|(start, end)| [start, end]));
        let span = |start, end| Span { start: places.raw(start), end: places.raw(end) };
        let flashes = std::mem::take(&mut page.flashes)
            .into_iter()
            .map(|flash| FlashItem {
                column: flash.column,
                title: flash.title,
                text: flash.text,
                date: match flash.date {
                    Some(_) => Date { value: flash.date, provenance: DateProvenance::Stated },
                    None => Date::default(),
                },
                outlet: flash.outlet,
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
            relative: input.relative.clone(),
            article: Article { url: input.url.clone(), ..article(page, path, raw.len() as u64) },
        })
    }

    /// Gives every record of a dump, line by line.
    pub(crate) fn dump(
        &self,
        input: Input<'_>,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let path = input.path;
        let mut file = BufReader::with_capacity(1 << 16, input.read);
        let limit = self.options.max_line_bytes;
        let (mut number, mut at) = (0_u64, 0_u64);
        let mut line = Vec::new();
        loop {
            let read = match next_line(&mut file, &mut line, limit) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    return give(skipped(&path, Some(number + 1), inputs::reason(&error)));
                }
            };
            number += 1;
            let start = at;
            at += read;
            if read > limit as u64 {
                let reason = Reason::TooLarge { bytes: read, limit: limit as u64 };
                give(skipped(&path, Some(number), reason))?;
                continue;
            }
            match record(&line, &path, start, number) {
                Some(Ok(found)) => give(found)?,
                Some(Err(what)) => give(skipped(&path, Some(number), Reason::Malformed(what)))?,
                None => {}
            }
        }
        if number == 0 {
            return give(skipped(&path, None, Reason::Empty));
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

fn skipped(path: &str, line: Option<u64>, reason: Reason) -> Found {
    Found::Skipped(Skipped { path: path.into(), line, reason })
}
