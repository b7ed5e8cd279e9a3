//! Extracts flash items from a body: the last paragraph of an item has a date, usually in brackets
//! at its end, and the paragraph where the item begins is searched for above it.

pub(crate) mod boundary;
pub(crate) mod bracketed_title;
pub(crate) mod contexts;
pub(crate) mod dedup;
pub(crate) mod headline;
pub(crate) mod item;
pub(crate) mod item_hash;
pub(crate) mod lead_in;
pub(crate) mod messages;
pub(crate) mod occurrences;
pub(crate) mod paragraph;
pub(crate) mod sent_items;
pub(crate) mod stamp;

use crate::flash::boundary::{BoundaryFinder, MAX_PARAGRAPHS};
use crate::flash::contexts::SharedContexts;
use crate::flash::item::Item;
use crate::flash::messages::headline_of_message;
use crate::flash::paragraph::{Dated, Paragraph, Piece};

/// A body split into paragraphs and flash items.
#[derive(Debug, Default)]
pub(crate) struct Body<'a> {
    pub(crate) paragraphs: Vec<&'a str>,
    pub(crate) flashes: Vec<Item<'a>>,
}

/// The items of a page of messages, of which each is an item as a whole.
pub(crate) fn items_of_messages<'a>(pieces: &[Piece<'a>]) -> Body<'a> {
    let mut body = Body::default();
    let mut message: Vec<Paragraph<'a>> = Vec::new();
    for piece in pieces {
        message.push(piece.paragraph);
        if let Some(dated) = piece.dated {
            let message = std::mem::take(&mut message);
            let headline = headline_of_message(&message);
            body.flashes.extend(Item::of(message, headline, dated.moment));
        }
    }
    body.paragraphs.extend(message.iter().map(|paragraph| paragraph.text));
    body
}

/// Separates the flash items of a body from its paragraphs.
pub(crate) fn split_body<'a>(
    pieces: &[Piece<'a>],
    contexts: &SharedContexts,
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
        let max_extent = contexts.max_extent(hash, above);
        let (first, headline) = boundaries.find(&pending, dated, max_extent);
        body.paragraphs.extend(pending[..first].iter().map(|p| p.text));
        let mut item = pending[first..].to_vec();
        pending.clear();
        item.push(dated);
        body.flashes.extend(Item::of(item, headline, moment));
    }
    body.paragraphs.extend(pending.iter().map(|p| p.text));
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::paragraph::split_at_dates;

    /// The paragraphs of a text, and the titles and texts of its flash items.
    fn body(text: &str) -> (Vec<String>, Vec<(String, String)>) {
        let layout = crate::page::line::text_layout(text);
        let paragraphs: Vec<Paragraph<'_>> = layout
            .lines
            .iter()
            .map(|line| Paragraph { text: &line.text, start: line.start, end: line.end })
            .collect();
        let mut pieces = Vec::new();
        paragraphs.iter().for_each(|paragraph| split_at_dates(*paragraph, &mut pieces));
        let body = split_body(&pieces, &SharedContexts::default(), &mut BoundaryFinder::uncached());
        for flash in &body.flashes {
            assert!(text[flash.start..flash.end].ends_with([']', '。']));
        }
        (
            body.paragraphs.iter().map(|p| (*p).to_owned()).collect(),
            body.flashes.into_iter().map(|f| (f.title.to_owned(), f.text())).collect(),
        )
    }

    #[test]
    fn an_item_of_three_paragraphs_is_separated_from_the_text_around_it() {
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
        let [(title, text)] = &flashes[..] else { panic!("not one item: {flashes:?}") };
        assert_eq!(title, "Genesis稱已清算一個“大型交易對手”的頭寸,未直接點名三箭資本");
        assert!(text.starts_with("6月18日消息,"));
        assert!(text.ends_with("(The Block)"));
        assert_eq!(text.matches('\n').count(), 2);
    }

    #[test]
    fn an_item_without_a_headline_is_one_paragraph() {
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
        let [(title, _)] = &flashes[..] else { panic!("not one item: {flashes:?}") };
        assert_eq!(title, "歐盟出臺芯片法案");
    }
}
