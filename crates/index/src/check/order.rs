//! The order of stored records, against that of the archive.

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;
use crate::record::Encoded;

/// Stored records in the order of `export`, compared one by one with those of the archive.
pub(super) struct Order {
    /// [`Encoded::identity`] of each.
    stored: std::vec::IntoIter<(u64, u64)>,
    /// Records of the archive that are not stored in the same place of the order.
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

    /// Compares the next record of the archive.
    pub(super) fn compare(&mut self, record: &Encoded) {
        if self.stored.next() != Some(record.identity()) {
            self.moved += 1;
        }
    }

    /// Adds a finding if records were in another order. Call this only if the archive has the same
    /// records and its files have not changed.
    pub(super) fn report(&self, checked: &mut Checked) {
        if self.moved > 0 {
            let what = format!("{} records are not in the order of the archive", self.moved);
            checked.add(Severity::Damage, what);
        }
    }
}
