//! Splits a line of concatenated tags into n tags followed by n keywords, where keyword i mostly
//! contains tag i. This module tries the offsets where the keywords may start, chooses the best,
//! and rejects poor results.

use std::cell::RefCell;

use super::Vocabulary;
use super::best_split::{Entry, SplitSearch};

/// How many offsets to try as the start of the keywords: those that the heuristic rates best.
const MAX_KEYWORD_STARTS: usize = 12;
/// The minimum average score of the entries (tags with their keywords); a segmentation that scores
/// less is rejected.
const MIN_SCORE_PER_ENTRY: f32 = -4.5;

/// Splits a concatenated line. Returns its tags, followed by their keywords, or `None` if the line
/// cannot be split.
pub(crate) fn split(line: &str, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    thread_local! {
        static SEARCH: RefCell<SplitSearch> = RefCell::default();
    }
    SEARCH.with_borrow_mut(|search| {
        if !search.load(line, vocabulary) {
            return None;
        }
        let (score, entries) = best_segmentation(search, vocabulary)?;
        if score < MIN_SCORE_PER_ENTRY * entries.len() as f32 {
            return None;
        }
        let tags = entries.iter().map(|entry| search.line.original(entry.tag));
        let keywords = entries.iter().map(|entry| search.line.original(entry.keyword));
        Some(tags.chain(keywords).collect())
    })
}

/// The offsets where the keywords most likely start, best first.
fn keyword_starts(search: &mut SplitSearch, vocabulary: &Vocabulary) -> Vec<usize> {
    let mut keyword_starts: Vec<(f32, usize)> = (2..=search.max_tags_end())
        .map(|keywords_start| {
            (search.best_first_entry_score(keywords_start, vocabulary), keywords_start)
        })
        .collect();
    keyword_starts.sort_by(|(a, a_start), (b, b_start)| b.total_cmp(a).then(a_start.cmp(b_start)));
    keyword_starts
        .iter()
        .take(MAX_KEYWORD_STARTS)
        .map(|(_, keywords_start)| *keywords_start)
        .collect()
}

/// The best segmentation over all offsets of [`keyword_starts`], with its score.
fn best_segmentation(
    search: &mut SplitSearch,
    vocabulary: &Vocabulary,
) -> Option<(f32, Vec<Entry>)> {
    let keyword_starts = keyword_starts(search, vocabulary);
    let upper_bounds = search.upper_bounds(&keyword_starts, vocabulary);
    // Try the highest upper bound first, so that most of the others can be skipped.
    let mut order: Vec<usize> = (0..keyword_starts.len()).collect();
    order.sort_by(|a, b| upper_bounds[*b].total_cmp(&upper_bounds[*a]));
    // The best segmentation so far: score, rank by heuristic (index in `keyword_starts`), entries.
    // On equal scores, the lower rank wins.
    let mut best: Option<(f32, usize, Vec<Entry>)> = None;
    for rank in order {
        if best.as_ref().is_some_and(|(known, ..)| upper_bounds[rank] < *known) {
            break;
        }
        if let Some((score, entries)) = search.best_from(keyword_starts[rank], vocabulary)
            && best.as_ref().is_none_or(|(known, known_rank, _)| {
                score > *known || score == *known && rank < *known_rank
            })
        {
            best = Some((score, rank, entries));
        }
    }
    best.map(|(score, _, entries)| (score, entries))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::title::Title;

    fn vocabulary(titles: &[&str]) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for title in titles {
            vocabulary.add_title(&Title::split(title));
        }
        vocabulary.learn();
        vocabulary
    }

    #[test]
    fn the_tags_line_of_a_real_page_is_split() {
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
    fn chinese_tags_that_the_archive_knows_are_split_off() {
        let vocabulary = vocabulary(&["丁_比特幣:加密貨幣", "甲_FLOW:FLO"]);
        let expected = ["比特幣", "FLOW", "加密貨幣", "FLO"];
        assert_eq!(
            split("比特幣FLOW加密貨幣FLO", &vocabulary).as_deref(),
            Some(&expected.map(str::to_owned)[..])
        );
    }

    #[test]
    fn a_line_without_tags_is_not_split() {
        assert_eq!(split("區塊鏈知識以太萊特是什麼", &Vocabulary::default()), None);
        assert_eq!(split("甲", &Vocabulary::default()), None);
    }

    /// Does the same as [`best_segmentation`], but tries every start in [`keyword_starts`].
    fn best_of_all(search: &mut SplitSearch, vocabulary: &Vocabulary) -> Option<(f32, Vec<Entry>)> {
        let keyword_starts = keyword_starts(search, vocabulary);
        let upper_bounds = search.upper_bounds(&keyword_starts, vocabulary);
        let mut best: Option<(f32, Vec<Entry>)> = None;
        for (keywords_start, upper_bound) in keyword_starts.into_iter().zip(upper_bounds) {
            if let Some((score, entries)) = search.best_from(keywords_start, vocabulary) {
                assert!(
                    score <= upper_bound,
                    "{keywords_start}: {score} is more than {upper_bound}"
                );
                if best.as_ref().is_none_or(|(known, _)| score > *known) {
                    best = Some((score, entries));
                }
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_skipped_start_of_the_keywords_is_better(
            parts in prop::collection::vec(prop::sample::select(vec![
                "BTC", "ETH", "GPT", "FLOW", "NFT", "AB", "A", "比特幣", "加密貨幣", "FLO", "cnft.io", "幣價格",
                "Baby ", "Doge", "opensea", "價格", "3X Long ", " Token", "1", "X", "apenft幣價格今日行情", "é",
            ]), 1..14),
        ) {
            let vocabulary = vocabulary(&[
                "甲_FLOW:FLO", "乙_GPT:apenft幣價格今日行情", "丙_比特幣:加密貨幣", "丁_NFT:cnft.io",
                "戊_BTC:Baby BTC", "己_ETH:Baby ETH", "庚_NFT:Baby NFT", "辛_NFT",
            ]);
            let text = parts.concat();
            let mut search = SplitSearch::default();
            if search.load(&text, &vocabulary) {
                let found = best_segmentation(&mut search, &vocabulary);
                prop_assert_eq!(found, best_of_all(&mut search, &vocabulary));
            }
        }
    }
}
