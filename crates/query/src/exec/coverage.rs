//! Adds up the coverage of the documents of a relaxed query.

use super::candidates::Candidates;
use super::doc_id::DocId;
use super::matcher::Matcher;
use super::min_mass::MinMass;
use super::window::DocWindow;
use crate::rank::{Coverage, CoverageScale, IdfMass};

/// A unit of the query's coverage (a word, or all words of a date), opened: its matcher, and the
/// mass that a document gains by matching it. See [`CoveringUnit`](crate::plan::CoveringUnit).
type OpenedUnit<'i> = (Matcher<'i>, IdfMass);

/// Adds up the coverage of each document of a window. Without units, the coverage of every document
/// is 0.
///
/// A counter either leads or follows, see [`Candidates`]. As a leader it finds the documents that
/// have at least a given coverage.
pub(crate) struct CoverageCounter<'i> {
    units: MinMass<Matcher<'i>>,
    scale: CoverageScale,
    /// The least coverage that a document may have, if the counter leads; `None` if it follows.
    min_coverage: Option<Coverage>,
    /// The first document id of the current window.
    start: DocId,
    /// The coverage of each document of the current window, by the document's offset in the window.
    coverages: Vec<Coverage>,
    /// The offsets of the documents whose coverage has been computed.
    counted: Vec<usize>,
}

impl<'i> CoverageCounter<'i> {
    /// A counter for `units`. If there is a `min_coverage`, the counter leads, and finds the
    /// documents that have at least this coverage.
    pub(crate) fn new(
        units: Vec<OpenedUnit<'i>>,
        scale: CoverageScale,
        min_coverage: Option<Coverage>,
    ) -> Self {
        let members =
            units.into_iter().map(|(matcher, mass)| (mass.in_1024ths(), matcher)).collect();
        let min = min_coverage.map_or(0, |min| scale.min_mass(min).in_1024ths());
        let units = MinMass::of(min, members);
        Self { units, scale, min_coverage, start: 0, coverages: Vec::new(), counted: Vec::new() }
    }

    /// Whether there are no units. Then every coverage is 0.
    pub(crate) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// If the counter leads, its candidates: documents that may have the minimum coverage.
    pub(crate) fn leader(&mut self) -> Option<&mut MinMass<Matcher<'i>>> {
        self.min_coverage.is_some().then_some(&mut self.units)
    }

    /// Adds up the coverage of each document of the window, and removes the documents that have
    /// less than `min`. If the counter leads, it also removes those with less than its own minimum
    /// coverage, and its [`CoverageCounter::leader`] must have filled the window. Windows must
    /// ascend.
    pub(crate) fn begin_window(&mut self, window: &mut DocWindow, min: Coverage) {
        if self.is_empty() {
            return;
        }
        let Self { units, scale, min_coverage, start, coverages, counted } = self;
        *start = window.start();
        counted.drain(..).for_each(|at| coverages[at] = Coverage::default());
        if coverages.len() < window.length() {
            coverages.resize(window.length(), Coverage::default());
        }
        if min_coverage.is_none() {
            units.set_min(scale.min_mass(min).in_1024ths());
            units.retain(window);
        }
        let min = min_coverage.map_or(min, |own_min| own_min.max(min));
        let is_exact = units.is_exact();
        window.retain(|doc| {
            let at_most = scale.coverage(IdfMass::from_1024ths(units.upper_bound(doc)));
            // Confirming a unit reads positions: skip documents that cannot have enough.
            if at_most < min {
                return false;
            }
            let coverage = match is_exact {
                true => at_most,
                false => scale.coverage(IdfMass::from_1024ths(units.confirmed(doc))),
            };
            let at = (doc - *start) as usize;
            coverages[at] = coverage;
            counted.push(at);
            coverage >= min
        });
    }

    /// The coverage of a document of the current window.
    pub(crate) fn of(&self, doc: DocId) -> Coverage {
        let offset = doc.wrapping_sub(self.start) as usize;
        self.coverages.get(offset).copied().unwrap_or_default()
    }
}
