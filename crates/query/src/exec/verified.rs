//! Conditions that postings cannot decide: how close words are, and whether a text has symbols.
//!
//! The postings find candidates. Whether a candidate satisfies the condition is then read in its
//! stored text.

use std::cell::RefCell;
use std::rc::Rc;

use wensou_index::{RecordExt, TextField};

use super::candidates::Candidates;
use super::doc_id::DocId;
use super::near::NearPassage;
use super::segment::Segment;
use super::window::DocWindow;
use crate::haystack::{Haystack, haystacks};
use crate::plan::needle::Needle;

/// What a text must have.
pub(crate) enum TextCondition {
    Near(NearPassage),
    /// An exact text, see [`Needle::pattern`].
    Exact(Needle),
}

impl TextCondition {
    fn holds_in(&self, haystack: &Haystack<'_>) -> bool {
        match self {
            Self::Near(passage) => passage.occurs_in(haystack),
            Self::Exact(needle) => haystack.has(needle),
        }
    }
}

/// The texts of a document, each with its field.
type DocumentTexts = Vec<(TextField, Haystack<'static>)>;

thread_local! {
    /// The texts of the last document that was read, with its content hash: a query with hundreds
    /// of conditions reads each document once.
    static LAST: RefCell<Option<(u64, Rc<DocumentTexts>)>> = const { RefCell::new(None) };
}

/// The texts of a document are kept in [`LAST`] if title and body together are not longer than
/// this.
const MAX_KEPT_BYTES: usize = 4 << 20;

/// Documents that have a text which satisfies a condition.
pub(crate) struct Verified<'i, M> {
    /// Documents whose texts may satisfy the condition. No other document matches.
    pub(super) candidates: M,
    pub(super) segment: Segment<'i>,
    /// The fields in which the text may be.
    pub(super) fields: Vec<TextField>,
    pub(super) condition: TextCondition,
}

impl<M> Verified<'_, M> {
    /// The texts of a document. `None` if its record cannot be read. Such a document counts as a
    /// match, so that its record is read again for display, and the user learns of the damage.
    fn texts(&self, doc: DocId) -> Option<Rc<DocumentTexts>> {
        let hash = self.segment.content_hash(doc);
        let last = LAST.with_borrow(Clone::clone);
        if let Some((_, texts)) = last.filter(|(last, _)| Some(*last) == hash) {
            return Some(texts);
        }
        let texts = self.segment.record(doc).ok()?.texts();
        let length = texts.title.len() + texts.body.len();
        let texts = Rc::new(haystacks(texts));
        let kept = hash.filter(|_| length <= MAX_KEPT_BYTES).map(|hash| (hash, Rc::clone(&texts)));
        LAST.set(kept);
        Some(texts)
    }
}

impl<M: Candidates> Candidates for Verified<'_, M> {
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
        let Some(texts) = self.texts(doc) else { return true };
        let mut in_fields = texts.iter().filter(|(field, _)| self.fields.contains(field));
        in_fields.any(|(_, haystack)| self.condition.holds_in(haystack))
    }
}
