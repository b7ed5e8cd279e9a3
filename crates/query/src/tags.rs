//! Every tag that an index knows.

use std::collections::BTreeMap;

use wensou_index::Index;

use crate::error::Error;

/// Every folded tag with the number of documents that have it, by name.
pub(crate) fn all_tags(index: &Index) -> Result<Vec<(String, u64)>, Error> {
    let mut tags: BTreeMap<String, u64> = BTreeMap::new();
    for reader in index.searcher().segment_readers() {
        let inverted = reader.inverted_index(index.fields().tag)?;
        let mut terms = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
        while let Some((tag, info)) = terms.next() {
            *tags.entry(String::from_utf8_lossy(tag).into_owned()).or_default() +=
                u64::from(info.doc_freq);
        }
    }
    Ok(tags.into_iter().collect())
}
