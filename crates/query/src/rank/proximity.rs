//! Proximity: scores a hit by where the query's characters stand in it.
//!
//! BM25 is summed over fields and terms first. Then the first [`RERANK_DEPTH`] hits get two more
//! scores: how much of the query their best passage has, and which runs of the query stand in them
//! unbroken. Both come from the positions of bigrams, so that no record is read but those that are
//! shown. The constants were confirmed on held-out halves of two judged sets; see the table in
//! `docs/RANKING.md`.

use std::collections::hash_map::Entry;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// Hits that are ranked again. With a hundred the measures are the same to four places.
pub(crate) const RERANK_DEPTH: usize = 30;

/// Length of a passage, in key characters: a clause or two.
const PASSAGE_CHARS: u32 = 30;

/// Weight of the best passage: the summed idf of the query's distinct bigrams in it.
const PASSAGE_WEIGHT: f32 = 1.0;

/// Weight of unbroken runs of the query.
const RUN_WEIGHT: f32 = 0.2;

/// Runs longer than this gain nothing more for each character.
const MAX_RUN_CHARS: usize = 8;

/// What the positions of a document's bigrams add to its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProximityScore {
    pub(crate) passage: f32,
    pub(crate) runs: f32,
}

/// The bigrams of a query, as the proximity score needs them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct QueryBigrams {
    /// Each distinct bigram.
    bigrams: Vec<[char; 2]>,
    /// The idf of each, in the body.
    idfs: Vec<f32>,
    /// For each text of the query its bigrams in order, as indices into `bigrams`.
    texts: Vec<Vec<usize>>,
}

impl QueryBigrams {
    /// The bigrams of texts, given the key characters of each. They have no idfs yet.
    pub(crate) fn new<'k>(texts: impl Iterator<Item = &'k [char]>) -> Self {
        let mut numbers: HashMap<[char; 2], usize> = HashMap::default();
        let mut bigrams = Vec::new();
        let texts = texts
            .map(|key| {
                let numbered = key.windows(2).map(|two| match numbers.entry([two[0], two[1]]) {
                    Entry::Occupied(entry) => *entry.get(),
                    Entry::Vacant(entry) => {
                        bigrams.push(*entry.key());
                        *entry.insert(bigrams.len() - 1)
                    }
                });
                numbered.collect()
            })
            .collect();
        Self { bigrams, idfs: Vec::new(), texts }
    }

    /// Whether there is text to score.
    pub(crate) fn has_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Each distinct bigram.
    pub(crate) fn bigrams(&self) -> &[[char; 2]] {
        &self.bigrams
    }

    /// Sets the idf of each bigram.
    pub(crate) fn set_idfs(&mut self, idfs: Vec<f32>) {
        self.idfs = idfs;
    }

    /// The score of a document, given the ascending positions of each bigram.
    pub(crate) fn proximity(&self, positions: &[Vec<u32>]) -> ProximityScore {
        let mut matches: Vec<(u32, usize)> = positions
            .iter()
            .enumerate()
            .flat_map(|(bigram, positions)| {
                positions.iter().map(move |position| (*position, bigram))
            })
            .collect();
        matches.sort_unstable();
        let runs: f32 = self.texts.iter().map(|text| self.runs(text, positions)).sum();
        ProximityScore {
            passage: PASSAGE_WEIGHT * self.best_passage(&matches),
            runs: RUN_WEIGHT * runs,
        }
    }

    /// Cuts the query greedily into the longest runs that the document has. A run of three
    /// characters or more scores the summed idf of its bigrams times √(length − 2).
    fn runs(&self, query: &[usize], positions: &[Vec<u32>]) -> f32 {
        let mut worth = 0.0;
        let mut at = 0;
        // A single bigram at the end is no run.
        while at + 1 < query.len() {
            let run_from = |start: &u32| {
                let on = (*start..).zip(&query[at..]);
                on.take_while(|(position, bigram)| {
                    positions[**bigram].binary_search(position).is_ok()
                })
                .count()
            };
            let run_bigrams = positions[query[at]].iter().map(run_from).max().unwrap_or(0);
            if run_bigrams < 2 {
                at += 1;
                continue;
            }
            let idf_sum: f32 =
                query[at..at + run_bigrams].iter().map(|bigram| self.idfs[*bigram]).sum();
            worth += idf_sum * (((run_bigrams + 1).min(MAX_RUN_CHARS) - 2) as f32).sqrt();
            at += run_bigrams;
        }
        worth
    }

    /// The best passage of [`PASSAGE_CHARS`] characters: the summed idf of its distinct bigrams.
    fn best_passage(&self, matches: &[(u32, usize)]) -> f32 {
        let mut counts = vec![0_u32; self.bigrams.len()];
        let (mut best, mut sum, mut oldest) = (0.0_f32, 0.0_f32, 0);
        for (at, bigram) in matches {
            counts[*bigram] += 1;
            if counts[*bigram] == 1 {
                sum += self.idfs[*bigram];
            }
            while matches[oldest].0 + PASSAGE_CHARS <= *at {
                let (_, bigram) = matches[oldest];
                counts[bigram] -= 1;
                if counts[bigram] == 0 {
                    sum -= self.idfs[bigram];
                }
                oldest += 1;
            }
            best = best.max(sum);
        }
        best
    }
}
