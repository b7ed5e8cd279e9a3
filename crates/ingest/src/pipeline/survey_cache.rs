//! Caches pages as parsed by the survey in temporary files, so that the second pass need not open,
//! decode and outline them again. What is not in the cache is simply read again: its size is
//! limited, and a failure to write is not an error.

use std::io;

use jiff::civil::{Date as Day, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::flash::paragraph::{Dated, Paragraph, Piece};
use crate::page::draft::Draft;
use crate::page::html::Unextracted;
use crate::record::{DateOrigin, Moment};
use crate::record_log::{LogReader, RecordLog};

/// Maximum bytes of all cache files together: about half a million pages.
const MAX_CACHE_BYTES: u64 = 2 << 30;
/// Bytes to read at a time.
const READ_BYTES: usize = 1 << 16;

/// A page as parsed by the survey.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SurveyedPage<'a> {
    pub(crate) draft: Draft<'a>,
    /// Length of the file.
    pub(crate) bytes: u64,
    /// Length of the byte order mark: the difference between offsets in the file and in the text.
    pub(crate) bom_bytes: usize,
    pub(crate) lossy: bool,
    /// Whether offsets in the text mean nothing in the file.
    pub(crate) whole: bool,
}

/// A page as stored. Instead of texts it has their lengths; the texts follow it concatenated, so
/// that UTF-8 is validated only once.
#[derive(Serialize, Deserialize)]
struct PageEntry {
    bytes: u64,
    bom_bytes: usize,
    lossy: bool,
    whole: bool,
    /// See [`optional_texts`].
    optional: [Option<usize>; OPTIONAL],
    suffix_tags: Vec<usize>,
    separate_tags: Vec<usize>,
    related: Vec<(usize, usize)>,
    date: StampCode,
    date_origin: DateOrigin,
    unextracted: Option<Unextracted>,
    mojibake_repaired: u32,
    mojibake_kept: Vec<(usize, usize)>,
    pieces: Vec<PieceEntry>,
}

/// A piece of the body.
#[derive(Serialize, Deserialize)]
struct PieceEntry {
    length: usize,
    start: usize,
    end: usize,
    stamp: StampCode,
    hash: u64,
}

/// A date as numbers: formatting and parsing text would take as long as everything else.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum StampCode {
    None,
    Null,
    Day(i16, [i8; 2]),
    Time(i16, [i8; 5]),
    Month(i16, i8),
    Year(i16),
}

impl StampCode {
    fn of(stamp: Option<Option<Moment>>) -> io::Result<Self> {
        Ok(match stamp {
            None => Self::None,
            Some(None) => Self::Null,
            Some(Some(Moment::Day(day))) => Self::Day(day.year(), [day.month(), day.day()]),
            Some(Some(Moment::Time(time))) if time.subsec_nanosecond() == 0 => {
                let clock = [time.hour(), time.minute(), time.second()];
                let [hour, minute, second] = clock;
                Self::Time(time.year(), [time.month(), time.day(), hour, minute, second])
            }
            Some(Some(Moment::Month(day))) => Self::Month(day.year(), day.month()),
            Some(Some(Moment::Year(day))) => Self::Year(day.year()),
            // Dates in pages are never more precise.
            Some(Some(Moment::Time(_))) => return Err(io::ErrorKind::InvalidInput.into()),
        })
    }

    fn moment(self) -> io::Result<Option<Option<Moment>>> {
        let day = |year, month, day| Day::new(year, month, day).map_err(io::Error::other);
        Ok(match self {
            Self::None => None,
            Self::Null => Some(None),
            Self::Day(year, [month, of_month]) => {
                Some(Some(Moment::Day(day(year, month, of_month)?)))
            }
            Self::Time(year, [month, of_month, hour, minute, second]) => {
                let time = Time::new(hour, minute, second, 0).map_err(io::Error::other)?;
                let time = DateTime::from_parts(day(year, month, of_month)?, time);
                Some(Some(Moment::Time(time)))
            }
            Self::Month(year, month) => Some(Some(Moment::Month(day(year, month, 1)?))),
            Self::Year(year) => Some(Some(Moment::Year(day(year, 1, 1)?))),
        })
    }
}

/// Writes the cache of one thread, file by file.
pub(crate) struct SurveyCacheWriter {
    /// `None` after a write error.
    log: Option<RecordLog>,
    max_bytes: u64,
    full: bool,
    entry: Vec<u8>,
}

/// Reads the cache in the same order. Clones share the file.
#[derive(Clone)]
pub(crate) struct SurveyCache {
    /// `None` once everything has been read.
    reader: Option<LogReader>,
    at: u64,
    end: u64,
}

impl SurveyCacheWriter {
    /// A cache for one of `threads` threads.
    pub(crate) fn new(threads: usize) -> Self {
        Self::with_limit(MAX_CACHE_BYTES / threads.max(1) as u64)
    }

    /// A cache that keeps nothing.
    pub(crate) fn disabled() -> Self {
        Self { log: None, max_bytes: 0, full: true, entry: Vec::new() }
    }

    fn with_limit(max_bytes: u64) -> Self {
        Self { log: RecordLog::new().ok(), max_bytes, full: false, entry: Vec::new() }
    }

    /// Adds the next file: its page, or `None` if it has to be read again. Once the limit is
    /// reached, all further files have to.
    pub(crate) fn push(&mut self, page: Option<&SurveyedPage<'_>>) {
        let Some(log) = self.log.as_mut().filter(|_| !self.full) else { return };
        self.entry.clear();
        if let Some(page) = page
            && encode(page, &mut self.entry).is_err()
        {
            self.entry.clear();
        }
        self.full = log.end_offset() + self.entry.len() as u64 > self.max_bytes;
        if self.full {
            return;
        }
        if log.push(&self.entry).is_err() {
            // The disk is probably full: free the space for others.
            self.log = None;
        }
        // Do not keep the capacity of one long page.
        self.entry.shrink_to(READ_BYTES);
    }

    /// Offset of the next file.
    pub(crate) fn end(&self) -> u64 {
        self.log.as_ref().map_or(0, RecordLog::end_offset)
    }

    /// Ends writing.
    pub(crate) fn finish(self) -> SurveyCache {
        let end = self.end();
        let log = self.log.and_then(|log| log.finish().ok());
        SurveyCache { reader: log.map(|log| log.reader(READ_BYTES)), at: 0, end }
    }
}

impl SurveyCache {
    /// Moves forward to the file at offset `at`.
    pub(crate) fn seek(&mut self, at: u64) {
        self.at = at;
    }

    /// The next file's page, or `None` if it has to be read again.
    pub(crate) fn next_page(&mut self) -> io::Result<Option<SurveyedPage<'_>>> {
        if self.at == self.end {
            self.reader = None;
        }
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let (entry, next) = reader.record(self.at)?;
        self.at = next;
        if entry.is_empty() { Ok(None) } else { decode(entry).map(Some) }
    }
}

/// Number of [`optional_texts`].
const OPTIONAL: usize = 10;

/// The texts that a page may lack, in the order in which they are stored.
fn optional_texts<'a>(draft: &Draft<'a>) -> [Option<&'a str>; OPTIONAL] {
    [
        draft.site,
        draft.category,
        draft.title,
        draft.author,
        draft.translator,
        draft.editor,
        draft.source,
        draft.url,
        draft.unread_date,
        draft.concatenated_tags,
    ]
}

/// Encodes a page: a header, followed by its texts.
fn encode(page: &SurveyedPage<'_>, entry: &mut Vec<u8>) -> io::Result<()> {
    let SurveyedPage { draft, bytes, bom_bytes, lossy, whole } = page;
    let optional = optional_texts(draft);
    let lengths = |texts: &[&str]| texts.iter().map(|text| text.len()).collect();
    let piece_entry = |piece: &Piece<'_>| {
        let Paragraph { text, start, end } = piece.paragraph;
        let stamp = StampCode::of(piece.dated.map(|dated| dated.moment))?;
        let hash = piece.dated.map_or(0, |dated| dated.hash);
        Ok(PieceEntry { length: text.len(), start, end, stamp, hash })
    };
    let header = PageEntry {
        bytes: *bytes,
        bom_bytes: *bom_bytes,
        lossy: *lossy,
        whole: *whole,
        optional: optional.map(|text| text.map(str::len)),
        suffix_tags: lengths(&draft.suffix_tags),
        separate_tags: lengths(&draft.separate_tags),
        related: draft.related.iter().map(|(title, text)| (title.len(), text.len())).collect(),
        date: StampCode::of(draft.date.map(|(moment, _)| Some(moment)))?,
        date_origin: draft.date.map(|(_, origin)| origin).unwrap_or_default(),
        unextracted: draft.unextracted,
        mojibake_repaired: draft.mojibake_repaired,
        mojibake_kept: draft.mojibake_kept.clone(),
        pieces: draft.pieces.iter().map(piece_entry).collect::<io::Result<_>>()?,
    };
    *entry = postcard::to_extend(&header, std::mem::take(entry)).map_err(io::Error::other)?;
    let related = draft.related.iter().flat_map(|(title, text)| [title, text]);
    let pieces = draft.pieces.iter().map(|piece| &piece.paragraph.text);
    let lists = draft.suffix_tags.iter().chain(&draft.separate_tags).chain(related).chain(pieces);
    for text in optional.iter().flatten().chain(lists) {
        entry.extend_from_slice(text.as_bytes());
    }
    Ok(())
}

fn decode(entry: &[u8]) -> io::Result<SurveyedPage<'_>> {
    let (header, texts): (PageEntry, _) =
        postcard::take_from_bytes(entry).map_err(io::Error::other)?;
    // Validate all texts at once.
    let mut left = simdutf8::basic::from_utf8(texts).map_err(io::Error::other)?;
    let mut text = |length| -> io::Result<_> {
        let (text, after) = left.split_at_checked(length).ok_or(io::ErrorKind::InvalidData)?;
        left = after;
        Ok(text)
    };
    let mut optional = [None; OPTIONAL];
    for (to, length) in optional.iter_mut().zip(header.optional) {
        *to = length.map(&mut text).transpose()?;
    }
    let [
        site,
        category,
        title,
        author,
        translator,
        editor,
        source,
        url,
        unread_date,
        concatenated_tags,
    ] = optional;
    let suffix_tags = header.suffix_tags.into_iter().map(&mut text).collect::<io::Result<_>>()?;
    let separate_tags =
        header.separate_tags.into_iter().map(&mut text).collect::<io::Result<_>>()?;
    let related =
        header.related.into_iter().map(|(title, snippet)| Ok((text(title)?, text(snippet)?)));
    let related = related.collect::<io::Result<_>>()?;
    let pieces = header.pieces.into_iter().map(|piece| piece.decode(&mut text));
    let draft = Draft {
        site,
        category,
        title,
        suffix_tags,
        author,
        translator,
        editor,
        source,
        url,
        date: header.date.moment()?.flatten().map(|moment| (moment, header.date_origin)),
        unread_date,
        unextracted: header.unextracted,
        separate_tags,
        concatenated_tags,
        related,
        mojibake_repaired: header.mojibake_repaired,
        mojibake_kept: header.mojibake_kept,
        pieces: pieces.collect::<io::Result<_>>()?,
    };
    Ok(SurveyedPage {
        draft,
        bytes: header.bytes,
        bom_bytes: header.bom_bytes,
        lossy: header.lossy,
        whole: header.whole,
    })
}

impl PieceEntry {
    /// The piece, given what takes its text.
    fn decode<'t>(
        self,
        text: &mut dyn FnMut(usize) -> io::Result<&'t str>,
    ) -> io::Result<Piece<'t>> {
        let Self { length, start, end, stamp, hash } = self;
        let dated = stamp.moment()?.map(|moment| Dated { moment, hash });
        Ok(Piece { paragraph: Paragraph { text: text(length)?, start, end }, dated })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::markup::Markup;
    use crate::page::outline::Outline;

    fn pages() -> impl Strategy<Value = Vec<String>> {
        let parts = prop::sample::select(vec![
            "以太坊交易所 以太坊交易所",
            "首頁 > 瑞波幣 > Info",
            "題目_GPT:CGPT價格",
            "Author: 張三",
            "Time:2022/6/18 4:36:07",
            "來源:鏈聞",
            "正文的一段。",
            "<p>一段&amp;一段[2022/6/18 4:36:07]</p>",
            "浠ュお鍧婄殑鍗囩骇锛屽皢鍦ㄦ槑騫[2022/6/18 4:36:07]",
            "聲音 | 題目甲:據官方消息,題目甲。[2022/6/18 4:36:07]又一段。[2022/6/18]",
            "據悉比特幣突破三萬美元。[1900/1/1 0:00:00]。",
            "Tags:NFTcnft.io",
            "標簽:比特幣,以太坊",
            "瑞波幣",
            "別的題目_FLOW:FLO",
            "1900/1/1 0:00:00",
        ]);
        let page = prop::collection::vec(parts, 0..14).prop_map(|parts| parts.join("\n"));
        prop::collection::vec(page, 0..12)
    }

    proptest! {
        #[test]
        fn what_was_surveyed_comes_back(
            pages in pages(), html in any::<bool>(), kept in prop::collection::vec(any::<bool>(), 12),
            max_bytes in 0..6000_u64,
        ) {
            let markup = if html { Markup::Html } else { Markup::Text };
            let outlines: Vec<Outline<'_>> = pages.iter().map(|page| Outline::of(page, markup)).collect();
            let surveyed: Vec<Option<SurveyedPage<'_>>> = (0..)
                .zip(pages.iter().zip(&outlines))
                .zip(kept)
                .map(|((number, (page, outline)), kept)| {
                    let draft = Draft::of(page, outline);
                    let page = SurveyedPage { draft, bytes: number * 700, bom_bytes: 3, lossy: number > 2, whole: number > 4 };
                    kept.then_some(page)
                })
                .collect();
            for max_bytes in [max_bytes, 1 << 30] {
                let mut writer = SurveyCacheWriter::with_limit(max_bytes);
                surveyed.iter().for_each(|page| writer.push(page.as_ref()));
                let mut cache = writer.finish();
                prop_assert!(cache.end <= max_bytes + 4 * pages.len() as u64);
                let mut full = false;
                for page in &surveyed {
                    let read = cache.next_page().unwrap();
                    // Pages are missing only after the limit is reached, and then all are.
                    full |= read.is_none() && page.is_some();
                    prop_assert!(!full || max_bytes < 1 << 30);
                    prop_assert_eq!(&read, if full { &None } else { page });
                }
                prop_assert_eq!(cache.next_page().unwrap(), None);
            }
        }
    }

    #[test]
    fn what_is_damaged_is_an_error() {
        let mut writer = SurveyCacheWriter::with_limit(1 << 20);
        writer.push(Some(&SurveyedPage { bytes: 7, ..SurveyedPage::default() }));
        let mut cache = writer.finish();
        cache.end += 1;
        assert_eq!(cache.next_page().unwrap().map(|page| page.bytes), Some(7));
        assert!(cache.next_page().is_err());
        assert!(decode(b"\xff").is_err());
    }
}
