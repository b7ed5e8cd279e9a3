//! Totals of files, by which a set of files is recognised as unchanged.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

/// The number of files, their length, and a sum over their paths and contents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTotals {
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The sum of the hashes of path and content of each file, modulo 2^128. So the sums of sets
    /// without common files add up to the sum of their union, in any order.
    pub sum: u128,
}

impl FileTotals {
    /// Adds a file, given its path below the root and the hash of its content.
    pub(crate) fn add(&mut self, path: &str, content_hash: u64, bytes: u64) {
        let mut hash = Xxh3::new();
        hash.update(path.as_bytes());
        hash.update(&[0]);
        hash.update(&content_hash.to_le_bytes());
        self.merge(Self { files: 1, bytes, sum: hash.digest128() });
    }

    /// Adds other files.
    pub(crate) fn merge(&mut self, other: Self) {
        self.files = self.files.saturating_add(other.files);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// Whether both totals are those of the same files, as far as paths and contents tell.
    pub(crate) fn are_same_files(self, other: Self) -> bool {
        (self.files, self.sum) == (other.files, other.sum)
    }
}
