//! The vocabulary for splitting concatenated tags: tags and keywords that the archive states
//! separately (in title suffixes, or as a list of tags), and the shapes of these keywords.

use foldhash::{HashMap, HashSet};
use wensou_text::fold;

use super::bloom::BloomFilter;
use super::concatenated::text_hash;
use super::shapes::{Shapes, combined_hash, prefix_hashes};
use crate::title::{Title, is_ticker};

/// The known tags and keywords, folded, with how often they occur.
#[derive(Debug, Default, Clone)]
pub(crate) struct Vocabulary {
    tags: HashMap<String, u32>,
    keywords: HashMap<String, u32>,
    /// Hashes of each tag combined with its keyword.
    tag_keyword_hashes: HashSet<u64>,
    pub(super) shapes: Shapes,
    /// Scores by the hash of the folded text, so that looking up a range of a line needs no string.
    tag_scores: HashMap<u64, f32>,
    keyword_scores: HashMap<u64, f32>,
    /// Bloom filter of the keys of `tag_scores`, asked before the map.
    tag_filter: BloomFilter,
    /// Bloom filter of the first two characters of keywords. Unlike `keyword_prefix_filter`, it is
    /// small enough for the CPU cache.
    keyword_start_filter: BloomFilter,
    /// Bloom filter of all prefixes of keywords. The search for known keywords stops extending a
    /// range of the line once the range is no prefix.
    keyword_prefix_filter: BloomFilter,
    /// Bloom filter of the keys of `keyword_scores`.
    keyword_filter: BloomFilter,
}

impl Vocabulary {
    /// Counts the tags in a title line, and the keyword if it has one.
    pub(crate) fn add_title(&mut self, title: &Title<'_>) {
        for tag in [title.prefix_tag, title.tag].into_iter().flatten() {
            count(&mut self.tags, fold(tag));
        }
        if let (Some(tag), Some(keyword)) = (title.tag, title.keyword) {
            self.add_entry(tag, keyword);
        }
    }

    /// Counts the tags of a page that lists them separately, if the list is n tags followed by
    /// their n keywords: if its length is even, and its first half has only tickers.
    pub(crate) fn add_separate_tags(&mut self, list: &[String]) {
        let (tags, keywords) = list.split_at(list.len() / 2);
        if list.len().is_multiple_of(2) && tags.iter().all(|tag| is_ticker(tag)) {
            for (tag, keyword) in tags.iter().zip(keywords) {
                count(&mut self.tags, fold(tag));
                self.add_entry(tag, keyword);
            }
        }
    }

    /// Counts a keyword, and notes that the archive names it with `tag`.
    fn add_entry(&mut self, tag: &str, keyword: &str) {
        let keyword = fold(keyword);
        self.tag_keyword_hashes.insert(combined_hash(text_hash(&fold(tag)), text_hash(&keyword)));
        count(&mut self.keywords, keyword);
    }

    /// Adds the vocabulary that another thread or machine has collected.
    pub(crate) fn merge(&mut self, other: Self) {
        for (tag, times) in other.tags {
            let count = self.tags.entry(tag).or_default();
            *count = count.saturating_add(times);
        }
        for (keyword, times) in other.keywords {
            let count = self.keywords.entry(keyword).or_default();
            *count = count.saturating_add(times);
        }
        self.tag_keyword_hashes.extend(other.tag_keyword_hashes);
    }

    /// All tags with their counts, sorted.
    pub(crate) fn tags_by_name(&self) -> Vec<(&str, u32)> {
        by_name(&self.tags)
    }

    /// All keywords with their counts, sorted.
    pub(crate) fn keywords_by_name(&self) -> Vec<(&str, u32)> {
        by_name(&self.keywords)
    }

    /// The combined hashes of tags and their keywords, sorted.
    pub(crate) fn sorted_tag_keyword_hashes(&self) -> Vec<u64> {
        let mut hashes: Vec<u64> = self.tag_keyword_hashes.iter().copied().collect();
        hashes.sort_unstable();
        hashes
    }

    /// Sets the count of a folded tag.
    pub(crate) fn set_tag(&mut self, tag: String, times: u32) {
        self.tags.insert(tag, times);
    }

    /// Sets the count of a folded keyword.
    pub(crate) fn set_keyword(&mut self, keyword: String, times: u32) {
        self.keywords.insert(keyword, times);
    }

    /// Adds the combined hash of a tag and its keyword.
    pub(crate) fn add_tag_keyword_hash(&mut self, hash: u64) {
        self.tag_keyword_hashes.insert(hash);
    }

    /// Computes the scores of tags, keywords and shapes. Call it after everything has been added.
    /// The score of a tag or keyword grows with the logarithm of how often it occurs.
    pub(crate) fn learn(&mut self) {
        let keywords = || self.keywords.keys().map(String::as_str);
        self.shapes = Shapes::learn(keywords(), self.tags.keys().map(String::as_str));
        let scores = |counts: &HashMap<String, u32>, base: f32, growth: f32| {
            let score = |times: &u32| base + growth * (1.0 + *times as f32).ln();
            counts.iter().map(|(text, times)| (text_hash(text), score(times))).collect()
        };
        self.tag_scores = scores(&self.tags, 1.5, 0.35);
        self.keyword_scores = scores(&self.keywords, 3.0, 0.3);
        self.tag_filter = BloomFilter::of(self.tag_scores.keys().copied());
        self.keyword_filter = BloomFilter::of(self.keyword_scores.keys().copied());
        let starts: Vec<u64> = keywords().map(first_two_chars_hash).collect();
        self.keyword_start_filter = BloomFilter::of(starts.into_iter());
        // A keyword of n characters has n + 1 prefixes, among them the empty one.
        let prefix_count = keywords().map(|keyword| keyword.chars().count() + 1).sum();
        self.keyword_prefix_filter = BloomFilter::for_keys(prefix_count);
        for hash in self.keywords.keys().flat_map(|keyword| prefix_hashes(keyword)) {
            self.keyword_prefix_filter.insert(hash);
        }
    }

    /// The penalty for an unknown tag. It grows with the number of known tags.
    pub(super) fn unknown_penalty(&self) -> f32 {
        0.25 * (1.0 + self.tags.len() as f32).ln()
    }

    /// The score of a known tag, given the hash of its folded text.
    pub(super) fn tag_score(&self, hash: u64) -> Option<f32> {
        self.tag_filter.may_contain(hash).then(|| self.tag_scores.get(&hash).copied()).flatten()
    }

    /// The score of a known keyword, given the hash of its folded text. The caller adds the split
    /// score.
    pub(super) fn keyword_score(&self, hash: u64) -> Option<f32> {
        self.keyword_filter
            .may_contain(hash)
            .then(|| self.keyword_scores.get(&hash).copied())
            .flatten()
    }

    /// Whether a known keyword may begin with two characters, given their hash.
    pub(super) fn may_begin_keyword(&self, hash: u64) -> bool {
        self.keyword_start_filter.may_contain(hash)
    }

    /// Whether a known keyword may begin with a text, given its hash.
    pub(super) fn may_be_keyword_prefix(&self, hash: u64) -> bool {
        self.keyword_prefix_filter.may_contain(hash)
    }

    /// Whether the archive states this tag with this keyword, given their hashes.
    pub(super) fn has_entry(&self, tag: u64, keyword: u64) -> bool {
        self.tag_keyword_hashes.contains(&combined_hash(tag, keyword))
    }
}

/// The hash of the first two characters of a folded text.
fn first_two_chars_hash(folded: &str) -> u64 {
    let end = folded.char_indices().nth(2).map_or(folded.len(), |(end, _)| end);
    text_hash(&folded[..end])
}

fn by_name(counts: &HashMap<String, u32>) -> Vec<(&str, u32)> {
    let mut counts: Vec<_> = counts.iter().map(|(text, times)| (text.as_str(), *times)).collect();
    counts.sort_unstable();
    counts
}

fn count(counts: &mut HashMap<String, u32>, key: String) {
    *counts.entry(key).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_keywords_of_titles_are_known() {
        let mut vocabulary = Vocabulary::default();
        for line in ["甲_DAO:Baby DAO", "乙_ETH:Baby ETH", "丙_OP:Baby OP", "丁_OP:OP幣價格"]
        {
            vocabulary.add_title(&Title::split(line));
        }
        vocabulary.learn();
        let hash = text_hash;
        // The tag `OP` occurs twice, and `Baby ETH` once.
        assert_eq!(vocabulary.tag_score(hash("op")), Some(1.5 + 0.35 * 3_f32.ln()));
        assert_eq!(vocabulary.tag_score(hash("sol")), None);
        assert_eq!(vocabulary.keyword_score(hash("baby eth")), Some(3.0 + 0.3 * 2_f32.ln()));
        assert_eq!(vocabulary.keyword_score(hash("baby sol")), None);
        assert!(vocabulary.has_entry(hash("dao"), hash("baby dao")));
        assert!(!vocabulary.has_entry(hash("eth"), hash("baby dao")));
        for keyword in vocabulary.keywords.keys() {
            assert!(vocabulary.may_begin_keyword(first_two_chars_hash(keyword)));
            assert!(prefix_hashes(keyword).all(|hash| vocabulary.may_be_keyword_prefix(hash)));
        }
    }
}
