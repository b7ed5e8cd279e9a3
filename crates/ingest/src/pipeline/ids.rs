//! Assigns stable and unique ids: from the path for pages, from the content for flash items and for
//! articles of dumps.

use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::id::{qualified_id, short_id};

/// Hash of a path. Ids are made from the hashes of paths relative to a root; to recognise a file or
/// record, the whole path is hashed.
pub(crate) fn path_hash(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}

/// An id for a record whose short id is taken: `letter` and 16 hexadecimal digits. Each `seed`
/// gives another id.
pub(crate) fn lengthened_id(letter: char, hash: u64, seed: u64) -> String {
    format!("{letter}{:016x}", xxh3_64_with_seed(&hash.to_le_bytes(), seed))
}

/// Whether an id is one of those that are generated from a hash: the short id, or one of the first
/// lengthened ones. No record needs a later one, unless many have the same hash, as articles of
/// dumps can have.
pub(crate) fn is_generated_from(letter: char, hash: u64, id: &str) -> bool {
    const MAX_SEED: u64 = 16;
    let short = short_id(letter, hash);
    // A lengthened id has four digits more.
    let may_be_lengthened = id.len() == short.len() + 4;
    let is_lengthened = |seed| id == lengthened_id(letter, hash, seed);
    id == short || may_be_lengthened && (1..=MAX_SEED).any(is_lengthened)
}

/// The ids in use, as hashes: each takes 10 to 20 bytes of memory.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    used: HashSet<u64>,
    /// The last seed tried for each hash whose short id was taken. Without it, each repetition of a
    /// record in a dump would try all earlier seeds again.
    seeds: HashMap<u64, u64>,
    /// Ids reserved for the record at a certain path: hash of the id to hash of the path.
    reserved: HashMap<u64, u64>,
    /// The ids of the flash items whose short ids were taken, by the content hash of the item.
    lengthened_item_ids: HashMap<u64, String>,
}

impl Ids {
    /// Takes `id`; returns whether it was free.
    pub(crate) fn claim(&mut self, id: &str) -> bool {
        self.used.insert(xxh3_64(id.as_bytes()))
    }

    /// Does the same as [`claim`](Self::claim) for the record at `path`: an id that is reserved for
    /// another path is not free.
    pub(crate) fn claim_at(&mut self, id: &str, path: &str) -> bool {
        let hash = xxh3_64(id.as_bytes());
        // Runs for every article; usually nothing is reserved.
        if !self.reserved.is_empty()
            && self.reserved.get(&hash).is_some_and(|owner| *owner != path_hash(path))
        {
            return false;
        }
        self.used.insert(hash)
    }

    /// Takes `id`, or the first of `id@dump`, `id@dump@2` and so on that is free.
    pub(crate) fn claim_for(&mut self, id: &str, dump: &str) -> String {
        if self.claim(id) { id.to_owned() } else { qualified_id(id, dump, |id| self.claim(id)) }
    }

    /// Reserves an id for the record at `path`.
    pub(crate) fn reserve(&mut self, id: &str, path: &str) {
        self.reserved.entry(xxh3_64(id.as_bytes())).or_insert_with(|| path_hash(path));
    }

    /// Lets [`new_id`](Self::new_id) skip the first `count` ids for a hash, because they are the
    /// ids of records that another machine reads.
    pub(crate) fn skip_new_ids(&mut self, letter: char, hash: u64, count: u64) {
        // The first id is the short one; the lengthened ids after it have the seeds 1, 2 and so on.
        let Some(last_seed) = count.checked_sub(1) else { return };
        self.claim(&short_id(letter, hash));
        let seed = self.seeds.entry(hash).or_default();
        *seed = last_seed.max(*seed);
    }

    /// A new id for the record at `path`: `letter` and 12 hexadecimal digits, or 16 if the shorter
    /// id is taken. The result depends only on the ids that were claimed before, and so on the
    /// order of the walk.
    pub(crate) fn new_id(&mut self, letter: char, hash: u64, path: &str) -> String {
        let mut id = short_id(letter, hash);
        if self.claim_at(&id, path) {
            return id;
        }
        let mut seed = self.seeds.get(&hash).copied().unwrap_or(0);
        while !self.claim_at(&id, path) {
            seed += 1;
            id = lengthened_id(letter, hash, seed);
        }
        self.seeds.insert(hash, seed);
        id
    }

    /// The id of the flash item with this content hash, if no dump gives it one. `is_new` is set in
    /// the first call for an item, which chooses its id; further calls return the same id.
    pub(crate) fn item_id(&mut self, hash: u64, is_new: bool) -> String {
        let short = short_id('f', hash);
        if !is_new {
            return self.lengthened_item_ids.get(&hash).cloned().unwrap_or(short);
        }
        // Ids of flash items are not reserved for paths.
        let path = "";
        let id = self.new_id('f', hash, path);
        if id != short {
            self.lengthened_item_ids.insert(hash, id.clone());
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_id_for_a_hash_is_longer() {
        let mut ids = Ids::default();
        let hash = path_hash("000/000001.txt");
        let first = ids.new_id('a', hash, "a");
        assert_eq!(first.len(), 13);
        assert_eq!(first, short_id('a', hash));
        let second = ids.new_id('a', hash, "b");
        assert_eq!(second.len(), 17);
        assert!(!ids.claim(&second));
    }

    #[test]
    fn a_flash_item_whose_short_id_is_taken_has_one_longer_id() {
        let mut ids = Ids::default();
        let (new, known) = (true, false);
        // The short id has the upper 48 bits of the hash, so the first two have the same short id.
        let [hash, similar, given] = [5 << 16, 5 << 16 | 1, 6 << 16];
        assert_eq!(ids.item_id(hash, new), short_id('f', hash));
        let longer = ids.item_id(similar, new);
        assert_eq!(longer, lengthened_id('f', similar, 1));
        // A dump gives an article the short id of the item `given`, so the item's id is longer.
        assert!(ids.claim(&short_id('f', given)));
        assert_eq!(ids.item_id(given, new), lengthened_id('f', given, 1));
        for (hash, id) in [(hash, short_id('f', hash)), (similar, longer)] {
            assert_eq!(ids.item_id(hash, known), id);
            assert!(!ids.claim(&id) && is_generated_from('f', hash, &id));
        }
    }

    #[test]
    fn a_reserved_id_is_given_only_to_the_record_at_its_path() {
        let mut ids = Ids::default();
        let hash = path_hash("a.txt");
        ids.reserve(&short_id('a', hash), "one/a.txt");
        assert_eq!(ids.new_id('a', hash, "other/a.txt").len(), 17);
        assert_eq!(ids.new_id('a', hash, "one/a.txt"), short_id('a', hash));
        assert!(!ids.claim_at(&short_id('a', hash), "one/a.txt"));
    }
}
