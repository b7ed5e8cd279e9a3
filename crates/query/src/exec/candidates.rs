//! The rules for iterating over candidates.

use super::doc_id::DocId;
use super::window::DocWindow;

/// The documents of one segment that may match, in ascending order.
///
/// Matching has two phases. A *candidate* is found from document ids alone. Whether the candidate
/// matches is confirmed last, by reading positions or text, and only if the candidate can still
/// reach the results.
///
/// # Rules
///
/// - **Order.** From call to call, the documents or windows that a method is given never descend.
/// - **Consumption.** [`seek`] consumes all documents before the one that it returns, and [`probe`]
///   those before the one that it checks; [`fill`] and [`retain`] consume all documents before the
///   end of the window. What was consumed is not found again. [`seek`] found that no candidate lies
///   between its target and the document that it returned, so the next window may still begin
///   anywhere from the target on.
/// - **Roles.** An iterator either leads or follows, for all of its life. A leader produces
///   candidates ([`seek`], [`fill`]); a follower tests the candidates of others ([`probe`],
///   [`retain`]). The members of a union lead or follow as the union does. If an intersection
///   leads, its first member leads and the others follow. If a [`MinMass`] fills windows, its
///   members lead in turn, as long as the members that have not been asked yet have the minimum
///   mass together. The other members follow: a document that only they match has too little mass.
///   To [`retain`], a follower may fill a temporary window and intersect the two, but only if all
///   its candidates come from posting lists ([`is_postings_only`]).
/// - **Confirmation.** [`confirm`] may be called once for each candidate that was found: after
///   [`seek`] or [`probe`] for that document, or after [`fill`] or [`retain`] for the documents of
///   that window. Calls for one window ascend, unless [`can_rewind`]: then they may return to the
///   start of the window.
///
/// [`MinMass`]: super::min_mass::MinMass
/// [`seek`]: Candidates::seek
/// [`fill`]: Candidates::fill
/// [`probe`]: Candidates::probe
/// [`retain`]: Candidates::retain
/// [`confirm`]: Candidates::confirm
/// [`can_rewind`]: Candidates::can_rewind
/// [`is_postings_only`]: Candidates::is_postings_only
pub(crate) trait Candidates {
    /// An estimate of the number of candidates.
    fn cost(&self) -> u64;

    /// The first candidate that is not before `target`; `TERMINATED` if there is none.
    fn seek(&mut self, target: DocId) -> DocId;

    /// Checks one document: `Ok` if `doc` is a candidate, else a lower bound of the next candidate.
    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        match self.seek(doc) {
            found if found == doc => Ok(()),
            next => Err(next),
        }
    }

    /// Sets the bit of every candidate in the window.
    fn fill(&mut self, window: &mut DocWindow);

    /// Clears the bit of every document of the window that is not a candidate.
    fn retain(&mut self, window: &mut DocWindow);

    /// Whether all candidates come from posting lists, and none from tantivy or a column. Posting
    /// lists fill a window quickly.
    fn is_postings_only(&self) -> bool {
        true
    }

    /// Whether every candidate matches, so that none needs to be confirmed.
    fn is_exact(&self) -> bool;

    /// Whether [`Candidates::confirm`] may return to the start of a window.
    fn can_rewind(&self) -> bool {
        true
    }

    /// Whether the candidate `doc` matches.
    fn confirm(&mut self, doc: DocId) -> bool;
}
