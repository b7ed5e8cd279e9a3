//! Proximity: scores a hit by the positions of the query's characters in it.
//!
//! BM25 is summed over fields and terms first. Then the first [`RERANK_DEPTH`] hits get three more
//! scores: how much of the query their best passage has, which runs of the query stand in them
//! unbroken, and how much of the query the start of their body has. All three come from the
//! positions of bigrams, so that no stored record is read. The constants were confirmed on halves
//! of all judged sets; see the tables in `docs/RANKING.md`.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use super::weights::STOP_WEIGHT;

/// The number of first hits that are reranked. Reranking a hundred gives the same ranking measures
/// to four decimal places.
pub(crate) const RERANK_DEPTH: usize = 30;

/// The length of a passage, in key characters: a clause or two.
const PASSAGE_CHARS: u32 = 30;

/// The factor of the passage score. The passage score has two parts: the summed idf of the query's
/// distinct bigrams, in the passage where this sum is highest, and the summed idf of the query's
/// distinct words, in the passage where that sum is highest.
const PASSAGE_WEIGHT: f32 = 1.0;

/// The factor of the score for unbroken runs of the query.
const RUN_WEIGHT: f32 = 0.2;

/// Up to this length of a run, in characters, the factor for the length of the run grows. A longer
/// run gains only the idf of its further bigrams.
const MAX_RUN_CHARS: usize = 8;

/// Length of the lead, the start of a body, in key characters: it says what a text is about.
const LEAD_CHARS: u32 = 100;

/// The factor of the lead score, which is the summed idf of the query's distinct bigrams in the
/// lead.
const LEAD_WEIGHT: f32 = 0.3;

/// What the positions of a document's bigrams add to its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProximityScore {
    pub(crate) passage: f32,
    pub(crate) runs: f32,
    pub(crate) lead: f32,
}

impl ProximityScore {
    /// The sum of the three scores. It is added to the BM25 score.
    pub(crate) fn sum(self) -> f32 {
        self.passage + self.runs + self.lead
    }
}

/// The position of the first character of a body, counted from the start of the title, so that
/// title and body have one sequence of positions. `title_length` is in key characters, as
/// [`wensou_index::decode_length`] returns it.
pub(crate) fn body_start(title_length: u32) -> u32 {
    // A stored length is rounded down by an eighth at most. Add that much, so that title and body
    // do not overlap.
    title_length + title_length / 8 + 1
}

/// The bigrams of a query, as the proximity score needs them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct QueryBigrams {
    /// Each distinct bigram: first those of the texts, then those that only expansions of words
    /// have.
    bigrams: Vec<[char; 2]>,
    /// For each bigram of the texts, its idf in the body, times a factor that is lower if its
    /// characters belong to stop words.
    weights: Vec<f32>,
    /// For each text of the query, its bigrams in order, as indices into `bigrams`.
    texts: Vec<Vec<usize>>,
    /// The words of the query, for the passage score.
    words: Vec<WordBigrams>,
}

/// The bigrams of a word of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct WordBigrams {
    /// For each variant of the word that has two characters or more, its bigrams in order, as
    /// indices into [`QueryBigrams::bigrams`].
    variants: Vec<Vec<usize>>,
    /// The idf of the word as typed.
    idf: f32,
}

impl QueryBigrams {
    /// The bigrams of texts. `texts` gives the key characters of each text, and for each character
    /// whether it belongs to a stop word. [`QueryBigrams::weigh`] adds the idfs.
    pub(crate) fn new<'k>(texts: impl Iterator<Item = (&'k [char], &'k [bool])>) -> Self {
        let mut numbers: HashMap<[char; 2], usize> = HashMap::default();
        let (mut bigrams, mut weights) = (Vec::new(), Vec::new());
        let factor = |stop: bool| if stop { STOP_WEIGHT } else { 1.0 };
        let texts = texts
            .map(|(key, stops)| {
                let factors = stops.windows(2).map(|two| (factor(two[0]) + factor(two[1])) / 2.0);
                let numbered = key.windows(2).zip(factors).map(|(two, factor)| {
                    let number = intern_bigram([two[0], two[1]], &mut numbers, &mut bigrams);
                    weights.resize(bigrams.len(), 0.0);
                    weights[number] = factor.max(weights[number]);
                    number
                });
                numbered.collect()
            })
            .collect();
        Self { bigrams, weights, texts, words: Vec::new() }
    }

    /// Whether there is text to score.
    pub(crate) fn has_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Each distinct bigram, in the order in which [`QueryBigrams::proximity`] expects their
    /// positions.
    pub(crate) fn bigrams(&self) -> &[[char; 2]] {
        &self.bigrams
    }

    /// Multiplies the weight of each bigram of the texts by its idf. `idfs` has the order of the
    /// bigrams.
    pub(crate) fn weigh(&mut self, idfs: impl Iterator<Item = f32>) {
        self.weights.iter_mut().zip(idfs).for_each(|(weight, idf)| *weight *= idf);
    }

    /// Sets the words of the query. `words` gives the key characters of each variant of a word, and
    /// the idf of the word.
    pub(crate) fn set_words<'k, V: Iterator<Item = &'k [char]>>(
        &mut self,
        words: impl Iterator<Item = (V, f32)>,
    ) {
        let numbered = self.bigrams.iter().enumerate().map(|(number, bigram)| (*bigram, number));
        let mut numbers: HashMap<[char; 2], usize> = numbered.collect();
        let mut seen = HashSet::default();
        for (variants, idf) in words {
            let bigrams_of = |key: &[char]| -> Vec<usize> {
                let bigrams = key.windows(2);
                bigrams
                    .map(|two| intern_bigram([two[0], two[1]], &mut numbers, &mut self.bigrams))
                    .collect()
            };
            let variants = variants.map(bigrams_of).filter(|bigrams| !bigrams.is_empty());
            let variants: Vec<Vec<usize>> = variants.collect();
            // Words whose variants have the same bigrams count once.
            if !variants.is_empty() && seen.insert(variants.clone()) {
                self.words.push(WordBigrams { variants, idf });
            }
        }
    }

    /// The score of a document. `positions` has the ascending positions of each of
    /// [`QueryBigrams::bigrams`] in the document; `body_start` is the result of [`body_start`].
    pub(crate) fn proximity(&self, positions: &[Vec<u32>], body_start: u32) -> ProximityScore {
        let text_positions = &positions[..self.weights.len()];
        let bigram_matches = text_positions.iter().enumerate().flat_map(|(bigram, positions)| {
            positions.iter().map(move |position| (*position, bigram))
        });
        let variants = self.words.iter().enumerate().flat_map(|(word, bigrams)| {
            bigrams.variants.iter().map(move |variant| (word, variant))
        });
        let word_matches = variants.flat_map(|(word, variant)| {
            let starts = positions[variant[0]].iter().copied();
            starts
                .filter(|start| run_length_at(*start, variant, positions) == variant.len())
                .map(move |start| (start, word))
        });
        let word_idfs: Vec<f32> = self.words.iter().map(|word| word.idf).collect();
        let passage = best_passage(bigram_matches.collect(), &self.weights)
            + best_passage(word_matches.collect(), &word_idfs);
        let runs: f32 = self.texts.iter().map(|text| self.runs(text, positions)).sum();
        ProximityScore {
            passage: PASSAGE_WEIGHT * passage,
            runs: RUN_WEIGHT * runs,
            lead: LEAD_WEIGHT * self.lead(text_positions, body_start),
        }
    }

    /// The summed weight of the bigrams that the first [`LEAD_CHARS`] characters of the body have.
    fn lead(&self, positions: &[Vec<u32>], body_start: u32) -> f32 {
        let end = body_start.saturating_add(LEAD_CHARS);
        let is_in_lead = |positions: &[u32]| {
            let in_body = positions.partition_point(|position| *position < body_start);
            positions.get(in_body).is_some_and(|position| *position < end)
        };
        let weights = positions.iter().zip(&self.weights);
        weights
            .filter(|(positions, _)| is_in_lead(positions))
            .fold(0.0, |sum, (_, weight)| sum + weight)
    }

    /// Cuts the query greedily into the longest runs that the document has. A run of three
    /// characters or more scores the summed weight of its bigrams times √(length − 2), in which no
    /// length counts as more than [`MAX_RUN_CHARS`].
    fn runs(&self, query: &[usize], positions: &[Vec<u32>]) -> f32 {
        let mut score = 0.0;
        let mut at = 0;
        // A single bigram at the end is no run.
        while at + 1 < query.len() {
            let starts = positions[query[at]].iter();
            let lengths = starts.map(|start| run_length_at(*start, &query[at..], positions));
            let run_bigrams = lengths.max().unwrap_or(0);
            if run_bigrams < 2 {
                at += 1;
                continue;
            }
            let idf_sum: f32 =
                query[at..at + run_bigrams].iter().map(|bigram| self.weights[*bigram]).sum();
            score += idf_sum * (((run_bigrams + 1).min(MAX_RUN_CHARS) - 2) as f32).sqrt();
            at += run_bigrams;
        }
        score
    }
}

/// The index of a bigram in `bigrams`. A new bigram is added to `bigrams` and to `numbers`, which
/// maps each bigram to its index.
fn intern_bigram(
    bigram: [char; 2],
    numbers: &mut HashMap<[char; 2], usize>,
    bigrams: &mut Vec<[char; 2]>,
) -> usize {
    match numbers.entry(bigram) {
        Entry::Occupied(entry) => *entry.get(),
        Entry::Vacant(entry) => {
            bigrams.push(bigram);
            *entry.insert(bigrams.len() - 1)
        }
    }
}

/// How many bigrams of `text`, counted from its first, stand one after the other in the document,
/// the first of them at the position `start`. `positions` has the positions of each bigram of the
/// query.
fn run_length_at(start: u32, text: &[usize], positions: &[Vec<u32>]) -> usize {
    let expected = (start..).zip(text);
    let is_there =
        |(position, bigram): &(u32, &usize)| positions[**bigram].binary_search(position).is_ok();
    expected.take_while(is_there).count()
}

/// The score of the best passage of [`PASSAGE_CHARS`] characters: the summed weight of the distinct
/// terms that begin in it. `matches` are positions, each with the index of its term in `weights`.
fn best_passage(mut matches: Vec<(u32, usize)>, weights: &[f32]) -> f32 {
    matches.sort_unstable();
    let mut counts = vec![0_u32; weights.len()];
    // `first` is the index of the first match of the passage that ends with the current match.
    let (mut best, mut sum, mut first) = (0.0_f32, 0.0_f32, 0);
    for (at, term) in &matches {
        counts[*term] += 1;
        if counts[*term] == 1 {
            sum += weights[*term];
        }
        loop {
            let (position, term) = matches[first];
            if position + PASSAGE_CHARS > *at {
                break;
            }
            counts[term] -= 1;
            if counts[term] == 0 {
                sum -= weights[term];
            }
            first += 1;
        }
        best = best.max(sum);
    }
    best
}
