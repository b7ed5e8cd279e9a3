//! Compares the order of the stored records with that of the archive.

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;
use crate::record::Encoded;

/// Compares the stored records, in the order in which `wensou export` prints them, one by one with
/// those of the archive.
pub(super) struct OrderComparison {
    /// [`Encoded::identity`] of each stored record that is not compared yet.
    stored: std::vec::IntoIter<(u64, u64)>,
    /// The number of records of the archive in whose place the index has another record, or no
    /// record.
    misplaced: u64,
}

impl OrderComparison {
    /// A comparison that starts at the first stored record.
    pub(super) fn of(index: &Index) -> Result<Self, Error> {
        let identities = index
            .in_walk_order()?
            .into_iter()
            .map(|address| index.identity(index.columns(address.segment_ord)?, address.doc_id));
        let stored = identities.collect::<Result<Vec<_>, Error>>()?;
        Ok(Self { stored: stored.into_iter(), misplaced: 0 })
    }

    /// Compares the next record of the archive.
    pub(super) fn compare(&mut self, record: &Encoded) {
        if self.stored.next() != Some(record.identity()) {
            self.misplaced += 1;
        }
    }

    /// Adds a finding if any record was misplaced. Call this only if the archive has the same
    /// records as the index, and its files have not changed since the build.
    pub(super) fn report(&self, checked: &mut Checked) {
        if self.misplaced > 0 {
            let what = format!("{} records are not in the order of the archive", self.misplaced);
            checked.add(Severity::Damage, what);
        }
    }
}
