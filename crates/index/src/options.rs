//! Options of a build.

use std::path::PathBuf;
use std::thread;

use crate::analysis::TableFiles;

/// How an index is built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildOptions {
    /// How files are read and parsed.
    pub ingest: wensou_ingest::Options,
    /// Number of threads that analyse records; as many as the machine has cores by default.
    pub threads: usize,
    /// The size in memory at which a segment is written; 40 MiB by default, and never less than
    /// 16 MiB.
    pub memory_bytes: usize,
    /// The bytes of encoded records at which a segment is written although it takes less than
    /// [`memory_bytes`](Self::memory_bytes); 64 MiB by default. Larger segments need more memory
    /// when they are merged.
    pub segment_bytes: u64,
    /// The user's tables: words, synonyms and labels of bylines.
    pub tables: TableFiles,
    /// The file that the statistics in [`ingest`](Self::ingest) were read from, if it has any.
    pub stats: Option<PathBuf>,
    /// Roots that were renamed since the last build: old path and new path.
    pub moved: Vec<(PathBuf, PathBuf)>,
    /// Whether the only root is the sample archive. The first roots that the user names replace it.
    pub sample: bool,
    /// Whether it is an error if anything in the archive is skipped. The old index then stays.
    pub strict: bool,
    /// Whether to build everything again instead of updating the existing index.
    pub anew: bool,
    /// Whether to wait for another process that is building.
    pub wait: bool,
    /// Whether to build although records would be lost: those of a root that has no files or cannot
    /// be read, and those that can be read neither from the archive nor from a damaged index.
    pub allow_empty: bool,
    /// Whether to keep the stored records of a root that has no files or cannot be read, instead of
    /// refusing to build; for a repair.
    pub keep_missing: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            ingest: wensou_ingest::Options::default(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: 40 << 20,
            segment_bytes: 64 << 20,
            tables: TableFiles::default(),
            stats: None,
            moved: Vec::new(),
            sample: false,
            strict: false,
            anew: false,
            wait: false,
            allow_empty: false,
            keep_missing: false,
        }
    }
}
