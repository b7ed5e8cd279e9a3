//! The documents that a search has found to match, so that they need not be matched again.

use super::doc_id::DocAddress;
use super::window::DocWindow;

/// A set of documents: the windows with matches, each with the ordinal of its segment, in ascending
/// order.
#[derive(Debug, Default)]
pub(crate) struct MatchedDocs(Vec<(u32, DocWindow)>);

impl MatchedDocs {
    /// Adds the documents of a window of a segment. Segments and windows with matches must ascend;
    /// windows without matches are ignored.
    pub(super) fn push(&mut self, segment: u32, matches: &DocWindow) {
        if !matches.is_empty() {
            self.0.push((segment, matches.clone()));
        }
    }

    /// Whether the set has a document.
    pub(crate) fn contains(&self, address: DocAddress) -> bool {
        let start = |(segment, window): &(u32, DocWindow)| (*segment, window.start());
        let after = self.0.partition_point(|it| start(it) <= (address.segment_ord, address.doc_id));
        let Some((segment, window)) = after.checked_sub(1).map(|at| &self.0[at]) else {
            return false;
        };
        *segment == address.segment_ord
            && address.doc_id < window.end()
            && window.contains(address.doc_id)
    }
}
