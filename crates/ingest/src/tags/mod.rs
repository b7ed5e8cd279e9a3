//! Splits a line of tags that a site printed without separators, by what the archive knows of tags.
//!
//! Such a line is n tags followed by n keywords, as in `GPTNFTapenft幣價格cnft.io`: two halves, in
//! which tag i and keyword i are an *entry*.
//!
//! | module | what it has |
//! |---|---|
//! | `vocabulary` | the tags and keywords that the archive states separately |
//! | `shapes` | texts around a variable word that many keywords share, such as `…幣價格` |
//! | `concatenated` | the line as characters, with the scores of splits |
//! | `tag`, `keyword` | which ranges of the line can be a tag or a keyword, with their scores |
//! | `split`, `best_split`, `beam`, `upper_bound` | find the entries with the highest total score |
//! | `bloom` | a Bloom filter |

mod beam;
mod best_split;
mod bloom;
mod concatenated;
mod keyword;
mod shapes;
mod split;
mod tag;
mod upper_bound;
mod vocabulary;

pub(crate) use split::split;
pub(crate) use vocabulary::Vocabulary;
