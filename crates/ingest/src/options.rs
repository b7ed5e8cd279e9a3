//! How an archive is read.

/// Settings of [`ingest`](crate::ingest()).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Read every file in this encoding (a WHATWG label such as `big5`) instead of detecting it.
    pub encoding: Option<String>,
    /// Pages larger than this many bytes are skipped and named, compressed or not. JSONL is streamed, so it
    /// has no such limit.
    pub max_file_bytes: u64,
    /// A compressed file is left when it has become more than this many bytes in all.
    pub max_container_bytes: u64,
    /// A compressed file is left when it has become more than this many times its own length, but not
    /// before [`max_file_bytes`](Self::max_file_bytes). Text becomes 3 to 50 times as long.
    pub max_ratio: u64,
    /// JSONL lines longer than this many bytes are skipped and named.
    pub max_line_bytes: usize,
    /// Threads that read and parse. The records and their order do not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            encoding: None,
            max_file_bytes: 8 << 20,
            max_container_bytes: 1 << 40,
            max_ratio: 500,
            max_line_bytes: 16 << 20,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
