//! Reads one file of an archive: bytes, text, records.

use std::io::Read;
use std::ops::ControlFlow;

use encoding_rs::Encoding;

use crate::corpus::statistics::CorpusStatistics;
use crate::encoding::decode::Decoded;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::item::{Item, outlet};
use crate::flash::sent_items::SentItems;
use crate::input::file_list::SourceFile;
use crate::input::{self, Event, Input, Kind};
use crate::options::Options;
use crate::page::draft::Draft;
use crate::page::markup::Markup;
use crate::page::outline::Outline;
use crate::page::parsed::Page;
use crate::pipeline::finding::{DiagnosticLimit, Finding, FoundItem, ParsedPage, skipped};
use crate::pipeline::ids::path_hash;
use crate::pipeline::survey_cache::SurveyedPage;
use crate::record::{Article, Date, DateOrigin, DateProvenance, FlashItem, Span};
use crate::report::Reason;

/// Caches that a thread keeps between pages.
pub(crate) struct Memory {
    items: SentItems,
    boundaries: BoundaryFinder,
}

impl Memory {
    /// For `omit_repeats` see [`SentItems`].
    pub(crate) fn new(omit_repeats: bool) -> Self {
        Self { items: SentItems::new(omit_repeats), boundaries: BoundaryFinder::new() }
    }
}

/// Buffer capacity to keep between pages.
const MAX_KEPT_BYTES: usize = 1 << 16;

/// Reads files with these options.
pub(crate) struct Reader<'a> {
    pub(crate) options: &'a Options,
    pub(crate) encoding: Option<&'static Encoding>,
}

impl Reader<'_> {
    /// Emits everything in a file. A page from the survey cache is not read again.
    pub(crate) fn read(
        &self,
        source: &SourceFile,
        surveyed: Option<SurveyedPage<'_>>,
        statistics: &CorpusStatistics,
        memory: &mut Memory,
        emit: &mut dyn FnMut(Finding) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Some(SurveyedPage { draft, bytes, bom_bytes, lossy }) = surveyed {
            let meta = PageMeta {
                path: source.path.to_string_lossy().into_owned(),
                path_hash: path_hash(&source.relative),
                url: None,
                bytes,
                lossy,
            };
            let offsets = |_: &[_]| move |at| (bom_bytes + at) as u64;
            let page = parsed_page(draft, meta, statistics, memory, offsets);
            return emit(Finding::Page(Box::new(page)));
        }
        let mut limit = DiagnosticLimit::new();
        let mut counted = |finding| limit.emit(finding, emit);
        input::each(source, self.options, &mut |event| match event {
            Event::Skipped(skipped) => counted(Finding::Skipped(skipped)),
            Event::Ignored(path) => counted(Finding::Ignored(path)),
            Event::NonUtf8Name(path) => counted(Finding::NonUtf8Name(path)),
            Event::Input(input) if input.kind == Kind::Dump => self.dump(input, &mut counted),
            Event::Input(mut input) => match self.page(&mut input, statistics, memory) {
                Ok(page) => counted(Finding::Page(Box::new(page))),
                Err(reason) => {
                    let reason = input.io_errors.take().unwrap_or(reason);
                    counted(skipped(&input.path, None, reason))
                }
            },
        })?;
        limit.finish(source, emit)
    }

    /// Reads the bytes of a page into `bytes`, replacing its content.
    pub(crate) fn bytes(&self, input: &mut Input<'_>, bytes: &mut Vec<u8>) -> Result<(), Reason> {
        let limit = self.options.max_file_bytes;
        let expected = input.bytes.unwrap_or(0);
        if expected > limit {
            return Err(input::too_large(expected, self.options));
        }
        bytes.clear();
        // Do not keep the capacity of one long page.
        bytes.shrink_to(MAX_KEPT_BYTES);
        bytes.reserve(usize::try_from(expected).unwrap_or(0));
        // The limit also holds for a file that grows while it is read.
        let read = input.read.take(limit + 1).read_to_end(bytes);
        read.map_err(|error| input::reason(&error))?;
        if bytes.len() as u64 > limit {
            return Err(input::too_large(bytes.len() as u64, self.options));
        }
        Ok(())
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
        // A text file may have been saved under an HTML name.
        if html && text.contains('<') { Markup::Html } else { Markup::of(text) }
    }

    fn page(
        &self,
        input: &mut Input<'_>,
        statistics: &CorpusStatistics,
        memory: &mut Memory,
    ) -> Result<ParsedPage, Reason> {
        let mut raw = Vec::new();
        self.bytes(input, &mut raw)?;
        let decoded = self.decode(&raw, input)?;
        let outline = Outline::of(&decoded.text, self.markup(input, &decoded.text));
        let meta = PageMeta {
            path: std::mem::take(&mut input.path),
            path_hash: path_hash(&input.relative),
            url: input.url.take(),
            bytes: raw.len() as u64,
            lossy: decoded.lossy,
        };
        let offsets = |ranges: &[(usize, usize)]| {
            let offsets = decoded.offset_map(ranges.iter().flat_map(|(start, end)| [*start, *end]));
            move |at| offsets.byte_at(at)
        };
        Ok(parsed_page(Draft::of(&decoded.text, &outline), meta, statistics, memory, offsets))
    }
}

/// What is known about a page besides its text.
struct PageMeta {
    path: String,
    path_hash: u64,
    url: Option<String>,
    bytes: u64,
    lossy: bool,
}

/// Assembles a page and its flash items. `offsets` receives all ranges of the text and returns a
/// function that maps their ends to the file.
fn parsed_page<P: Fn(usize) -> u64>(
    draft: Draft<'_>,
    meta: PageMeta,
    statistics: &CorpusStatistics,
    memory: &mut Memory,
    offsets: impl FnOnce(&[(usize, usize)]) -> P,
) -> ParsedPage {
    // An address that the input gives can state the date, too.
    let draft = Draft { url: meta.url.as_deref().or(draft.url), ..draft };
    let (mut items, mut ranges) = (Vec::new(), Vec::new());
    let Memory { items: known, boundaries } = memory;
    let page = draft.finish(statistics, boundaries, &mut |item| {
        let (hashes, text) = known.hashes_and_text(&item);
        items.push((hashes, text.map(|text| Box::new(flash(&item, text)))));
        ranges.push((item.start, item.end));
    });
    ranges.extend_from_slice(&page.mojibake_kept);
    let byte_of = offsets(&ranges);
    let mut spans =
        ranges.into_iter().map(|(start, end)| Span { start: byte_of(start), end: byte_of(end) });
    let found_item = |((hashes, item), span)| FoundItem { hashes, item, span };
    let flashes = items.into_iter().zip(&mut spans).map(found_item).collect();
    let PageMeta { path, path_hash, bytes, lossy, .. } = meta;
    ParsedPage {
        flashes,
        mojibake_kept: spans.collect(),
        mojibake_repaired: page.mojibake_repaired,
        lossy,
        bytes,
        path_hash,
        unread_date: page.unread_date.clone(),
        unextracted: page.unextracted,
        article: article(page, path, bytes),
    }
}

/// A flash item with text but without occurrences.
fn flash(item: &Item<'_>, text: String) -> FlashItem {
    FlashItem {
        column: item.column.map(str::to_owned),
        title: item.title.to_owned(),
        outlet: outlet(&text).map(str::to_owned),
        text,
        date: match item.date {
            Some(_) => {
                Date { value: item.date, provenance: DateProvenance::Stated(DateOrigin::Text) }
            }
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
        translator: page.translator,
        editor: page.editor,
        source: page.source,
        url: page.url,
        date: page.date,
        paragraphs: page.paragraphs,
        tags: page.tags,
        unsplit_tags: page.unsplit_tags,
        related: page.related,
        ..Article::default()
    }
}
