//! Options of a [`BulkWriter`](super::BulkWriter): the size of batches, and how long they are sent
//! again.

use std::time::Duration;

/// How a [`BulkWriter`](super::BulkWriter) writes documents.
#[derive(Debug, Clone)]
pub struct BulkOptions {
    /// A batch is sent when it has this many bytes or more. Default: 5 MB.
    pub batch_bytes: usize,
    /// A batch is sent when it has this many operations. Default: 5,000.
    pub batch_count: usize,
    /// The number of batches that are sent at the same time, each by a thread. Default: 2.
    ///
    /// The writer takes about 2 × (`in_flight` + 1) × `batch_bytes` of memory at most. Each batch
    /// that is sent is in memory twice: as the batch, and as the request that is made of it. The
    /// batch that is being filled may take as much, because its buffer doubles when it grows.
    pub in_flight: usize,
    /// The time limit of one request. Default: 60 s.
    pub timeout: Duration,
    /// How long a batch is sent again and again while none of its operations is done or refused.
    /// Then the writer fails with the last error. Default: 2 minutes.
    pub patience: Duration,
    /// As [`Self::patience`], while the cluster is [unavailable](crate::Error::Unavailable):
    /// shards, a quorum or the node behind a proxy are missing. Default: 2 minutes.
    pub patience_without_shards: Duration,
    /// Whether writes to a name that is not an alias are refused. If not, a write to an index that
    /// does not exist creates the index.
    pub require_alias: bool,
    /// How many refused operations the summary names at most; it counts all of them. Default: 100.
    pub max_errors: usize,
}

impl Default for BulkOptions {
    fn default() -> Self {
        Self {
            batch_bytes: 5_000_000,
            batch_count: 5_000,
            in_flight: 2,
            timeout: Duration::from_secs(60),
            patience: Duration::from_secs(120),
            patience_without_shards: Duration::from_secs(120),
            require_alias: false,
            max_errors: 100,
        }
    }
}
