//! Proximity: ranks the first hits again by where the query's characters stand in them.
//!
//! BM25 is summed over fields and terms first. Then the first [`RERANK_DEPTH`] hits get two more
//! scores: how much of the query their best passage has, and which runs of the query stand in them
//! unbroken. Both come from the positions of bigrams, so that no record is read but those that are
//! shown. The constants were confirmed on held-out halves of two judged sets; see the table in
//! `docs/RANKING.md`.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use tantivy::directory::OwnedBytes;
use tantivy::{DocAddress, DocId, DocSet, TantivyError};
use wensou_index::{Cursor, Index, Part, Unit, UnitKey, length_of};

use crate::error::Error;
use crate::exec::top_k::ScoredDoc;
use crate::plan::analyze::AnalysedText;
use crate::rank::bm25::Statistics;

/// Hits that are ranked again. With a hundred the measures are the same to four places.
pub(crate) const RERANK_DEPTH: usize = 30;

/// Length of a passage, in key characters: two or three sentences.
const PASSAGE_CHARS: u32 = 100;

/// Weight of the best passage: the summed idf of the query's distinct bigrams in it.
const PASSAGE_WEIGHT: f32 = 0.7;

/// Weight of unbroken runs of the query.
const RUN_WEIGHT: f32 = 0.3;

/// Runs longer than this gain nothing more for each character.
const MAX_RUN_CHARS: usize = 8;

/// Ranks the first hits again by proximity. `texts` is all text that the query searches for.
pub(crate) fn rerank(
    index: &Index,
    statistics: &Statistics<'_>,
    texts: &[AnalysedText],
    found: &mut [ScoredDoc],
) -> Result<(), Error> {
    let depth = found.len().min(RERANK_DEPTH);
    if depth < 2 || texts.is_empty() {
        return Ok(());
    }
    let bigrams = QueryBigrams::of(statistics, texts)?;
    // Postings are read in ascending order of documents.
    let mut order: Vec<usize> = (0..depth).collect();
    order.sort_unstable_by_key(|at| found[*at].address);
    let mut cursors: Option<(u32, BigramCursors)> = None;
    for at in order {
        let hit = &mut found[at];
        let segment = hit.address.segment_ord;
        let cursors = match &mut cursors {
            Some((open, cursors)) if *open == segment => cursors,
            other => &mut other.insert((segment, BigramCursors::of(index, segment, &bigrams)?)).1,
        };
        let proximity = bigrams.proximity(cursors.positions(hit.address.doc_id));
        hit.score += (proximity.passage + proximity.runs) * hit.recency;
    }
    found[..depth].sort_by(|a, b| {
        let by_score = || b.score.total_cmp(&a.score);
        b.coverage.cmp(&a.coverage).then_with(by_score).then(a.tie_breaker.cmp(&b.tie_breaker))
    });
    Ok(())
}

/// What the positions of a document's bigrams add to its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProximityScore {
    pub(crate) passage: f32,
    pub(crate) runs: f32,
}

/// What [`rerank`] adds to the score of one document.
pub(crate) fn proximity(
    index: &Index,
    statistics: &Statistics<'_>,
    texts: &[AnalysedText],
    address: DocAddress,
) -> Result<ProximityScore, Error> {
    let bigrams = QueryBigrams::of(statistics, texts)?;
    let mut cursors = BigramCursors::of(index, address.segment_ord, &bigrams)?;
    Ok(bigrams.proximity(cursors.positions(address.doc_id)))
}

/// The bigrams of a query.
struct QueryBigrams {
    /// Each distinct bigram with its idf.
    bigrams: Vec<([char; 2], f32)>,
    /// For each text its bigrams in order, as indices into `bigrams`.
    texts: Vec<Vec<usize>>,
}

impl QueryBigrams {
    fn of(statistics: &Statistics<'_>, texts: &[AnalysedText]) -> Result<Self, Error> {
        let mut numbers: FxHashMap<[char; 2], usize> = FxHashMap::default();
        let mut bigrams = Vec::new();
        let mut numbered = Vec::with_capacity(texts.len());
        for text in texts {
            let mut of_text = Vec::new();
            for two in text.key.windows(2) {
                let bigram = [two[0], two[1]];
                let number = match numbers.entry(bigram) {
                    Entry::Occupied(entry) => *entry.get(),
                    Entry::Vacant(entry) => {
                        let text: String = bigram.iter().collect();
                        bigrams.push((bigram, statistics.idf(Part::Body, Unit::Gram, &text)));
                        *entry.insert(bigrams.len() - 1)
                    }
                };
                of_text.push(number);
            }
            numbered.push(of_text);
        }
        Ok(Self { bigrams, texts: numbered })
    }

    /// The score of a document, given the ascending positions of each bigram.
    fn proximity(&self, positions: &[Vec<u32>]) -> ProximityScore {
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
            let rarity: f32 =
                query[at..at + run_bigrams].iter().map(|bigram| self.bigrams[*bigram].1).sum();
            worth += rarity * (((run_bigrams + 1).min(MAX_RUN_CHARS) - 2) as f32).sqrt();
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
                sum += self.bigrams[*bigram].1;
            }
            while matches[oldest].0 + PASSAGE_CHARS <= *at {
                let (_, bigram) = matches[oldest];
                counts[bigram] -= 1;
                if counts[bigram] == 0 {
                    sum -= self.bigrams[bigram].1;
                }
                oldest += 1;
            }
            best = best.max(sum);
        }
        best
    }
}

/// Cursors over the query's bigrams in one segment, in titles and in bodies.
struct BigramCursors {
    cursors: Vec<[Option<Cursor>; 2]>,
    titles: OwnedBytes,
    /// The positions of each bigram in the last document.
    positions: Vec<Vec<u32>>,
    in_field: Vec<u32>,
}

impl BigramCursors {
    fn of(index: &Index, segment: u32, bigrams: &QueryBigrams) -> Result<Self, Error> {
        let segment = index.searcher().segment_reader(segment).segment_id();
        let Some(postings) = index.postings().of(segment) else {
            let cause = "a segment has no postings: rebuild the index".to_owned();
            return Err(Error::from(wensou_index::Error::from(TantivyError::InternalError(cause))));
        };
        let cursor =
            |field, [first, second]: [char; 2]| postings.list(UnitKey::pair(field, first, second));
        let cursors = bigrams
            .bigrams
            .iter()
            .map(|(bigram, _)| [Part::Title, Part::Body].map(|field| cursor(field, *bigram)));
        let cursors: Vec<_> = cursors.collect();
        let positions = vec![Vec::new(); cursors.len()];
        let titles = postings.lengths(Part::Title);
        Ok(Self { cursors, titles, positions, in_field: Vec::new() })
    }

    /// The positions of each bigram in `doc`: those in the title, then those in the body as if it
    /// followed. Documents must ascend.
    fn positions(&mut self, doc: DocId) -> &[Vec<u32>] {
        // A stored length is rounded down by an eighth at most. Add that much, so that title and
        // body do not overlap.
        let (_, title) = length_of(self.titles.get(doc as usize).copied().unwrap_or_default());
        let offsets = [0, title + title / 8 + 1];
        for (cursors, positions) in self.cursors.iter_mut().zip(&mut self.positions) {
            positions.clear();
            for (cursor, offset) in cursors.iter_mut().zip(offsets) {
                if let Some(cursor) = cursor
                    && cursor.seek(doc) == doc
                {
                    cursor.places(&mut self.in_field);
                    positions.extend(
                        self.in_field.iter().map(|position| position.saturating_add(offset)),
                    );
                }
            }
        }
        &self.positions
    }
}
