//! Queries with hits: words and phrases drawn from the archive's own pages, the same in every run.

use std::collections::HashMap;

use wensou_text::{Folded, Segmenter, TokenKind, is_han, key_of};

use crate::archive::Archive;
use crate::generator::Random;

/// Number of queries of each shape.
pub(crate) const COUNT: usize = 1000;

/// Number of pages that queries are drawn from.
const PAGES: usize = 400;

/// Queries by shape.
pub(crate) struct Queries {
    pub(crate) two: Vec<String>,
    pub(crate) three: Vec<String>,
    pub(crate) four: Vec<String>,
    pub(crate) phrases: Vec<String>,
    /// Phrases of two to four of the most common characters.
    pub(crate) common: Vec<String>,
    pub(crate) filters: Vec<String>,
}

/// What the queries are made of.
struct Sample {
    /// The different words of each long paragraph.
    paragraphs: Vec<Vec<String>>,
    /// The characters of each of them.
    runs: Vec<Vec<char>>,
    /// The hundred most frequent characters.
    common: Vec<char>,
}

impl Sample {
    fn of(archive: &Archive, pages: usize) -> anyhow::Result<Self> {
        let texts = archive.pages((pages / PAGES).max(1))?;
        let segmenter = Segmenter::standard();
        let mut paragraphs: Vec<Vec<String>> = Vec::new();
        let mut runs: Vec<Vec<char>> = Vec::new();
        let mut counts: HashMap<char, usize> = HashMap::new();
        for text in &texts {
            for paragraph in text.lines().filter(|line| line.chars().count() > 40) {
                let mut words: Vec<String> = Vec::new();
                segmenter.words(&Folded::new(paragraph), |token| {
                    if token.kind == TokenKind::Han && token.text.chars().count() > 1 {
                        words.push(token.text.to_string());
                    }
                });
                words.sort();
                words.dedup();
                if words.len() >= 8 {
                    paragraphs.push(words);
                    runs.push(key_of(paragraph));
                }
                for c in paragraph.chars().filter(|c| is_han(*c)) {
                    *counts.entry(c).or_default() += 1;
                }
            }
        }
        anyhow::ensure!(!runs.is_empty(), "the pages have no paragraphs");
        let mut common: Vec<(usize, char)> = counts.into_iter().map(|(c, n)| (n, c)).collect();
        common.sort_unstable_by(|a, b| b.cmp(a));
        let common = common.into_iter().take(100).map(|(_, c)| c).collect();
        Ok(Self { paragraphs, runs, common })
    }
}

impl Queries {
    pub(crate) fn of(archive: &Archive, pages: usize) -> anyhow::Result<Self> {
        let Sample { paragraphs, runs, common } = Sample::of(archive, pages)?;
        let mut random = Random::new(7);
        let mut words = |count: usize| -> Vec<String> {
            let draw = |_| {
                let words = &paragraphs[random.below(paragraphs.len())];
                let picked: Vec<&str> =
                    (0..count).map(|_| words[random.below(words.len())].as_str()).collect();
                picked.join(" ")
            };
            (0..COUNT).map(draw).collect()
        };
        let (two, three, four) = (words(2), words(3), words(4));
        let mut random = Random::new(11);
        let phrases = (0..COUNT).map(|_| {
            let run = &runs[random.below(runs.len())];
            let length = 3 + random.below(6);
            let start = random.below(run.len() - length);
            format!("\"{}\"", run[start..start + length].iter().collect::<String>())
        });
        let phrases = phrases.collect();
        let mut random = Random::new(13);
        let of_common = (0..COUNT).map(|_| {
            let phrase: String =
                (0..2 + random.below(3)).map(|_| common[random.below(common.len())]).collect();
            format!("\"{phrase}\"")
        });
        let common = of_common.collect();
        let mut random = Random::new(17);
        let filters = (0..COUNT).map(|_| {
            let tag = ["btc", "eth", "doge", "xrp", "uni", "sol"][random.below(6)];
            format!("tag:{tag} date:{}", 2019 + random.below(6))
        });
        Ok(Self { two, three, four, phrases, common, filters: filters.collect() })
    }
}
