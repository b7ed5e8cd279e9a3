//! The order of stored records, against that of the archive.

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;
use crate::record::Encoded;

/// Stored records in the order in which `export` writes them, compared one by one with those that
/// are read.
pub(super) struct Order {
    /// [`Encoded::identity`] of each.
    stored: std::vec::IntoIter<(u64, u64)>,
    moved: u64,
}

impl Order {
    pub(super) fn of(index: &Index) -> Result<Self, Error> {
        let identities = index
            .in_order()?
            .into_iter()
            .map(|address| index.identity(index.columns(address.segment_ord)?, address.doc_id));
        let stored = identities.collect::<Result<Vec<_>, Error>>()?;
        Ok(Self { stored: stored.into_iter(), moved: 0 })
    }

    /// Takes the next record of the archive.
    pub(super) fn next_is(&mut self, record: &Encoded) {
        if self.stored.next() != Some(record.identity()) {
            self.moved += 1;
        }
    }

    /// Says how many records stand elsewhere, where the archive has the same records and its files
    /// have not changed.
    pub(super) fn compare(&self, checked: &mut Checked) {
        if self.moved > 0 {
            let what = format!("{} records are not in the order of the archive", self.moved);
            checked.find(Severity::Damage, what);
        }
    }
}
