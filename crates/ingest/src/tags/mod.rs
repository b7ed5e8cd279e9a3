//! Tags that the site glued together: what the archive knows of them, and how a line of them is split.

mod glue;
mod row;
mod search;
mod seen;
mod split;
mod vocabulary;

pub(crate) use split::split;
pub(crate) use vocabulary::Vocabulary;
