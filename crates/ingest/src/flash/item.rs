//! A flash item as it is found in a page. If its text is needed, it becomes a [`FlashItem`].

use jiff::civil::Time;
use xxhash_rust::xxh3::Xxh3;

use crate::flash::headline::{self, Headline};
use crate::flash::paragraph::Paragraph;
use crate::record::{Date, DateOrigin, DateProvenance, FlashItem, Moment};
use crate::text::punctuation::is_colon;

/// A headline that does not score above this is ignored: the item's first sentence becomes its
/// title.
const MIN_HEADLINE_SCORE: f32 = -4.0;

/// A flash item that borrows from its page. Nothing is copied, because most items are repeats.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) column: Option<&'a str>,
    pub(crate) title: &'a str,
    pub(crate) date: Option<Moment>,
    /// Where the item begins in the page, in bytes.
    pub(crate) start: usize,
    /// Where the item ends in the page, in bytes, after its date.
    pub(crate) end: usize,
    /// The text of the first paragraph, after the headline.
    first: &'a str,
    /// The paragraphs after the first.
    later_paragraphs: Vec<Paragraph<'a>>,
}

impl<'a> Item<'a> {
    /// Builds an item from its paragraphs, the headline of the first paragraph, and the date.
    /// `None` if the item has neither title nor text.
    pub(super) fn of(
        mut paragraphs: Vec<Paragraph<'a>>,
        headline: Option<Headline<'a>>,
        date: Option<Moment>,
    ) -> Option<Self> {
        let (first, end) = (*paragraphs.first()?, paragraphs.last()?.end);
        let headline = headline
            .filter(|headline| headline.score > MIN_HEADLINE_SCORE)
            .unwrap_or_else(|| headline_of_first_sentence(first.text));
        paragraphs.remove(0);
        let item = Self {
            column: headline.column,
            title: headline.title.trim_end_matches(is_colon),
            date,
            start: first.start,
            end,
            first: first.text[headline.text_start..].trim(),
            later_paragraphs: paragraphs,
        };
        // `headline.title` still has its trailing colons, so an item of nothing but colons is kept.
        (!item.is_empty() || !headline.title.is_empty()).then_some(item)
    }

    /// The item's text; paragraphs are joined by `\n`.
    pub(crate) fn text(&self) -> String {
        let mut text = self.first.to_owned();
        for paragraph in &self.later_paragraphs {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(paragraph.text);
        }
        text
    }

    /// The record of this item with `text`, which is its [text](Self::text). It has no id and no
    /// occurrences.
    pub(crate) fn to_flash(&self, text: String) -> FlashItem {
        let stated = DateProvenance::Stated(DateOrigin::Text);
        FlashItem {
            column: self.column.map(str::to_owned),
            title: self.title.to_owned(),
            outlet: outlet(&text).map(str::to_owned),
            text,
            date: self.date.map_or_else(Date::default, |moment| Date {
                value: Some(moment),
                provenance: stated,
            }),
            ..FlashItem::default()
        }
    }

    /// A hash of column, title, text and date, byte for byte.
    pub(crate) fn hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        let parts = [self.column.unwrap_or_default(), self.title, self.first];
        let later = self.later_paragraphs.iter().map(|paragraph| paragraph.text);
        for part in parts.into_iter().chain(later) {
            // Hash the length too, so that adjacent parts cannot run into each other.
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let (kind, year, other_numbers) = self.date.map_or((0, 0, [0; 5]), |moment| {
            let (kind, day, time) = match moment {
                Moment::Day(day) => (1_u8, day, Time::midnight()),
                Moment::Time(time) => (2, time.date(), time.time()),
                Moment::Month(day) => (3, day, Time::midnight()),
                Moment::Year(day) => (4, day, Time::midnight()),
            };
            let other_numbers = [day.month(), day.day(), time.hour(), time.minute(), time.second()];
            (kind, day.year(), other_numbers)
        });
        hash.update(&[kind]);
        hash.update(&year.to_le_bytes());
        hash.update(&other_numbers.map(|number| number as u8));
        hash.digest()
    }

    fn is_empty(&self) -> bool {
        let later_are_empty =
            self.later_paragraphs.iter().all(|paragraph| paragraph.text.is_empty());
        self.title.is_empty() && self.first.is_empty() && later_are_empty
    }
}

/// A headline for an item without one: its first sentence is the title, and stays in the text.
fn headline_of_first_sentence(paragraph: &str) -> Headline<'_> {
    let (column, text_start) = headline::column(paragraph);
    let title = headline::first_sentence(&paragraph[text_start..]);
    Headline { column, title, text_start, score: 0.0 }
}

/// The outlet named in parentheses at the end of a text, as in `(財聯社)`. A full stop may follow.
pub(crate) fn outlet(text: &str) -> Option<&str> {
    let text = text.trim_end().trim_end_matches(['。', '.']);
    let inner = text.strip_suffix([')', '\u{ff09}'])?;
    let (open, bracket) = inner.rmatch_indices(['(', '\u{ff08}']).next()?;
    let name = inner[open + bracket.len()..].trim();
    let fits = (2..=24).contains(&name.chars().count())
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['。', ',', '\u{ff0c}', '、', '“', '[']);
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_parentheses_at_the_end_is_the_outlet() {
        assert_eq!(outlet("知情人士還稱。(財聯社)"), Some("財聯社"));
        assert_eq!(outlet("” (The Block)"), Some("The Block"));
        assert_eq!(outlet("今天(9月28日,周三)"), None);
    }
}
