//! Stable names, each given once: from the path for articles, from the content for flash items.

use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::id::short;

/// Hash of a path below its root.
pub(crate) fn path_hash(relative: &str) -> u64 {
    xxh3_64(relative.as_bytes())
}

/// The ids given so far, as hashes: 10 to 20 bytes for each.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    used: HashSet<u64>,
    /// The last seed of each hash that was given more than once: a dump of one record, many times
    /// over, would else try all the seeds before for each.
    seeds: HashMap<u64, u64>,
}

impl Ids {
    /// Whether `id` was free; it is taken now.
    pub(crate) fn claim(&mut self, id: &str) -> bool {
        self.used.insert(xxh3_64(id.as_bytes()))
    }

    /// `letter` with 12 digits; with more where another record has that name, which depends only on
    /// the order of the walk.
    pub(crate) fn fresh(&mut self, letter: char, hash: u64) -> String {
        let mut id = short(letter, hash);
        if self.claim(&id) {
            return id;
        }
        let mut seed = self.seeds.get(&hash).copied().unwrap_or(0);
        while !self.claim(&id) {
            seed += 1;
            id = format!("{letter}{:016x}", xxh3_64_with_seed(&hash.to_le_bytes(), seed));
        }
        self.seeds.insert(hash, seed);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_stable() {
        let mut ids = Ids::default();
        let hash = path_hash("000/000001.txt");
        let first = ids.fresh('a', hash);
        assert_eq!(first.len(), 13);
        assert_eq!(first, short('a', hash));
        let second = ids.fresh('a', hash);
        assert_eq!(second.len(), 17);
        assert!(!ids.claim(&second));
    }
}
