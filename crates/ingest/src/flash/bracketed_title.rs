//! Dates of flash items with a title in brackets, `【TITLE】TEXT`. The date of such an item may stand
//! without brackets; all other items end with a date in brackets.

use crate::date::{self, ParsedDate};
use crate::flash::headline::BRACKETED_TITLE_CHARS;
use crate::flash::item_hash::item_hash;
use crate::flash::paragraph::{Dated, Paragraph, Piece};
use crate::record::Moment;

/// Maximum bytes of a date at the end of an item, and of a line that is only a date.
const MAX_DATE_BYTES: usize = 60;

/// Finds the paragraphs in the form `【TITLE】TEXT` and their dates, and marks them as flash items.
/// The date stands before the title or after the text, or is a line of its own below or above the
/// paragraph; such a line is removed. If the first paragraph of the body has this form without a
/// date, it gets `page_date`, the date in the page's header, provided that `is_page_title` says
/// that the page has no other title than the one in the brackets.
pub(crate) fn find_items_with_bracketed_title(
    pieces: &mut Vec<Piece<'_>>,
    page_date: Option<Moment>,
    is_page_title: impl Fn(&str) -> bool,
) {
    // Between two items, a line that is only a date belongs to one of them: to the one below it if
    // the last item has a date above it and none below.
    let last = pieces.iter().rposition(|piece| title(piece.paragraph.text).is_some());
    let dates_are_above = last.is_some_and(|last| {
        let is_date = |at: usize| pieces.get(at).and_then(date_line).is_some();
        !is_date(last + 1) && last.checked_sub(1).is_some_and(is_date)
    });
    let mut found: Vec<Piece<'_>> = Vec::with_capacity(pieces.len());
    let mut remaining = std::mem::take(pieces).into_iter().peekable();
    while let Some(piece) = remaining.next() {
        let paragraph = piece.paragraph;
        let title = if piece.dated.is_none() { title(paragraph.text) } else { None };
        if piece.dated.is_none()
            && let Some(item) = leading_date(paragraph).or_else(|| trailing_date(paragraph))
        {
            found.push(item);
        } else if let Some(title) = title {
            let above = found.last().and_then(date_line);
            if (!dates_are_above || above.is_none())
                && let Some(moment) = remaining.peek().and_then(date_line)
            {
                let mut item = dated(paragraph, moment);
                item.paragraph.end =
                    remaining.next().map_or(paragraph.end, |date| date.paragraph.end);
                found.push(item);
            } else if let Some(moment) = above {
                let mut item = dated(paragraph, moment);
                item.paragraph.start =
                    found.pop().map_or(paragraph.start, |date| date.paragraph.start);
                found.push(item);
            } else if found.is_empty()
                && let Some(moment) = page_date
                && is_page_title(title)
            {
                found.push(dated(paragraph, Some(moment)));
            } else {
                found.push(piece);
            }
        } else {
            found.push(piece);
        }
    }
    *pieces = found;
}

/// A paragraph as a whole flash item with this date.
fn dated(paragraph: Paragraph<'_>, moment: Option<Moment>) -> Piece<'_> {
    let hash = item_hash(paragraph.text);
    Piece { paragraph, dated: Some(Dated { moment, hash }) }
}

/// The title of `【TITLE】TEXT`; `None` for a paragraph of another form, and for a title that is too
/// short or too long, as that of `【注】甲` is.
fn title(text: &str) -> Option<&str> {
    let (title, text) = text.strip_prefix('【')?.split_once('】')?;
    let is_title = BRACKETED_TITLE_CHARS.contains(&title.chars().count());
    (is_title && !text.trim().is_empty()).then_some(title)
}

/// The date of a line that is nothing else: `Some(None)` for a null or impossible date, `None` for
/// any other line.
fn date_line(piece: &Piece<'_>) -> Option<Option<Moment>> {
    let text = piece.paragraph.text;
    if piece.dated.is_some() || text.len() > MAX_DATE_BYTES {
        return None;
    }
    date::parse_line(date::inside_brackets(text)).map(|found| found.moment)
}

/// An item with its date before the title: `2024-03-04 10:00 【TITLE】TEXT`.
fn leading_date(paragraph: Paragraph<'_>) -> Option<Piece<'_>> {
    if !paragraph.text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let found = date::parse_prefix(paragraph.text).filter(ParsedDate::has_day)?;
    let text = paragraph.text[found.bytes..].trim_start();
    title(text)?;
    Some(dated(Paragraph { text, ..paragraph }, found.moment))
}

/// An item with its date at the end: `【TITLE】TEXT 2024-03-04 10:00`, `【TITLE】TEXT(2024-03-04)`.
fn trailing_date(paragraph: Paragraph<'_>) -> Option<Piece<'_>> {
    let text = paragraph.text;
    let title = title(text)?;
    // The date follows the title and its two brackets.
    let from = text.len().saturating_sub(MAX_DATE_BYTES).max(title.len() + '【'.len_utf8() * 2);
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at))?;
    let mut before = text[..from].chars().next_back();
    for (at, c) in text[from..].char_indices() {
        // A date does not directly follow a letter or digit of the text.
        let is_apart = before.is_none_or(|b: char| !b.is_alphanumeric());
        before = Some(c);
        let start = from + at;
        let candidate = text[start..].trim_end().trim_end_matches([')', '\u{ff09}', ']']);
        if is_apart
            && c.is_alphanumeric()
            && let Some(found) = date::parse_whole(candidate).filter(ParsedDate::has_day)
        {
            let text = text[..start].trim_end_matches(['(', '\u{ff08}', '[', ' ', '\u{3000}']);
            return Some(dated(Paragraph { text, ..paragraph }, found.moment));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// The texts of the pieces, and whether each is an item of 2024-03-04.
    fn items(texts: &[&'static str]) -> Vec<(&'static str, bool)> {
        let of = |text: &&'static str| Piece {
            paragraph: Paragraph { text, start: 0, end: text.len() },
            dated: None,
        };
        let mut pieces: Vec<Piece<'_>> = texts.iter().map(of).collect();
        let page_date = None;
        find_items_with_bracketed_title(&mut pieces, page_date, |_| false);
        let day = Some(Moment::Day(date(2024, 3, 4)));
        pieces
            .into_iter()
            .map(|piece| {
                (piece.paragraph.text, piece.dated.is_some_and(|dated| dated.moment == day))
            })
            .collect()
    }

    #[test]
    fn the_date_of_an_item_may_stand_before_or_after_it() {
        let item = ("【測試標題】正文。", true);
        assert_eq!(items(&["【測試標題】正文。 2024-03-04"]), [item]);
        assert_eq!(items(&["【測試標題】正文。(2024年3月4日)"]), [item]);
        assert_eq!(items(&["2024-03-04【測試標題】正文。"]), [item]);
        assert_eq!(items(&["2024-03-04", "【測試標題】正文。"]), [item]);
        assert_eq!(
            items(&["【測試標題】正文。", "2024-03-04", "後文。"]),
            [item, ("後文。", false)]
        );
    }

    #[test]
    fn dates_between_items_belong_to_all_items_in_the_same_way() {
        let item = ("【測試標題】正文。", true);
        let (other, title, day) = ("2023-01-01", item.0, "2024-03-04");
        assert_eq!(items(&[day, title, day, title]), [item, item]);
        assert_eq!(items(&[title, day, title, day]), [item, item]);
        assert_eq!(items(&[other, title, day, title, day]), [(other, false), item, item]);
        assert_eq!(items(&[day, title, other, title]), [item, (title, false)]);
    }

    #[test]
    fn other_paragraphs_do_not_become_items() {
        // An item without a date next to it, a line that is more than a date, and a date above a
        // title that is too short.
        let texts = ["【測試標題】正文。", "2024-03-04 是後文。", "2024-03-04", "【注】甲"];
        assert_eq!(items(&texts), texts.map(|text| (text, false)));
    }
}
