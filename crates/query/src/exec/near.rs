//! `"…"~N`: every word of the phrase within N characters, in any order.
//!
//! The postings find the documents that have every word; how close the words are is read from the
//! stored text of those documents. The answer is therefore exact for overlapping words, and for
//! Latin words that stand inside a longer run.

use wensou_index::{RecordExt, TextField};

use super::candidates::Candidates;
use super::doc_id::DocId;
use super::segment::Segment;
use super::window::DocWindow;
use crate::haystack::Haystack;
use crate::plan::needle::Needle;

/// Documents in which some passage has every word.
pub(crate) struct Near<'i, M> {
    /// Documents that have every word.
    pub(super) candidates: M,
    pub(super) segment: Segment<'i>,
    pub(super) passage: NearPassage,
}

/// The passage that `"…"~N` looks for: one that has every word.
pub(crate) struct NearPassage {
    /// What to find; [`Needle::word`] is the number of the word.
    pub(super) needles: Vec<Needle>,
    /// How many words there are.
    pub(super) words: usize,
    /// Where the passage may be.
    pub(super) fields: Vec<TextField>,
    /// Maximum length of the passage, in key characters.
    pub(super) distance: usize,
}

impl NearPassage {
    /// Whether a text has such a passage.
    fn occurs_in(&self, text: &str) -> bool {
        let haystack = Haystack::new(text);
        let matches = haystack.matches(&self.needles);
        matches.iter().enumerate().any(|(first, start)| {
            let mut present = vec![false; self.words];
            for found in &matches[first..] {
                if found.key.start - start.key.start >= self.distance {
                    break;
                }
                if found.key.end - start.key.start <= self.distance {
                    present[self.needles[found.needle].word] = true;
                }
            }
            present.iter().all(|present| *present)
        })
    }
}

impl<M: Candidates> Candidates for Near<'_, M> {
    fn cost(&self) -> u64 {
        self.candidates.cost()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.candidates.seek(target)
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        self.candidates.probe(doc)
    }

    fn fill(&mut self, window: &mut DocWindow) {
        self.candidates.fill(window);
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.candidates.retain(window);
    }

    fn is_postings_only(&self) -> bool {
        self.candidates.is_postings_only()
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn can_rewind(&self) -> bool {
        self.candidates.can_rewind()
    }

    fn confirm(&mut self, doc: DocId) -> bool {
        if !self.candidates.confirm(doc) {
            return false;
        }
        // The index has the document but its record cannot be read. Keep the hit: reading its
        // record for display reports the damage, whereas dropping it here would hide it.
        let Ok(record) = self.segment.record(doc) else { return true };
        let (texts, passage) = (record.texts(), &self.passage);
        passage.fields.iter().any(|field| match field {
            TextField::Title => passage.occurs_in(&texts.title),
            TextField::Body => passage.occurs_in(&texts.body),
            TextField::Tags => texts.tags.iter().any(|tag| passage.occurs_in(tag)),
        })
    }
}
