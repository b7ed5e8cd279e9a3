//! Writes many documents in batches of bounded size, and sends several batches at a time.
//!
//! - [`BulkWriter`] collects operations into batches and hands them to threads.
//! - `batch` is a batch; `worker` sends a batch until every operation in it is done or refused for
//!   good; `items` interprets what the cluster says of each operation.

mod batch;
mod items;
mod options;
mod worker;
mod writer;

pub use batch::{Action, Operation, VersionCondition};
pub use items::{BulkSummary, ItemError};
pub use options::BulkOptions;
pub use writer::BulkWriter;
