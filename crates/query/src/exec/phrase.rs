//! Finds sequences of three characters or more, by bigrams at fixed distances in one field.

use std::sync::Arc;

use wensou_index::{BitsetPostings, Cursor, Postings, TermKey, TextField};

use super::cache::{OpenedPostings, PostingsOpener};
use super::candidates::Candidates;
use super::doc_id::{DocId, TERMINATED};
use super::window::{DocWindow, retain_postings};
use crate::plan::expr::bigram_offsets;

/// A sequence of three characters or more in one field.
pub(crate) struct Phrase {
    /// Ascending by document frequency: the first, rarest one leads.
    bigrams: Vec<PhraseBigram>,
    /// A second set of cursors, for confirming a document that the cursors of `bigrams` have
    /// passed.
    rewound: Option<Vec<Cursor>>,
    /// The positions at which the phrase may start in the current document.
    starts: Vec<u32>,
    /// A buffer for the positions of one bigram.
    positions: Vec<u32>,
}

/// One bigram of a phrase.
struct PhraseBigram {
    /// Offset of the bigram in the phrase, in characters.
    offset: u32,
    cursor: Cursor,
    /// The decoded posting list, if the list is cached; then the cursor is used for positions only.
    bitset: Option<Arc<BitsetPostings>>,
}

impl PhraseBigram {
    fn fill(&mut self, window: &mut DocWindow) {
        match &self.bitset {
            Some(list) => window.insert_postings(list),
            None => self.cursor.fill(window.start(), window.bits()),
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        match &self.bitset {
            Some(list) => window.retain_postings(list),
            None => retain_postings(&mut self.cursor, window),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match &self.bitset {
            Some(list) => list.next(target),
            None => self.cursor.seek(target),
        }
    }
}

impl Phrase {
    /// Opens the bigrams of `key`; `None` if no document can have the sequence.
    pub(super) fn new(
        postings: &Postings,
        field: TextField,
        key: &[char],
        open: PostingsOpener<'_>,
    ) -> Option<Self> {
        let mut bigrams = Vec::new();
        // Not all bigrams of the key are needed: every second one covers all characters.
        for at in bigram_offsets(key.len()) {
            let bigram = TermKey::bigram(field, key[at], key[at + 1]);
            let (cursor, bitset) = match open(postings, bigram)? {
                OpenedPostings::OnDisk(list) => (*list, None),
                OpenedPostings::Cached(bitset) => (postings.cursor(bigram)?, Some(bitset)),
            };
            bigrams.push(PhraseBigram { offset: at as u32, cursor, bitset });
        }
        bigrams.sort_by_key(|bigram| bigram.cursor.doc_freq());
        Some(Self { bigrams, rewound: None, starts: Vec::new(), positions: Vec::new() })
    }
}

impl Candidates for Phrase {
    fn cost(&self) -> u64 {
        // An estimate: few of the documents that have the rarest bigram have the whole phrase. A
        // quarter of them was chosen, not measured. The estimate decides how lists are read, not
        // what is found.
        self.bigrams.first().map_or(0, |rarest| u64::from(rarest.cursor.doc_freq() / 4 + 1))
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let Some((first, others)) = self.bigrams.split_first_mut() else { return };
        let mut filled = window.empty_like();
        first.fill(&mut filled);
        others.iter_mut().for_each(|bigram| bigram.retain(&mut filled));
        window.union(&filled);
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.bigrams.iter_mut().for_each(|bigram| bigram.retain(window));
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let mut doc = self.bigrams[0].seek(target);
        while doc != TERMINATED
            && let Err(next) = self.probe(doc)
        {
            doc = self.bigrams[0].seek(next);
        }
        doc
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        self.bigrams.iter_mut().try_for_each(|bigram| match bigram.seek(doc) {
            found if found == doc => Ok(()),
            next => Err(next),
        })
    }

    /// Whether the bigrams occur in the candidate `doc` at the distances that they have in the
    /// phrase.
    fn confirm(&mut self, doc: DocId) -> bool {
        let Self { bigrams, rewound, starts, positions } = self;
        let has_passed = |list: &Cursor| list.doc() > doc;
        // If a cursor has passed the document, the second set is used. If a cursor of the second
        // set has passed the document, too, that set starts again.
        let mut second_cursors = if bigrams.iter().any(|bigram| has_passed(&bigram.cursor)) {
            rewound.take_if(|cursors| cursors.iter().any(has_passed));
            let restarted = || bigrams.iter().map(|bigram| bigram.cursor.restarted()).collect();
            Some(rewound.get_or_insert_with(restarted))
        } else {
            None
        };
        for (number, bigram) in bigrams.iter_mut().enumerate() {
            let list = match &mut second_cursors {
                Some(cursors) => &mut cursors[number],
                None => &mut bigram.cursor,
            };
            // Every list has the candidate, unless the list is damaged. Then the document does not
            // match.
            if list.seek(doc) != doc {
                return false;
            }
            list.positions(positions);
            if number == 0 {
                starts.clear();
                starts.extend(
                    positions.iter().filter_map(|position| position.checked_sub(bigram.offset)),
                );
                continue;
            }
            let mut remaining = positions.iter().copied().peekable();
            starts.retain(|start| {
                let wanted = start.saturating_add(bigram.offset);
                while remaining.next_if(|position| *position < wanted).is_some() {}
                remaining.peek() == Some(&wanted)
            });
            if starts.is_empty() {
                return false;
            }
        }
        !starts.is_empty()
    }
}
