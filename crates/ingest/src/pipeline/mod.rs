//! The two passes over an archive, and what carries data between threads and passes.
//!
//! | module | what it holds |
//! |---|---|
//! | `scan` | lists the files of an archive |
//! | `survey`, `survey_archive` | the first pass; the first pass alone, for several machines |
//! | `surveyed_page`, `survey_cache` | a page as the first pass parsed it; a cache of such pages |
//! | `ingest` | both passes |
//! | `chunks`, `ordered`, `byte_budget` | divide work among threads, and deliver results in order |
//! | `reader`, `read_event` | read one file; what its reading thread sends |
//! | `record_sink`, `ids`, `current_dump` | assign ids to what was read, and emit records |
//! | `carry_over`, `stored_path`, `read_paths` | keep records of files that cannot be read now |
//! | `survey_stored` | add to the statistics what unreadable files contributed before |
//! | `merge_items`, `share_ids` | join records that several machines have read |

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
mod survey_stored;
pub(crate) mod surveyed_page;
