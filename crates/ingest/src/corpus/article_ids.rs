//! Counts how many articles with the same id are in each file that is a dump or contains dumps.
//!
//! Articles in several files may state the same id. Or they state none and have the same content,
//! from which their id is made. In both cases the order of the files decides which article gets the
//! id. A machine that reads only a share of an archive does not see the other files, so it needs
//! these counts.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// How many articles in each file have each id. Takes about 30 bytes for each pair of an id and a
/// file.
#[derive(Debug, Default)]
pub(crate) struct ArticleIds(BTreeMap<IdInFile, u32>);

/// The key of an id, and the number of a file that has it; files are numbered in the order of the
/// walk.
pub(crate) type IdInFile = (u64, u64);

/// The key of an id that a dump states.
pub(crate) fn given_id_key(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The key of the id of an article that states none, given the hash of its content.
pub(crate) fn content_id_key(content_hash: u64) -> u64 {
    // The seed keeps these keys apart from those of ids that are stated.
    let seed = 1;
    xxh3_64_with_seed(&content_hash.to_le_bytes(), seed)
}

impl ArticleIds {
    /// Counts `times` more articles with this id in this file.
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

    /// The numbers of all files that have ids, in order.
    pub(crate) fn files(&self) -> BTreeSet<u64> {
        self.0.keys().map(|(_, file)| *file).collect()
    }

    /// Renumbers the files. `number` must keep their order.
    pub(crate) fn renumber_files(&mut self, number: &dyn Fn(u64) -> u64) {
        let all = std::mem::take(&mut self.0).into_iter();
        self.0 = all.map(|((id, file), times)| ((id, number(file)), times)).collect();
    }
}
