//! What an archive says about itself.

pub(crate) mod statistics;
