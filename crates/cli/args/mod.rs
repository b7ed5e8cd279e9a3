//! The command-line arguments and their help. Parsing reads no file; the verbs in `cmd` do the
//! work.

mod index;
mod program;
mod query_words;
mod search;
mod survey;

use std::path::PathBuf;

use clap::{Arg, Args, Command, CommandFactory, Parser, Subcommand};

pub(crate) use self::index::{Backup, Check, Eval, Export, Index, Stats};
#[cfg(feature = "cluster")]
pub(crate) use self::index::{Copy, CopyFlags};
pub(crate) use self::program::{CONFIG_KEYS, Completions, Config, Manual};
pub(crate) use self::query_words::separate_query;
pub(crate) use self::search::{Browse, Explain, QUERY_HELP, Search, Show, Similar, Tags, Timeline};
pub(crate) use self::survey::Survey;
use crate::types::{Color, Zone};

/// Full-text search for an archive of Chinese articles and flash items.
///
/// Traditional, Simplified and wrongly converted text are treated as one: type either script. Plain
/// words are ranked; "quoted text" matches exactly, as a scan of the archive would.
#[derive(Debug, Parser)]
#[command(
    name = "wensou",
    version,
    propagate_version = true,
    args_override_self = true,
    max_term_width = 100,
    after_help = "To start: `wensou search 開源大模型` builds the index of the sample archive, then searches it."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The command line as clap reads it. The value of an option may begin with `-`, unless the option
/// takes a list of values. If an option that keeps one value is repeated, the last value wins.
pub(crate) fn command() -> Command {
    let allow_hyphens = |arg: Arg| {
        let is_option_with_value = !arg.is_positional() && arg.get_action().takes_values();
        // A list of values ends with the next option.
        let is_list = arg.get_num_args().is_some_and(|count| count.max_values() > 1);
        if is_option_with_value && !is_list { arg.allow_hyphen_values(true) } else { arg }
    };
    Cli::command().mut_args(allow_hyphens).mut_subcommands(|verb| verb.mut_args(allow_hyphens))
}

/// The flags of all verbs. `config::GlobalSettings` decides what applies if a flag is not given.
#[derive(Debug, Default, Args)]
pub(crate) struct Flags {
    /// Index: a folder, or https://HOST:PORT[,HOST…]/NAME on an OpenSearch cluster [default: the
    /// nearest folder `index` with an index, from the working folder upwards, then that of the
    /// config file; `wensou index` writes that of the config file, else `index`]
    #[arg(
        long,
        global = true,
        value_name = "INDEX",
        env = "WENSOU_INDEX",
        // A user may have put a password into the address.
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub(crate) index: Option<PathBuf>,
    /// Allow http:// to other machines: whoever is between reads passwords and queries
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) insecure_http: bool,
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

// No doc comments here: they would replace the help that the structs of the verbs have.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Search(Search),
    Browse(Browse),
    Index(Box<Index>),
    Survey(Survey),
    Check(Check),
    Backup(Backup),
    #[cfg(feature = "cluster")]
    Copy(Copy),
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
