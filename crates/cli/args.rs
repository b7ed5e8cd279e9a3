//! The command line: what may be typed, and its help. Parsed and validated here without touching a
//! file; the verbs in `cmd` do the rest.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use jiff::civil::Date;
use serde::Deserialize;

use crate::complete;
pub(crate) use crate::config::Global;
use crate::config::Zone;

/// Full-text search for an archive of Chinese articles and flash items.
///
/// Traditional, Simplified and wrongly converted text are treated as one: type either script. Plain
/// words are ranked; "quoted text" matches exactly, as a scan of the archive would.
#[derive(Debug, Parser)]
#[command(
    name = "wensou",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "To start: `wensou search 開源大模型` builds the index of the sample archive, then searches it."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What may be typed with every verb. What is not typed is decided by [`Global`].
#[derive(Debug, Default, Args)]
pub(crate) struct Flags {
    /// Index folder [default: index]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "WENSOU_INDEX",
        help_heading = "Global options"
    )]
    pub(crate) index: Option<PathBuf>,
    /// Time zone of "today" in dates such as `7d`: Asia/Shanghai, +08:00 [default: +08:00]
    #[arg(
        long,
        global = true,
        value_name = "ZONE",
        env = "WENSOU_TZ",
        help_heading = "Global options"
    )]
    pub(crate) tz: Option<Zone>,
    /// When to use colour [default: auto]
    #[arg(long, global = true, value_enum, value_name = "WHEN", help_heading = "Global options")]
    pub(crate) color: Option<Color>,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

// What a verb does is said at its arguments: a comment here would take the place of all of that.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Search(Search),
    Browse(Browse),
    Index(Index),
    Check(Check),
    Backup(Backup),
    Explain(Explain),
    Similar(Similar),
    Show(Show),
    Tags(Tags),
    Timeline(Timeline),
    Stats(Stats),
    Export(Export),
    Eval(Eval),
    Config(Config),
    Completions(Completions),
    Man(Manual),
}

/// Search articles and flash items.
///
/// The arguments are joined with spaces into one query; put a query that begins with - after --.
/// Every word must occur. A long question lists the documents that answer it best. If no document
/// contains every word, the closest matches are shown, each with the words that it is missing.
#[derive(Debug, Args)]
#[command(after_long_help = format!("Queries:\n{QUERY_HELP}\n\n{SEARCH_STATUS}"))]
pub(crate) struct Search {
    /// The query; without one, all documents are listed, newest first
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Print at most N hits [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Skip the first N hits
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// Sort order of the hits
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(crate) sort: Option<Sort>,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Run each line of FILE as a query (`-` is standard input), and print one object per query;
    /// with --format ids, the ids of each query on one line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "facet", "fields"])]
    pub(crate) batch: Option<PathBuf>,
    /// Print only these keys of each hit, separated by commas (json, jsonl, tsv)
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// End each id with a zero byte instead of a line feed, for `xargs -0` (needs --format ids)
    #[arg(long = "null", short = '0')]
    pub(crate) null: bool,
    /// Fail unless the output formats for programs are those of version N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1))]
    pub(crate) format_version: Option<u32>,
    /// Prefer newer hits: a document of age SPAN (`30d`, `1y`) loses a quarter of its score, a very
    /// old one half
    #[arg(long, value_name = "SPAN")]
    pub(crate) recency: Option<HalfLife>,
    /// Cut snippets to at most N characters [default: 120]
    #[arg(long, value_name = "N")]
    pub(crate) snippet: Option<usize>,
    /// Also count all hits by FACET; separate several with commas
    #[arg(long, value_enum, value_name = "FACET", value_delimiter = ',')]
    pub(crate) facet: Vec<Facet>,
    /// Print at most N values of each facet; 0 means all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) facet_limit: usize,
    /// Take DATE as "today" in dates such as `7d`; `newest` is the date of the newest document
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// Search as you type, full screen.
///
/// The hits change with every character. A filter is an edit of the query, so the query line always
/// says what is shown. F1 lists the keys; `wensou search --help` describes queries. Leave with Esc
/// on an empty query or with Ctrl-Q (status 0), or at once with Ctrl-C (status 130).
#[derive(Debug, Args)]
pub(crate) struct Browse {
    /// Initial query; the arguments are joined with spaces
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Take DATE as "today" in dates such as `7d`; `newest` is the date of the newest document
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// The query language in a dozen lines.
pub(crate) const QUERY_HELP: &str = "  比特幣 減半             both words, in either script
  \"指令微調\"             exactly these characters, across word boundaries
  質押 OR 挖礦            either; capitals in AND, OR, NOT; also - and ( )
  title:以太坊            in the title only (also body:)
  tag:BTC  tag:a,b        a whole tag; either of two; tag:BTC* is a prefix
  source:財聯社  category:以太坊  kind:flash|article
  date:2023-03            also 2023-01..2023-06, 2023年5月, >=2023-01, 7d
  date:none               without a date; date:inferred: date not stated
  since:2023-01 until:2023-06
  has:flash  script:hans  id:…  path:…
  bitebi  btb             pinyin or initials, where no text contains them
  @weekly 減半            the saved query `weekly`, and 減半";

const SEARCH_STATUS: &str = "\
Exit status: 0 hits, 1 no hits, 2 error, 3 index missing, unreadable or damaged.";

/// Show how a query is understood, and why a hit ranks where it does.
///
/// Prints the folded query, each word with all its variants (other names, regional words, numbers),
/// the compiled query, and how many documents each clause matches. With --id, also shows which
/// clauses one document matches, and every part of its score.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The query
    #[arg(value_name = "QUERY", required = true, add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Explain the score of this article or flash item; the beginning of an id is enough
    #[arg(long, value_name = "ID", add = ArgValueCompleter::new(complete::id))]
    pub(crate) id: Option<String>,
    /// Prefer newer hits, as `search` does
    #[arg(long, value_name = "SPAN")]
    pub(crate) recency: Option<HalfLife>,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
    /// Take DATE as "today" in dates such as `7d`; `newest` is the date of the newest document
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// Find documents similar to an article or flash item.
///
/// Ranks articles and flash items by the distinctive words that they share with it. The flash items
/// in an article's own page are left out.
#[derive(Debug, Args)]
pub(crate) struct Similar {
    /// The id of the document, or the beginning of it
    #[arg(add = ArgValueCompleter::new(complete::id))]
    pub(crate) id: String,
    /// Print at most N hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Cut snippets to at most N characters
    #[arg(long, value_name = "N", default_value_t = 120)]
    pub(crate) snippet: usize,
}

/// Order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    /// Best first
    Rank,
    /// Newest first, undated last
    Newest,
    /// Oldest first, undated last
    Oldest,
}

/// How hits are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// One id per line
    Ids,
    /// A header line, then one hit per line
    Tsv,
}

/// The day that relative dates count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// This day.
    Day(Date),
    /// The day of the newest dated item.
    Newest,
}

impl std::str::FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "newest" {
            return Ok(Self::Newest);
        }
        text.parse()
            .map(Self::Day)
            .map_err(|_| "expected a day as YYYY-MM-DD, or `newest`".to_owned())
    }
}

/// A half-life in days, typed as `30d`, `8w`, `6mo` or `1y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HalfLife {
    pub(crate) days: i64,
}

impl std::str::FromStr for HalfLife {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let cure =
            || "expected a number of days, weeks, months or years: 30d, 8w, 6mo, 1y".to_owned();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let days = match &text[digits..] {
            "d" => 1,
            "w" => 7,
            "mo" => 30,
            "y" => 365,
            _ => return Err(cure()),
        };
        let count: i64 = text[..digits].parse().map_err(|_| cure())?;
        let days = count.checked_mul(days).filter(|days| (1..=365_000).contains(days));
        days.map(|days| Self { days }).ok_or_else(cure)
    }
}

/// Build or update the index of an archive.
///
/// Reads files and folders of pages (.txt, .html, .htm, or no extension) and JSON lines (.jsonl) in
/// UTF-8, UTF-16, GB18030 or Big5; also compressed (.gz, .zst, .xz), and inside .zip, .tar (.tar.gz,
/// .tgz, .tar.zst, .tar.xz) and .warc (.warc.gz) files. What cannot be read is skipped and named. An
/// index that exists is updated: unchanged records are reused, new and changed pages are added, and
/// records whose pages are gone are removed. The new index is written beside the old one and
/// replaces it in one step at the end. Until then, and if the build is stopped, searches use the
/// old index.
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// Files and folders to index [default: those of the config file, else of the last build, else
    /// data/]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Build from scratch instead of updating the existing index
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Wait if another process is building the index
    #[arg(long)]
    pub(crate) wait: bool,
    /// Accept that a file or folder that had pages has none now, and remove its records
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Append progress and problems to FILE, with times
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Fail if any page has to be skipped, and keep the old index
    #[arg(long)]
    pub(crate) strict: bool,
    /// Encoding of pages without a byte order mark (utf-8, gb18030, big5, utf-16le or another WHATWG
    /// label), or `auto` to detect it; remembered for later builds
    #[arg(long, value_name = "NAME|auto")]
    pub(crate) encoding: Option<String>,
    /// Your own words, one per line, with an optional tab and frequency; remembered for later
    /// builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) words: Option<PathBuf>,
    /// Groups of words that mean the same, one group per line, separated by tabs or commas;
    /// remembered for later builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) synonyms: Option<PathBuf>,
    /// Number of threads [default: one per processor]
    #[arg(long, short = 'j', value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Verify an index against its checksums and its archive.
///
/// Compares every file with its checksum, every record with all that was derived from it, and the
/// records with the archive, which is read again. Names each problem and the command that fixes it.
/// The exit status is 0 if the index is intact, even if it is out of date, and 3 if it is damaged.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Compare checksums only
    #[arg(long, short)]
    pub(crate) quick: bool,
    /// Rebuild what is damaged from the archive, and remove what stopped builds have left behind;
    /// records of files that cannot be read are kept
    #[arg(long)]
    pub(crate) repair: bool,
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

/// Print one article or flash item.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The id of the document, or the beginning of it
    #[arg(add = ArgValueCompleter::new(complete::id))]
    pub(crate) id: String,
    /// Highlight the words of this query
    #[arg(long, value_name = "QUERY")]
    pub(crate) highlight: Option<String>,
    /// Print the bytes of the original file, unchanged; on a terminal, control characters are
    /// replaced
    #[arg(long, conflicts_with_all = ["format", "highlight"])]
    pub(crate) raw: bool,
    /// Show the text in this script; the archive is not changed
    #[arg(long, value_enum, default_value_t = Script::Original)]
    pub(crate) script: Script,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = RecordFormat::Text)]
    pub(crate) format: RecordFormat,
    /// Do not show text that is longer than the screen in $PAGER
    #[arg(long)]
    pub(crate) no_pager: bool,
}

/// How one record is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For people
    Text,
    /// As `export` writes it
    Json,
    /// One line for quoting: title, source, date, path and byte range
    Cite,
}

/// The script that text is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Script {
    /// As in the page
    Original,
    /// Simplified
    Hans,
    /// Traditional
    Hant,
}

/// How one object is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people
    Text,
    /// One object
    Json,
}

/// List tags with their document counts.
#[derive(Debug, Args)]
pub(crate) struct Tags {
    /// Count only documents that this query matches
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// List only tags that begin with TEXT, in either script and case
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<String>,
    /// Print at most N tags; 0 means all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 40)]
    pub(crate) limit: usize,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

/// Chart the number of documents over time.
///
/// Draws a bar for each day, week, month, quarter or year: stated dates solid, inferred ones shaded.
/// Documents without a date are counted below.
#[derive(Debug, Args)]
pub(crate) struct Timeline {
    /// Count only documents that this query matches
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Time span of a bar [default: the shortest that gives at most 40 bars]
    #[arg(long, value_enum, value_name = "STEP")]
    pub(crate) by: Option<Step>,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
    /// Take DATE as "today" in dates such as `7d`; `newest` is the date of the newest document
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// Length of a bar's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    Day,
    /// From Monday
    Week,
    Month,
    Quarter,
    Year,
}

/// What hits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Facet {
    Tag,
    Source,
    Category,
    Kind,
    Month,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// A header line, then one entry per line
    Tsv,
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

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One object per line
    Jsonl,
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
    /// Judgements, as tab-separated lines: query, document and grade; relevant from 1 up
    #[arg(long, value_name = "FILE")]
    pub(crate) qrels: PathBuf,
    /// Number of hits to retrieve for each query
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    /// Parse queries as `search` does; by default they are plain text, in which no character is an
    /// operator
    #[arg(long)]
    pub(crate) syntax: bool,
    /// Write the ranking to FILE as a TREC run
    #[arg(long, value_name = "FILE")]
    pub(crate) run: Option<PathBuf>,
    /// Test whether the difference from this TREC run is significant
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
}

/// Print a shell completion script
///
/// It completes verbs, flags, fields, and the tags, sources, categories and ids of the index:
///   bash: source <(wensou completions bash)
///   zsh:  source <(wensou completions zsh)
///   fish: wensou completions fish | source
/// Completion works in quotes too ('減半 tag:B), and in either script: what you typed is kept and
/// continued. A value with a space is completed once it is the only candidate, or after 「.
/// A negated field (-tag:) is completed in quotes or after --.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Print a manual page, or write all of them.
///
/// To read one: wensou man query | man -l -
#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// A verb, or `query` for the query language; without one, the page of wensou itself
    pub(crate) page: Option<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    pub(crate) dir: Option<PathBuf>,
}

/// Show every setting and where it comes from.
///
/// Precedence: flag, environment, config file, default. The config file is the one that
/// WENSOU_CONFIG names, else $XDG_CONFIG_HOME/wensou/config.toml, else ~/.config/wensou/config.toml.
#[derive(Debug, Args)]
#[command(after_long_help = format!(
    "Keys, all of them optional:\n{CONFIG_KEYS}\n\n\
     NO_COLOR, CLICOLOR=0 and CLICOLOR_FORCE=1 decide about colour if --color is not given."
))]
pub(crate) struct Config {
    /// Print only the path of the config file
    #[arg(long, conflicts_with = "format")]
    pub(crate) path: bool,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

/// Every key of the config file, as an example.
pub(crate) const CONFIG_KEYS: &str =
    "  index = \"~/news/index\"           # relative to the config file
  archive = [\"~/news/pages\"]       # what `wensou index` reads
  time_zone = \"Asia/Shanghai\"      # or \"+08:00\"
  color = \"auto\"                   # always, never

  [search]
  limit = 10
  snippet = 120
  sort = \"rank\"                    # newest, oldest

  [queries]                         # wensou search @weekly
  weekly = \"date:7d -tag:廣告\"";
