//! Queries, the same in every run: words and phrases that are drawn from pages of the archive, so
//! that they have hits; phrases of the most frequent characters of the archive; and filters.

use std::collections::HashMap;

use wensou_text::{Folded, Segmenter, TokenKind, is_han, key_of};

use crate::archive::Archive;
use crate::generator::Random;

/// The number of queries of each shape.
const QUERIES_PER_SHAPE: usize = 1000;

/// Queries are drawn from a sample of at least this many pages, and fewer than twice as many. In a
/// smaller archive, they are drawn from all pages.
const SAMPLED_PAGES: usize = 400;

/// A paragraph of more characters than this is long.
const MAX_SHORT_PARAGRAPH: usize = 40;

/// Queries by shape.
pub(crate) struct Queries {
    pub(crate) two_words: Vec<String>,
    pub(crate) three_words: Vec<String>,
    pub(crate) four_words: Vec<String>,
    /// Phrases of three to eight characters of a paragraph.
    pub(crate) phrases: Vec<String>,
    /// Phrases of two to four characters, each one of the hundred most frequent Han characters.
    pub(crate) common_phrases: Vec<String>,
    /// A tag and a year.
    pub(crate) filters: Vec<String>,
}

/// What the queries are made of.
struct Sample {
    /// For each long paragraph with at least eight different Han words of two characters or more:
    /// these words.
    words: Vec<Vec<String>>,
    /// The key ([`key_of`]) of each of these paragraphs: its text without spaces and punctuation.
    keys: Vec<Vec<char>>,
    /// The hundred most frequent Han characters of all long paragraphs.
    common: Vec<char>,
}

impl Sample {
    /// Reads a sample of an archive of `pages` pages.
    fn of(archive: &Archive, pages: usize) -> anyhow::Result<Self> {
        let texts = archive.pages((pages / SAMPLED_PAGES).max(1))?;
        let segmenter = Segmenter::standard();
        let mut words: Vec<Vec<String>> = Vec::new();
        let mut keys: Vec<Vec<char>> = Vec::new();
        let mut counts: HashMap<char, usize> = HashMap::new();
        for text in &texts {
            for paragraph in text.lines().filter(|line| line.chars().count() > MAX_SHORT_PARAGRAPH)
            {
                let mut of_paragraph: Vec<String> = Vec::new();
                segmenter.words(&Folded::new(paragraph), |token| {
                    if token.kind == TokenKind::Han && token.text.chars().count() > 1 {
                        of_paragraph.push(token.text.to_string());
                    }
                });
                of_paragraph.sort();
                of_paragraph.dedup();
                if of_paragraph.len() >= 8 {
                    words.push(of_paragraph);
                    keys.push(key_of(paragraph));
                }
                for c in paragraph.chars().filter(|c| is_han(*c)) {
                    *counts.entry(c).or_default() += 1;
                }
            }
        }
        anyhow::ensure!(!keys.is_empty(), "no page has a long paragraph with 8 words");
        let mut common: Vec<(usize, char)> = counts.into_iter().map(|(c, n)| (n, c)).collect();
        common.sort_unstable_by(|a, b| b.cmp(a));
        let common = common.into_iter().take(100).map(|(_, c)| c).collect();
        Ok(Self { words, keys, common })
    }
}

impl Queries {
    /// Makes queries of every shape for an archive of `pages` pages.
    pub(crate) fn of(archive: &Archive, pages: usize) -> anyhow::Result<Self> {
        let Sample { words, keys, common } = Sample::of(archive, pages)?;
        // The seeds are arbitrary. Queries of words share one, and each further shape has its own,
        // so that a change to one of these shapes does not change the queries of the others.
        let mut random = Random::new(7);
        // Queries of `count` words of one paragraph.
        let mut of_words = |count: usize| -> Vec<String> {
            let draw = |_| {
                let words = &words[random.below(words.len())];
                let picked: Vec<&str> =
                    (0..count).map(|_| words[random.below(words.len())].as_str()).collect();
                picked.join(" ")
            };
            (0..QUERIES_PER_SHAPE).map(draw).collect()
        };
        let (two_words, three_words, four_words) = (of_words(2), of_words(3), of_words(4));
        let mut random = Random::new(11);
        let phrases = (0..QUERIES_PER_SHAPE).map(|_| {
            let key = &keys[random.below(keys.len())];
            let length = 3 + random.below(6);
            // A key is longer than any phrase: it has eight words of two characters or more.
            let start = random.below(key.len() - length);
            format!("\"{}\"", key[start..start + length].iter().collect::<String>())
        });
        let phrases = phrases.collect();
        let mut random = Random::new(13);
        let common_phrases = (0..QUERIES_PER_SHAPE).map(|_| {
            let phrase: String =
                (0..2 + random.below(3)).map(|_| common[random.below(common.len())]).collect();
            format!("\"{phrase}\"")
        });
        let common_phrases = common_phrases.collect();
        let mut random = Random::new(17);
        let filters = (0..QUERIES_PER_SHAPE).map(|_| {
            let tag = ["btc", "eth", "doge", "xrp", "uni", "sol"][random.below(6)];
            format!("tag:{tag} date:{}", 2019 + random.below(6))
        });
        let filters = filters.collect();
        Ok(Self { two_words, three_words, four_words, phrases, common_phrases, filters })
    }
}
