//! The frequencies of one unit in every document, in memory.

use tantivy::DocId;

use super::cursor::Cursor;

/// Documents that are read at once.
const ROOM: usize = 2048;

/// How often each document has a unit. For units that so many documents have that looking a document
/// up in their list costs more than a byte for it.
#[derive(Debug)]
pub struct FrequencyTable {
    /// Of each document up to the last that has the unit; [`u8::MAX`] stands for one of `great`.
    bytes: Vec<u8>,
    /// Documents that have it 255 times or more, ascending, and how often.
    great: Vec<(DocId, u32)>,
    /// The greatest byte of each stretch of [`ROOM`] documents.
    most: Vec<u8>,
}

impl FrequencyTable {
    /// Of a list that is at its beginning, in an index of so many documents.
    pub(super) fn of(mut list: Cursor, documents: usize) -> Self {
        let (mut bytes, mut great) = (Vec::with_capacity(documents), Vec::new());
        let mut most = Vec::with_capacity(documents.div_ceil(ROOM));
        let mut room = [0; ROOM];
        for from in (0..documents as u32).step_by(ROOM) {
            let room = &mut room[..ROOM.min(documents - from as usize)];
            room.fill(0);
            list.spread(from, room);
            bytes.extend(room.iter().map(|found| (*found).min(255) as u8));
            let most_here = room.iter().copied().max().unwrap_or_default();
            most.push(most_here.min(255) as u8);
            // There are none in most lists.
            if most_here >= 255 {
                let of_great = (from..).zip(&*room).filter(|(_, found)| **found >= 255);
                great.extend(of_great.map(|(document, found)| (document, *found)));
            }
        }
        Self { bytes, great, most }
    }

    /// No document from `from` on and before `until` has the unit more often; `None` where some may have
    /// it 255 times or more.
    #[must_use]
    pub fn most_within(&self, from: DocId, until: DocId) -> Option<u32> {
        let within = from as usize / ROOM..(until as usize).div_ceil(ROOM).min(self.most.len());
        let most = self.most.get(within).and_then(|most| most.iter().copied().max());
        let most = most.unwrap_or_default();
        (most < u8::MAX).then_some(u32::from(most))
    }

    /// How often `doc` has the unit.
    #[must_use]
    pub fn of_document(&self, doc: DocId) -> u32 {
        match self.bytes.get(doc as usize) {
            None => 0,
            Some(&u8::MAX) => {
                let found = self.great.binary_search_by_key(&doc, |(document, _)| *document);
                found.map_or(0, |at| self.great[at].1)
            }
            Some(found) => u32::from(*found),
        }
    }
}
