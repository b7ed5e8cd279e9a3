//! The indexes on a cluster: their names, fields and mappings.
//!
//! An index of wensou is two indexes of the cluster: the documents, and the statistics of their
//! terms. An alias `NAME` leads to the index of documents, `NAME-STAMP`; that of statistics is
//! `NAME-STAMP.terms`. While several machines write them, there is a third one, `NAME-STAMP.parts`,
//! with what they note for each other. The lock of an address is in `NAME-wensou-lock`.

mod bodies;
mod fields;
mod names;

pub use bodies::Layout;
pub(crate) use bodies::{
    documents_index_body, lock_index_body, statistics_or_parts_index_body, unfinished_meta,
};
pub use fields::{FORMAT, field, text_field};
pub(crate) use names::{PARTS_SUFFIX, TERMS_SUFFIX, lock_name, parts_name, statistics_name};
