//! How an index is built.

use std::thread;

use crate::analysis::TableFiles;

/// How an index is built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildOptions {
    /// How files are read and parsed.
    pub ingest: wensou_ingest::Options,
    /// Threads for analysis.
    pub threads: usize,
    /// Bytes that tantivy may hold in memory before a segment is written.
    pub memory_bytes: usize,
    /// Bytes of records after which a segment is written in any case: a segment is in memory when
    /// all become one.
    pub segment_bytes: u64,
    /// The user's words and synonyms.
    pub tables: TableFiles,
    /// Whether a skipped page is an error. The old index then stays.
    pub strict: bool,
    /// Whether to reuse nothing of the existing index.
    pub anew: bool,
    /// Whether to wait for another process that is building.
    pub wait: bool,
    /// Whether to accept that a root which had files has none, or cannot be read, and that records
    /// are lost which neither the archive nor a damaged index contains.
    pub allow_empty: bool,
    /// Whether to keep the stored records of a root which has no files, or cannot be read, instead
    /// of refusing to build: for a repair.
    pub keep_missing: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            ingest: wensou_ingest::Options::default(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: 40 << 20,
            segment_bytes: 96 << 20,
            tables: TableFiles::default(),
            strict: false,
            anew: false,
            wait: false,
            allow_empty: false,
            keep_missing: false,
        }
    }
}
