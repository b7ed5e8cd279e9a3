//! Serializes hash tables in the order of their keys, so that equal tables give equal bytes.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use serde::{Serialize, Serializer};

/// For `#[serde(serialize_with)]` on a map.
pub(crate) fn sorted_map<K: Ord + Serialize, V: Serialize, S: Serializer>(
    map: &HashMap<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    map.iter().collect::<BTreeMap<_, _>>().serialize(serializer)
}

/// For `#[serde(serialize_with)]` on a set.
pub(crate) fn sorted_set<T: Ord + Serialize, S: Serializer>(
    set: &HashSet<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    set.iter().collect::<BTreeSet<_>>().serialize(serializer)
}
