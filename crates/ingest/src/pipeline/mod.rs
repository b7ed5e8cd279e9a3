//! The two passes over an archive, and what carries data between threads and passes.

pub(crate) mod byte_budget;
pub(crate) mod carry_over;
mod chunks;
pub(crate) mod current_dump;
pub(crate) mod ids;
pub(crate) mod ingest;
pub(crate) mod merge_items;
pub(crate) mod ordered;
pub(crate) mod read_event;
mod read_paths;
pub(crate) mod reader;
pub(crate) mod record_sink;
pub(crate) mod scan;
pub(crate) mod share_ids;
mod stored_path;
mod survey;
pub(crate) mod survey_archive;
pub(crate) mod survey_cache;
pub(crate) mod surveyed_page;
