//! How an archive is read.

use std::path::{Path, PathBuf};

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
    /// JSONL lines longer than this many bytes are skipped and named. A dump is left at a line of more than 16 times
    /// as many.
    pub max_line_bytes: usize,
    /// A JSONL dump is left when so many lines in a row have given no new record: blank and broken lines, and
    /// records that it has given just before.
    pub max_barren_lines: u64,
    /// Files and folders that are never read, however a path leads to them. What is not there excludes nothing.
    pub exclude: Vec<PathBuf>,
    /// Asked for each folder whether it is left out, with all that is in it.
    pub exclude_folder: Option<fn(&Path) -> bool>,
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
            max_barren_lines: 200_000,
            exclude: Vec::new(),
            exclude_folder: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
