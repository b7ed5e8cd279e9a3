//! The hash by which the survey recognises a flash item.

use crate::flash::headline::without_column;
use crate::text::folded_hash::folded_hash;

/// The hash of an item: the folded hash of its last paragraph, `dated`, which is given without the
/// date. If the item has no other paragraph, `dated` may begin with a column name, which is left
/// out.
pub(crate) fn item_hash(dated: &str) -> u64 {
    folded_hash([without_column(dated)])
}
