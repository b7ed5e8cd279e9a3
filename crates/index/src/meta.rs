//! What an index says of itself: the two version numbers, where it came from and what is in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use wensou_ingest::Report;
use wensou_postings::FORMAT_VERSION;
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::TableMeta;
use crate::engine::segment_postings::Totals;
use crate::error::Error;
use crate::generation::{DESCRIPTION, DESCRIPTION_LIMIT, Folder, SETTINGS, Sums, is_plain_name};

/// The description that lies beside the engine's files.
///
/// `format` answers "can this be read?", `analysis` "is it stale?": an index whose analysis
/// differs from the program's still opens, but text may be folded or segmented differently.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meta {
    /// The schema's number, see [`FORMAT_VERSION`].
    pub format: u32,
    /// Fingerprint of dictionary, tables and code, see [`wensou_text::analysis_fingerprint`].
    pub analysis: String,
    /// The user's words and synonyms that it was built with.
    #[serde(default)]
    pub tables: TableMeta,
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was built, RFC 3339 in UTC.
    pub built: String,
    /// The files and folders that were indexed, absolute.
    pub roots: Vec<PathBuf>,
    /// The same as they were given: paths of records begin so.
    pub given: Vec<PathBuf>,
    /// The encoding that files were read in, if it was not detected.
    pub encoding: Option<String>,
    /// Fingerprint of the files, see [`wensou_ingest::fingerprint`], taken before they were read.
    pub archive: String,
    /// What the walk found and left out.
    pub report: Report,
    /// Whether records were taken over from a damaged index because the archive could not be read
    /// whole. What is left of that index stays beside this one until a build has read all files.
    #[serde(default)]
    pub salvaged: bool,
    /// The large segment that updates leave as it is, and what in it is no more.
    pub base: Option<Base>,
    /// The other files of the generation.
    pub files: Sums,
}

/// The segment of the last whole build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The engine's name of the segment.
    pub segment: String,
    /// What its deleted documents hold; its postings count them still.
    pub deleted: Totals,
}

/// Why an index is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale<'m> {
    /// The program folds or segments otherwise.
    Program,
    /// A table of the user's has changed.
    Table(&'m Path),
}

impl std::fmt::Display for Stale<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stale::Program => f.write_str("it was built by another version of the text analysis"),
            Stale::Table(path) => write!(f, "{} has changed since it was built", path.display()),
        }
    }
}

/// The analysis that this program applies to queries and to documents that it indexes, but
/// for the user's tables: these are added behind it.
#[must_use]
pub fn analysis() -> String {
    format!("{}-{:016x}", wensou_text::ANALYSIS_VERSION, wensou_text::analysis_fingerprint())
}

impl Meta {
    /// Why the text was not analysed as this program would do it now, if so.
    #[must_use]
    pub fn stale(&self) -> Option<Stale<'_>> {
        if self.analysis != format!("{}{}", analysis(), self.tables.version_suffix()) {
            return Some(Stale::Program);
        }
        self.tables.changed().map(Stale::Table)
    }

    /// The files and folders that were indexed, as they were given where that means the same from
    /// the working folder.
    #[must_use]
    pub fn roots_from_here(&self) -> Vec<PathBuf> {
        Settings::from(self).roots_from_here()
    }

    /// Reads the description of an open generation of the index in `dir`; it must hash to
    /// `checksum`.
    pub(crate) fn read(dir: &Path, generation: &Folder, checksum: u64) -> Result<Self, Error> {
        let text = generation.read(DESCRIPTION, DESCRIPTION_LIMIT);
        let text = text.map_err(|source| {
            Error::unreadable(
                dir,
                format!("{}: {source}", generation.path_of(DESCRIPTION).display()),
            )
        })?;
        if xxh3_64(&text) != checksum {
            let what = format!("{DESCRIPTION} is not as it was written");
            return Err(Error::unreadable(dir, what));
        }
        match format_of(&text) {
            Some(FORMAT_VERSION) => {}
            Some(found) => return Err(Error::format(dir, found)),
            None => return Err(Error::unreadable(dir, format!("{DESCRIPTION} states no format"))),
        }
        let meta: Self =
            serde_json::from_slice(&text).map_err(|source| Error::unreadable(dir, source))?;
        match meta.files.keys().find(|name| !is_plain_name(name)) {
            None => Ok(meta),
            Some(name) => {
                let what = format!("`{}` is no file of a generation", name.escape_debug());
                Err(Error::unreadable(dir, format!("{DESCRIPTION}: {what}")))
            }
        }
    }

    /// A description that may be damaged or of an older format, as far as it can be understood.
    pub(crate) fn parse_leniently(description: &[u8]) -> Option<Self> {
        let mut meta: Self = serde_json::from_slice(description).ok()?;
        meta.files.retain(|name, _| is_plain_name(name));
        Some(meta)
    }

    /// The names of the files that a description of any format lists.
    pub(crate) fn files_of(description: &[u8]) -> Option<Vec<String>> {
        /// The one list that every format has had since 2.
        #[derive(Deserialize)]
        struct Files {
            #[serde(default)]
            files: BTreeMap<String, IgnoredAny>,
        }
        let Files { files } = serde_json::from_slice(description).ok()?;
        Some(files.into_keys().collect())
    }

    /// As it is written.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let path = Path::new(DESCRIPTION);
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        let mut text = json.map_err(Error::io("write", path))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// The format number that a description states: the one field that every format has.
pub(crate) fn format_of(description: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    serde_json::from_slice(description).ok().map(|Version { format }| format)
}

/// What is needed to build an index anew: what was indexed, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// See [`Meta::roots`].
    pub roots: Vec<PathBuf>,
    /// See [`Meta::given`].
    pub given: Vec<PathBuf>,
    /// See [`Meta::encoding`].
    #[serde(default)]
    pub encoding: Option<String>,
    /// See [`Meta::tables`].
    #[serde(default)]
    pub tables: TableMeta,
}

impl Settings {
    /// See [`Meta::roots_from_here`].
    #[must_use]
    pub fn roots_from_here(&self) -> Vec<PathBuf> {
        let pairs = self.roots.iter().zip(&self.given);
        let same =
            |given: &Path, root: &Path| std::path::absolute(given).is_ok_and(|it| it == root);
        let roots = pairs.map(|(root, given)| if same(given, root) { given } else { root });
        roots.cloned().collect()
    }

    /// As they are kept in a file of their own: a line, and what the line hashes to.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let json = serde_json::to_string(self).map_err(std::io::Error::from);
        let json = json.map_err(Error::io("write", Path::new(SETTINGS)))?;
        Ok(format!("{json}\n{:016x}\n", xxh3_64(json.as_bytes())).into_bytes())
    }

    /// Reads them, if they are as they were written.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (json, hash) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
        let hash = u64::from_str_radix(hash.trim_end(), 16).ok()?;
        (xxh3_64(json.as_bytes()) == hash).then(|| serde_json::from_str(json).ok())?
    }
}

impl From<&Meta> for Settings {
    fn from(meta: &Meta) -> Self {
        Self {
            roots: meta.roots.clone(),
            given: meta.given.clone(),
            encoding: meta.encoding.clone(),
            tables: meta.tables.clone(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::generation::{Draft, current, settings};

    /// The description of an index of nothing.
    pub(crate) fn empty() -> Meta {
        Meta {
            format: FORMAT_VERSION,
            analysis: analysis(),
            tables: TableMeta::default(),
            program: "0.0.0".to_owned(),
            built: "2026-01-01T00:00:00Z".to_owned(),
            roots: vec!["/archive".into()],
            given: vec!["archive".into()],
            encoding: None,
            archive: String::new(),
            report: Report::default(),
            salvaged: false,
            base: None,
            files: Sums::new(),
        }
    }

    fn read(dir: &Path) -> Result<Meta, Error> {
        let folder = Folder::open(dir).unwrap();
        let current = current(&folder)?;
        Meta::read(dir, &folder.folder(&current.name).unwrap(), current.checksum)
    }

    #[test]
    fn a_format_of_the_future_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(dir.path(), false).unwrap();
        draft.publish(b"{\"format\": 99, \"new\": true}", false).unwrap();
        assert!(matches!(read(dir.path()), Err(Error::Format { found: 99, .. })));
    }

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        for name in ["../x", "/etc/passwd", "", ".", "..", "a/b", "a\0b"] {
            let dir = tempfile::tempdir().unwrap();
            let draft = Draft::create(dir.path(), false).unwrap();
            let mut meta = empty();
            meta.files.insert(name.to_owned(), crate::Sum { bytes: 0, xxh3: 0 });
            draft.publish(&meta.to_bytes().unwrap(), false).unwrap();
            assert!(matches!(read(dir.path()), Err(Error::Unreadable { .. })), "{name:?}");
        }
    }

    #[test]
    fn settings_survive_a_damaged_description() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(dir.path(), false).unwrap();
        let (meta, generation) = (empty(), draft.folder().path().to_path_buf());
        let kept = Settings::from(&meta);
        draft.folder().write_durably(SETTINGS, &kept.to_bytes().unwrap()).unwrap();
        draft.publish(&meta.to_bytes().unwrap(), false).unwrap();
        assert_eq!(settings(dir.path()), Some(kept.clone()));
        std::fs::write(generation.join(DESCRIPTION), "{\"form").unwrap();
        assert_eq!(settings(dir.path()), Some(kept.clone()));
        std::fs::remove_file(dir.path().join("CURRENT")).unwrap();
        assert_eq!(settings(dir.path()), Some(kept));
    }
}
