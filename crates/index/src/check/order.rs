//! The order of stored records, against that of the archive.

use tantivy::columnar::Column;

use super::{Checked, Severity};
use crate::document::Encoded;
use crate::error::Error;
use crate::open::Index;

/// Stored records in the order in which `export` writes them, compared one by one with those that
/// are read.
pub(super) struct Order {
    /// The tie-breaker and the digest of each.
    stored: std::vec::IntoIter<(u64, u64)>,
    moved: u64,
}

impl Order {
    pub(super) fn of(index: &Index) -> Result<Self, Error> {
        let mut columns: Vec<[Column<u64>; 2]> = Vec::new();
        for reader in index.searcher().segment_readers() {
            let fast = reader.fast_fields();
            columns.push([fast.u64("tie")?, fast.u64("digest")?]);
        }
        let key = |address: &tantivy::DocAddress| {
            let [tie, digest] = &columns[address.segment_ord as usize];
            let doc = address.doc_id;
            (tie.first(doc).unwrap_or_default(), digest.first(doc).unwrap_or_default())
        };
        let stored: Vec<_> = index.in_order()?.iter().map(key).collect();
        Ok(Self { stored: stored.into_iter(), moved: 0 })
    }

    /// Takes the next record of the archive.
    pub(super) fn next_is(&mut self, record: &Encoded) {
        if self.stored.next() != Some((record.tie(), record.digest)) {
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
