//! Tags that the site glued together: what the archive knows of them, and how a line of them is split.

mod glue;
mod hope;
mod keyword;
mod row;
mod search;
mod seen;
mod shapes;
mod split;
mod tag;
mod vocabulary;

pub(crate) use split::split;
pub(crate) use vocabulary::Vocabulary;
