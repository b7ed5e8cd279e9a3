//! Extracts flash items from a body: a bracketed date ends an item, and its boundary is searched
//! above.

pub(crate) mod boundary;
pub(crate) mod dedup;
pub(crate) mod headline;
pub(crate) mod lead_in;
pub(crate) mod occurrences;
pub(crate) mod sent_items;
pub(crate) mod stamp;

use jiff::civil::Time;
use xxhash_rust::xxh3::Xxh3;

use crate::corpus::statistics::{CorpusStatistics, item_hash};
use crate::flash::boundary::{BoundaryFinder, MAX_PARAGRAPHS};
use crate::flash::headline::Headline;
use crate::flash::stamp::stamps;
use crate::punctuation::is_colon;
use crate::record::Moment;

/// A paragraph of a body: its text and its byte range in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paragraph<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A flash item as it appears in one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFlash {
    /// Column such as 聲音, where the item names one.
    pub column: Option<String>,
    /// Title.
    pub title: String,
    /// Text; paragraphs are joined by `\n`.
    pub text: String,
    /// The bracketed date; `None` if it is null or impossible.
    pub date: Option<Moment>,
    /// The outlet in parentheses at the end of the text.
    pub outlet: Option<String>,
    /// Byte range of the item's paragraphs in the page's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A flash item that borrows from its page. Nothing is copied, because most items are repeats.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) column: Option<&'a str>,
    pub(crate) title: &'a str,
    pub(crate) date: Option<Moment>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The text of the first paragraph, after the headline.
    first: &'a str,
    more: Vec<Paragraph<'a>>,
}

/// A body split into paragraphs and flash items.
#[derive(Debug, Default)]
pub(crate) struct Body<'a> {
    pub(crate) paragraphs: Vec<&'a str>,
    pub(crate) flashes: Vec<Item<'a>>,
}

impl Item<'_> {
    /// The item's text; paragraphs are joined by `\n`.
    pub(crate) fn text(&self) -> String {
        let mut text = self.first.to_owned();
        for more in &self.more {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(more.text);
        }
        text
    }

    /// A hash of column, title, text and date, byte for byte.
    pub(crate) fn hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        let parts = [self.column.unwrap_or_default(), self.title, self.first];
        for part in parts.into_iter().chain(self.more.iter().map(|more| more.text)) {
            // Hash the length too, so that adjacent parts cannot run into each other.
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let date = self.date.map_or((0, 0, [0; 5]), |moment| {
            let (kind, day, time) = match moment {
                Moment::Day(day) => (1_u8, day, Time::midnight()),
                Moment::Time(time) => (2, time.date(), time.time()),
            };
            let clock = [day.month(), day.day(), time.hour(), time.minute(), time.second()];
            (kind, day.year(), clock)
        });
        hash.update(&[date.0]);
        hash.update(&date.1.to_le_bytes());
        hash.update(&date.2.map(|part| part as u8));
        hash.digest()
    }

    fn is_empty(&self) -> bool {
        let others_empty = self.more.iter().all(|more| more.text.is_empty());
        self.title.is_empty() && self.first.is_empty() && others_empty
    }
}

impl From<Item<'_>> for PageFlash {
    fn from(item: Item<'_>) -> Self {
        let text = item.text();
        Self {
            column: item.column.map(str::to_owned),
            title: item.title.to_owned(),
            outlet: outlet(&text).map(str::to_owned),
            text,
            date: item.date,
            start: item.start,
            end: item.end,
        }
    }
}

/// Separates the flash items of a body from its paragraphs.
pub(crate) fn split<'a>(
    pieces: &[Piece<'a>],
    statistics: &CorpusStatistics,
    boundaries: &mut BoundaryFinder,
) -> Body<'a> {
    let mut body = Body::default();
    let mut pending: Vec<Paragraph<'a>> = Vec::with_capacity(pieces.len());
    body.paragraphs.reserve(pieces.len());
    for piece in pieces {
        let Some(Dated { moment, hash }) = piece.dated else {
            pending.push(piece.paragraph);
            continue;
        };
        let dated = piece.paragraph;
        let above = pending.iter().rev().take(MAX_PARAGRAPHS - 1).map(|p| p.text);
        let max_extent = statistics.max_extent(hash, above);
        let (first, headline) = boundaries.find(&pending, dated, max_extent);
        body.paragraphs.extend(pending[..first].iter().map(|p| p.text));
        let mut item = pending[first..].to_vec();
        pending.clear();
        item.push(dated);
        body.flashes.extend(item_of(item, headline, moment));
    }
    body.paragraphs.extend(pending.iter().map(|p| p.text));
    body
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
pub(crate) fn pieces<'a>(paragraph: Paragraph<'a>, pieces: &mut Vec<Piece<'a>>) {
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

/// Builds an item from its paragraphs, the headline of the first, and the date.
fn item_of<'a>(
    mut item: Vec<Paragraph<'a>>,
    headline: Option<Headline<'a>>,
    date: Option<Moment>,
) -> Option<Item<'a>> {
    let (first, end) = (*item.first()?, item.last()?.end);
    let headline = headline
        .filter(|headline| headline.score > -4.0)
        .unwrap_or_else(|| without_headline(first.text));
    item.remove(0);
    let item = Item {
        column: headline.column,
        title: headline.title.trim_end_matches(is_colon),
        date,
        start: first.start,
        end,
        first: first.text[headline.text..].trim(),
        more: item,
    };
    // Uses the title with its trailing colons.
    (!item.is_empty() || !headline.title.is_empty()).then_some(item)
}

/// An item without headline gets its first sentence as title; the sentence stays in the text.
fn without_headline(paragraph: &str) -> Headline<'_> {
    let (column, text) = headline::column(paragraph);
    let title = headline::first_sentence(&paragraph[text..]);
    Headline { column, title, text, score: 0.0 }
}

/// The outlet named in parentheses at the end of a text, as in `(財聯社)`.
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

    fn body(text: &str) -> (Vec<String>, Vec<(String, String)>) {
        let layout = crate::page::line::text_layout(text);
        let paragraphs: Vec<Paragraph<'_>> = layout
            .lines
            .iter()
            .map(|line| Paragraph { text: &line.text, start: line.start, end: line.end })
            .collect();
        let mut cut = Vec::new();
        paragraphs.iter().for_each(|paragraph| pieces(*paragraph, &mut cut));
        let body = split(&cut, &CorpusStatistics::default(), &mut BoundaryFinder::uncached());
        for flash in &body.flashes {
            assert!(text[flash.start..flash.end].ends_with([']', '。']));
        }
        (
            body.paragraphs.iter().map(|p| (*p).to_owned()).collect(),
            body.flashes.into_iter().map(|f| (f.title.to_owned(), f.text())).collect(),
        )
    }

    #[test]
    fn an_item_of_three_paragraphs() {
        let (paragraphs, flashes) = body(
            "然而,開源模型還能屢次達到和GPT-3.5匹敵的性能。\n\n\
            Genesis稱已清算一個“大型交易對手”的頭寸,未直接點名三箭資本:6月18日消息,加密貸款和交易公司Genesis首席執行官周五表示,該公司已經清算了一個“大型交易對手”的抵押品。\n\n\
            Moro稱,“Genesis可以證實,沒有客戶資金受到影響。”\n\n\
            Moro還補充說,“我們已經擺脫了風險,并將繼續前進。” (The Block)[2022/6/18 4:36:07]\n\n\
            這下谷歌和OpenAI就坐不住了。",
        );
        assert_eq!(
            paragraphs,
            ["然而,開源模型還能屢次達到和GPT-3.5匹敵的性能。", "這下谷歌和OpenAI就坐不住了。"]
        );
        assert_eq!(flashes.len(), 1);
        assert_eq!(flashes[0].0, "Genesis稱已清算一個“大型交易對手”的頭寸,未直接點名三箭資本");
        assert!(flashes[0].1.starts_with("6月18日消息,"));
        assert!(flashes[0].1.ends_with("(The Block)"));
        assert_eq!(flashes[0].1.matches('\n').count(), 2);
    }

    #[test]
    fn a_flash_without_title_is_one_paragraph() {
        let (paragraphs, flashes) =
            body("前文說到這里。\n據悉比特幣突破三萬美元。[2019/8/10]\n后文。");
        assert_eq!(paragraphs, ["前文說到這里。", "后文。"]);
        assert_eq!(
            flashes,
            [("據悉比特幣突破三萬美元".to_owned(), "據悉比特幣突破三萬美元。".to_owned())]
        );
    }

    #[test]
    fn text_may_follow_the_date_in_one_paragraph() {
        let (paragraphs, flashes) = body(
            "歐盟出臺芯片法案:1月29日電,歐盟即將出臺芯片法案。[2022/1/30 9:22:03]斯坦福團隊的答案是兩點。",
        );
        assert_eq!(paragraphs, ["斯坦福團隊的答案是兩點。"]);
        assert_eq!(flashes[0].0, "歐盟出臺芯片法案");
    }

    #[test]
    fn outlets() {
        assert_eq!(outlet("知情人士還稱。(財聯社)"), Some("財聯社"));
        assert_eq!(outlet("” (The Block)"), Some("The Block"));
        assert_eq!(outlet("今天(9月28日,周三)"), None);
    }
}
