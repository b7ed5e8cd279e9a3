//! Tags that the site glued together: what the archive knows of them, and how a line of them is split.

mod concatenated;
mod upper_bound;
mod keyword;
mod beam;
mod search;
mod bloom;
mod shapes;
mod split;
mod tag;
mod vocabulary;

pub(crate) use split::split;
pub(crate) use vocabulary::Vocabulary;
