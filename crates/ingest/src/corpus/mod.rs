//! What an archive says about itself.

pub(crate) mod sorted;
pub(crate) mod statistics;
