//! What a match is worth: weights of BM25, and the evidence that only the text itself gives.
//!
//! First BM25 (k1 1.2, b 0.75) is summed over parts and units. Then the first [`DEPTH`] hits are
//! ranked again by how the query's characters stand in their stored text: how much of the query one
//! stretch of text has, and which runs of the query stand in it unbroken. Numbers are those that a
//! held-out half of two judged sets confirmed; `docs/RANKING.md` has the table.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use wensou_index::{Index, Part, RecordExt, Unit};
use wensou_ingest::Record;
use wensou_text::key_of;

use crate::collect::Found;
use crate::error::Error;
use crate::stats::Statistics;
use crate::terms::Text;

/// Hits that are ranked again. A hundred give the same measures to four places, at three times the
/// reading.
pub(crate) const DEPTH: usize = 30;

/// Key characters of the stretch whose coverage counts: two or three sentences.
const WINDOW: usize = 100;

/// Worth of the best stretch: the summed rarity of the distinct grams of the query that it has.
const WINDOW_WEIGHT: f32 = 0.7;

/// Worth of unbroken runs of the query.
const RUN_WEIGHT: f32 = 0.3;

/// A run longer than this is worth no more a character.
const LONGEST_RUN: usize = 8;

/// What a stop word's units are worth against another word's.
pub(crate) const STOP_WEIGHT: f32 = 0.1;

/// What having one more word of the query is worth when none has them all: more than any sum of
/// scores, so that the hits that have the most come first.
pub(crate) const PER_TERM: f32 = 1000.0;

/// What a word of letters or digits is worth against one of Chinese characters: it is all that is
/// scored of itself, while a Chinese word of two characters is a pair and two characters as well.
pub(crate) const LATIN_WEIGHT: f32 = 2.0;

/// What a synonym is worth at most, against the word that was typed.
pub(crate) const EXPANSION_WEIGHT: f32 = 0.5;

/// Weight of a unit of a part.
pub(crate) fn weight(part: Part, unit: Unit) -> f32 {
    let part = match part {
        Part::Title => 0.6,
        Part::Body => 1.0,
        Part::Tags => 0.5,
    };
    part * unit_weight(unit)
}

/// Weight of a unit, whichever part it stands in.
pub(crate) fn unit_weight(unit: Unit) -> f32 {
    match unit {
        Unit::Gram | Unit::Word => 1.0,
        Unit::Char => 0.4,
    }
}

/// Ranks the first hits again by their text. `text` is all that the query looks for.
pub(crate) fn rerank(
    index: &Index,
    statistics: &Statistics<'_>,
    texts: &[Text],
    found: &mut [Found],
) -> Result<(), Error> {
    let head = found.len().min(DEPTH);
    if head < 2 || texts.is_empty() {
        return Ok(());
    }
    let rarity = Rarity::of(statistics, texts)?;
    for hit in &mut found[..head] {
        let evidence = rarity.evidence(texts, &index.record(hit.address)?);
        hit.score += (evidence.window + evidence.runs) * hit.recency;
    }
    found[..head].sort_by(|a, b| b.score.total_cmp(&a.score).then(a.tie.cmp(&b.tie)));
    Ok(())
}

/// What the stored text of a document adds to its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    pub(crate) window: f32,
    pub(crate) runs: f32,
}

/// What [`rerank`] adds to the score of one document.
pub(crate) fn evidence(
    statistics: &Statistics<'_>,
    texts: &[Text],
    record: &Record,
) -> Result<Evidence, Error> {
    Ok(Rarity::of(statistics, texts)?.evidence(texts, record))
}

/// How rare each gram of the query is.
struct Rarity(FxHashMap<[char; 2], f32>);

impl Rarity {
    fn of(statistics: &Statistics<'_>, texts: &[Text]) -> Result<Self, Error> {
        let mut rarity: FxHashMap<[char; 2], f32> = FxHashMap::default();
        for pair in texts.iter().flat_map(|text| text.key.windows(2)) {
            let gram = [pair[0], pair[1]];
            if let Entry::Vacant(entry) = rarity.entry(gram) {
                let text: String = gram.iter().collect();
                entry.insert(statistics.idf(Part::Body, Unit::Gram, &text)?);
            }
        }
        Ok(Self(rarity))
    }

    fn get(&self, pair: &[char]) -> Option<f32> {
        self.0.get(&[pair[0], pair[1]]).copied()
    }

    fn evidence(&self, texts: &[Text], record: &Record) -> Evidence {
        let parts = record.texts();
        let key = key_of(&format!("{}\n{}", parts.title, parts.body));
        let mut places: FxHashMap<[char; 2], Vec<usize>> = FxHashMap::default();
        let mut matches: Vec<(usize, [char; 2], f32)> = Vec::new();
        for (at, pair) in key.windows(2).enumerate() {
            if let Some(rarity) = self.get(pair) {
                let gram = [pair[0], pair[1]];
                places.entry(gram).or_default().push(at);
                matches.push((at, gram, rarity));
            }
        }
        let runs: f32 = texts.iter().map(|text| self.runs(&text.key, &key, &places)).sum();
        Evidence { window: WINDOW_WEIGHT * best_stretch(&matches), runs: RUN_WEIGHT * runs }
    }

    /// Cuts the query greedily into the longest runs that stand in the text; a run of three
    /// characters or more is worth the rarity of its grams times the root of its length less two.
    fn runs(&self, query: &[char], key: &[char], places: &FxHashMap<[char; 2], Vec<usize>>) -> f32 {
        let mut worth = 0.0;
        let mut at = 0;
        while at + 2 < query.len() {
            let starts = places.get(&[query[at], query[at + 1]]);
            let length = starts
                .into_iter()
                .flatten()
                .map(|start| {
                    let pairs = query[at..].iter().zip(&key[*start..]);
                    pairs.take_while(|(wanted, there)| wanted == there).count()
                })
                .max()
                .unwrap_or(0);
            if length < 3 {
                at += 1;
                continue;
            }
            let rarity: f32 =
                query[at..at + length].windows(2).filter_map(|pair| self.get(pair)).sum();
            worth += rarity * ((length.min(LONGEST_RUN) - 2) as f32).sqrt();
            at += length - 1;
        }
        worth
    }
}

/// The most that any stretch of [`WINDOW`] characters has: the summed rarity of its distinct grams.
fn best_stretch(matches: &[(usize, [char; 2], f32)]) -> f32 {
    let mut counts: FxHashMap<[char; 2], usize> = FxHashMap::default();
    let (mut best, mut sum, mut oldest) = (0.0_f32, 0.0_f32, 0);
    for (at, gram, rarity) in matches {
        let count = counts.entry(*gram).or_default();
        *count += 1;
        if *count == 1 {
            sum += rarity;
        }
        while matches[oldest].0 + WINDOW <= *at {
            let (_, gram, rarity) = &matches[oldest];
            if let Some(count) = counts.get_mut(gram) {
                *count -= 1;
                if *count == 0 {
                    sum -= rarity;
                }
            }
            oldest += 1;
        }
        best = best.max(sum);
    }
    best
}
