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

/// A paragraph, or a part of one: a part ends with a date, or is what follows the last date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// The text, without the date; the byte range includes the date.
    pub(crate) paragraph: Paragraph<'a>,
    /// The date of the flash item that the piece ends, if it ends one.
    pub(crate) dated: Option<Dated>,
}

/// What is known of a flash item whose last paragraph is a piece: its date and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    /// The date; `None` if it is a null date (such as 1900/1/1, which sites print for no date), is
    /// impossible or ambiguous, or has a year before 1800 or after 2099.
    pub(crate) moment: Option<Moment>,
    /// The hash by which the corpus statistics know the item: that of its last paragraph, see
    /// [`item_hash`].
    pub(crate) hash: u64,
}

/// Splits a paragraph after its bracketed dates, and adds the pieces to `pieces`. A valid
/// date with a time ends a flash item anywhere in a paragraph, any other date only at the end.
pub(crate) fn split_at_dates<'a>(paragraph: Paragraph<'a>, pieces: &mut Vec<Piece<'a>>) {
    let mut from = 0;
    for stamp in stamps(paragraph.text) {
        let is_last = paragraph.text[stamp.end..]
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '。' | '.'))
            .is_empty();
        let ends_item = is_last || matches!(stamp.moment, Some(Moment::Time(_)));
        // A date without text before it ends nothing.
        if !ends_item || stamp.open <= from {
            continue;
        }
        let to = if is_last { paragraph.text.len() } else { stamp.end };
        let (part, offset) = cut(paragraph, from, to);
        let text = part.text[..stamp.open - offset].trim_end();
        let dated = Dated { moment: stamp.moment, hash: item_hash(text) };
        pieces.push(Piece { paragraph: Paragraph { text, ..part }, dated: Some(dated) });
        from = to;
        if is_last {
            break;
        }
    }
    if !paragraph.text[from..].trim().is_empty() {
        let (part, _) = cut(paragraph, from, paragraph.text.len());
        pieces.push(Piece { paragraph: part, dated: None });
    }
}

/// The part of a paragraph from byte `from` to byte `to` of its text, trimmed, and the offset in
/// that text at which it begins.
///
/// If the text is not a slice of the page (HTML, repaired mojibake), the byte range in the page is
/// an estimate, which stays inside that of the paragraph.
fn cut(paragraph: Paragraph<'_>, from: usize, to: usize) -> (Paragraph<'_>, usize) {
    if from == 0 && to == paragraph.text.len() {
        return (paragraph, 0);
    }
    let part = &paragraph.text[from..to];
    let offset = from + (part.len() - part.trim_start().len());
    let text = part.trim();
    let start = (paragraph.start + offset).min(paragraph.end);
    let end = (start + text.len()).min(paragraph.end);
    (Paragraph { text, start, end }, offset)
}
