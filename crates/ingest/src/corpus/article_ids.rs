//! The ids that the articles of dumps have. Several files may give one id, or have equal articles
//! without ids. Then the order of the files decides which gets it, and a machine that reads only a
//! share of an archive does not know the other files.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// How often each file has each id: about 30 bytes for each.
#[derive(Debug, Default)]
pub(crate) struct ArticleIds(BTreeMap<IdInFile, u32>);

/// An id, by its key, and the number of a file that has it.
pub(crate) type IdInFile = (u64, u64);

/// The key of an id that a dump gives.
pub(crate) fn given_id_key(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The key of the id of an article without an id of its own, by the hash of its content.
pub(crate) fn content_id_key(content_hash: u64) -> u64 {
    xxh3_64_with_seed(&content_hash.to_le_bytes(), 1)
}

impl ArticleIds {
    /// Counts an id.
    pub(crate) fn add(&mut self, id: IdInFile, times: u32) {
        let count = self.0.entry(id).or_default();
        *count = count.saturating_add(times);
    }

    /// Adds the ids of other files.
    pub(crate) fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(id, times)| self.add(id, times));
    }

    /// All ids in the order of their keys and files, with their counts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (IdInFile, u32)> {
        self.0.iter().map(|(id, times)| (*id, *times))
    }

    /// The numbers of all files, in order.
    pub(crate) fn files(&self) -> BTreeSet<u64> {
        self.0.keys().map(|(_, file)| *file).collect()
    }

    /// Gives each file another number. The order of the numbers must not change.
    pub(crate) fn renumber_files(&mut self, number: &dyn Fn(u64) -> u64) {
        let all = std::mem::take(&mut self.0).into_iter();
        self.0 = all.map(|((id, file), times)| ((id, number(file)), times)).collect();
    }
}
