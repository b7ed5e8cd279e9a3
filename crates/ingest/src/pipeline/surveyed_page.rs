//! A page as parsed by the survey, and how the survey cache stores it.

use std::io;

use jiff::civil::{Date as Day, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::flash::paragraph::{Dated, Paragraph, Piece};
use crate::page::draft::Draft;
use crate::record::{DateOrigin, Moment};
use crate::report::Unextracted;

/// A page as parsed by the survey.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SurveyedPage<'a> {
    pub(crate) draft: Draft<'a>,
    /// Length of the page, see [`FoundPage::bytes`](crate::pipeline::read_event::FoundPage::bytes).
    pub(crate) bytes: u64,
    /// Length of the byte order mark: the difference between offsets in the file and in the text.
    pub(crate) bom_bytes: usize,
    /// Whether the text lacks something of the file, or has U+FFFD in its place.
    pub(crate) lossy: bool,
    /// Whether offsets in the text mean nothing in the file, so that every span is the whole file.
    pub(crate) spans_whole_file: bool,
}

/// A stored page without its texts, of which it has only the lengths. The texts follow this header
/// in one piece, so that UTF-8 is validated only once.
#[derive(Serialize, Deserialize)]
struct PageHeader {
    bytes: u64,
    bom_bytes: usize,
    lossy: bool,
    spans_whole_file: bool,
    /// The lengths of [`optional_texts`].
    optional: [Option<usize>; OPTIONAL_TEXTS],
    suffix_tags: Vec<usize>,
    separate_tags: Vec<usize>,
    /// The lengths of each title and its snippet.
    related: Vec<(usize, usize)>,
    date: StampCode,
    date_origin: DateOrigin,
    unextracted: Option<Unextracted>,
    mojibake_repaired: u32,
    mojibake_kept: Vec<(usize, usize)>,
    are_messages: bool,
    pieces: Vec<PieceEntry>,
}

/// A piece of the body as stored.
#[derive(Serialize, Deserialize)]
struct PieceEntry {
    /// Length of its text.
    length: usize,
    start: usize,
    end: usize,
    stamp: StampCode,
    /// The hash in [`Piece::dated`]; 0 if there is no stamp.
    hash: u64,
}

/// The date of a page, or the stamp of a piece, as numbers: to format and parse dates as text would
/// take as long as all other work on the page.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum StampCode {
    /// There is no date or stamp.
    None,
    /// There is a stamp, but its date is a null date, such as 1900/1/1, or no valid one.
    Null,
    Day(i16, [i8; 2]),
    Time(i16, [i8; 5]),
    Month(i16, i8),
    Year(i16),
}

impl StampCode {
    /// Encodes `stamp`, which is `None` if there is no stamp, and `Some(None)` if its date is a
    /// null date or no valid one.
    fn of(stamp: Option<Option<Moment>>) -> io::Result<Self> {
        Ok(match stamp {
            None => Self::None,
            Some(None) => Self::Null,
            Some(Some(Moment::Day(day))) => Self::Day(day.year(), [day.month(), day.day()]),
            Some(Some(Moment::Time(time))) if time.subsec_nanosecond() == 0 => {
                let [hour, minute, second] = [time.hour(), time.minute(), time.second()];
                Self::Time(time.year(), [time.month(), time.day(), hour, minute, second])
            }
            Some(Some(Moment::Month(day))) => Self::Month(day.year(), day.month()),
            Some(Some(Moment::Year(day))) => Self::Year(day.year()),
            // Dates in pages have no fractions of seconds.
            Some(Some(Moment::Time(_))) => return Err(io::ErrorKind::InvalidInput.into()),
        })
    }

    /// The stamp of a code: the inverse of [`of`](Self::of).
    fn stamp(self) -> io::Result<Option<Option<Moment>>> {
        let new_day = |year, month, day| Day::new(year, month, day).map_err(io::Error::other);
        Ok(match self {
            Self::None => None,
            Self::Null => Some(None),
            Self::Day(year, [month, day]) => Some(Some(Moment::Day(new_day(year, month, day)?))),
            Self::Time(year, [month, day, hour, minute, second]) => {
                let time = Time::new(hour, minute, second, 0).map_err(io::Error::other)?;
                let time = DateTime::from_parts(new_day(year, month, day)?, time);
                Some(Some(Moment::Time(time)))
            }
            Self::Month(year, month) => Some(Some(Moment::Month(new_day(year, month, 1)?))),
            Self::Year(year) => Some(Some(Moment::Year(new_day(year, 1, 1)?))),
        })
    }
}

/// Number of [`optional_texts`].
const OPTIONAL_TEXTS: usize = 10;

/// The texts that a page may lack, in the order in which they are stored.
fn optional_texts<'a>(draft: &Draft<'a>) -> [Option<&'a str>; OPTIONAL_TEXTS] {
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
pub(super) fn encode(page: &SurveyedPage<'_>, entry: &mut Vec<u8>) -> io::Result<()> {
    let SurveyedPage { draft, bytes, bom_bytes, lossy, spans_whole_file } = page;
    let optional = optional_texts(draft);
    let lengths = |texts: &[&str]| texts.iter().map(|text| text.len()).collect();
    let piece_entry = |piece: &Piece<'_>| {
        let Paragraph { text, start, end } = piece.paragraph;
        let stamp = StampCode::of(piece.dated.map(|dated| dated.moment))?;
        let hash = piece.dated.map_or(0, |dated| dated.hash);
        Ok(PieceEntry { length: text.len(), start, end, stamp, hash })
    };
    let header = PageHeader {
        bytes: *bytes,
        bom_bytes: *bom_bytes,
        lossy: *lossy,
        spans_whole_file: *spans_whole_file,
        optional: optional.map(|text| text.map(str::len)),
        suffix_tags: lengths(&draft.suffix_tags),
        separate_tags: lengths(&draft.separate_tags),
        related: draft.related.iter().map(|(title, text)| (title.len(), text.len())).collect(),
        date: StampCode::of(draft.date.map(|(moment, _)| Some(moment)))?,
        date_origin: draft.date.map(|(_, origin)| origin).unwrap_or_default(),
        unextracted: draft.unextracted,
        mojibake_repaired: draft.mojibake_repaired,
        mojibake_kept: draft.mojibake_kept.clone(),
        are_messages: draft.are_messages,
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

/// Decodes a page.
pub(super) fn decode(entry: &[u8]) -> io::Result<SurveyedPage<'_>> {
    let (header, texts): (PageHeader, _) =
        postcard::take_from_bytes(entry).map_err(io::Error::other)?;
    let mut texts = Texts::new(texts)?;
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
    ] = texts.take_optional(header.optional)?;
    // In the order in which they are stored.
    let suffix_tags = texts.take_all(header.suffix_tags)?;
    let separate_tags = texts.take_all(header.separate_tags)?;
    let related = header.related.into_iter();
    let related = related.map(|(title, text)| Ok((texts.take(title)?, texts.take(text)?)));
    let related = related.collect::<io::Result<_>>()?;
    let pieces = header.pieces.into_iter().map(|piece| piece.decode(&mut texts));
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
        date: header.date.stamp()?.flatten().map(|moment| (moment, header.date_origin)),
        unread_date,
        unextracted: header.unextracted,
        separate_tags,
        concatenated_tags,
        related,
        mojibake_repaired: header.mojibake_repaired,
        mojibake_kept: header.mojibake_kept,
        are_messages: header.are_messages,
        pieces: pieces.collect::<io::Result<_>>()?,
    };
    let PageHeader { bytes, bom_bytes, lossy, spans_whole_file, .. } = header;
    Ok(SurveyedPage { draft, bytes, bom_bytes, lossy, spans_whole_file })
}

/// The texts that follow a [`PageHeader`].
struct Texts<'t> {
    /// The texts that were not taken yet, one after another.
    remaining: &'t str,
}

impl<'t> Texts<'t> {
    /// Validates all texts at once.
    fn new(texts: &'t [u8]) -> io::Result<Self> {
        Ok(Self { remaining: simdutf8::basic::from_utf8(texts).map_err(io::Error::other)? })
    }

    /// Takes the next text, given its length.
    fn take(&mut self, length: usize) -> io::Result<&'t str> {
        let (text, remaining) =
            self.remaining.split_at_checked(length).ok_or(io::ErrorKind::InvalidData)?;
        self.remaining = remaining;
        Ok(text)
    }

    fn take_all(&mut self, lengths: Vec<usize>) -> io::Result<Vec<&'t str>> {
        lengths.into_iter().map(|length| self.take(length)).collect()
    }

    fn take_optional(
        &mut self,
        lengths: [Option<usize>; OPTIONAL_TEXTS],
    ) -> io::Result<[Option<&'t str>; OPTIONAL_TEXTS]> {
        let mut optional = [None; OPTIONAL_TEXTS];
        for (to, length) in optional.iter_mut().zip(lengths) {
            *to = length.map(|length| self.take(length)).transpose()?;
        }
        Ok(optional)
    }
}

impl PieceEntry {
    /// The piece, whose text is the next one.
    fn decode<'t>(self, texts: &mut Texts<'t>) -> io::Result<Piece<'t>> {
        let Self { length, start, end, stamp, hash } = self;
        let dated = stamp.stamp()?.map(|moment| Dated { moment, hash });
        Ok(Piece { paragraph: Paragraph { text: texts.take(length)?, start, end }, dated })
    }
}
