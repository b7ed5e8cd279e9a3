//! The arguments of the verbs about the program itself.

use std::path::PathBuf;

use clap::Args;

use crate::types::{Shell, ShowFormat};

/// Show the settings and where they come from.
///
/// Precedence: flag, environment, config file, default. Verbs that read an index prefer one in the
/// working folder or above it to that of the config file. Verbs that write an index never write one
/// that was only found there. The config file is the one that WENSOU_CONFIG names, else
/// $XDG_CONFIG_HOME/wensou/config.toml, else ~/.config/wensou/config.toml.
#[derive(Debug, Args)]
#[command(after_long_help = format!(
    "Keys, all of them optional:\n{CONFIG_KEYS}\n\n\
     NO_COLOR, CLICOLOR=0 and CLICOLOR_FORCE=1 decide about colour if --color is not given.\n\
     WENSOU_CLUSTER_USER and WENSOU_CLUSTER_PASSWORD, WENSOU_CLUSTER_API_KEY, WENSOU_CLUSTER_TOKEN,\n\
     WENSOU_CLUSTER_CA_FILE and WENSOU_CLUSTER_TIMEOUT come before the keys below [cluster]."
))]
pub(crate) struct Config {
    /// Print only the path of the config file
    #[arg(long, conflicts_with = "format")]
    pub(crate) path: bool,
    /// Output format
    #[arg(long, short = 'f', value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}

/// The keys of the config file, as an example.
pub(crate) const CONFIG_KEYS: &str =
    "  index = \"~/news/index\"           # relative to the config file
  archive = [\"~/news/pages\"]       # what `wensou index` reads
  pre = \"~/bin/to-text\"            # turns other files into text, see --pre
  pre_glob = [\"*.pdf\"]             # these files
  time_zone = \"Asia/Shanghai\"      # or \"+08:00\"
  color = \"auto\"                   # always, never

  [search]
  limit = 10
  snippet = 120
  sort = \"rank\"                    # newest, oldest

  [cluster]                        # for --index https://HOST:9200/NAME
  credentials_file = \"~/.wensou\"   # has one of the three that follow
  # user = \"…\"                     # a user and a password
  # password = \"…\"
  # api_key = \"…\"                  # an API key
  # token = \"…\"                    # a token
  ca_file = \"ca.pem\"               # who signs the certificates
  insecure_http = false            # http:// to other machines
  timeout = 10                     # seconds that a request may take
  grace = 5                        # seconds that a replaced copy is kept

  [queries]                        # wensou search @weekly
  weekly = \"date:7d -tag:廣告\"";

/// Print a shell completion script
///
/// It completes verbs, flags, fields, and tags, sources, categories and ids of the
/// index:
///   bash: source <(wensou completions bash)
///   zsh:  source <(wensou completions zsh)
///   fish: wensou completions fish | source
/// Completion works in quotes too ('減半 tag:B), and in either script: what you
/// typed is kept and continued. A value with a space is completed once it is the
/// only candidate, or after 「. A negated field (-tag:) is completed in quotes or
/// after --.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
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
