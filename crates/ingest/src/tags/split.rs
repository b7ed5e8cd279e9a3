//! A glued Tags line as a best segmentation: n tags, then n keywords, keyword i mostly holding the
//! letters of tag i. Decides where the second half begins, and whether the result is any good.

use super::Vocabulary;
use super::glue::Glue;
use super::search::{Pair, Search};

/// Places tried for the beginning of the keywords: the most promising.
const MIDDLES: usize = 12;
/// A segmentation worse than this for each pair is no better than none.
const WORST: f32 = -4.5;

/// The tags and keywords of a glued line, tags first; `None` if it cannot be split.
pub(crate) fn split(glued: &str, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    let line = Glue::new(glued)?;
    let mut search = Search::new(&line, vocabulary);
    let mut middles: Vec<(f32, usize)> =
        (2..=search.reach).map(|middle| (search.promise(middle), middle)).collect();
    middles.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let middles: Vec<usize> = middles.iter().take(MIDDLES).map(|(_, middle)| *middle).collect();
    let hopes = search.hopes(&middles);
    // The most hopeful first, so that most of the others need not be tried.
    let mut order: Vec<usize> = (0..middles.len()).collect();
    order.sort_by(|a, b| hopes[*b].total_cmp(&hopes[*a]));
    // Of equals the more promising: score, place in `middles`, pairs.
    let mut best: Option<(f32, usize, Vec<Pair>)> = None;
    for place in order {
        if best.as_ref().is_some_and(|(known, ..)| hopes[place] < *known) {
            break;
        }
        if let Some((score, pairs)) = search.from(middles[place])
            && best
                .as_ref()
                .is_none_or(|(known, at, _)| score > *known || score == *known && place < *at)
        {
            best = Some((score, place, pairs));
        }
    }
    let (score, _, pairs) = best?;
    if score < WORST * pairs.len() as f32 {
        return None;
    }
    let tags = pairs.iter().map(|pair| line.original(pair.tag));
    let keywords = pairs.iter().map(|pair| line.original(pair.keyword));
    Some(tags.chain(keywords).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::title::Title;

    fn vocabulary(titles: &[&str]) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for title in titles {
            vocabulary.see_title(&Title::split(title));
        }
        vocabulary.learn();
        vocabulary
    }

    #[test]
    fn the_real_page_by_itself() {
        let vocabulary = vocabulary(&[
            "會被開源終結嗎?_GPT:apenft幣價格今日行情",
            "甲_FLOW:FLO",
            "乙_KEN:3X Long Sushi Token",
            "丙_RAI:TIGC幣",
            "丁_比特幣:加密貨幣",
            "戊_DIN:Ordinal BTC",
            "己_NFT:cnft.io",
        ]);
        let line =
            "OPENPENNAIGPTopensea幣單個價格apenft幣價格今日行情Baby Doge BillionaireCGPT價格";
        let expected = [
            "OPEN",
            "PEN",
            "NAI",
            "GPT",
            "opensea幣單個價格",
            "apenft幣價格今日行情",
            "Baby Doge Billionaire",
            "CGPT價格",
        ];
        assert_eq!(split(line, &vocabulary).as_deref(), Some(&expected.map(str::to_owned)[..]));
    }

    #[test]
    fn chinese_tags_that_the_archive_knows() {
        let vocabulary = vocabulary(&["丁_比特幣:加密貨幣", "甲_FLOW:FLO"]);
        let expected = ["比特幣", "FLOW", "加密貨幣", "FLO"];
        assert_eq!(
            split("比特幣FLOW加密貨幣FLO", &vocabulary).as_deref(),
            Some(&expected.map(str::to_owned)[..])
        );
    }

    #[test]
    fn what_has_no_tags_is_not_split() {
        assert_eq!(split("區塊鏈知識以太萊特是什麼", &Vocabulary::default()), None);
        assert_eq!(split("甲", &Vocabulary::default()), None);
    }
}
