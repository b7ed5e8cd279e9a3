//! Finds and reads the config file, and reports mistakes in it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use etcetera::BaseStrategy;
use serde::Deserialize;
use toml::Spanned;
#[cfg(feature = "cluster")]
use wensou_cluster::ClusterSettings;
use wensou_query::lang::{closest, is_saved_name};

use super::setting::SettingOrigin;
use crate::types::{Color, Sort, Zone};

/// The environment variable that names the config file, if it is not in the usual folder.
const VARIABLE: &str = "WENSOU_CONFIG";

/// The keys that the config file may contain. No key sets an output format: a script that relies
/// on the default format must get the same output everywhere.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigDocument {
    index: Option<Spanned<PathBuf>>,
    archive: Option<Spanned<Vec<PathBuf>>>,
    pre: Option<PathBuf>,
    #[serde(default)]
    pre_glob: Vec<String>,
    time_zone: Option<Spanned<String>>,
    color: Option<Spanned<Color>>,
    #[serde(default)]
    search: SearchTable,
    #[cfg(feature = "cluster")]
    cluster: Option<Spanned<ClusterSettings>>,
    #[cfg(not(feature = "cluster"))]
    #[serde(default, rename = "cluster")]
    _cluster: serde::de::IgnoredAny,
    #[serde(default)]
    queries: BTreeMap<String, Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchTable {
    limit: Option<Spanned<usize>>,
    snippet: Option<Spanned<usize>>,
    sort: Option<Spanned<Sort>>,
}

/// The keys of [`ConfigDocument`]. With these and [`SEARCH_KEYS`], a key in the wrong table is
/// recognised.
const TOP_KEYS: [&str; 9] =
    ["index", "archive", "pre", "pre_glob", "time_zone", "color", "search", "cluster", "queries"];
/// The keys of [`SearchTable`].
const SEARCH_KEYS: [&str; 3] = ["limit", "snippet", "sort"];

/// A value from the config file, with the number of its line.
#[derive(Debug, Clone)]
pub(crate) struct AtLine<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

/// The settings in the config file. If there is no file, none of them is set.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) index: Option<AtLine<PathBuf>>,
    pub(crate) archive: Option<AtLine<Vec<PathBuf>>>,
    pub(crate) pre: Option<PathBuf>,
    pub(crate) pre_glob: Vec<String>,
    pub(crate) zone: Option<AtLine<Zone>>,
    pub(crate) color: Option<AtLine<Color>>,
    pub(crate) limit: Option<AtLine<usize>>,
    pub(crate) snippet: Option<AtLine<usize>>,
    pub(crate) sort: Option<AtLine<Sort>>,
    #[cfg(feature = "cluster")]
    pub(crate) cluster: Option<AtLine<ClusterSettings>>,
    pub(crate) queries: BTreeMap<String, AtLine<String>>,
}

/// The path of the config file, and what determined it: an environment variable or the default.
#[derive(Debug, Clone)]
pub(crate) struct ConfigPath {
    pub(crate) path: PathBuf,
    pub(crate) origin: SettingOrigin,
}

/// A mistake in the config file, with its location and a hint on how to fix it.
#[derive(Debug)]
struct Mistake {
    path: PathBuf,
    line: usize,
    message: String,
    cure: Option<String>,
}

impl std::error::Error for Mistake {}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)?;
        self.cure.as_ref().map_or(Ok(()), |cure| write!(f, "\n  = help: {cure}"))
    }
}

/// Returns the path of the config file: the one that `WENSOU_CONFIG` names, or else
/// `wensou/config.toml` in the XDG config folder. Does not read the file, which may be missing.
///
/// # Errors
///
/// If there is no home folder to look in.
pub(crate) fn locate() -> anyhow::Result<ConfigPath> {
    if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(ConfigPath { path: path.into(), origin: SettingOrigin::Environment(VARIABLE) });
    }
    let folders = etcetera::base_strategy::Xdg::new()
        .with_context(|| format!("no folder for the config file: set {VARIABLE} or HOME"))?;
    // The XDG specification says that a relative path is ignored.
    let is_set =
        std::env::var_os("XDG_CONFIG_HOME").is_some_and(|dir| Path::new(&dir).is_absolute());
    let origin =
        if is_set { SettingOrigin::Environment("XDG_CONFIG_HOME") } else { SettingOrigin::Default };
    Ok(ConfigPath { path: folders.config_dir().join("wensou/config.toml"), origin })
}

/// Reads the config file; `None` if it does not exist.
///
/// # Errors
///
/// If it cannot be read, if there is a mistake in it, or if `WENSOU_CONFIG` names a file that does
/// not exist.
pub(crate) fn read(config_path: &ConfigPath) -> anyhow::Result<Option<Values>> {
    let ConfigPath { path, origin } = config_path;
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Reader { path, text: &text }.read()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => match origin {
            SettingOrigin::Environment(VARIABLE) => {
                bail!("{}, which {VARIABLE} names, does not exist", path.display())
            }
            _ => Ok(None),
        },
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Reads the text of the config file at a path.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn read(&self) -> Result<Values, Mistake> {
        let document: ConfigDocument =
            toml::from_str(self.text).map_err(|error| self.mistake_of_toml(&error))?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let queries = document.queries.into_iter().map(|(name, query)| {
            let query = self.with_line(query);
            match is_saved_name(&name) {
                true => Ok((name, query)),
                false => {
                    let message = format!("`{name}` cannot name a saved query");
                    Err(self.mistake(
                        query.line,
                        message,
                        Some("use one word without punctuation".to_owned()),
                    ))
                }
            }
        });
        Ok(Values {
            index: document
                .index
                .map(|index| self.with_line(index).map(|path| resolve_index(folder, &path))),
            archive: document.archive.map(|archive| {
                self.with_line(archive)
                    .map(|paths| paths.iter().map(|path| resolve(folder, path)).collect())
            }),
            // A name without a folder is looked up in `PATH`, so it stays as it is.
            pre: document.pre.map(|path| match path.components().count() {
                1 => path,
                _ => resolve(folder, &path),
            }),
            pre_glob: document.pre_glob,
            zone: document.time_zone.map(|name| self.zone(name)).transpose()?,
            color: document.color.map(|color| self.with_line(color)),
            limit: document.search.limit.map(|limit| self.with_line(limit)),
            snippet: document.search.snippet.map(|snippet| self.with_line(snippet)),
            sort: document.search.sort.map(|sort| self.with_line(sort)),
            #[cfg(feature = "cluster")]
            cluster: document.cluster.map(|cluster| {
                self.with_line(cluster).map(|settings| cluster_settings(settings, folder))
            }),
            queries: queries.collect::<Result<_, _>>()?,
        })
    }

    fn with_line<T>(&self, spanned: Spanned<T>) -> AtLine<T> {
        let line = self.line(spanned.span().start);
        AtLine { value: spanned.into_inner(), line }
    }

    fn zone(&self, name: Spanned<String>) -> Result<AtLine<Zone>, Mistake> {
        let AtLine { value, line } = self.with_line(name);
        let zone = value.parse().map_err(|message| self.mistake(line, message, None))?;
        Ok(AtLine { value: zone, line })
    }

    /// The number of the line that the byte `at` is in.
    fn line(&self, at: usize) -> usize {
        self.text[..at.min(self.text.len())].matches('\n').count() + 1
    }

    fn mistake(&self, line: usize, message: String, cure: Option<String>) -> Mistake {
        Mistake { path: self.path.to_path_buf(), line, message, cure }
    }

    /// An error of the TOML library as a mistake, with some of its words replaced by clearer ones.
    fn mistake_of_toml(&self, error: &toml::de::Error) -> Mistake {
        let span = error.span().unwrap_or(0..0);
        let message = error
            .message()
            .replace('\n', ", ")
            .replace("expected usize", "expected a whole number")
            .replace("expected a nonzero u64", "expected a whole number above 0");
        let cure = self.cure(&message, span.clone());
        self.mistake(self.line(span.start), message, cure)
    }

    /// A hint on how to fix an error of the TOML library at `span`; `None` for most errors.
    fn cure(&self, message: &str, span: Range<usize>) -> Option<String> {
        if message.starts_with("invalid unquoted key") {
            return Some("quote a Chinese name: \"減半\" = \"…\"".to_owned());
        }
        if !message.starts_with("unknown") {
            return None;
        }
        let typed = self.text.get(span)?.trim_matches(['"', '\'']);
        if let Some(meant) = closest(typed, known_names(message)) {
            return Some(format!("did you mean `{meant}`?"));
        }
        if SEARCH_KEYS.contains(&typed) {
            return Some(format!("`{typed}` belongs below the line [search]"));
        }
        TOP_KEYS.contains(&typed).then(|| format!("`{typed}` belongs above the first [table]"))
    }
}

/// The known names in a message about an unknown one. serde gives them only there: unknown field
/// `a`, expected one of `b`, `c`.
fn known_names(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2).skip(1)
}

impl<T> AtLine<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> AtLine<U> {
        AtLine { value: with(self.value), line: self.line }
    }
}

/// Whether `index`, a value of `--index` or of the key `index`, is the address of an index on a
/// cluster, and not a folder.
pub(crate) fn is_address(index: &Path) -> bool {
    let text = index.to_string_lossy().to_ascii_lowercase();
    text.starts_with("http://") || text.starts_with("https://")
}

/// Checks that `index`, a value of `--index` or of the key `index`, is the address of an index on a
/// cluster, without a user or a password, or can be a folder. The error does not show a password.
///
/// # Errors
///
/// If the address has a user, or is an address without `https://` or `http://` before it.
pub(super) fn check_index(index: &Path) -> anyhow::Result<()> {
    let text = index.to_string_lossy();
    if has_user(&text) && !index.exists() {
        bail!(
            "the address of a cluster must not contain a user or password: remove all before `@`, \
             and set WENSOU_CLUSTER_USER and WENSOU_CLUSTER_PASSWORD, or `credentials_file` in the \
             configuration"
        );
    }
    if !is_address(index) && is_nearly_address(&text) && !index.exists() {
        bail!("{text} is neither a folder nor an address: write https://HOST:PORT/NAME");
    }
    Ok(())
}

/// Whether a text is an address with a user or a password before the host, with or without the
/// scheme.
pub(crate) fn has_user(text: &str) -> bool {
    let Some((before, _)) = text.split_once('@') else { return false };
    before.contains(':')
}

/// Whether a text is an address without its scheme, as in `localhost:9200/news`, or with another,
/// as in `ftp://host/news` or `http:/host/news`.
fn is_nearly_address(text: &str) -> bool {
    let has_scheme =
        text.contains("://") || text.starts_with("http:/") || text.starts_with("https:/");
    let is_host_and_port = |text: &str| {
        text.rsplit_once(':').is_some_and(|(host, port)| {
            let is_number = port.len() >= 2 && port.bytes().all(|byte| byte.is_ascii_digit());
            is_number && !host.is_empty() && !host.contains(std::path::is_separator)
        })
    };
    has_scheme || text.split_once('/').is_some_and(|(first, _)| is_host_and_port(first))
}

/// Resolves the index that the config file names. The address of an index on a cluster stays as it
/// is.
fn resolve_index(folder: &Path, path: &Path) -> PathBuf {
    match is_address(path) {
        true => path.to_path_buf(),
        false => resolve(folder, path),
    }
}

/// Resolves the paths in the settings of clusters.
#[cfg(feature = "cluster")]
fn cluster_settings(settings: ClusterSettings, folder: &Path) -> ClusterSettings {
    let resolved = |path: Option<PathBuf>| path.map(|path| resolve(folder, &path));
    ClusterSettings {
        credentials_file: resolved(settings.credentials_file.clone()),
        ca_file: resolved(settings.ca_file.clone()),
        ..settings
    }
}

/// Resolves a path in the config file. `~` is the home folder. A relative path starts at `folder`,
/// which contains the config file, because the working folder varies.
fn resolve(folder: &Path, path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(below_home), Ok(home)) => home.join(below_home),
        _ => folder.join(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::CONFIG_KEYS;

    #[test]
    fn the_help_has_every_key_in_a_valid_example() {
        let mut keys = [TOP_KEYS.as_slice(), &SEARCH_KEYS].concat();
        // A build without clusters accepts any key of their table.
        let unknown = toml::from_str::<ConfigDocument>("[cluster]\nunknown = 1\n").err();
        let message = unknown.map(|error| error.message().to_owned()).unwrap_or_default();
        keys.extend(known_names(&message));
        assert_eq!(keys.contains(&"credentials_file"), cfg!(feature = "cluster"), "{message}");
        for key in keys {
            let is_named = [format!("{key} = "), format!("[{key}]")]
                .iter()
                .any(|form| CONFIG_KEYS.contains(form));
            assert!(is_named, "{key}");
        }
        let read = Reader { path: Path::new("config.toml"), text: CONFIG_KEYS }.read();
        assert!(read.is_ok(), "{read:?}");
    }
}
