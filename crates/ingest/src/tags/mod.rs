//! Tags that a site printed without separators: what the archive knows of them, and how a line of
//! them is split.

mod beam;
mod bloom;
mod concatenated;
mod keyword;
mod search;
mod shapes;
mod split;
mod tag;
mod upper_bound;
mod vocabulary;

pub(crate) use split::split;
pub(crate) use vocabulary::Vocabulary;
