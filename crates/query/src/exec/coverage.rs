//! Adds up the coverage of the documents of a relaxed query.

use super::candidates::Candidates;
use super::doc_id::DocId;
use super::matcher::Matcher;
use super::min_mass::MinMass;
use super::window::DocWindow;
use crate::rank::{Coverage, CoverageScale, IdfMass};

/// A word of the query: its matcher, and what a document gains by matching it.
type CoveringWord<'i> = (Matcher<'i>, IdfMass);

/// Adds up the coverage of each document of a window. Without words, the coverage of every document
/// is 0.
///
/// It either leads or follows, see [`Candidates`]. As a leader it finds the documents that have at
/// least a given coverage.
pub(crate) struct CoverageCounter<'i> {
    words: MinMass<Matcher<'i>>,
    scale: CoverageScale,
    /// The coverage that documents need, if it leads.
    min_coverage: Option<Coverage>,
    /// The first document id of the current window.
    start: DocId,
    /// The coverage of each document of the current window, by its offset.
    sums: Vec<Coverage>,
    /// The offsets of documents with some coverage.
    counted: Vec<usize>,
}

impl<'i> CoverageCounter<'i> {
    /// Counts the matches of `words`. If documents need a `min_coverage`, it leads.
    pub(crate) fn new(
        words: Vec<CoveringWord<'i>>,
        scale: CoverageScale,
        min_coverage: Option<Coverage>,
    ) -> Self {
        let members = words.into_iter().map(|(word, mass)| (mass.units(), word)).collect();
        let min = min_coverage.map_or(0, |min| scale.least_mass(min).units());
        let words = MinMass::of(min, members);
        Self { words, scale, min_coverage, start: 0, sums: Vec::new(), counted: Vec::new() }
    }

    /// Whether there is nothing to count.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// If the counter leads: the candidates that may have the coverage that documents need.
    pub(crate) fn leader(&mut self) -> Option<&mut MinMass<Matcher<'i>>> {
        self.min_coverage.is_some().then_some(&mut self.words)
    }

    /// Adds up the coverage of each document of the window, and removes the documents that have
    /// less than `min`. Windows must ascend. If the counter leads, its [`CoverageCounter::leader`]
    /// must have filled the window.
    pub(crate) fn begin_window(&mut self, window: &mut DocWindow, min: Coverage) {
        if self.is_empty() {
            return;
        }
        let Self { words, scale, min_coverage, start, sums, counted } = self;
        *start = window.start();
        counted.drain(..).for_each(|at| sums[at] = Coverage::default());
        if sums.len() < window.length() {
            sums.resize(window.length(), Coverage::default());
        }
        if min_coverage.is_none() {
            words.set_min(scale.least_mass(min).units());
            words.retain(window);
        }
        let min = min_coverage.map_or(min, |needed| needed.max(min));
        let is_exact = words.is_exact();
        window.retain(|doc| {
            let at_most = scale.coverage(IdfMass::from_units(words.upper_bound(doc)));
            // Confirming a word reads positions: skip documents that cannot have enough.
            if at_most < min {
                return false;
            }
            let coverage = match is_exact {
                true => at_most,
                false => scale.coverage(IdfMass::from_units(words.confirmed(doc))),
            };
            let at = (doc - *start) as usize;
            sums[at] = coverage;
            counted.push(at);
            coverage >= min
        });
    }

    /// The coverage of a document of the current window.
    pub(crate) fn of(&self, doc: DocId) -> Coverage {
        let offset = doc.wrapping_sub(self.start) as usize;
        self.sums.get(offset).copied().unwrap_or_default()
    }
}
