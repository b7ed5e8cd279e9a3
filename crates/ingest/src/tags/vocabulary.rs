//! Tags, keywords and the shapes of keywords that an archive names by itself: in the tails of titles,
//! and where a page gives its tags apart.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::fold::fold;
use crate::title::{Title, is_ticker};

/// Counts of tags and keywords, folded.
#[derive(Debug, Default, Clone)]
pub(crate) struct Vocabulary {
    tags: HashMap<String, u32>,
    keywords: HashMap<String, u32>,
    /// Tags with their keywords, as hashes of both.
    pairs: HashSet<u64>,
    /// By the hash of what stands before and behind the variable word in keywords such as `Baby …` or `…幣價格今日行情`, with
    /// the number of different words seen there.
    shapes: HashMap<u64, u32>,
    /// The words seen there.
    words: HashSet<String>,
}

/// A shape must have held this many different words to be one.
const WORDS_OF_A_SHAPE: u32 = 3;

impl Vocabulary {
    /// Takes what the tail of a title names.
    pub(crate) fn see_title(&mut self, title: &Title<'_>) {
        for tag in [title.head, title.tag].into_iter().flatten() {
            count(&mut self.tags, fold(tag));
        }
        if let (Some(tag), Some(keyword)) = (title.tag, title.keyword) {
            self.see_pair(tag, keyword);
        }
    }

    /// Takes tags that a page gives apart: n tags, then their n keywords, if that is what they are.
    pub(crate) fn see_given(&mut self, given: &[String]) {
        let (tags, keywords) = given.split_at(given.len() / 2);
        if given.len().is_multiple_of(2) && tags.iter().all(|tag| is_ticker(tag)) {
            for (tag, keyword) in tags.iter().zip(keywords) {
                count(&mut self.tags, fold(tag));
                self.see_pair(tag, keyword);
            }
        }
    }

    fn see_pair(&mut self, tag: &str, keyword: &str) {
        let keyword = fold(keyword);
        self.pairs.insert(pair_hash(&fold(tag), &keyword));
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

    /// Learns the shapes of keywords from the keywords.
    pub(crate) fn learn(&mut self) {
        let mut seen: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
        for keyword in self.keywords.keys() {
            for (before, word, behind) in slots(keyword) {
                seen.entry((before, behind)).or_default().insert(word);
            }
        }
        seen.retain(|_, words| words.len() >= WORDS_OF_A_SHAPE as usize);
        self.words = self.tags.keys().cloned().collect();
        self.words.extend(seen.values().flatten().map(|word| (*word).to_owned()));
        self.shapes = seen
            .into_iter()
            .map(|((before, behind), words)| {
                let held = u32::try_from(words.len()).unwrap_or(u32::MAX);
                (shape_hash(before, behind), held)
            })
            .collect();
    }

    /// The more tags an archive names, the stranger is one that it does not.
    pub(crate) fn richness(&self) -> f32 {
        0.25 * (1.0 + self.tags.len() as f32).ln()
    }

    pub(crate) fn tag(&self, folded: &str) -> u32 {
        self.tags.get(folded).copied().unwrap_or(0)
    }

    pub(crate) fn keyword(&self, folded: &str) -> u32 {
        self.keywords.get(folded).copied().unwrap_or(0)
    }

    pub(crate) fn pair(&self, tag: &str, keyword: &str) -> bool {
        self.pairs.contains(&pair_hash(tag, keyword))
    }

    /// The best shape that `folded` fits: how many words the shape has held, and whether this word is known.
    pub(crate) fn shape(&self, folded: &str) -> Option<(u32, bool)> {
        if self.shapes.is_empty() {
            return None;
        }
        slots(folded)
            .filter_map(|(before, word, behind)| {
                let held = self.shapes.get(&shape_hash(before, behind))?;
                let known = self.words.contains(word);
                // A bare word is a keyword only if the archive knows it: any run of letters is bare.
                (known || !before.is_empty() || !behind.is_empty()).then_some((known, *held))
            })
            .max()
            .map(|(known, held)| (held, known))
    }
}

fn shape_hash(before: &str, behind: &str) -> u64 {
    pair_hash(before, behind)
}

fn pair_hash(tag: &str, keyword: &str) -> u64 {
    xxh3_64_with_seed(keyword.as_bytes(), xxh3_64(tag.as_bytes()))
}

fn count(counts: &mut HashMap<String, u32>, key: String) {
    *counts.entry(key).or_default() += 1;
}

/// Every way to take a keyword for a shape around one Latin word: `(before, word, behind)`.
fn slots(keyword: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let bytes = keyword.as_bytes();
    let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'.';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(inside)?;
        let length = bytes[start..].iter().position(|b| !inside(b)).unwrap_or(bytes.len() - start);
        at = start + length;
        Some((&keyword[..start], &keyword[start..at], &keyword[at..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_learnt_from_keywords() {
        let mut vocabulary = Vocabulary::default();
        for line in [
            "甲_DAO:Baby DAO",
            "乙_ETH:Baby ETH",
            "丙_OP:Baby OP",
            "丁_OP:OP幣價格",
            "戊_UNI:UNI幣價格",
        ] {
            vocabulary.see_title(&Title::split(line));
        }
        vocabulary.learn();
        assert_eq!(vocabulary.shape("baby sol"), Some((3, false)));
        assert_eq!(vocabulary.shape("baby op"), Some((3, true)));
        assert_eq!(vocabulary.shape(&fold("SOL幣價格")), None, "two words make no shape");
        assert_eq!((vocabulary.tag("op"), vocabulary.keyword("baby eth")), (2, 1));
        assert!(vocabulary.pair("dao", "baby dao"));
    }
}
