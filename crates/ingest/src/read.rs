//! One file of an archive: its bytes, its text, its records.

use std::io::Read;
use std::ops::ControlFlow;

use encoding_rs::Encoding;

use crate::decode::Decoded;
use crate::evidence::Evidence;
use crate::flash::{Item, outlet};
use crate::found::{Found, FoundPage, Notes, Shown, skipped};
use crate::ids::path_hash;
use crate::inputs::{self, Event, Input, Kind};
use crate::memo::Memo;
use crate::options::Options;
use crate::page::{Markup, Page, parse_apart};
use crate::record::{Article, Date, DateProvenance, FlashItem, Span};
use crate::report::Reason;
use crate::sources::Source;

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
        memo: &mut Memo,
        give: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut notes = Notes::new();
        let mut counted = |found| notes.give(found, give);
        inputs::each(source, self.options, &mut |event| match event {
            Event::Skipped(skipped) => counted(Found::Skipped(skipped)),
            Event::Ignored(path) => counted(Found::Ignored(path)),
            Event::OddName(path) => counted(Found::OddName(path)),
            Event::Input(input) if input.kind == Kind::Dump => self.dump(input, &mut counted),
            Event::Input(mut input) => match self.page(&mut input, evidence, memo) {
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

    fn page(
        &self,
        input: &mut Input<'_>,
        evidence: &Evidence,
        memo: &mut Memo,
    ) -> Result<FoundPage, Reason> {
        let raw = self.bytes(input)?;
        let decoded = self.decode(&raw, input)?;
        let markup = self.markup(input, &decoded.text);
        let mut flashes = Vec::new();
        let page = parse_apart(&decoded.text, markup, evidence, &mut |item| {
            let (keys, text) = memo.meet(&item);
            let whole = text.map(|text| Box::new(flash(&item, text)));
            flashes.push((keys, whole, item.start, item.end));
        });
        let ranges = flashes.iter().map(|(.., start, end)| (*start, *end));
        let ranges = ranges.chain(page.mojibake_kept.iter().copied());
        let places = decoded.places(ranges.flat_map(|(start, end)| [start, end]));
        let span = |start, end| Span { start: places.raw(start), end: places.raw(end) };
        let shown = |(keys, item, start, end)| Shown { keys, item, span: span(start, end) };
        let flashes = flashes.into_iter().map(shown).collect();
        let mojibake_kept =
            page.mojibake_kept.iter().map(|&(start, end)| span(start, end)).collect();
        let (path, bytes) = (std::mem::take(&mut input.path), raw.len() as u64);
        Ok(FoundPage {
            flashes,
            mojibake_kept,
            mojibake_repaired: page.mojibake_repaired,
            lossy: decoded.lossy,
            bytes,
            path_hash: path_hash(&input.relative),
            article: Article { url: input.url.take(), ..article(page, path, bytes) },
        })
    }
}

/// A flash item with its text; its places are told apart.
fn flash(item: &Item<'_>, text: String) -> FlashItem {
    FlashItem {
        column: item.column.map(str::to_owned),
        title: item.title.to_owned(),
        outlet: outlet(&text).map(str::to_owned),
        text,
        date: match item.date {
            Some(_) => Date { value: item.date, provenance: DateProvenance::Stated },
            None => Date::default(),
        },
        ..FlashItem::default()
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
