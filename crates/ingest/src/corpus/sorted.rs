//! Serializes hash tables in the order of their keys, so that equal tables give equal bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// For `#[serde(serialize_with)]` on a shared text.
pub(crate) fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// For `#[serde(deserialize_with)]` on a shared text.
pub(crate) fn shared_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Arc<str>, D::Error> {
    String::deserialize(deserializer).map(Arc::from)
}
