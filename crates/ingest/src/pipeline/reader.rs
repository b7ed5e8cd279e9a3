//! Reads one file of an archive: bytes, text, records.

use std::io::Read;
use std::ops::ControlFlow;

use encoding_rs::Encoding;

use crate::corpus::site::site_key;
use crate::corpus::statistics::CorpusStatistics;
use crate::encoding::decode::Decoded;
use crate::encoding::offset_map::OffsetMap;
use crate::fields::front_matter;
use crate::flash::boundary::BoundaryFinder;
use crate::flash::sent_items::SentItems;
use crate::input::file_list::SourceFile;
use crate::input::own_output;
use crate::input::{self, Event, Input, Kind, PageKind};
use crate::mail::{self, Mail, MailSource};
use crate::options::Options;
use crate::page::draft::Draft;
use crate::page::labels::Labels;
use crate::page::markup::Markup;
use crate::page::metadata::Metadata;
use crate::page::outline::Outline;
use crate::pipeline::ids::path_hash;
use crate::pipeline::read_event::{
    DiagnosticLimit, DumpPaths, FoundItem, FoundPage, ReadEvent, skipped,
};
use crate::pipeline::surveyed_page::SurveyedPage;
use crate::record::{Article, Span};
use crate::report::Reason;

/// Caches that a thread keeps between pages.
pub(crate) struct ThreadCaches {
    sent_items: SentItems,
    boundaries: BoundaryFinder,
}

impl ThreadCaches {
    /// `omit_repeats` says whether the thread leaves out the text of a flash item that it has sent
    /// before.
    pub(crate) fn new(omit_repeats: bool) -> Self {
        Self { sent_items: SentItems::new(omit_repeats), boundaries: BoundaryFinder::new() }
    }
}

/// Maximum capacity in bytes of a buffer that is kept between pages.
const MAX_KEPT_BYTES: usize = 1 << 16;

/// Reads files with certain options.
pub(crate) struct Reader<'a> {
    pub(crate) options: &'a Options,
    /// The encoding that the options name.
    pub(crate) encoding: Option<&'static Encoding>,
    /// Whether the archive has only one root.
    pub(crate) one_root: bool,
}

impl Reader<'_> {
    /// The path whose folder stands for the site of a page that states neither an address nor the
    /// name of its site. With one root it is the path below the root, so that it does not depend on
    /// where the archive is.
    pub(crate) fn site_path<'p>(&self, path: &'p str, relative: &'p str) -> &'p str {
        if self.one_root { relative } else { path }
    }

    /// Emits everything in a file. If `surveyed` is the page of the file from the survey cache, the
    /// file is not read again.
    pub(crate) fn read(
        &self,
        source: &SourceFile,
        surveyed: Option<SurveyedPage<'_>>,
        statistics: &CorpusStatistics,
        caches: &mut ThreadCaches,
        emit: &mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Some(SurveyedPage { draft, bytes, bom_bytes, lossy, spans_whole_file }) = surveyed {
            let path = source.path.to_string_lossy().into_owned();
            let meta = PageMeta {
                site_path: self.site_path(&path, &source.relative).to_owned(),
                path,
                path_hash: path_hash(&source.relative),
                url: None,
                bytes,
                lossy,
                spans_whole_file,
                mixed: false,
                attachments: Vec::new(),
            };
            // Offsets in the file and in the text differ only by the length of the byte order mark,
            // so the ranges are not needed.
            let map_ranges = |_: &[_]| move |at| (bom_bytes + at) as u64;
            let page = found_page(draft, meta, statistics, caches, map_ranges);
            return emit(ReadEvent::Page(Box::new(page)));
        }
        let mut limit = DiagnosticLimit::new();
        let mut emit_limited = |event| limit.emit(event, emit);
        input::visit_file(source, self.options, &mut |event| match event {
            Event::Skipped(skipped) => emit_limited(ReadEvent::Skipped(skipped)),
            Event::Ignored(path) => emit_limited(ReadEvent::Ignored(path)),
            Event::NonUtf8Name(path) => emit_limited(ReadEvent::NonUtf8Name(path)),
            Event::Input(input) if input.kind.is_dump() => {
                emit_limited(ReadEvent::DumpBegins(DumpPaths {
                    path: input.path.clone(),
                    relative: input.relative.clone(),
                    file: source.relative.clone(),
                }))?;
                self.read_dump(input, &mut emit_limited)
            }
            Event::Input(mut input) => match self.read_page(&mut input, statistics, caches) {
                Ok(page) => emit_limited(ReadEvent::Page(Box::new(page))),
                Err(Reason::OwnOutput) => {
                    emit_limited(ReadEvent::Ignored(input.path.clone().into()))
                }
                Err(reason) => {
                    let reason = input.last_io_error.take().unwrap_or(reason);
                    let line = None;
                    emit_limited(skipped(&input.path, line, reason))
                }
            },
        })?;
        limit.finish(source, emit)
    }

    /// Reads the bytes of a page into `bytes`, replacing its content.
    pub(crate) fn read_bytes(
        &self,
        input: &mut Input<'_>,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Reason> {
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

    /// Decodes the bytes of a page. Returns its text, and what it states outside of the text.
    pub(crate) fn decode<'b>(
        &self,
        raw: &'b [u8],
        input: &Input<'_>,
    ) -> Result<PageText<'b>, Reason> {
        let kind = if let Kind::Page(kind) = input.kind { kind } else { PageKind::Text };
        if matches!(kind, PageKind::Mail | PageKind::WebArchive) {
            let malformed = || Reason::Malformed("a message without header fields".to_owned());
            let mail = mail::read(raw, MailSource::File).ok_or_else(malformed)?;
            let Mail { text, markup, metadata, attachments } = mail;
            if text.trim().is_empty() && metadata.title.is_none() {
                return Err(Reason::Empty);
            }
            let source = TextSource::Extracted(text);
            return Ok(PageText { source, markup, metadata, attachments });
        }
        let mut decoded = Decoded::new(raw, self.encoding, input.charset)?;
        let (markup, metadata) = match kind {
            PageKind::Markdown => (
                Markup::Markdown,
                front_matter::metadata(&decoded.text, &self.options.map, self.options.labels()),
            ),
            // Without `<`, it is a text file that was saved under an HTML name.
            PageKind::Html if decoded.text.contains('<') => (Markup::Html, Metadata::default()),
            _ => (Markup::of(&decoded.text), Metadata::default()),
        };
        if markup == Markup::Text && own_output::is_search_output(&decoded.text) {
            return Err(Reason::OwnOutput);
        }
        if markup == Markup::Text {
            // Text may have references such as `&nbsp;`, or the colours of a terminal.
            decoded.clean_text_page();
        }
        let source = TextSource::Decoded(decoded);
        Ok(PageText { source, markup, metadata, attachments: Vec::new() })
    }

    /// Reads a page, and takes path and address out of `input`.
    fn read_page(
        &self,
        input: &mut Input<'_>,
        statistics: &CorpusStatistics,
        caches: &mut ThreadCaches,
    ) -> Result<FoundPage, Reason> {
        let mut raw = Vec::new();
        self.read_bytes(input, &mut raw)?;
        let mut page = self.decode(&raw, input)?;
        let attachments = std::mem::take(&mut page.attachments);
        let metadata = page.take_metadata();
        let outline = page.outline(metadata, self.options.labels());
        let meta = PageMeta {
            site_path: self.site_path(&input.path, &input.relative).to_owned(),
            path: std::mem::take(&mut input.path),
            path_hash: path_hash(&input.relative),
            url: input.url.take(),
            bytes: input.preprocessed_file_bytes.unwrap_or(raw.len() as u64),
            lossy: page.is_lossy(),
            spans_whole_file: input.preprocessed_file_bytes.is_some() || page.is_extracted(),
            mixed: page.is_mixed(),
            attachments,
        };
        let map_ranges = |ranges: &[(usize, usize)]| {
            let offsets = page.offset_map(ranges);
            // An extracted text has no map. Its spans are the whole file, so 0 is not used.
            move |at| offsets.as_ref().map_or(0, |offsets| offsets.byte_at(at))
        };
        Ok(found_page(Draft::of(page.as_str(), &outline), meta, statistics, caches, map_ranges))
    }
}

/// The text of a page.
pub(crate) struct PageText<'b> {
    source: TextSource<'b>,
    markup: Markup,
    metadata: Metadata,
    /// The names of attachments, which are not read.
    attachments: Vec<String>,
}

enum TextSource<'b> {
    /// The whole file.
    Decoded(Decoded<'b>),
    /// A part of a message. Offsets in it mean nothing in the file.
    Extracted(String),
}

impl PageText<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match &self.source {
            TextSource::Decoded(decoded) => &decoded.text,
            TextSource::Extracted(text) => text,
        }
    }

    pub(crate) fn take_metadata(&mut self) -> Metadata {
        std::mem::take(&mut self.metadata)
    }

    /// The outline of the page, given its metadata.
    pub(crate) fn outline(&self, metadata: Metadata, labels: &Labels) -> Outline<'_> {
        Outline::with_labels(self.as_str(), self.markup, metadata, labels)
    }

    /// Whether the text lacks something of the file, see [`Decoded::lossy`].
    pub(crate) fn is_lossy(&self) -> bool {
        matches!(&self.source, TextSource::Decoded(decoded) if decoded.lossy)
    }

    /// Whether some lines were in another encoding than the others.
    fn is_mixed(&self) -> bool {
        matches!(&self.source, TextSource::Decoded(decoded) if decoded.is_mixed())
    }

    /// Whether the text is a part of a message, so that its offsets mean nothing in the file.
    pub(crate) fn is_extracted(&self) -> bool {
        matches!(self.source, TextSource::Extracted(_))
    }

    pub(crate) fn has_attachments(&self) -> bool {
        !self.attachments.is_empty()
    }

    /// The difference between offsets in the file and in the text, if it is the same everywhere. 0
    /// for an extracted text, whose offsets are not used.
    pub(crate) fn constant_shift(&self) -> Option<usize> {
        match &self.source {
            TextSource::Decoded(decoded) => decoded.constant_shift(),
            TextSource::Extracted(_) => Some(0),
        }
    }

    /// Maps the starts and ends of ranges of the text to the file; `None` for an extracted text.
    fn offset_map(&self, ranges: &[(usize, usize)]) -> Option<OffsetMap> {
        match &self.source {
            TextSource::Decoded(decoded) => {
                let offsets = ranges.iter().flat_map(|(start, end)| [*start, *end]);
                Some(decoded.offset_map(offsets))
            }
            TextSource::Extracted(_) => None,
        }
    }
}

/// What is known about a page besides its text.
struct PageMeta {
    path: String,
    /// See [`Reader::site_path`].
    site_path: String,
    path_hash: u64,
    url: Option<String>,
    /// See [`FoundPage::bytes`].
    bytes: u64,
    /// Whether the text lacks something of the file.
    lossy: bool,
    /// Whether the span of every flash item, and of mojibake, is the whole file.
    spans_whole_file: bool,
    /// Whether some lines were in another encoding than the others.
    mixed: bool,
    attachments: Vec<String>,
}

/// Assembles a page and its flash items. `map_ranges` receives all ranges of the text that need
/// spans, and returns a function that maps the starts and ends of these ranges to the file.
fn found_page<P: Fn(usize) -> u64>(
    draft: Draft<'_>,
    meta: PageMeta,
    statistics: &CorpusStatistics,
    caches: &mut ThreadCaches,
    map_ranges: impl FnOnce(&[(usize, usize)]) -> P,
) -> FoundPage {
    // An address that the input gives can state the date, too.
    let draft = Draft { url: meta.url.as_deref().or(draft.url), ..draft };
    let (mut items, mut ranges) = (Vec::new(), Vec::new());
    let ThreadCaches { sent_items, boundaries } = caches;
    let site = site_key(draft.url, draft.site, &meta.site_path);
    let (article, mut notes) = draft.finish(site, statistics, boundaries, &mut |item| {
        let (hashes, text) = sent_items.hashes_and_text(&item);
        items.push((hashes, text.map(|text| Box::new(item.to_flash(text)))));
        ranges.push((item.start, item.end));
    });
    // The ranges of the flash items, then those of the mojibake that could not be repaired.
    ranges.append(&mut notes.mojibake_kept);
    let PageMeta { path, path_hash, bytes, lossy, spans_whole_file, mixed, attachments, .. } = meta;
    let byte_of = map_ranges(&ranges);
    let mut spans = ranges.into_iter().map(|(start, end)| match spans_whole_file {
        true => Span { start: 0, end: bytes },
        false => Span { start: byte_of(start), end: byte_of(end) },
    });
    let found_item = |((hashes, item), span)| FoundItem { hashes, item, span };
    let flashes = items.into_iter().zip(&mut spans).map(found_item).collect();
    FoundPage {
        flashes,
        mojibake_kept: spans.collect(),
        repaired: mixed || notes.mojibake_repaired > 0,
        lossy,
        bytes,
        path_hash,
        attachments,
        notes,
        article: Article { path, span: Span { start: 0, end: bytes }, ..article },
    }
}
