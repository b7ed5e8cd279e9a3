//! The indexes on a cluster: their names, fields and mappings.
//!
//! An index of wensou is two indexes of the cluster: the index of documents, `NAME-STAMP`, to which
//! an alias `NAME` leads, and the index of statistics, `NAME-STAMP.terms`. While several machines
//! write an index, there is also the index of parts, `NAME-STAMP.parts`, with what the machines
//! note for each other. The lock of an address is in the index `NAME-wensou-lock`.

mod fields;
mod index_bodies;
mod names;

pub use fields::{FORMAT, field, text_field};
pub use index_bodies::{LayoutOptions, ShardLayout};
pub(crate) use index_bodies::{
    documents_index_body, lock_index_body, statistics_or_parts_index_body, unfinished_meta,
};
pub(crate) use names::{PARTS_SUFFIX, STATISTICS_SUFFIX, lock_name, parts_name, statistics_name};
