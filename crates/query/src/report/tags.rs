//! The tags of an index.

use std::collections::BTreeMap;

use wensou_index::Index;

use crate::error::Error;

/// Every folded tag with the number of documents that have it, by name.
pub(crate) fn all_tags(index: &Index) -> Result<Vec<(String, u64)>, Error> {
    let mut tags: BTreeMap<String, u64> = BTreeMap::new();
    index.terms(index.fields().tag, |tag, documents| {
        *tags.entry(tag.to_owned()).or_default() += documents;
    })?;
    Ok(tags.into_iter().collect())
}
