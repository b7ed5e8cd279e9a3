//! The arguments of the survey of an archive that several machines index together.

use std::path::PathBuf;

use clap::Args;

/// Collect the corpus statistics of a part of an archive
///
/// For several machines that index one archive together. Each surveys a part of it, one merges the
/// files, and each indexes its share with the statistics of the whole, so that the outcome is that
/// of one machine:
///   wensou survey news/2023 --base news -o 2023.stats
///   wensou survey news/2024 --base news -o 2024.stats
///   wensou survey --merge 2023.stats 2024.stats -o all.stats
///   wensou index news/2023 --base news --stats all.stats
/// The options that decide how pages are read (--encoding, --map, --labels, --exclude, --pre,
/// --pre-glob) must be the same for every survey and every index.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Survey {
    /// Files and folders to survey [default: DIR]; with --merge, files of statistics
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The folder of the whole archive, which contains every PATH [default: the only PATH]
    #[arg(long, value_name = "DIR", conflicts_with = "merge")]
    pub(crate) base: Option<PathBuf>,
    /// The file to write
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Merge files of statistics, in any order; what was merged can be merged again
    #[arg(long, requires = "paths", conflicts_with_all = ["exclude", "encoding", "labels", "map", "pre", "pre_glob", "threads"])]
    pub(crate) merge: bool,
    /// Leave out files and folders that match GLOB, see `wensou index`
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Encoding of pages, see `wensou index`
    #[arg(long, value_name = "NAME|auto")]
    pub(crate) encoding: Option<String>,
    /// Your own labels of bylines, see `wensou index`
    #[arg(long, value_name = "FILE|none")]
    pub(crate) labels: Option<PathBuf>,
    /// Keys of dumps and columns of tables, see `wensou index`
    #[arg(long, value_name = "FIELD=KEY,…|none")]
    pub(crate) map: Option<String>,
    /// Run COMMAND for files that cannot be read otherwise, see `wensou index`
    #[arg(long, value_name = "COMMAND")]
    pub(crate) pre: Option<PathBuf>,
    /// Run the command of --pre for files that match GLOB, and only for these
    #[arg(long, value_name = "GLOB")]
    pub(crate) pre_glob: Vec<String>,
    /// Number of threads [default: one per processor]
    #[arg(long, short = 'j', value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
