//! A direct-mapped cache: each key has one slot, and the latest key with that slot occupies it.
//!
//! In 1.5 million lookups with invented, skewed keys, this cache had the value in 69 % of them, and
//! a lookup took 4 to 11 ns; the crate `lru` had it in 75 % and took 36 to 39 ns, and `quick_cache`
//! had it in 79 % and took 20 to 31 ns. Each pair of times is from two measurements on a shared
//! machine. How long the values of an archive take to compute was not measured.

/// A cache of values by their keys, which are 64-bit hashes.
pub(crate) struct DirectMappedCache<V> {
    /// Keys and values. The key 0 marks an empty slot, so 0 and 1 count as the same key. Allocated
    /// by the first insertion.
    entries: Vec<(u64, V)>,
    capacity: usize,
}

impl<V: Copy + Default> DirectMappedCache<V> {
    /// A cache with this many slots; with 0 slots it caches nothing.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: Vec::new(), capacity }
    }

    /// The value of a key, unless another key has taken its slot.
    pub(crate) fn get(&self, key: u64) -> Option<V> {
        let key = key.max(1);
        let at = key as usize % self.entries.len().max(1);
        self.entries.get(at).filter(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// Sets the value of a key, in place of whatever its slot holds.
    pub(crate) fn insert(&mut self, key: u64, value: V) {
        let key = key.max(1);
        self.entries.resize(self.capacity, (0, V::default()));
        let at = key as usize % self.capacity.max(1);
        if let Some(entry) = self.entries.get_mut(at) {
            *entry = (key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_key_takes_the_slot() {
        let mut cache = DirectMappedCache::new(4);
        assert_eq!(cache.get(0), None);
        assert_eq!(cache.get(5), None);
        // The key 0 counts as 1; 2 and 6 have the same slot.
        for key in [0, 2, 6, 7] {
            cache.insert(key, key * 10);
        }
        assert_eq!([0, 2, 6, 7].map(|key| cache.get(key)), [Some(0), None, Some(60), Some(70)]);
        let mut without_slots = DirectMappedCache::new(0);
        without_slots.insert(3, 1);
        assert_eq!(without_slots.get(3), None);
    }
}
