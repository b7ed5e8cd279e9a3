//! A glued Tags line as a best segmentation: n tags, then n keywords, keyword i mostly holding the
//! letters of tag i. Dynamic programming over both halves at once, for every place where the second
//! half could begin.

use std::collections::HashMap;

use super::Vocabulary;
use crate::fold::fold;

/// Longer lines than this (in characters) are no Tags lines of this shape.
const LONGEST_LINE: usize = 400;
const LONGEST_TAG: usize = 8;
const LONGEST_KEYWORD: usize = 40;
/// The tags' half is at most this long.
const LONGEST_HALF: usize = 80;
/// Hypotheses kept for each number of tags: far more than ever compete.
const BEAM: usize = 48;
/// A segmentation worse than this for each pair is no better than none.
const WORST: f32 = -2.5;

/// The tags and keywords of a glued line, tags first; `None` if it cannot be split.
pub(crate) fn split(glued: &str, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    let line = Glue::new(glued)?;
    let half = line.tags_reach(vocabulary);
    let mut keywords: HashMap<usize, Vec<(usize, f32)>> = HashMap::new();
    let mut best: Option<(f32, Vec<Pair>)> = None;
    for middle in 2..=half {
        if let Some((score, pairs)) = search(&line, middle, vocabulary, &mut keywords)
            && best.as_ref().is_none_or(|(known, _)| score > *known)
        {
            best = Some((score, pairs));
        }
    }
    let (score, pairs) = best?;
    if score < WORST * pairs.len() as f32 {
        return None;
    }
    let tags = pairs.iter().map(|pair| line.original(pair.tag));
    let words = pairs.iter().map(|pair| line.original(pair.keyword));
    Some(tags.chain(words).collect())
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    tag: (usize, usize),
    keyword: (usize, usize),
}

/// A line as characters, with its folded twin of the same length.
struct Glue {
    chars: Vec<char>,
    folded: Vec<char>,
}

#[derive(Clone)]
struct Hypothesis {
    /// Where the next tag and the next keyword begin.
    tag: usize,
    keyword: usize,
    score: f32,
    pairs: Vec<Pair>,
}

impl Glue {
    fn new(glued: &str) -> Option<Self> {
        let chars: Vec<char> = glued.trim().chars().collect();
        if !(4..=LONGEST_LINE).contains(&chars.len()) {
            return None;
        }
        let whole: Vec<char> = fold(glued.trim()).chars().collect();
        let folded = if whole.len() == chars.len() {
            whole
        } else {
            // Rare characters that fold to several: the first of them keeps the places.
            chars.iter().map(|c| fold(&c.to_string()).chars().next().unwrap_or(*c)).collect()
        };
        Some(Self { chars, folded })
    }

    fn folded(&self, from: usize, to: usize) -> String {
        self.folded[from..to].iter().collect()
    }

    fn original(&self, (from, to): (usize, usize)) -> String {
        self.chars[from..to].iter().collect::<String>().trim().to_owned()
    }

    /// How far the tags' half can go: as long as characters can be tags.
    fn tags_reach(&self, vocabulary: &Vocabulary) -> usize {
        let last = self.chars.len().saturating_sub(2).min(LONGEST_HALF);
        let mut reach = 0;
        while reach < last {
            if is_tag_char(self.chars[reach]) {
                reach += 1;
                continue;
            }
            let known = (2..=LONGEST_TAG)
                .rev()
                .filter(|length| reach + length <= last)
                .find(|length| vocabulary.tag(&self.folded(reach, reach + length)) > 0);
            match known {
                Some(length) => reach += length,
                None => break,
            }
        }
        reach
    }

    /// How natural it is that one keyword ends and another begins at `at`.
    fn seam(&self, at: usize) -> f32 {
        if at == self.chars.len() {
            return 0.0;
        }
        let (before, after) = (self.chars[at - 1], self.chars[at]);
        if before == ' ' || after == ' ' {
            return -20.0;
        }
        match (Class::of(before), Class::of(after)) {
            (Class::Han, Class::Han) => -1.8,
            (Class::Han, _) => 0.6,
            (_, Class::Han) => -2.5,
            (Class::Lower, Class::Upper) | (Class::Lower, Class::Digit) => 0.4,
            (Class::Lower, Class::Lower) => -4.0,
            (Class::Digit, Class::Digit) => -3.0,
            (Class::Upper, Class::Upper) => -0.6,
            (Class::Upper, Class::Lower) => {
                // `GPT|opensea` is a seam, `B|aby` is none.
                let run = self.chars[..at].iter().rev().take_while(|c| c.is_ascii_uppercase()).count();
                if run >= 2 { -1.2 } else { -5.0 }
            }
            _ => -0.8,
        }
    }

    /// Seams inside a keyword that look as if one keyword should end there.
    fn breaks(&self, from: usize, to: usize) -> f32 {
        let mut broken = 0.0;
        for at in from + 1..to {
            let (before, after) = (Class::of(self.chars[at - 1]), Class::of(self.chars[at]));
            broken += match (before, after) {
                (Class::Han, Class::Upper | Class::Lower | Class::Digit) => 2.0,
                // `OpenSea` has one; a run of capitals behind small letters is another word.
                (Class::Lower, Class::Upper) => {
                    let capitals =
                        self.chars[at..to].iter().take_while(|c| c.is_ascii_uppercase()).count();
                    if capitals >= 2 { 1.8 } else { 0.7 }
                }
                (Class::Upper, Class::Lower) => {
                    let capitals = self.chars[from..at]
                        .iter()
                        .rev()
                        .take_while(|c| c.is_ascii_uppercase())
                        .count();
                    if capitals >= 3 { 1.5 } else { 0.0 }
                }
                _ => 0.0,
            };
        }
        broken
    }

    /// Whether a keyword holds a tag's letters.
    fn holds(&self, keyword: (usize, usize), tag: (usize, usize)) -> bool {
        let tag = &self.folded[tag.0..tag.1];
        self.folded[keyword.0..keyword.1].windows(tag.len()).any(|window| window == tag)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Han,
    Other,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'A'..='Z' => Self::Upper,
            'a'..='z' => Self::Lower,
            '0'..='9' => Self::Digit,
            _ if c.is_alphabetic() => Self::Han,
            _ => Self::Other,
        }
    }
}

fn is_tag_char(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

/// The best segmentation whose keywords begin at `middle`.
fn search(
    line: &Glue,
    middle: usize,
    vocabulary: &Vocabulary,
    cache: &mut HashMap<usize, Vec<(usize, f32)>>,
) -> Option<(f32, Vec<Pair>)> {
    let end = line.chars.len();
    let start = Hypothesis { tag: 0, keyword: middle, score: 0.0, pairs: Vec::new() };
    let mut beam = vec![start];
    let mut best: Option<(f32, Vec<Pair>)> = None;
    while !beam.is_empty() {
        let mut next: HashMap<(usize, usize), Hypothesis> = HashMap::new();
        for state in &beam {
            let keywords = cache
                .entry(state.keyword)
                .or_insert_with(|| keywords(line, state.keyword, vocabulary))
                .clone();
            for length in 2..=LONGEST_TAG.min(middle - state.tag) {
                let tag = (state.tag, state.tag + length);
                let left = middle - tag.1;
                if left == 1 {
                    continue;
                }
                let Some(tag_score) = tag_score(line, tag, vocabulary) else { continue };
                for &(to, keyword_score) in &keywords {
                    // Both halves end together.
                    if (left == 0) != (to == end) {
                        continue;
                    }
                    let keyword = (state.keyword, to);
                    let score = state.score
                        + tag_score
                        + keyword_score
                        + pair_score(line, tag, keyword, vocabulary);
                    let slot = (tag.1, to);
                    if next.get(&slot).is_none_or(|known| score > known.score) {
                        let mut pairs = state.pairs.clone();
                        pairs.push(Pair { tag, keyword });
                        next.insert(slot, Hypothesis { tag: tag.1, keyword: to, score, pairs });
                    }
                }
            }
        }
        if let Some(done) = next.remove(&(middle, end))
            && best.as_ref().is_none_or(|(known, _)| done.score > *known)
        {
            best = Some((done.score, done.pairs));
        }
        beam = next.into_values().collect();
        // Ties are settled by place, never by the order of a hash map.
        beam.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then((a.tag, a.keyword).cmp(&(b.tag, b.keyword)))
        });
        beam.truncate(BEAM);
    }
    best
}

fn tag_score(line: &Glue, tag: (usize, usize), vocabulary: &Vocabulary) -> Option<f32> {
    let times = vocabulary.tag(&line.folded(tag.0, tag.1));
    if times > 0 {
        return Some(1.5 + 0.35 * (1.0 + times as f32).ln());
    }
    let chars = &line.chars[tag.0..tag.1];
    let latin = chars.iter().all(|c| is_tag_char(*c)) && chars.iter().any(char::is_ascii_uppercase);
    latin.then(|| match chars.len() {
        3 => 0.0,
        4 => -0.4,
        2 => -1.8,
        5 => -1.6,
        6 => -2.6,
        _ => -4.0,
    })
}

/// Where a keyword that begins at `from` can end, with how good it is by itself.
fn keywords(line: &Glue, from: usize, vocabulary: &Vocabulary) -> Vec<(usize, f32)> {
    let end = line.chars.len();
    (from + 2..=end.min(from + LONGEST_KEYWORD))
        .filter_map(|to| {
            let seam = line.seam(to);
            let folded = line.folded(from, to);
            let times = vocabulary.keyword(&folded);
            let shape = vocabulary.shape(&folded);
            let own = if times > 0 {
                3.0 + 0.3 * (1.0 + times as f32).ln()
            } else if let Some((held, known)) = shape {
                0.8 + 0.25 * (1.0 + held as f32).ln() + if known { 1.0 } else { -0.8 }
            } else {
                -1.5 - line.breaks(from, to)
            };
            let score = own + if times > 0 { seam.max(-1.5) } else { seam };
            (score > -9.0).then_some((to, score))
        })
        .collect()
}

fn pair_score(
    line: &Glue,
    tag: (usize, usize),
    keyword: (usize, usize),
    vocabulary: &Vocabulary,
) -> f32 {
    if line.holds(keyword, tag) {
        // A longer tag is held by chance less often.
        return 2.5 + 0.3 * (tag.1 - tag.0) as f32;
    }
    let pair = vocabulary.pair(&line.folded(tag.0, tag.1), &line.folded(keyword.0, keyword.1));
    if pair { 2.0 } else { -2.0 }
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
        let line = "OPENPENNAIGPTopensea幣單個價格apenft幣價格今日行情Baby Doge BillionaireCGPT價格";
        let expected = [
            "OPEN", "PEN", "NAI", "GPT", "opensea幣單個價格", "apenft幣價格今日行情", "Baby Doge Billionaire", "CGPT價格",
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
