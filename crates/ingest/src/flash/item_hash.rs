//! The hash by which the survey recognises a flash item.

use crate::flash::headline::without_column;
use crate::text::folded_hash::folded_hash;

/// The hash of an item: that of `dated`, its last paragraph, which the bracketed date ends,
/// without the column name that `dated` begins with if it is also the first paragraph.
pub(crate) fn item_hash(dated: &str) -> u64 {
    folded_hash([without_column(dated)])
}
