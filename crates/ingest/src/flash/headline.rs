//! Finds the headline of a flash item, `聲音 | TITLE:TEXT`, by scoring each colon that may end the
//! title.
//!
//! A score is a sum of hand-tuned weights, roughly in log odds: above 0, the paragraph more
//! probably begins an item than not.

use std::ops::RangeInclusive;

use crate::flash::lead_in::{
    contains_lead_in, ends_in_introducing_word, first_chars, has_lead_in, is_list_item,
    mentions_day,
};
use crate::text::punctuation::{closing, is_bar, is_colon, is_comma, is_han, is_sentence_end};

/// The first paragraph of a flash item, split into column, title and text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Headline<'a> {
    pub(crate) column: Option<&'a str>,
    pub(crate) title: &'a str,
    /// Byte offset in the paragraph at which the text begins.
    pub(crate) text_start: usize,
    /// How likely it is that an item begins with this paragraph.
    pub(crate) score: f32,
}

/// How many characters after the column are searched for the colon that ends the title.
const MAX_TITLE_REACH: usize = 110;
/// How many characters a title in brackets has.
pub(crate) const BRACKETED_TITLE_CHARS: RangeInclusive<usize> = 4..=80;
/// Maximum characters of a sentence that becomes a title.
const MAX_SENTENCE_TITLE: usize = 60;
/// How many of the first characters of the text are compared with the title.
const COMPARED_CHARS: usize = 160;
/// Score of a title in brackets.
const BRACKETED_SCORE: f32 = 6.0;
/// Score added for a title after a column name.
const COLUMN_BONUS: f32 = 5.0;
/// Upper bound on the score of any title without [`COLUMN_BONUS`]: [`max_score`] of a title of 24
/// characters before a lead-in. Titles in brackets score less.
const MAX_SCORE: f32 = 6.5 + 0.25 * 24.0 - 2.0 + 3.5 + 0.01;

/// The best split of `paragraph`, taken as the first paragraph of an item; `following` is the
/// item's text below it.
pub(crate) fn best_headline<'a>(paragraph: &'a str, following: &str) -> Option<Headline<'a>> {
    best_headline_above(paragraph, following.chars(), f32::NEG_INFINITY)
}

/// [`best_headline`] for a caller that needs only a result that scores above `min_score`; may
/// return `None` instead of a lower one.
pub(crate) fn best_headline_above<'a>(
    paragraph: &'a str,
    following: impl Iterator<Item = char> + Clone,
    min_score: f32,
) -> Option<Headline<'a>> {
    if MAX_SCORE + COLUMN_BONUS <= min_score {
        return None;
    }
    let (column, start) = column(paragraph);
    let column_bonus = if column.is_some() { COLUMN_BONUS } else { 0.0 };
    if MAX_SCORE + column_bonus <= min_score {
        return None;
    }
    if let Some(headline) = bracketed(paragraph, column, start) {
        return Some(headline);
    }
    let candidates = colons(paragraph, start);
    let lead_ins: Vec<bool> =
        candidates.iter().map(|(at, width)| has_lead_in(&paragraph[at + width..])).collect();
    let mut best: Option<Headline<'a>> = None;
    for (number, &(at, width)) in candidates.iter().enumerate() {
        let title = paragraph[start..at].trim();
        if title.is_empty() {
            continue;
        }
        let lead_in = lead_ins[number];
        // On equal scores the shorter title wins.
        let to_beat = best.map_or(min_score, |best| best.score.max(min_score));
        if max_score(title, lead_in) + column_bonus <= to_beat {
            continue;
        }
        let text = &paragraph[at + width..];
        let mut score = score(title, text, following.clone(), lead_in) + column_bonus;
        // A lead-in after a later colon suggests that the title extends up to there.
        if !lead_in && lead_ins[number + 1..].contains(&true) {
            score -= 2.5;
        }
        if best.is_none_or(|best| score > best.score) {
            let spaces = text.len() - text.trim_start().len();
            let text_start = at + width + spaces;
            best = Some(Headline { column, title, text_start, score });
        }
    }
    best
}

/// Parses a column name such as `聲音 | ` at the beginning of a paragraph; returns the name and where
/// the text after it begins.
pub(crate) fn column(paragraph: &str) -> (Option<&str>, usize) {
    // A name of at most six characters, spaces and the bar are within nine characters.
    let Some((at, bar)) = paragraph.char_indices().take(9).find(|(_, c)| is_bar(*c)) else {
        return (None, 0);
    };
    let name = paragraph[..at].trim();
    let after = at + bar.len_utf8();
    let spaces = paragraph[after..].len() - paragraph[after..].trim_start().len();
    let fits = (1..=6).contains(&name.chars().count()) && name.chars().all(char::is_alphanumeric);
    if fits { (Some(name), after + spaces) } else { (None, 0) }
}

/// A paragraph without the column name that it may begin with.
pub(crate) fn without_column(paragraph: &str) -> &str {
    let (_, after_column) = column(paragraph);
    &paragraph[after_column..]
}

/// Parses `【TITLE】TEXT`, which some outlets use. `start` is the offset in the paragraph after its
/// column name.
fn bracketed<'a>(
    paragraph: &'a str,
    column: Option<&'a str>,
    start: usize,
) -> Option<Headline<'a>> {
    let inner = paragraph[start..].strip_prefix('【')?;
    let (title, text) = inner.split_once('】')?;
    if !BRACKETED_TITLE_CHARS.contains(&title.chars().count()) || text.trim().is_empty() {
        return None;
    }
    let text_start =
        paragraph.len() - text.trim_start_matches(|c: char| c.is_whitespace() || is_colon(c)).len();
    Some(Headline { column, title: title.trim(), text_start, score: BRACKETED_SCORE })
}

/// Offsets and lengths of the colons after `start` that may end a title: those inside quotes,
/// brackets, times or addresses do not, nor does one at the end of the paragraph.
fn colons(paragraph: &str, start: usize) -> Vec<(usize, usize)> {
    let mut colons = Vec::new();
    let bytes = &paragraph.as_bytes()[start..];
    // A character has at most four bytes.
    let near = &bytes[..bytes.len().min(MAX_TITLE_REACH * 4)];
    // A quick check first: most paragraphs have no colon. 0xef is the first byte of the full-width
    // colon, but also of other full-width characters.
    let is_colon_at =
        |at: usize| near[at] == b':' || bytes[at..].starts_with("\u{ff1a}".as_bytes());
    if !memchr::memchr2_iter(b':', 0xef, near).any(is_colon_at) {
        return colons;
    }
    let mut open: Vec<char> = Vec::new();
    let mut before = None;
    let mut chars = paragraph[start..].char_indices().take(MAX_TITLE_REACH).peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        if open.last() == Some(&c) {
            open.pop();
        } else if let Some(close) = closing(c)
            // Ignore an opening quote that is never closed.
            && paragraph[start + at..].contains(close)
        {
            open.push(close);
        } else if is_colon(c) && open.is_empty() {
            let is_in_number = before.is_some_and(|b: char| b.is_ascii_digit())
                && next.is_some_and(|n| n.is_ascii_digit());
            if !is_in_number && next != Some('/') && next.is_some() {
                colons.push((start + at, c.len_utf8()));
            }
        }
        before = Some(c);
    }
    colons
}

/// Score for the length of a title, in characters.
fn length_score(length: usize) -> f32 {
    match length {
        0..=2 => -6.0,
        3 => -3.0,
        4..=5 => -1.5,
        6..=45 => 0.0,
        46..=60 => -1.0,
        61..=80 => -3.0,
        _ => -6.0,
    }
}

/// Upper bound on the score of a title with any text after it, with a margin for rounding.
/// `lead_in`: whether that text begins with a lead-in.
fn max_score(title: &str, lead_in: bool) -> f32 {
    let length = title.chars().count();
    let repetition = 6.5 + 0.25 * (length as f32).min(24.0);
    length_score(length) - 2.0 + repetition + if lead_in { 3.5 } else { 1.5 } + 0.01
}

/// The score of a title that `text` follows; `following` is the item's text below the paragraph.
/// `lead_in`: whether `text` begins with a lead-in.
fn score(
    title: &str,
    text: &str,
    following: impl Iterator<Item = char> + Clone,
    lead_in: bool,
) -> f32 {
    let is_text_short = text.chars().chain(following.clone()).nth(9).is_none();
    let mut score = length_score(title.chars().count());
    if is_text_short {
        score -= 3.0;
    }
    // Most colons do not end a title.
    score -= 2.0;
    let (repeated_fraction, repetition) = repetition(title, text, following);
    score += repetition;
    if lead_in {
        score += 3.5;
    } else if mentions_day(first_chars(text, 30)) {
        score += 1.5;
    }
    // `今天(5月26日)` begins a text; titles do not contain it.
    if title.contains("日)") || title.contains("今天") || title.contains("日\u{ff09}") {
        score -= 3.0;
    }
    score -=
        4.0 * title.chars().filter(|c| *c == '。' || matches!(c, ';' | '\u{ff1b}')).count() as f32;
    let commas = title.chars().filter(|c| is_comma(*c)).count() as f32;
    score -= 0.6 * commas + (commas - 2.0).max(0.0);
    if !lead_in && ends_in_introducing_word(title) {
        score -= 4.0;
    }
    if text.trim_start().starts_with(['“', '「', '『', '"']) && !lead_in && repeated_fraction < 0.4
    {
        score -= 1.5;
    }
    if is_list_item(title) {
        score -= 2.5;
    }
    // A lead-in inside the title means that the real title ended before it.
    if contains_lead_in(title) {
        score -= 5.0;
    }
    score
}

/// The fraction of the title's bigrams that the text, with `following` below it, repeats in its
/// first [`COMPARED_CHARS`] characters, and a score for the repetition: the first sentence of most
/// items repeats the title.
fn repetition(title: &str, text: &str, following: impl Iterator<Item = char>) -> (f32, f32) {
    let mut title_bigrams: Vec<(char, char)> = bigrams(title.chars()).collect();
    title_bigrams.sort_unstable();
    title_bigrams.dedup();
    if title_bigrams.is_empty() {
        return (0.0, 0.0);
    }
    let number = title_bigrams.len() as f32;
    // A Bloom filter of 512 bits: most bigrams of the text are not in the title. `bit` gives the
    // word of the filter and the mask of the bit for a bigram.
    let mut filter = [0_u64; 8];
    let bit = |(a, b): (char, char)| {
        let hash =
            (a as u32).wrapping_mul(0x9E37_79B9).wrapping_add(b as u32).wrapping_mul(0x85EB_CA6B)
                >> 23;
        ((hash >> 6) as usize, 1 << (hash & 63))
    };
    for (word, mask) in title_bigrams.iter().copied().map(bit) {
        filter[word] |= mask;
    }
    let mut common = 0.0;
    for bigram in bigrams(text.chars().chain(['\n']).chain(following).take(COMPARED_CHARS)) {
        let (word, mask) = bit(bigram);
        if filter[word] & mask != 0
            && let Ok(at) = title_bigrams.binary_search(&bigram)
        {
            title_bigrams.remove(at);
            common += 1.0;
        }
    }
    let repeated_fraction = common / number;
    (repeated_fraction, 6.5 * repeated_fraction + 0.25 * f32::min(common, 24.0))
}

/// Bigrams of letters, digits and Chinese characters, skipping everything in between.
fn bigrams(chars: impl Iterator<Item = char>) -> impl Iterator<Item = (char, char)> {
    let mut before: Option<char> = None;
    chars.filter(|c| is_han(*c) || c.is_alphanumeric()).filter_map(move |c| {
        let c = c.to_ascii_lowercase();
        before.replace(c).map(|b| (b, c))
    })
}

/// A title for an item without one: its first sentence, without the mark that ends it and cut after
/// [`MAX_SENTENCE_TITLE`] characters.
pub(crate) fn first_sentence(text: &str) -> &str {
    let limit = || text.char_indices().nth(MAX_SENTENCE_TITLE).map_or(text.len(), |(at, _)| at);
    let end = text
        .char_indices()
        .take(MAX_SENTENCE_TITLE)
        .find(|(_, c)| is_sentence_end(*c))
        .map_or_else(limit, |(at, _)| at);
    text[..end].trim()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn title(paragraph: &str) -> Option<(Option<&str>, &str)> {
        best_headline(paragraph, "").filter(|h| h.score > 0.0).map(|h| (h.column, h.title))
    }

    #[test]
    fn the_headline_of_a_real_item_ends_at_the_right_colon() {
        assert_eq!(
            title(
                "“大空頭”原型Michael Burry:硅谷銀行(SVB)引發的這場危機可能很快就會解決:金色財經報道,“大空頭”原型Michael Burry:硅谷銀行(SVB)引發的這場危機可能很快就會解決,我沒有看到真正的危險。"
            ),
            Some((None, "“大空頭”原型Michael Burry:硅谷銀行(SVB)引發的這場危機可能很快就會解決"))
        );
        assert_eq!(
            title(
                "Genesis稱已清算一個“大型交易對手”的頭寸,未直接點名三箭資本:6月18日消息,加密貸款和交易公司Genesis首席執行官Michael Moro周五表示,該公司已經清算了一個“大型交易對手”的抵押品。"
            ),
            Some((None, "Genesis稱已清算一個“大型交易對手”的頭寸,未直接點名三箭資本"))
        );
        assert_eq!(
            title(
                "聲音 | “大宗商品之王”Dennis Gartman:加密公司本質上是沒有價值的企業:“大宗商品之王”稱號的Dennis Gartman近日在接受etf.com采訪時表示,加密公司本質上是沒有價值的企業。"
            ),
            Some((Some("聲音"), "“大宗商品之王”Dennis Gartman:加密公司本質上是沒有價值的企業"))
        );
        assert_eq!(
            title(
                "歐盟即將出臺法案吸引“大型芯片項目”投資:1月29日電,歐盟即將出臺芯片法案,其主要目標之一是,吸引“大型芯片項目”投資。"
            ),
            Some((None, "歐盟即將出臺法案吸引“大型芯片項目”投資"))
        );
    }

    #[test]
    fn quoted_colons_stay_in_the_title() {
        assert_eq!(
            title("報告稱“結論:風險可控”引發爭議:據鏈聞報道,這份報告引發爭議。"),
            Some((None, "報告稱“結論:風險可控”引發爭議"))
        );
    }

    #[test]
    fn running_text_is_not_a_headline() {
        for line in [
            "Moro還補充說,“我們將通過一切可能的手段積極地追回任何潛在的剩余損失。”",
            "在那份泄漏的文件中,谷歌就提到:幾乎任何人都能按照自己的想法實現模型微調,到時候一天之內的訓練周期將成為常態。",
            "1.收取授權費用:當設備制造商希望在其設備上預裝GooglePlay商店等谷歌應用和服務時,他們需要遵守谷歌的授權協議。",
            "重點來了:這些開源模型,究竟是怎么做到這點的?",
        ] {
            assert_eq!(title(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn headlines_above_the_minimum_score_do_not_depend_on_it(
            parts in prop::collection::vec(prop::sample::select(vec![
                ":", "\u{ff1a}", "據鏈聞報道,", "6月18日消息,", "加密公司Genesis", "稱已清算", "“", "”", "他表示",
                "聲音 | ", "。", "今天(5月26日)", "12", "1.", "【", "】", ",", "三箭資本", "\n", " ",
            ]), 0..16),
            following in prop::sample::select(vec!["", "稱", "加密公司Genesis稱已清算三箭資本,他表示"]),
            min_score in -9.0_f32..16.0,
        ) {
            let paragraph = parts.concat();
            let whole = best_headline(&paragraph, following);
            let above = best_headline_above(&paragraph, following.chars(), min_score);
            match whole {
                Some(headline) if headline.score > min_score => {
                    prop_assert_eq!(above, Some(headline));
                }
                _ => prop_assert!(above.is_none_or(|headline| headline.score <= min_score)),
            }
        }
    }
}
