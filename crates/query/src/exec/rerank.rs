//! Ranks the first hits again by proximity, see [`crate::rank::proximity`].

use wensou_index::{Cursor, Index, TermKey, TextField, decode_length};

use super::doc_id::{DocAddress, DocId};
use super::segment::{FieldLengths, Segment};
use super::top_k::ScoredDoc;
use crate::error::Error;
use crate::rank::proximity::{ProximityScore, QueryBigrams, RERANK_DEPTH};

/// Adds the proximity score to the first hits, and sorts them again.
pub(super) fn rerank(
    index: &Index,
    bigrams: &QueryBigrams,
    found: &mut [ScoredDoc],
) -> Result<(), Error> {
    let depth = found.len().min(RERANK_DEPTH);
    if depth < 2 || !bigrams.has_texts() {
        return Ok(());
    }
    // Postings are read in ascending order of documents.
    let mut order: Vec<usize> = (0..depth).collect();
    order.sort_unstable_by_key(|at| found[*at].address);
    let mut cursors: Option<(u32, BigramCursors)> = None;
    for at in order {
        let hit = &mut found[at];
        let segment = hit.address.segment_ord;
        let cursors = match &mut cursors {
            Some((open, cursors)) if *open == segment => cursors,
            other => {
                let opened = BigramCursors::of(&Segment::at(index, segment)?, bigrams);
                &mut other.insert((segment, opened)).1
            }
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

/// What [`rerank`] adds to the score of one document.
pub(super) fn proximity(
    index: &Index,
    bigrams: &QueryBigrams,
    address: DocAddress,
) -> Result<ProximityScore, Error> {
    let segment = Segment::at(index, address.segment_ord)?;
    let mut cursors = BigramCursors::of(&segment, bigrams);
    Ok(bigrams.proximity(cursors.positions(address.doc_id)))
}

/// Cursors over the query's bigrams in one segment, in titles and in bodies.
struct BigramCursors {
    cursors: Vec<[Option<Cursor>; 2]>,
    titles: FieldLengths,
    /// The result of [`BigramCursors::positions`], a buffer that is used again for each document.
    positions: Vec<Vec<u32>>,
    /// A buffer for the positions of one bigram in one field.
    field_positions: Vec<u32>,
}

impl BigramCursors {
    fn of(segment: &Segment<'_>, bigrams: &QueryBigrams) -> Self {
        let postings = segment.postings();
        let cursor = |field, [first, second]: [char; 2]| {
            postings.cursor(TermKey::bigram(field, first, second))
        };
        let in_fields =
            |bigram: &[char; 2]| [TextField::Title, TextField::Body].map(|f| cursor(f, *bigram));
        let cursors: Vec<_> = bigrams.bigrams().iter().map(in_fields).collect();
        let positions = vec![Vec::new(); cursors.len()];
        Self {
            cursors,
            titles: segment.lengths(TextField::Title),
            positions,
            field_positions: Vec::new(),
        }
    }

    /// The positions of each bigram in `doc`: those in the title, then those in the body, counted
    /// as if the body followed the title. From call to call, `doc` must ascend.
    fn positions(&mut self, doc: DocId) -> &[Vec<u32>] {
        // A stored length is rounded down by an eighth at most. Add that much, so that title and
        // body do not overlap.
        let (_, title) = decode_length(self.titles.code(doc));
        let offsets = [0, title + title / 8 + 1];
        for (cursors, positions) in self.cursors.iter_mut().zip(&mut self.positions) {
            positions.clear();
            for (cursor, offset) in cursors.iter_mut().zip(offsets) {
                if let Some(cursor) = cursor
                    && cursor.seek(doc) == doc
                {
                    cursor.positions(&mut self.field_positions);
                    positions.extend(
                        self.field_positions.iter().map(|position| position.saturating_add(offset)),
                    );
                }
            }
        }
        &self.positions
    }
}
