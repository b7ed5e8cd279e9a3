//! Serializes and deserializes texts of the type `Arc<str>`, which several values share.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serializer};

/// For `#[serde(serialize_with)]`.
pub(crate) fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// For `#[serde(deserialize_with)]`.
pub(crate) fn shared_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Arc<str>, D::Error> {
    String::deserialize(deserializer).map(Arc::from)
}
