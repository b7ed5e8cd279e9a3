//! The key by which the survey recognises a flash item.

use crate::flash::headline::column;
use crate::text::folded_hash::folded_hash;

/// The key of an item: a hash of `dated`, its last paragraph, which the bracketed date ends. If
/// that is also its first paragraph, the column name is left out.
pub(crate) fn item_hash(dated: &str) -> u64 {
    folded_hash([&dated[column(dated).1..]])
}
