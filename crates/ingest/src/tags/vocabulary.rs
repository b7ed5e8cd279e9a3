//! Tags, keywords and the shapes of keywords that an archive names by itself: in the tails of titles,
//! and where a page gives its tags apart.

use foldhash::{HashMap, HashSet};

use super::bloom::BloomFilter;
use super::concatenated::text_hash;
use super::shapes::{Shapes, pair_hash, prefix_hashes};
use crate::folded_hash::fold;
use crate::page::title::{Title, is_ticker};

/// Counts of tags and keywords, folded.
#[derive(Debug, Default, Clone)]
pub(crate) struct Vocabulary {
    tags: HashMap<String, u32>,
    keywords: HashMap<String, u32>,
    /// Tags with their keywords, as hashes of both.
    pairs: HashSet<u64>,
    pub(super) shapes: Shapes,
    /// How good each tag and each keyword is, by the hash of its text: any range of a line is looked up without
    /// making a text of it.
    tag_scores: HashMap<u64, f32>,
    keyword_scores: HashMap<u64, f32>,
    /// What may be a key of `tag_scores`.
    tag_seen: BloomFilter,
    /// Hashes of the first two characters of the keywords: hot, because small.
    keyword_begins: BloomFilter,
    /// Hashes of whatever a keyword begins with: what none does need not be read on.
    keyword_prefixes: BloomFilter,
    keyword_seen: BloomFilter,
}

impl Vocabulary {
    /// Takes what the tail of a title names.
    pub(crate) fn add_title(&mut self, title: &Title<'_>) {
        for tag in [title.head, title.tag].into_iter().flatten() {
            count(&mut self.tags, fold(tag));
        }
        if let (Some(tag), Some(keyword)) = (title.tag, title.keyword) {
            self.add_pair(tag, keyword);
        }
    }

    /// Takes tags that a page gives apart: n tags, then their n keywords, if that is what they are.
    pub(crate) fn add_separate_tags(&mut self, given: &[String]) {
        let (tags, keywords) = given.split_at(given.len() / 2);
        if given.len().is_multiple_of(2) && tags.iter().all(|tag| is_ticker(tag)) {
            for (tag, keyword) in tags.iter().zip(keywords) {
                count(&mut self.tags, fold(tag));
                self.add_pair(tag, keyword);
            }
        }
    }

    fn add_pair(&mut self, tag: &str, keyword: &str) {
        let keyword = fold(keyword);
        self.pairs.insert(pair_hash(text_hash(&fold(tag)), text_hash(&keyword)));
        count(&mut self.keywords, keyword);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (tag, times) in other.tags {
            *self.tags.entry(tag).or_default() += times;
        }
        for (keyword, times) in other.keywords {
            *self.keywords.entry(keyword).or_default() += times;
        }
        self.pairs.extend(other.pairs);
    }

    /// Learns from all that was taken how good tags, keywords and their shapes are.
    pub(crate) fn learn(&mut self) {
        let keywords = || self.keywords.keys().map(String::as_str);
        self.shapes = Shapes::learn(keywords(), self.tags.keys().map(String::as_str));
        let scores = |counts: &HashMap<String, u32>, base: f32, growth: f32| {
            let score = |times: &u32| base + growth * (1.0 + *times as f32).ln();
            counts.iter().map(|(text, times)| (text_hash(text), score(times))).collect()
        };
        self.tag_scores = scores(&self.tags, 1.5, 0.35);
        self.keyword_scores = scores(&self.keywords, 3.0, 0.3);
        self.tag_seen = BloomFilter::of(self.tag_scores.keys().copied());
        self.keyword_seen = BloomFilter::of(self.keyword_scores.keys().copied());
        let begins: Vec<u64> = keywords().map(first_hash).collect();
        self.keyword_begins = BloomFilter::of(begins.into_iter());
        let prefixes = keywords().map(|keyword| keyword.chars().count() + 1).sum();
        self.keyword_prefixes = BloomFilter::for_keys(prefixes);
        for hash in self.keywords.keys().flat_map(|keyword| prefix_hashes(keyword)) {
            self.keyword_prefixes.insert(hash);
        }
    }

    /// The more tags an archive names, the stranger is one that it does not.
    pub(super) fn unknown_penalty(&self) -> f32 {
        0.25 * (1.0 + self.tags.len() as f32).ln()
    }

    /// How good a tag is that the archive names; `hash` is that of its folded text.
    pub(super) fn tag(&self, hash: u64) -> Option<f32> {
        self.tag_seen.may_contain(hash).then(|| self.tag_scores.get(&hash).copied()).flatten()
    }

    /// How good a keyword is that the archive names, its seam aside.
    pub(super) fn keyword(&self, hash: u64) -> Option<f32> {
        self.keyword_seen
            .may_contain(hash)
            .then(|| self.keyword_scores.get(&hash).copied())
            .flatten()
    }

    /// Whether the archive may name a keyword that begins with the two characters of this hash.
    pub(super) fn may_begin(&self, hash: u64) -> bool {
        self.keyword_begins.may_contain(hash)
    }

    /// Whether the archive may name a keyword that begins with the text of this hash.
    pub(super) fn may_go_on(&self, hash: u64) -> bool {
        self.keyword_prefixes.may_contain(hash)
    }

    /// Whether the archive names them together.
    pub(super) fn pair(&self, tag: u64, keyword: u64) -> bool {
        self.pairs.contains(&pair_hash(tag, keyword))
    }
}

/// The hash of the first two characters of a folded text.
fn first_hash(folded: &str) -> u64 {
    let end = folded.char_indices().nth(2).map_or(folded.len(), |(end, _)| end);
    text_hash(&folded[..end])
}

fn count(counts: &mut HashMap<String, u32>, key: String) {
    *counts.entry(key).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_titles_name_is_known() {
        let mut vocabulary = Vocabulary::default();
        for line in ["甲_DAO:Baby DAO", "乙_ETH:Baby ETH", "丙_OP:Baby OP", "丁_OP:OP幣價格"]
        {
            vocabulary.add_title(&Title::split(line));
        }
        vocabulary.learn();
        let hash = text_hash;
        assert_eq!(vocabulary.tag(hash("op")), Some(1.5 + 0.35 * 3_f32.ln()));
        assert_eq!(vocabulary.tag(hash("sol")), None);
        assert_eq!(vocabulary.keyword(hash("baby eth")), Some(3.0 + 0.3 * 2_f32.ln()));
        assert_eq!(vocabulary.keyword(hash("baby sol")), None);
        assert!(vocabulary.pair(hash("dao"), hash("baby dao")));
        assert!(!vocabulary.pair(hash("eth"), hash("baby dao")));
        for keyword in vocabulary.keywords.keys() {
            assert!(vocabulary.may_begin(first_hash(keyword)));
            assert!(prefix_hashes(keyword).all(|hash| vocabulary.may_go_on(hash)));
        }
    }
}
