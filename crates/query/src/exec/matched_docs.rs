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

    /// The documents, in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = DocAddress> + '_ {
        self.0.iter().flat_map(|(segment, window)| {
            window.iter().map(move |doc| DocAddress::new(*segment, doc))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_has_the_documents_of_its_windows_in_order() {
        let mut matched = MatchedDocs::default();
        let documents = [(0, 3), (0, 63), (0, 130), (2, 0), (2, 64)];
        for (segment, from) in [(0, 0), (0, 64), (0, 128), (2, 0), (2, 64)] {
            let (length, documents_of_segment) = (64, 200);
            let mut window = DocWindow::new(from, length, documents_of_segment);
            let in_window =
                |(ordinal, doc): &&(u32, u32)| *ordinal == segment && doc / 64 == from / 64;
            documents.iter().filter(in_window).for_each(|(_, doc)| window.insert(*doc));
            matched.push(segment, &window);
        }
        let addresses = documents.map(|(segment, doc)| DocAddress::new(segment, doc));
        assert_eq!(matched.iter().collect::<Vec<_>>(), addresses);
        for segment in 0..3 {
            for doc in 0..200 {
                let address = DocAddress::new(segment, doc);
                assert_eq!(matched.contains(address), addresses.contains(&address), "{address:?}");
            }
        }
    }
}
