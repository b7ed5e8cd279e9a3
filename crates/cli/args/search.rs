//! The arguments of the verbs that search and show documents.

use clap::Args;

use crate::types::{AsOf, Facet, HalfLife, HitFormat, ListFormat, RecordFormat, Script};
use crate::types::{ShowFormat, Sort, Step};

/// Search articles and flash items.
///
/// The arguments are joined with spaces into one query. An argument that begins with - is an option
/// if it can be one as a whole (-n5, -f json); otherwise it is a part of the query: -廣告 leaves
/// out documents with 廣告. Everything after -- is the query.
/// Hits that have every word come first. If there are fewer than the page has room for, the closest
/// matches follow, each with the words that it is missing; with --format ids, an empty line comes
/// before them, and with --null they are left out. For a question, the documents that answer it
/// best are listed.
#[derive(Debug, Args)]
#[command(after_long_help = format!("Queries:\n{QUERY_HELP}\n\n{SEARCH_STATUS}"))]
pub(crate) struct Search {
    /// The query; without one, all documents are listed, newest first
    #[arg(value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    /// Print at most N hits [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Skip the first N hits
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// Sort order of the hits [default: rank, or newest if the query has no words]
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(crate) sort: Option<Sort>,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = HitFormat::Text)]
    pub(crate) format: HitFormat,
    /// Run each line of FILE as a query (`-` is standard input), and print one object per query;
    /// with --format ids, the ids of each query on one line. Each answer is printed at once, so a
    /// program can read it before it writes the next query
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "facet", "fields"])]
    pub(crate) batch: Option<std::path::PathBuf>,
    /// Print only the number of documents that have every word of the query
    #[arg(long, short = 'c', overrides_with_all = ["files", "quiet"], conflicts_with_all = ["format", "batch", "fields", "facet"])]
    pub(crate) count: bool,
    /// Print only the paths of files with documents that have every word, each once; all of them,
    /// unless --limit says how many documents
    #[arg(long = "files-with-matches", id = "files", short = 'l', overrides_with_all = ["count", "quiet"], conflicts_with_all = ["format", "batch", "fields", "facet"])]
    pub(crate) files: bool,
    /// Print nothing: the exit status says whether a document has every word
    #[arg(long, short = 'q', overrides_with_all = ["count", "files"], conflicts_with_all = ["batch"])]
    pub(crate) quiet: bool,
    /// Print only these keys of each hit, separated by commas (json, jsonl, tsv)
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// End each id or path with a zero byte instead of a line feed, for `xargs -0` (needs --format
    /// ids or --files-with-matches)
    #[arg(long = "null", short = '0')]
    pub(crate) null: bool,
    /// Fail unless the output formats for programs are those of version N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(FORMAT_VERSION..=FORMAT_VERSION))]
    pub(crate) format_version: Option<u32>,
    /// Print only hits that have every word of the query, even if there are few or none; the exit
    /// status is 1 if there are none
    #[arg(long)]
    pub(crate) strict: bool,
    /// Show articles with the same text, or nearly the same, as hits of their own, and not as one
    /// hit with a list of them (formats ids and tsv always do)
    #[arg(long)]
    pub(crate) all: bool,
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
    /// Print at most N values of each facet: the most frequent, or the latest months and `none` (no
    /// date) besides; 0 means all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) facet_limit: usize,
    /// Take DATE as "today" in dates such as `7d`; `newest` is the date of the newest document
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// The version of the output formats for programs, see docs/schema.
pub(crate) const FORMAT_VERSION: i64 = 2;

/// The query language in a dozen lines.
pub(crate) const QUERY_HELP: &str = "  比特幣 減半             both words, in either script
  \"指令微調\"             exactly these characters, across word boundaries
  質押 OR 挖礦            either; capitals in AND, OR, NOT; also - and ( )
  title:以太坊            in the title only (also body:)
  tag:BTC  tag:a,b        a whole tag; either of two; tag:BTC* is a prefix
  source:財聯社  author:林知遠  site:example.org  url:…
  category:以太坊  kind:flash|article
  date:2023-03            also 2023-01..2023-06, 2023年5月, >=2023-01, 7d
  date:none               without a date; date:inferred: date not stated
  since:2023-01 until:2023-06
  has:flash  script:hans  id:…  path:…
  bitebi  btb             pinyin or initials, where no text contains them
  @weekly 減半            the saved query `weekly`, and 減半";

const SEARCH_STATUS: &str = "\
Exit status: 0 hits, 1 no hits, 2 error, 3 index missing, unreadable or damaged.";

/// Search as you type, full screen.
///
/// The hits change with every character. A filter is an edit of the query, so the query line always
/// says what is shown. F1 lists the keys; `wensou search --help` describes queries. Leave with Esc
/// on an empty query or with Ctrl-Q (status 0), or at once with Ctrl-C (status 130).
#[derive(Debug, Args)]
pub(crate) struct Browse {
    /// Initial query; the arguments are joined with spaces
    #[arg(value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    /// Take DATE as "today" in dates such as `7d`; `newest` is the date of the newest document
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<AsOf>,
}

/// Show how a query is understood, and why a hit ranks where it does.
///
/// Prints the folded query, each word with all its variants (other names, regional words, numbers),
/// the compiled query, and how many documents each clause matches. With --id, also shows which
/// clauses one document matches, and every part of its score.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The query
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) query: Vec<String>,
    /// Explain the score of this article or flash item; the beginning of an id is enough
    #[arg(long, value_name = "ID")]
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
    pub(crate) id: String,
    /// Print at most N hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = HitFormat::Text)]
    pub(crate) format: HitFormat,
    /// Cut snippets to at most N characters
    #[arg(long, value_name = "N", default_value_t = 120)]
    pub(crate) snippet: usize,
}

/// Print one article or flash item.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The id of the document, or the beginning of it
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
    /// Print text that is longer than the screen directly, instead of in $PAGER
    #[arg(long)]
    pub(crate) no_pager: bool,
}

/// List tags with their document counts.
#[derive(Debug, Args)]
pub(crate) struct Tags {
    /// Count only documents that this query matches
    #[arg(value_name = "QUERY")]
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
/// Draws a bar for each day, week, month, quarter or year: stated dates solid, inferred ones
/// shaded. Documents without a date are counted below.
#[derive(Debug, Args)]
pub(crate) struct Timeline {
    /// Count only documents that this query matches
    #[arg(value_name = "QUERY")]
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
