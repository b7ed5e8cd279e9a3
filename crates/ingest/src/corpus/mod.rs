//! Corpus statistics: what is counted over a whole archive, and decides how each page is parsed.
//!
//! | module | what it holds |
//! |---|---|
//! | `statistics` | the statistics as a whole |
//! | `contribution` | what one file contributes to them, for the file table |
//! | `entries` | the statistics as a list, for survey files |
//! | `id_from_dump` | the ids that dumps give to flash items |
//! | `article_ids` | how many articles in the dumps of each file have each id |
//! | `site`, `sample` | which site a page belongs to; a sample of the pages of each site |
//! | `line_hash`, `line_kind` | a hash of a line; whether it is a label, a notice or a sentence |
//! | `recurring` | the lines that recur over the pages of a site, and their removal |
//! | `serde_arc_str` | how texts that values share are serialized |

pub(crate) mod article_ids;
pub(crate) mod contribution;
pub(crate) mod entries;
pub(crate) mod id_from_dump;
pub(crate) mod line_hash;
pub(crate) mod line_kind;
pub(crate) mod recurring;
pub(crate) mod sample;
pub(crate) mod serde_arc_str;
pub(crate) mod site;
pub(crate) mod statistics;
