//! Paragraphs of a body, split after each bracketed date.

use crate::flash::item_hash::item_hash;
use crate::flash::stamp::stamps;
use crate::record::Moment;

/// A paragraph of a body: its text and its byte range in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paragraph<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A paragraph, or a part of one that ends with a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// Its text ends before the bracketed date, its range after it.
    pub(crate) paragraph: Paragraph<'a>,
    pub(crate) dated: Option<Dated>,
}

/// The date that ends a piece, and a key of the piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    /// `None` if the date is null or impossible.
    pub(crate) moment: Option<Moment>,
    /// The item's key in the corpus statistics.
    pub(crate) hash: u64,
}

/// Splits a paragraph after its dates. A date with a time ends an item anywhere in a paragraph; a
/// date without time only at the paragraph's end.
pub(crate) fn split_at_dates<'a>(paragraph: Paragraph<'a>, pieces: &mut Vec<Piece<'a>>) {
    let mut from = 0;
    for stamp in stamps(paragraph.text) {
        let last = paragraph.text[stamp.end..]
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '。' | '.'))
            .is_empty();
        if !last && !matches!(stamp.moment, Some(Moment::Time(_))) || stamp.open <= from {
            continue;
        }
        let to = if last { paragraph.text.len() } else { stamp.end };
        let (part, skipped) = cut(paragraph, from, to);
        let text = part.text[..stamp.open - skipped].trim_end();
        let dated = Dated { moment: stamp.moment, hash: item_hash(text) };
        pieces.push(Piece { paragraph: Paragraph { text, ..part }, dated: Some(dated) });
        from = to;
        if last {
            break;
        }
    }
    if !paragraph.text[from..].trim().is_empty() {
        let (part, _) = cut(paragraph, from, paragraph.text.len());
        pieces.push(Piece { paragraph: part, dated: None });
    }
}

/// A trimmed part of a paragraph, and the offset at which it begins.
///
/// If the paragraph's text is not a slice of the page (HTML, repaired mojibake), the range is an
/// estimate that stays inside the paragraph's.
fn cut(paragraph: Paragraph<'_>, from: usize, to: usize) -> (Paragraph<'_>, usize) {
    if from == 0 && to == paragraph.text.len() {
        return (paragraph, 0);
    }
    let piece = &paragraph.text[from..to];
    let skipped = from + (piece.len() - piece.trim_start().len());
    let text = piece.trim();
    let start = (paragraph.start + skipped).min(paragraph.end);
    let end = (start + text.len()).min(paragraph.end);
    (Paragraph { text, start, end }, skipped)
}
