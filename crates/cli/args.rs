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
/// Traditional, Simplified and wrongly converted text are one: type either script. Words rank;
/// "quoted text" is found exactly as a scan of the archive would find it.
#[derive(Debug, Parser)]
#[command(
    name = "wensou",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Start with `wensou search 開源大模型`: it builds the index of the sample archive first."
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
    /// Folder of the index [default: index]
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
    /// When to colour [default: auto]
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
/// Words after the verb are joined by blanks; put a query that begins with - after --. Every word
/// must be found; a long question finds what answers it best; if nothing has every word, the hits
/// that have the most say which they lack.
#[derive(Debug, Args)]
#[command(after_long_help = QUERY_HELP)]
pub(crate) struct Search {
    /// The query; none means everything, newest first
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Print at most N hits [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Leave out the first N hits
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// Order of the hits
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(crate) sort: Option<Sort>,
    /// How hits are printed
    #[arg(long, short = 'f', value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Run every line of FILE as a query (`-` is standard input); prints one object a query, or
    /// with --format ids the ids of each on one line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "facet", "fields"])]
    pub(crate) batch: Option<PathBuf>,
    /// Print these keys of a hit only, with commas between (json, jsonl, tsv)
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// End each id with a zero byte in place of a line feed, for `xargs -0` (needs --format ids)
    #[arg(long = "null", short = '0')]
    pub(crate) null: bool,
    /// Refuse to run if the formats for programs are not those of version N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1))]
    pub(crate) format_version: Option<u32>,
    /// Prefer newer hits: a score counts half as much in the end, half of that after SPAN (`30d`,
    /// `1y`)
    #[arg(long, value_name = "SPAN")]
    pub(crate) recency: Option<HalfLife>,
    /// Snippets of at most N characters [default: 120]
    #[arg(long, value_name = "N")]
    pub(crate) snippet: Option<usize>,
    /// Count all hits by this too; more than one, with commas between
    #[arg(long, value_enum, value_name = "FACET", value_delimiter = ',')]
    pub(crate) facet: Vec<Facet>,
    /// Print at most N values of a facet; 0 means all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) facet_limit: usize,
    /// What "today" is in dates such as `7d`: a date, or `newest` for that of the newest item
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// Search as you type, on the whole screen.
///
/// Results come with every character; filters are edits of the query, so it always says what it
/// finds. F1 lists the keys; `wensou search --help` says what a query may be. Leave with Esc on an
/// empty query or Ctrl-Q (status 0), or at once with Ctrl-C (status 130).
#[derive(Debug, Args)]
pub(crate) struct Browse {
    /// What the query is at the start; words are joined by blanks
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// What "today" is in dates such as `7d`: a date, or `newest` for that of the newest item
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// The query language in a dozen lines.
pub(crate) const QUERY_HELP: &str = "\
Queries:
  比特幣 減半             both words, in either script
  \"指令微調\"             exactly these characters, across any word boundary
  質押 OR 挖礦            either; AND, OR, NOT are upper-case, - and ( ) work too
  title:以太坊            in the title only (also body:)
  tag:BTC  tag:a,b        a whole tag; either of two; tag:BTC* begins so
  source:財聯社  category:以太坊  kind:flash|article
  date:2023-03            also 2023-01..2023-06, 2023年5月, >=2023-01, 7d, none, inferred
  since:2023-01 until:2023-06
  has:flash  script:hans  id:…  path:…
  bitebi  btb             no text has it: titles and tags by pinyin or initials
  @weekly 減半            the query saved as `weekly` in the config file, and 減半

Exit status: 0 hits, 1 none, 2 error, 3 no index or one that cannot be read.";

/// Say how a query is understood, and why a hit ranks where it does.
///
/// Prints the folded query, its words with everything that counts as finding them (other names,
/// regional words, numbers), the compiled query, and how many documents each clause matches. With
/// --id, which clauses one document matches, and every part of its score.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The query
    #[arg(value_name = "QUERY", required = true, add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Explain the score of this article or flash item; the beginning of an id will do
    #[arg(long, value_name = "ID", add = ArgValueCompleter::new(complete::id))]
    pub(crate) id: Option<String>,
    /// Prefer newer hits, as `search` does
    #[arg(long, value_name = "SPAN")]
    pub(crate) recency: Option<HalfLife>,
    /// How it is printed
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
    /// What "today" is in dates such as `7d`: a date, or `newest` for that of the newest item
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// Find what is like an article or flash item.
///
/// Articles and flash items that share its telling words, those that share the most telling ones
/// first; of an article, without the flash items in its own page.
#[derive(Debug, Args)]
pub(crate) struct Similar {
    /// Its id, or the beginning of it
    #[arg(add = ArgValueCompleter::new(complete::id))]
    pub(crate) id: String,
    /// Print at most N hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
    /// How hits are printed
    #[arg(long, short = 'f', value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Snippets of at most N characters
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
    /// One object a line
    Jsonl,
    /// One id a line
    Ids,
    /// A header, then one hit a line
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
        text.parse().map(Self::Day).map_err(|_| "give a day as YYYY-MM-DD, or `newest`".to_owned())
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
        let cure = || "give a number of days, weeks, months or years: 30d, 8w, 6mo, 1y".to_owned();
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

/// Build the index of an archive.
///
/// Files and folders of pages (.txt, .html, .htm, without an ending) and JSON lines (.jsonl) are
/// read, whichever of UTF-8, UTF-16, GB18030 and Big5 they are in; compressed ones (.gz, .zst,
/// .xz), too, and those inside .zip, .tar (.tar.gz, .tgz, .tar.zst, .tar.xz) and .warc (.warc.gz)
/// files. What cannot be read is skipped and named. Where there is an index already, what the pages
/// still say is taken over from it: new and changed pages are added, and what stands in no page any
/// more goes. The new index is written beside the old one and swapped in at the end: until then,
/// searches find the old one, and so they do if the build is stopped.
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// Files and folders of the archive; none means those of the config file, else of the last
    /// build, else data/
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Build anew, and take nothing over from the index that is there
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Wait for another process that is writing to the index
    #[arg(long)]
    pub(crate) wait: bool,
    /// Accept that a file or folder which had pages has none now, and remove its records
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Append what is done and what goes wrong to FILE, with times
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Make a page that had to be skipped an error, and keep the old index
    #[arg(long)]
    pub(crate) strict: bool,
    /// Read every page without a byte order mark in this encoding (utf-8, gb18030, big5, utf-16le,
    /// or another label of the WHATWG) instead of detecting it; kept for later builds
    #[arg(long, value_name = "NAME|auto")]
    pub(crate) encoding: Option<String>,
    /// Words of your own, one a line (perhaps a tab and a frequency); kept for later builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) words: Option<PathBuf>,
    /// Words that mean the same, one group a line, tabs or commas between; kept for later builds
    #[arg(long, value_name = "FILE|none")]
    pub(crate) synonyms: Option<PathBuf>,
    /// Threads
    #[arg(long, short = 'j', value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Check an index against its checksums and its archive.
///
/// Says whether the index is what was written, and what the archive says now. Every file is
/// compared with its checksum, every record with the columns beside it, and all of them with the
/// archive, which is read again. Names what is wrong and the command that mends it. The exit status
/// is 0 if the index is sound, though it may be stale, and 3 if it is damaged.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Compare checksums only
    #[arg(long, short)]
    pub(crate) quick: bool,
    /// Build what is damaged anew from the archive, and remove what stopped builds have left;
    /// records of files that cannot be read are kept
    #[arg(long)]
    pub(crate) repair: bool,
    /// With --repair, accept that records are lost which can be read neither from the archive nor
    /// from the damaged index
    #[arg(long, requires = "repair")]
    pub(crate) allow_empty: bool,
    /// How findings are printed
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

/// Copy the index to another folder.
///
/// The copy is whole and of one moment, even if the index is being built meanwhile, and every file
/// is verified while it is copied. The folder must be new or empty, or hold an older backup, which
/// is replaced in one step. A backup is an index like any other: search it with --index DIR, or
/// restore it with `wensou backup --index BACKUP DIR`.
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
    /// Its id, or the beginning of it
    #[arg(add = ArgValueCompleter::new(complete::id))]
    pub(crate) id: String,
    /// Mark the words of this query
    #[arg(long, value_name = "QUERY")]
    pub(crate) highlight: Option<String>,
    /// The bytes of the file that it stands in, as they are; on a terminal, control characters are
    /// replaced
    #[arg(long, conflicts_with_all = ["format", "highlight"])]
    pub(crate) raw: bool,
    /// Show the text in this script; what lies in the archive stays as it is
    #[arg(long, value_enum, default_value_t = Script::Original)]
    pub(crate) script: Script,
    /// How it is printed
    #[arg(long, short = 'f', value_enum, default_value_t = RecordFormat::Text)]
    pub(crate) format: RecordFormat,
    /// Print a long article at once; without it, one longer than the screen goes through $PAGER
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
    /// One line to quote it by: title, source, date, path and bytes
    Cite,
}

/// The script that text is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Script {
    /// As the page has it
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

/// List tags with the number of documents that have them.
#[derive(Debug, Args)]
pub(crate) struct Tags {
    /// Count only documents that this query matches
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Only tags that begin so, in either script and case
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<String>,
    /// Print at most N tags; 0 means all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 40)]
    pub(crate) limit: usize,
    /// How they are printed
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

/// Draw how many documents fall into each month.
///
/// Or into each day, week, quarter or year.
///
/// Stated dates are drawn solid, inferred ones shaded; documents without a date are counted below.
#[derive(Debug, Args)]
pub(crate) struct Timeline {
    /// Count only documents that this query matches
    #[arg(value_name = "QUERY", add = ArgValueCompleter::new(complete::query))]
    pub(crate) query: Vec<String>,
    /// Length of a bar's time [default: the shortest that gives at most 40 bars]
    #[arg(long, value_enum, value_name = "STEP")]
    pub(crate) by: Option<Step>,
    /// How it is printed
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
    /// What "today" is in dates such as `7d`: a date, or `newest` for that of the newest item
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
    /// One object a line
    Jsonl,
    /// A header, then one entry a line
    Tsv,
}

/// Say what the index holds.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Name every file that was skipped
    #[arg(long, action = ArgAction::SetTrue)]
    pub(crate) skipped: bool,
    /// How it is printed
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

/// Write every record as JSON lines, in the order of the archive.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// How records are written
    #[arg(long, short = 'f', value_enum, default_value_t = ExportFormat::Jsonl)]
    pub(crate) format: ExportFormat,
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One object a line
    Jsonl,
}

/// Measure the ranking by a judged set of queries.
///
/// Prints MRR@10, nDCG@10, recall@10 and recall@100 with 95 % bootstrap intervals. Index the judged
/// documents first (`wensou index --index DIR corpus.jsonl`).
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Queries: JSON lines of {"id": …, "text": …}
    #[arg(long, value_name = "FILE")]
    pub(crate) queries: PathBuf,
    /// Judgements: lines of query, document and grade, tabs between; relevant from 1 up
    #[arg(long, value_name = "FILE")]
    pub(crate) qrels: PathBuf,
    /// Hits asked of each query
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    /// Read queries as `search` does; without it they are plain questions, whatever signs are in
    /// them
    #[arg(long)]
    pub(crate) syntax: bool,
    /// Write the ranking as a TREC run file
    #[arg(long, value_name = "FILE")]
    pub(crate) run: Option<PathBuf>,
    /// Say whether the difference from this TREC run is more than chance
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
}

/// Print what a shell reads to complete wensou lines
///
/// Verbs, flags, fields, and from the index tags, sources, categories and ids:
///   bash: source <(wensou completions bash)
///   zsh:  source <(wensou completions zsh)
///   fish: wensou completions fish | source
/// In quotes too ('減半 tag:B), and in either script: what was typed stays, and is continued.
/// A value with a blank completes once it is the only one left, or behind 「. A field with a minus
/// (-tag:) completes in quotes or behind --.
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

/// Print a manual page, or write them all.
///
/// To read one: wensou man query | man -l -
#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// A verb, or `query` for the query language; none means the page of wensou itself
    pub(crate) page: Option<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    pub(crate) dir: Option<PathBuf>,
}

/// Show every setting and where it comes from.
///
/// A flag goes before the environment, that before the config file, that before the default. The
/// config file is the one that WENSOU_CONFIG names, else $XDG_CONFIG_HOME/wensou/config.toml, else
/// ~/.config/wensou/config.toml.
#[derive(Debug, Args)]
#[command(after_long_help = CONFIG_HELP)]
pub(crate) struct Config {
    /// Print the path of the config file and nothing else
    #[arg(long, conflicts_with = "format")]
    pub(crate) path: bool,
    /// How settings are printed
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

const CONFIG_HELP: &str = "\
Every key, each of which may be left out:
  index = \"~/news/index\"           # a relative path starts at the config file
  archive = [\"~/news/pages\"]       # what `wensou index` reads
  time_zone = \"Asia/Shanghai\"      # or \"+08:00\"
  color = \"auto\"                   # always, never

  [search]
  limit = 10
  snippet = 120
  sort = \"rank\"                    # newest, oldest

  [queries]                         # wensou search @weekly
  weekly = \"date:7d -tag:廣告\"

NO_COLOR, CLICOLOR=0 and CLICOLOR_FORCE set the colour where --color does not.";
