//! Settings. Precedence: flag, environment, config file, default. For verbs that read an index, an
//! index that is found in the working folder, or in a folder above that, comes before the index of
//! the config file. This module applies these rules to the flags that all verbs share; a flag of
//! one verb, such as `--limit`, is applied by the verb.

mod discover;
mod file;
mod saved;
mod setting;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

pub(crate) use file::{AtLine, ConfigPath, has_user, is_address, locate};
pub(crate) use saved::{QueryMistake, read_query};
pub(crate) use setting::{Setting, SettingOrigin};

use crate::args::Flags;
use crate::types::{Color, Sort, Zone};

/// The settings that all verbs share.
#[derive(Debug, Clone)]
pub(crate) struct GlobalSettings {
    /// The config file, if there is a home folder to look for it in.
    pub(crate) file: Option<ConfigPath>,
    /// Whether the config file exists.
    pub(crate) file_exists: bool,
    /// The index that verbs read: a folder, or an address on a cluster. For `wensou index` and
    /// `check --repair`, `main` sets it to `written`.
    pub(crate) index: Setting<PathBuf>,
    /// The index that `wensou index` and `check --repair` write: a folder, or an address on a
    /// cluster.
    pub(crate) written: Setting<PathBuf>,
    /// The paths that `wensou index` reads if none is given; empty means those of the last build.
    pub(crate) archive: Setting<Vec<PathBuf>>,
    /// The command of the config file that turns files of other kinds into text.
    pub(crate) pre: Option<PathBuf>,
    /// The patterns of the files that the command `pre` is for.
    pub(crate) pre_glob: Vec<String>,
    /// The time zone of "today".
    pub(crate) zone: Setting<Zone>,
    /// When to use colour.
    pub(crate) color: Setting<Color>,
    /// Number of hits that a search prints.
    pub(crate) limit: Setting<usize>,
    /// Maximum length of a snippet, in characters.
    pub(crate) snippet: Setting<usize>,
    /// Sort order; `None` means best first if the query has words, else newest first.
    pub(crate) sort: Setting<Option<Sort>>,
    /// How clusters are reached.
    #[cfg(feature = "cluster")]
    pub(crate) cluster: wensou_cluster::ClusterSettings,
    /// Whether `http://` to a cluster on another machine is allowed; the same as in `cluster`.
    #[cfg(feature = "cluster")]
    pub(crate) insecure_http: Setting<bool>,
    /// The line of the config file on which the settings of clusters begin.
    #[cfg(feature = "cluster")]
    pub(crate) cluster_line: Option<usize>,
    /// Saved queries by name.
    pub(crate) queries: BTreeMap<String, AtLine<String>>,
}

impl GlobalSettings {
    /// Reads the config file and applies the precedence. `flags` must have been parsed from
    /// `matches`, which say whether a value comes from a flag or from an environment variable.
    ///
    /// # Errors
    ///
    /// If the config file cannot be read or something in it is wrong, or if the index is neither a
    /// folder nor an address without a user.
    pub(crate) fn resolve(flags: &Flags, matches: &ArgMatches) -> anyhow::Result<Self> {
        // A user without a home folder has no config file. That is not an error.
        let file = locate().ok();
        let read = file.as_ref().map(file::read).transpose()?.flatten();
        let file_exists = read.is_some();
        let values = read.unwrap_or_default();
        // Which of the two gave the value of the argument `id`: its flag or its variable.
        let origin =
            |id: &str, flag: &'static str, variable: &'static str| match matches.value_source(id) {
                Some(ValueSource::EnvVariable) => SettingOrigin::Environment(variable),
                _ => SettingOrigin::Flag(flag),
            };
        let explicit =
            flags.index.clone().map(|dir| (dir, origin("index", "--index", "WENSOU_INDEX")));
        let written = first_set(explicit, values.index, || PathBuf::from(discover::DEFAULT_INDEX));
        file::check_index(&written)?;
        #[cfg(feature = "cluster")]
        let (cluster, cluster_line) =
            values.cluster.map(|at| (at.value, Some(at.line))).unwrap_or_default();
        #[cfg(feature = "cluster")]
        let insecure_http = first_set(
            flags.insecure_http.then_some((true, SettingOrigin::Flag("--insecure-http"))),
            cluster_line.filter(|_| cluster.insecure_http).map(|line| AtLine { value: true, line }),
            || false,
        );
        // `None` is passed for settings that have no environment variable and no flag that all
        // verbs share. Some, such as `limit`, have a flag in single verbs: such a verb itself lets
        // its flag take precedence.
        Ok(Self {
            index: index_to_read(&written),
            written,
            archive: first_set(None, values.archive, Vec::new),
            pre: values.pre,
            pre_glob: values.pre_glob,
            zone: first_set(
                flags.tz.clone().map(|zone| (zone, origin("tz", "--tz", "WENSOU_TZ"))),
                values.zone,
                Zone::default,
            ),
            color: first_set(color(flags), values.color, || Color::Auto),
            limit: first_set(None, values.limit, || 10),
            snippet: first_set(None, values.snippet, || 120),
            sort: first_set(
                None,
                values.sort.map(|at| AtLine { value: Some(at.value), line: at.line }),
                || None,
            ),
            #[cfg(feature = "cluster")]
            cluster: wensou_cluster::ClusterSettings {
                insecure_http: insecure_http.value,
                ..cluster
            },
            #[cfg(feature = "cluster")]
            insecure_http,
            #[cfg(feature = "cluster")]
            cluster_line,
            queries: values.queries,
            file,
            file_exists,
        })
    }

    /// Whether `http://` to a cluster on another machine is allowed.
    #[cfg(feature = "cluster")]
    pub(crate) fn allows_insecure_http(&self) -> bool {
        self.insecure_http.value
    }

    /// `false`: without the feature `cluster`, no cluster is reached at all.
    #[cfg(not(feature = "cluster"))]
    pub(crate) fn allows_insecure_http(&self) -> bool {
        false
    }

    /// A line of the config file as `path:line`.
    pub(crate) fn location(&self, line: usize) -> String {
        let path = self.file.as_ref().map_or(Path::new(""), |file| &file.path);
        format!("{}:{line}", path.display())
    }
}

/// The index that verbs read: the one that a flag or an environment variable names, else the
/// nearest one from the working folder upwards, else that of the config file, else the default.
fn index_to_read(written: &Setting<PathBuf>) -> Setting<PathBuf> {
    let is_explicit =
        matches!(written.origin, SettingOrigin::Flag(_) | SettingOrigin::Environment(_));
    let discovered = if is_explicit { None } else { discover::nearest_index() };
    match discovered {
        Some(dir) if !discover::is_same_folder(&dir, written) => {
            Setting { value: dir, origin: SettingOrigin::FoundFromWorkingFolder }
        }
        _ => written.clone(),
    }
}

/// A setting by the precedence: `given` by a flag or an environment variable, else that of the
/// config file, else the default.
fn first_set<T>(
    given: Option<(T, SettingOrigin)>,
    file: Option<AtLine<T>>,
    default: impl FnOnce() -> T,
) -> Setting<T> {
    let file = file.map(|at| (at.value, SettingOrigin::File(at.line)));
    let (value, origin) = given.or(file).unwrap_or_else(|| (default(), SettingOrigin::Default));
    Setting { value, origin }
}

/// When to use colour, by the flag or by the conventional environment variables; `None` if neither
/// says.
fn color(flags: &Flags) -> Option<(Color, SettingOrigin)> {
    match flags.color {
        Some(color) => Some((color, SettingOrigin::Flag("--color"))),
        None if anstyle_query::no_color() => {
            Some((Color::Never, SettingOrigin::Environment("NO_COLOR")))
        }
        None if anstyle_query::clicolor_force() => {
            Some((Color::Always, SettingOrigin::Environment("CLICOLOR_FORCE")))
        }
        None if anstyle_query::clicolor() == Some(false) => {
            Some((Color::Never, SettingOrigin::Environment("CLICOLOR")))
        }
        None => None,
    }
}
