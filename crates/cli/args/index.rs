//! The arguments of the verbs about a whole index: `index`, `check`, `backup`, `copy`, `stats`,
//! `export` and `eval`.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::types::{ExportFormat, ShowFormat};

/// Build or update the index of an archive.
///
/// Reads files and folders of pages (text, HTML, Markdown, messages) and dumps (JSON, JSON lines,
/// CSV, TSV, RSS, Atom, mbox and others) in UTF-8, UTF-16, GB18030 or Big5; also compressed (.gz,
/// .zst, .xz), and inside .zip, .tar, .warc and .arc files. --list-formats lists all. A file is
/// recognised by its content first, its ending second. What cannot be read is skipped and named.
/// PATH is added to what the index covers; --only, --remove and --move change that in other ways.
/// An index that exists is updated: unchanged records are reused, new and changed pages are added,
/// and records whose pages are gone are removed. The new index is written beside the old one and
/// replaces it in one step at the end. Until then, and if the build is stopped, searches use the
/// old index.
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// Files and folders to add to those that the index covers; without PATH, updates the index of
    /// those that the config file lists, else those of the last build, else data/
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Cover exactly these files and folders; asks before it removes records of others
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["paths", "remove", "renamed"])]
    pub(crate) only: Vec<PathBuf>,
    /// Index a share of the archive in DIR: only the files in PATH, with the ids and paths that
    /// they have in an index of all of DIR. For several machines, see `wensou survey`
    #[arg(long, value_name = "DIR", conflicts_with_all = ["only", "remove", "renamed"])]
    pub(crate) base: Option<PathBuf>,
    /// Read pages with the corpus statistics in FILE, which `wensou survey` has made of all shares
    #[arg(long, value_name = "FILE", requires = "base")]
    pub(crate) stats: Option<PathBuf>,
    /// Stop covering these files and folders, and remove their records
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) remove: Vec<PathBuf>,
    /// Follow a file or folder that was renamed from OLD to NEW; asks before it removes records of
    /// files that are not in NEW
    #[arg(long = "move", value_names = ["OLD", "NEW"], num_args = 2)]
    pub(crate) renamed: Vec<PathBuf>,
    /// Leave out files and folders that match GLOB, in the syntax of .gitignore (repeatable);
    /// `none` leaves out none; remembered for later builds. Files named .wensouignore do the same
    /// for their folders
    #[arg(long, value_name = "GLOB|none")]
    pub(crate) exclude: Vec<String>,
    /// Do not ask before --only or --move removes records
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Show what would be added, changed and removed, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Build from scratch instead of updating the existing index
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Wait if another process is building the index, or copying to the same address
    #[arg(long)]
    pub(crate) wait: bool,
    /// Accept that a file or folder that had pages is now empty, and remove its records
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Append progress and problems to FILE, with times
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Fail if any page has to be skipped, and keep the old index
    #[arg(long)]
    pub(crate) strict: bool,
    /// Encoding of pages without a byte order mark (utf-8, gb18030, big5, utf-16le or another
    /// WHATWG label), or `auto` to detect it; remembered for later builds
    #[arg(long, value_name = "NAME|auto")]
    pub(crate) encoding: Option<String>,
    /// Your own words for the segmentation, one per line, with an optional tab and frequency;
    /// remembered for later builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) words: Option<PathBuf>,
    /// Groups of words that mean the same, one group per line, separated by tabs or commas;
    /// remembered for later builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) synonyms: Option<PathBuf>,
    /// Your own labels of bylines, in the form of data/tables/labels.tsv; remembered for later
    /// builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) labels: Option<PathBuf>,
    /// Which keys of dumps and columns of tables hold which fields, such as
    /// text=content,date=publish_time; they take precedence over the well-known keys and columns;
    /// remembered for later builds
    #[arg(long, value_name = "FIELD=KEY,…|none")]
    pub(crate) map: Option<String>,
    /// For files that cannot be read otherwise: run COMMAND FILE, with the file as standard input,
    /// and index what it prints
    #[arg(long, value_name = "COMMAND")]
    pub(crate) pre: Option<PathBuf>,
    /// Run the command of --pre for files that match GLOB, and only for these; !GLOB excludes files
    #[arg(long, value_name = "GLOB")]
    pub(crate) pre_glob: Vec<String>,
    /// List the kinds of files that can be read, and exit
    #[arg(long)]
    pub(crate) list_formats: bool,
    /// Number of threads [default: one per processor]
    #[arg(long, short = 'j', value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// For an index on a cluster: the folder of the index on this machine that it is a copy of
    /// [default: a folder below $XDG_STATE_HOME/wensou, named after NAME and HOST of the address,
    /// and after its port if that is not 9200]
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "DIR")]
    pub(crate) local: Option<PathBuf>,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    pub(crate) copy_flags: CopyFlags,
    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Verify an index against its checksums and its archive.
///
/// Compares every file with its checksum, every record with all that was derived from it, and the
/// records with the archive, which is read again. Names each problem and the command that fixes it.
/// The exit status is 0 if the index is intact, 4 if it is intact but out of date, and 3 if it is
/// damaged.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Compare checksums only
    #[arg(long, short)]
    pub(crate) quick: bool,
    /// On a cluster: compare every document with the record that is stored in it, instead of a
    /// sample of a thousand documents
    #[arg(long)]
    pub(crate) all: bool,
    /// Rebuild what is damaged from the archive, and remove what stopped builds have left behind;
    /// records of files that cannot be read are kept. On a cluster: compare every document with
    /// the index on this machine, send again those that differ, and delete those that the index on
    /// this machine does not have
    #[arg(long)]
    pub(crate) repair: bool,
    /// On a cluster: compare every document with the index in DIR, which must cover the same files
    /// and folders [default with --repair: the index that `wensou index` keeps for the address]
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["quick", "all"])]
    pub(crate) from: Option<PathBuf>,
    /// With --repair on a cluster, where a repaired copy replaces the damaged one: keep the damaged
    /// one for SECONDS after that [default: that of the config file, else 5]
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "SECONDS", requires = "repair", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) grace: Option<u64>,
    /// With --repair, accept the loss of records that can be read neither from the archive nor from
    /// the damaged index
    #[arg(long, requires = "repair")]
    pub(crate) allow_empty: bool,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

/// Copy the index to another folder.
///
/// The copy is a consistent snapshot, even if the index is being built meanwhile, and every file is
/// verified while it is copied. The folder must be new or empty, or hold an older backup, which is
/// replaced in one step. A backup is a normal index: search it with --index DIR, or restore it with
/// `wensou backup --index BACKUP DIR`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder to copy to
    #[arg(value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Print nothing
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How the documents of a copy are spread over a cluster, and what the copy may replace.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct CopyFlags {
    /// On a cluster: number of shards that the documents are spread over, if every document is sent
    /// [default: that of the previous copy, else 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) shards: Option<u32>,
    /// On a cluster: number of replicas of each shard, which take over when a node fails [default:
    /// that of the previous copy, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=8))]
    pub(crate) replicas: Option<u32>,
    /// On a cluster: replace a copy that covers other files and folders
    #[arg(long)]
    pub(crate) replace: bool,
    /// On a cluster: keep the previous copy for SECONDS after it is replaced, for searches that are
    /// still reading it [default: that of the config file, else 5]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) grace: Option<u64>,
}

/// Copy the index to an OpenSearch cluster.
///
/// Until the new copy is complete, the cluster searches the previous one. Only what differs from
/// the previous copy is sent. A copy that was interrupted continues where it stopped when it is
/// started again. One process at a time copies to an address. Search the copy with --index ADDRESS.
#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// The address to copy to: https://HOST:PORT[,HOST:PORT…]/NAME
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) copy_flags: CopyFlags,
    /// Wait if another process is copying to the same address
    #[arg(long)]
    pub(crate) wait: bool,
    /// Print nothing
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Show index statistics.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// List every file that was skipped
    #[arg(long, action = ArgAction::SetTrue)]
    pub(crate) skipped: bool,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

/// Write every record as JSON lines, in archive order.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ExportFormat::Jsonl)]
    pub(crate) format: ExportFormat,
}

/// Measure ranking quality on a judged set of queries.
///
/// Prints MRR@10, nDCG@10, recall@10 and recall@100 with 95 % bootstrap intervals. Index the judged
/// documents first (`wensou index --index DIR corpus.jsonl`).
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Queries, as JSON lines: {"id": …, "text": …}
    #[arg(long, value_name = "FILE")]
    pub(crate) queries: PathBuf,
    /// Judgements, as tab-separated lines: query, document and grade; grades from 1 up are relevant
    #[arg(long, value_name = "FILE")]
    pub(crate) qrels: PathBuf,
    /// Number of hits to retrieve for each query
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    /// Treat queries as plain text, in which no character is an operator; by default they are
    /// parsed as `search` does
    #[arg(long, conflicts_with = "syntax")]
    pub(crate) plain: bool,
    /// Parse queries as `search` does, which is the default
    #[arg(long, hide = true)]
    pub(crate) syntax: bool,
    /// Write the ranking to FILE as a TREC run
    #[arg(long, value_name = "FILE")]
    pub(crate) run: Option<PathBuf>,
    /// Test whether the difference from this TREC run is significant
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
}
