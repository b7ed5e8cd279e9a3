//! A glued Tags line as a best segmentation: n tags, then n keywords, keyword i mostly holding the
//! letters of tag i. Dynamic programming over both halves at once, for every place where the second
//! half could begin.

use super::Vocabulary;
use super::glue::{Glue, Range, is_tag_char};

const LONGEST_TAG: usize = 8;
const LONGEST_KEYWORD: usize = 40;
/// The tags' half is at most this long.
const LONGEST_HALF: usize = 80;
/// Hypotheses kept for each number of tags: more than ever compete.
const BEAM: usize = 8;
/// Keywords kept for each place where one can begin.
const CHOICE: usize = 8;
/// What every pair costs: as much as two letters and a keyword hold by chance.
const PAIR: f32 = 2.2;
/// A segmentation worse than this for each pair is no better than none.
const WORST: f32 = -4.5;
/// A keyword worse than this is none.
const WORST_KEYWORD: f32 = -5.0;
/// Only a keyword that the archive names ends at a worse seam.
const WORST_SEAM: f32 = -2.6;

/// No step.
const NONE: usize = usize::MAX;

/// The tags and keywords of a glued line, tags first; `None` if it cannot be split.
pub(crate) fn split(glued: &str, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    let line = Glue::new(glued)?;
    let mut search = Search::new(&line, vocabulary);
    let mut best: Option<(f32, Vec<Pair>)> = None;
    for middle in 2..=search.reach {
        if let Some((score, pairs)) = search.from(middle)
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
    let keywords = pairs.iter().map(|pair| line.original(pair.keyword));
    Some(tags.chain(keywords).collect())
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    tag: Range,
    keyword: Range,
}

/// What can be said of a range taken for a tag.
struct Tag {
    range: Range,
    score: f32,
    /// Its folded text, where the archive knows it.
    known: Option<String>,
    /// Where its letters stand.
    occurrences: Vec<usize>,
}

/// What can be said of a range taken for a keyword.
struct Keyword {
    to: usize,
    score: f32,
    known: Option<String>,
}

/// The first `n` pairs of a line.
#[derive(Clone, Copy)]
struct Step {
    /// Where the next tag and the next keyword begin.
    tag: usize,
    keyword: usize,
    score: f32,
    pair: Pair,
    /// The step before, as an index.
    before: usize,
}

struct Search<'a> {
    line: &'a Glue,
    vocabulary: &'a Vocabulary,
    /// The tags' half ends here at the latest.
    reach: usize,
    /// By where they begin.
    tags: Vec<Vec<Tag>>,
    keywords: Vec<Option<Vec<Keyword>>>,
    /// By where the next tag and the next keyword begin: the step among those being made, or [`NONE`].
    slots: Vec<usize>,
    folded: String,
}

impl<'a> Search<'a> {
    fn new(line: &'a Glue, vocabulary: &'a Vocabulary) -> Self {
        let mut search = Self {
            line,
            vocabulary,
            reach: 0,
            tags: Vec::new(),
            keywords: std::iter::repeat_with(|| None).take(line.len()).collect(),
            slots: Vec::new(),
            folded: String::new(),
        };
        let last = line.len().saturating_sub(2).min(LONGEST_HALF);
        let mut ends = vec![true];
        for from in 0..last {
            // Only where another tag ends does one begin.
            let tags =
                if ends.get(from) == Some(&true) { search.tags_at(from, last) } else { Vec::new() };
            for tag in &tags {
                ends.resize(ends.len().max(tag.range.1 + 1), false);
                ends[tag.range.1] = true;
                search.reach = search.reach.max(tag.range.1);
            }
            search.tags.push(tags);
        }
        search.slots = vec![NONE; (search.reach + 1) * (line.len() + 1)];
        search
    }

    fn tags_at(&mut self, from: usize, last: usize) -> Vec<Tag> {
        let mut tags = Vec::new();
        for to in from + 2..=last.min(from + LONGEST_TAG) {
            let range = (from, to);
            self.line.folded(range, &mut self.folded);
            let times = self.vocabulary.tag(&self.folded);
            let score = if times > 0 {
                Some(1.5 + 0.35 * (1.0 + times as f32).ln())
            } else {
                stranger(self.line.chars(range)).map(|score| score - self.vocabulary.richness())
            };
            if let Some(score) = score {
                tags.push(Tag {
                    range,
                    score,
                    known: (times > 0).then(|| self.folded.clone()),
                    occurrences: self.line.occurrences(range),
                });
            }
        }
        tags
    }

    /// Where a keyword that begins at `from` can end, with how good it is by itself.
    fn keywords_at(&mut self, from: usize) -> Vec<Keyword> {
        let end = self.line.len();
        let mut keywords = Vec::new();
        let mut breaks = 0.0;
        self.line.folded((from, from + 1), &mut self.folded);
        for to in from + 2..=end.min(from + LONGEST_KEYWORD) {
            breaks += self.line.break_at(from, to - 1);
            self.folded.push(self.line.folded_char(to - 1));
            let seam = self.line.seam(to);
            if seam < -10.0 {
                continue;
            }
            let times = self.vocabulary.keyword(&self.folded);
            let score = if times > 0 {
                3.0 + 0.3 * (1.0 + times as f32).ln() + seam.max(-1.5)
            } else if seam < WORST_SEAM {
                continue;
            } else if let Some((held, known)) = self.vocabulary.shape(&self.folded) {
                let word = if known { 1.0 } else { -0.8 };
                0.8 + 0.25 * (1.0 + held as f32).ln() + word + seam
            } else {
                -1.5 - breaks + seam
            };
            if score > WORST_KEYWORD {
                keywords.push(Keyword {
                    to,
                    score,
                    known: (times > 0).then(|| self.folded.clone()),
                });
            }
        }
        // A keyword that ends the line stays, however bad: something has to.
        keywords.sort_by(|a, b| {
            (b.to == end)
                .cmp(&(a.to == end))
                .then(b.score.total_cmp(&a.score))
                .then(a.to.cmp(&b.to))
        });
        keywords.truncate(CHOICE);
        keywords
    }

    /// The best segmentation whose keywords begin at `middle`.
    fn from(&mut self, middle: usize) -> Option<(f32, Vec<Pair>)> {
        let end = self.line.len();
        let nothing = Pair { tag: (0, 0), keyword: (0, 0) };
        let mut steps =
            vec![Step { tag: 0, keyword: middle, score: 0.0, pair: nothing, before: usize::MAX }];
        let mut beam = vec![0];
        let mut best: Option<usize> = None;
        while !beam.is_empty() {
            let mut made: Vec<Step> = Vec::new();
            for &before in &beam {
                self.extend(steps[before], before, middle, &mut made);
            }
            for step in &made {
                self.slots[step.tag * (end + 1) + step.keyword] = NONE;
            }
            // Ties are settled by place.
            made.sort_unstable_by(|a, b| {
                b.score.total_cmp(&a.score).then((a.tag, a.keyword).cmp(&(b.tag, b.keyword)))
            });
            beam.clear();
            for step in made {
                if (step.tag, step.keyword) == (middle, end) {
                    if best.is_none_or(|best: usize| step.score > steps[best].score) {
                        best = Some(steps.len());
                        steps.push(step);
                    }
                } else if beam.len() < BEAM {
                    beam.push(steps.len());
                    steps.push(step);
                }
            }
        }
        let mut at = best?;
        let score = steps[at].score;
        let mut pairs = Vec::new();
        while at != 0 {
            pairs.push(steps[at].pair);
            at = steps[at].before;
        }
        pairs.reverse();
        Some((score, pairs))
    }

    /// Every pair that can follow `step`.
    fn extend(&mut self, step: Step, before: usize, middle: usize, made: &mut Vec<Step>) {
        let end = self.line.len();
        let from = step.keyword;
        let keywords = match self.keywords.get_mut(from).and_then(Option::take) {
            Some(keywords) => keywords,
            None => self.keywords_at(from),
        };
        for tag in self.tags.get(step.tag).map_or(&[][..], Vec::as_slice) {
            let left = middle.checked_sub(tag.range.1);
            // One letter that is left over makes no tag.
            let Some(left) = left.filter(|left| *left != 1) else { continue };
            for keyword in &keywords {
                // Both halves end together.
                if (left == 0) != (keyword.to == end) {
                    continue;
                }
                let agreement = agreement(self.vocabulary, tag, from, keyword);
                let score = step.score + tag.score + keyword.score - PAIR + agreement;
                let pair = Pair { tag: tag.range, keyword: (from, keyword.to) };
                let next = Step { tag: tag.range.1, keyword: keyword.to, score, pair, before };
                let slot = &mut self.slots[next.tag * (end + 1) + next.keyword];
                match made.get_mut(*slot) {
                    Some(known) if known.score >= score => {}
                    Some(known) => *known = next,
                    None => {
                        *slot = made.len();
                        made.push(next);
                    }
                }
            }
        }
        if let Some(slot) = self.keywords.get_mut(from) {
            *slot = Some(keywords);
        }
    }
}

/// How well a keyword goes with its tag.
fn agreement(vocabulary: &Vocabulary, tag: &Tag, from: usize, keyword: &Keyword) -> f32 {
    let length = tag.range.1 - tag.range.0;
    if tag.occurrences.iter().any(|at| *at >= from && at + length <= keyword.to) {
        // A longer tag is held by chance less often.
        return 2.5 + 0.3 * length as f32;
    }
    match (&tag.known, &keyword.known) {
        (Some(tag), Some(keyword)) if vocabulary.pair(tag, keyword) => 2.0,
        _ => -2.0,
    }
}

/// A tag that the archive does not name anywhere: capitals and digits, mostly three.
fn stranger(chars: &[char]) -> Option<f32> {
    let fits = chars.iter().all(|c| is_tag_char(*c)) && chars.iter().any(char::is_ascii_uppercase);
    fits.then(|| match chars.len() {
        3 => 0.0,
        4 => -0.4,
        2 => -1.8,
        5 => -2.2,
        6 => -3.2,
        _ => -4.0,
    })
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
