//! Corpus statistics: what is counted over a whole archive, and decides how each page is parsed.

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
