//! The possible keywords in the second half of a line of concatenated tags.

use super::Vocabulary;
use super::concatenated::{ConcatenatedTags, SPLIT_AT_SPACE};
use super::shapes::{Fit, ShapeStarts};

/// Maximum length of a keyword, in characters.
const LONGEST_KEYWORD: usize = 40;
/// Maximum number of keywords that are kept for each start.
const MAX_KEYWORDS: usize = 8;
/// Keywords must score more than this.
const WORST_KEYWORD: f32 = -5.0;
/// A keyword that the archive does not name ends only where the score of the split is at least
/// this.
const WORST_SPLIT: f32 = -2.6;
/// The lowest score that the split at the end of a known keyword counts with: a worse split counts
/// as this one.
const WORST_SPLIT_OF_KNOWN: f32 = -1.5;
/// Score of an unknown keyword, before its breaks (likely starts of another keyword inside it) are
/// subtracted and its split score is added.
const SCORE_OF_UNKNOWN: f32 = -1.5;

/// A range taken as a keyword.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Keyword {
    pub(super) score: f32,
    /// Where it ends.
    to: u16,
    /// Whether the archive names this text as a keyword.
    pub(super) known: bool,
}

impl Keyword {
    fn new(to: usize, score: f32, known: bool) -> Self {
        Self { score, to: to as u16, known }
    }

    /// A keyword that the archive does not name.
    fn unknown(to: usize, score: f32) -> Self {
        let known = false;
        Self::new(to, score, known)
    }

    pub(super) fn to(&self) -> usize {
        self.to.into()
    }

    /// A number that is higher for a better keyword and, on equal scores, for a shorter one.
    fn rank(self) -> u64 {
        u64::from(sortable_bits(self.score)) << 32
            | u64::from(u16::MAX - self.to) << 1
            | u64::from(self.known)
    }

    /// The inverse of [`rank`](Self::rank).
    fn of_rank(rank: u64) -> Self {
        let high = (rank >> 32) as u32;
        let bits = if high >> 31 == 1 { high & !(1 << 31) } else { !high };
        let to = u16::MAX - (rank >> 1) as u16;
        Self { score: f32::from_bits(bits), to, known: rank & 1 == 1 }
    }
}

/// Maps scores to numbers in the order of [`f32::total_cmp`].
pub(super) const fn sortable_bits(score: f32) -> u32 {
    let bits = score.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The ranks of the best keywords, best first.
struct TopKeywords {
    ranks: [u64; MAX_KEYWORDS],
    length: usize,
}

impl TopKeywords {
    /// The rank of an empty slot: the highest that a keyword with the score [`WORST_KEYWORD`] can
    /// have, so that only better keywords take the slot.
    const NONE: u64 = (sortable_bits(WORST_KEYWORD) as u64) << 32 | u32::MAX as u64;

    fn new() -> Self {
        Self { ranks: [Self::NONE; MAX_KEYWORDS], length: 0 }
    }

    /// The keyword that a further one has to beat; one with the score [`WORST_KEYWORD`] as long as
    /// slots are empty.
    fn worst_kept(&self) -> Keyword {
        Keyword::of_rank(self.ranks[MAX_KEYWORDS - 1])
    }

    fn offer(&mut self, keyword: Keyword) {
        let rank = keyword.rank();
        if rank <= self.ranks[MAX_KEYWORDS - 1] {
            return;
        }
        let mut slot = self.length.min(MAX_KEYWORDS - 1);
        while slot > 0 && self.ranks[slot - 1] < rank {
            self.ranks[slot] = self.ranks[slot - 1];
            slot -= 1;
        }
        self.ranks[slot] = rank;
        self.length = MAX_KEYWORDS.min(self.length + 1);
    }

    fn keywords(&self, limit: usize) -> impl ExactSizeIterator<Item = Keyword> + '_ {
        self.ranks[..self.length.min(limit)].iter().map(|rank| Keyword::of_rank(*rank))
    }
}

/// The keywords of a line, computed on demand.
#[derive(Default)]
pub(super) struct Keywords {
    keywords: Vec<Keyword>,
    /// For each start, the range of its keywords in `keywords`, once computed.
    ranges: Vec<Option<(u32, u32)>>,
    shape_starts: ShapeStarts,
    /// For each position, its split score if an unknown keyword may end there, otherwise -∞.
    split_scores: Vec<f32>,
    /// For each position, the highest of `split_scores` from there on, without the end of the line.
    best_split_ahead: Vec<f32>,
}

impl Keywords {
    /// Loads a line.
    pub(super) fn load(&mut self, line: &ConcatenatedTags, vocabulary: &Vocabulary) {
        self.keywords.clear();
        self.ranges.clear();
        self.ranges.resize(line.len(), None);
        self.shape_starts.find(line, &vocabulary.shapes, LONGEST_KEYWORD);
        let usable_score = |split_score: &f32| {
            if *split_score < WORST_SPLIT { f32::NEG_INFINITY } else { *split_score }
        };
        self.split_scores.clear();
        self.split_scores.extend(line.split_scores().iter().map(usable_score));
        self.best_split_ahead.clear();
        self.best_split_ahead.extend_from_slice(&self.split_scores);
        let mut best = f32::NEG_INFINITY;
        if let Some(end) = self.best_split_ahead.last_mut() {
            *end = best;
        }
        for split_score in self.best_split_ahead.iter_mut().rev() {
            best = if best > *split_score { best } else { *split_score };
            *split_score = best;
        }
    }

    /// The keywords that begin at `from`, if already computed.
    pub(super) fn starting_at(&self, from: usize) -> &[Keyword] {
        let range = self.ranges.get(from).copied().flatten();
        range.map_or(&[], |(first, end)| &self.keywords[first as usize..end as usize])
    }

    /// Computes the keywords that begin at `from`: the best [`MAX_KEYWORDS`], best first, except
    /// that the one that ends the line comes before all others.
    pub(super) fn compute(
        &mut self,
        from: usize,
        line: &ConcatenatedTags,
        vocabulary: &Vocabulary,
    ) -> &[Keyword] {
        if self.ranges.get(from).is_some_and(Option::is_none) {
            let first = self.keywords.len();
            self.find(from, line, vocabulary);
            self.ranges[from] = Some((first as u32, self.keywords.len() as u32));
        }
        self.starting_at(from)
    }

    /// Finds the keywords that begin at `from`, and appends them to `keywords`.
    fn find(&mut self, from: usize, line: &ConcatenatedTags, vocabulary: &Vocabulary) {
        let end = line.len();
        let last = end.min(from + LONGEST_KEYWORD);
        if from + 2 > last {
            return;
        }
        let mut found =
            FoundKeywords { from, last, end, top: TopKeywords::new(), to_end: None, settled: 0 };
        found.add_known(line, vocabulary);
        self.add_shapes(&mut found, line, vocabulary);
        self.add_unknown(&mut found, line);
        let FoundKeywords { top, to_end, .. } = found;
        let to_end = to_end.filter(|keyword| keyword.score > WORST_KEYWORD);
        let max_others = MAX_KEYWORDS - usize::from(to_end.is_some());
        self.keywords.extend(to_end);
        self.keywords.extend(top.keywords(max_others));
    }

    /// Adds ranges that have the shape of a keyword and are not known.
    #[inline]
    fn add_shapes(
        &self,
        found: &mut FoundKeywords,
        line: &ConcatenatedTags,
        vocabulary: &Vocabulary,
    ) {
        let FoundKeywords { from, last, .. } = *found;
        let mut fits = [Fit::default(); LONGEST_KEYWORD + 1];
        let mut shape_ends = 0_u64;
        self.shape_starts.for_each_fit((from, last), line, &vocabulary.shapes, |to, fit| {
            let best = &mut fits[to - from];
            *best = fit.max(*best);
            shape_ends |= 1 << (to - from);
        });
        // Keywords have at least two characters.
        let mut remaining = shape_ends & !found.settled & !0b11;
        while remaining != 0 {
            let length = remaining.trailing_zeros() as usize;
            remaining &= remaining - 1;
            let to = from + length;
            found.settle(Keyword::unknown(to, fits[length].score() + self.split_scores[to]));
        }
    }

    /// Adds the ranges that are neither known keywords nor fit a shape, as far as they are among
    /// the best.
    #[inline]
    fn add_unknown(&self, found: &mut FoundKeywords, line: &ConcatenatedTags) {
        let FoundKeywords { from, last, end, .. } = *found;
        let mut breaks = 0.0_f32;
        // The end of the current range; `breaks` is the sum of the breaks inside it.
        let mut to = from + 1;
        let mut worst_kept = found.top.worst_kept();
        let inside = from + 2..last.min(end - 1) + 1;
        let split_scores =
            self.split_scores[inside.clone()].iter().zip(&self.best_split_ahead[inside]);
        for ((split_score, best_ahead), break_at) in split_scores.zip(line.breaks_from(from)) {
            to += 1;
            breaks += break_at;
            let unknown = SCORE_OF_UNKNOWN - breaks;
            // Breaks only accumulate, so no longer range can score more than this.
            if unknown + best_ahead < worst_kept.score {
                break;
            }
            let score = unknown + split_score;
            let better =
                score > worst_kept.score || score == worst_kept.score && to < worst_kept.to();
            if better && !found.is_settled(to) {
                found.top.offer(Keyword::unknown(to, score));
                worst_kept = found.top.worst_kept();
            }
        }
        if last == end && found.to_end.is_none() {
            // A keyword may always end the line; only its breaks count.
            for break_at in line.breaks_from(from).take(end - from - 1).skip(to - from - 1) {
                breaks += break_at;
            }
            found.to_end = Some(Keyword::unknown(end, SCORE_OF_UNKNOWN - breaks));
        }
    }
}

/// The keywords found so far that begin at `from`.
struct FoundKeywords {
    from: usize,
    /// The last position where a keyword that begins at `from` may end.
    last: usize,
    /// The end of the line.
    end: usize,
    top: TopKeywords,
    /// The keyword that ends the line.
    to_end: Option<Keyword>,
    /// A bit for each length: whether the keyword of this length has its final score already,
    /// because the keyword is known or fits a shape.
    settled: u64,
}

impl FoundKeywords {
    /// Adds a keyword whose score is final.
    #[inline]
    fn settle(&mut self, keyword: Keyword) {
        self.settled |= 1 << (keyword.to() - self.from);
        if keyword.to() == self.end {
            self.to_end = Some(keyword);
        } else {
            self.top.offer(keyword);
        }
    }

    #[inline]
    fn is_settled(&self, to: usize) -> bool {
        self.settled >> (to - self.from) & 1 == 1
    }

    /// Adds keywords that the archive names.
    #[inline]
    fn add_known(&mut self, line: &ConcatenatedTags, vocabulary: &Vocabulary) {
        let from = self.from;
        // A quick check first: few ranges begin like a known keyword.
        if !vocabulary.may_begin_keyword(line.hash((from, from + 2))) {
            return;
        }
        for to in from + 2..=self.last {
            let hash = line.hash((from, to));
            if !vocabulary.may_be_keyword_prefix(hash) {
                break;
            }
            let split_score = line.split_scores()[to];
            if split_score > SPLIT_AT_SPACE
                && let Some(score) = vocabulary.keyword_score(hash)
            {
                let known = true;
                self.settle(Keyword::new(to, score + split_score.max(WORST_SPLIT_OF_KNOWN), known));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::title::Title;

    /// Does the same as [`Keywords::compute`], by scoring every range.
    fn compute_from_all_ranges(
        from: usize,
        line: &ConcatenatedTags,
        vocabulary: &Vocabulary,
        shape_starts: &ShapeStarts,
    ) -> Vec<Keyword> {
        let end = line.len();
        let last = end.min(from + LONGEST_KEYWORD);
        let mut keywords = Vec::new();
        for to in from + 2..=last {
            let split_score = line.split_scores()[to];
            let mut best_fit = None;
            shape_starts.for_each_fit((from, last), line, &vocabulary.shapes, |end, fit| {
                best_fit = best_fit.max((end == to).then_some(fit));
            });
            let known_score = vocabulary.keyword_score(line.hash((from, to)));
            let score = match (known_score, best_fit) {
                _ if split_score <= SPLIT_AT_SPACE => continue,
                (Some(score), _) => score + split_score.max(WORST_SPLIT_OF_KNOWN),
                _ if split_score < WORST_SPLIT => continue,
                (None, Some(fit)) => fit.score() + split_score,
                (None, None) => {
                    let breaks = line.breaks_from(from).take(to - from - 1);
                    SCORE_OF_UNKNOWN - breaks.fold(0.0, |all, more| all + more) + split_score
                }
            };
            if score > WORST_KEYWORD {
                keywords.push(Keyword::new(to, score, known_score.is_some()));
            }
        }
        // A stable sort: on equal scores the shorter keyword wins.
        keywords.sort_by(|a, b| b.score.total_cmp(&a.score));
        keywords.sort_by_key(|keyword| keyword.to() != end);
        keywords.truncate(MAX_KEYWORDS);
        keywords
    }

    proptest! {
        #[test]
        fn keywords_are_the_best_of_all_ranges(
            parts in prop::collection::vec(prop::sample::select(vec![
                "BTC", "ETH", "GPT", "NFT", "AB", "A", "比特幣", "加密貨幣", "FLO", "cnft.io", "幣價格", "價格", "12",
                "Baby ", "Doge", "opensea", "3X Long ", " Token", "X", "apenft幣價格今日行情", "é", "今日行情", " ",
            ]), 1..24),
        ) {
            let mut vocabulary = Vocabulary::default();
            for title in [
                "甲_FLOW:FLO", "乙_GPT:apenft幣價格今日行情", "丙_比特幣:加密貨幣", "丁_NFT:cnft.io", "甲_FLOW:FLO",
                "戊_BTC:Baby BTC", "己_ETH:Baby ETH", "庚_NFT:Baby NFT", "辛_NFT", "壬_AB:AB", "壬_AB:AB價格",
                "癸_X:X價格", "癸_A:A價格", "癸_A:A", "癸_X:X", "癸_X:價格今",
            ] {
                vocabulary.add_title(&Title::split(title));
            }
            vocabulary.learn();
            if let Some(line) = ConcatenatedTags::of(&parts.concat()) {
                let mut keywords = Keywords::default();
                keywords.load(&line, &vocabulary);
                for from in 0..line.len() {
                    let starts = &keywords.shape_starts;
                    let wanted = compute_from_all_ranges(from, &line, &vocabulary, starts);
                    prop_assert_eq!(keywords.compute(from, &line, &vocabulary), wanted);
                }
            }
        }

        #[test]
        fn a_keyword_ranks_by_its_score_then_its_end(
            (score, other) in (-9.0..9.0_f32, -9.0..9.0_f32),
            (to, to_other) in (0..500_usize, 0..500_usize),
            known in any::<bool>(),
        ) {
            let keyword = Keyword::new(to, score, known);
            prop_assert_eq!(Keyword::of_rank(keyword.rank()), keyword);
            for other in [score, other] {
                let wanted = score.total_cmp(&other).then(to_other.cmp(&to));
                let found = keyword.rank().cmp(&Keyword::new(to_other, other, known).rank());
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
