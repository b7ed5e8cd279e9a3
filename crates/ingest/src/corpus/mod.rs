//! What an archive says about itself.

pub(crate) mod line_hash;
pub(crate) mod line_kind;
pub(crate) mod recurring;
pub(crate) mod sample;
pub(crate) mod site;
pub(crate) mod sorted;
pub(crate) mod statistics;
