//! The description of an index: format and analysis version, what it was built from, and its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use wensou_ingest::{FieldMap, Report};
use wensou_postings::FORMAT_VERSION;
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::TableMeta;
use crate::engine::segment_postings::Totals;
use crate::error::Error;
use crate::file_changes::FileCounts;
use crate::files::{DESCRIPTION, DESCRIPTION_LIMIT, Folder, SETTINGS, Sums, is_plain_name};
use crate::roots::{RootSet, canonical};
use crate::share::Share;

/// The description of a generation, in the file `wensou.json`.
///
/// `format` says whether the index can be read, `analysis` whether it is stale. A stale index still
/// opens, but the program may fold and segment queries in another way than the build did with the
/// documents, so that a query may miss documents that have its words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meta {
    /// The format of the index, see [`FORMAT_VERSION`].
    pub format: u32,
    /// The analysis version: [`analysis_version()`] of the program that built the index, followed
    /// by the hashes of the user's words and synonyms.
    pub analysis: String,
    /// The user's tables that it was built with.
    #[serde(default)]
    pub tables: TableMeta,
    /// Version of the program that wrote it.
    pub program: String,
    /// The time of the build, RFC 3339 in UTC.
    pub built: String,
    /// Absolute paths of the files and folders that were indexed.
    pub roots: Vec<PathBuf>,
    /// The same files and folders, as the user gave them. Paths of records start with these.
    pub given: Vec<PathBuf>,
    /// The encoding of all files, if the user gave one; otherwise it was detected for each.
    pub encoding: Option<String>,
    /// Patterns of the files and folders to leave out, see
    /// [`wensou_ingest::Options::exclude_globs`].
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whether the only root is the sample archive. The first roots that the user names replace it.
    #[serde(default)]
    pub sample: bool,
    /// Which keys of dumps hold which fields, if the user said so.
    #[serde(default)]
    pub map: FieldMap,
    /// Which part of an archive the index has, if several machines index that archive together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// The absolute path of the file of corpus statistics that it was built with, if the user named
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<PathBuf>,
    /// Fingerprint of the files, see [`wensou_ingest::fingerprint`], taken before they were read.
    pub archive: String,
    /// What the build counted and skipped.
    pub report: Report,
    /// The numbers of files of the archive, and of files that have changed since the previous
    /// index.
    #[serde(default)]
    pub file_counts: FileCounts,
    /// Whether the index was built beside a damaged one while some files of the archive could not
    /// be read. The damaged index is kept until a build has read all files, because it may contain
    /// records of these.
    #[serde(default)]
    pub salvaged: bool,
    /// The segment of the last whole build, which updates keep; `None` if the index is empty.
    pub base: Option<Base>,
    /// The lengths and checksums of the other files of the generation, except its marker and seal.
    pub files: Sums,
}

/// The segment of the last whole build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// tantivy's name of the segment.
    pub segment: String,
    /// Totals of its deleted documents, to be subtracted from those of its postings.
    pub deleted: Totals,
}

/// Why an index is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale<'m> {
    /// The program analyses text in another way.
    Program,
    /// This table of the user has changed.
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

/// The analysis version of this program, without the user's tables: a number that is raised with
/// the code, and a fingerprint of dictionary, tables and fold.
#[must_use]
pub fn analysis_version() -> String {
    format!("{}-{:016x}", wensou_text::ANALYSIS_VERSION, wensou_text::analysis_fingerprint())
}

impl Meta {
    /// Why the index is stale; `None` if it is not. Reads the user's tables.
    #[must_use]
    pub fn stale(&self) -> Option<Stale<'_>> {
        if self.analysis != format!("{}{}", analysis_version(), self.tables.version_suffix()) {
            return Some(Stale::Program);
        }
        self.tables.changed_table().map(Stale::Table)
    }

    /// The files and folders that were indexed: as they were given, if that refers to the same path
    /// from the present working folder, and absolute otherwise.
    #[must_use]
    pub fn roots_from_here(&self) -> Vec<PathBuf> {
        Settings::from(self).roots_from_here()
    }

    /// Reads the description of a generation of the index in `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Format`] for another format, [`Error::Denied`] if this user may not read it, and
    /// [`Error::Unreadable`] if it cannot be read or parsed, or if its hash is not `checksum`.
    pub(crate) fn read(dir: &Path, generation: &Folder, checksum: u64) -> Result<Self, Error> {
        let text = generation.read(DESCRIPTION, DESCRIPTION_LIMIT);
        let text = text.map_err(|source| {
            Error::unopened(dir, &generation.path_of(DESCRIPTION).display().to_string(), &source)
        })?;
        if xxh3_64(&text) != checksum {
            let what = format!("checksum mismatch in {DESCRIPTION}");
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
                let what = format!("`{}` is not a plain file name", name.escape_debug());
                Err(Error::unreadable(dir, format!("{DESCRIPTION}: {what}")))
            }
        }
    }

    /// Parses a description that may be damaged or of an older format; `None` if it is not JSON
    /// with the fields that this format requires.
    pub(crate) fn parse_leniently(description: &[u8]) -> Option<Self> {
        let mut meta: Self = serde_json::from_slice(description).ok()?;
        meta.files.retain(|name, _| is_plain_name(name));
        Some(meta)
    }

    /// The names of the files that a description of any format lists.
    pub(crate) fn file_names(description: &[u8]) -> Option<Vec<String>> {
        /// The field that every format since 2 has.
        #[derive(Deserialize)]
        struct Files {
            #[serde(default)]
            files: BTreeMap<String, IgnoredAny>,
        }
        let Files { files } = serde_json::from_slice(description).ok()?;
        Some(files.into_keys().collect())
    }

    /// The bytes of the file.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let path = Path::new(DESCRIPTION);
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        let mut text = json.map_err(Error::io("write", path))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// The format number in a description of any format.
pub(crate) fn format_of(description: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    serde_json::from_slice(description).ok().map(|Version { format }| format)
}

/// What an index was built from and how, so that it can be built again. The command of `--pre` is
/// not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// See [`Meta::roots`].
    pub roots: Vec<PathBuf>,
    /// See [`Meta::given`].
    pub given: Vec<PathBuf>,
    /// See [`Meta::encoding`].
    #[serde(default)]
    pub encoding: Option<String>,
    /// See [`Meta::map`].
    #[serde(default)]
    pub map: FieldMap,
    /// See [`Meta::tables`].
    #[serde(default)]
    pub tables: TableMeta,
    /// See [`Meta::exclude`].
    #[serde(default)]
    pub exclude: Vec<String>,
    /// See [`Meta::sample`].
    #[serde(default)]
    pub sample: bool,
    /// See [`Meta::share`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// See [`Meta::stats`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<PathBuf>,
}

impl Settings {
    /// The roots as a set.
    #[must_use]
    pub fn root_set(&self) -> RootSet {
        RootSet::from_stored(&self.roots, &self.given)
    }

    /// See [`Meta::roots_from_here`].
    #[must_use]
    pub fn roots_from_here(&self) -> Vec<PathBuf> {
        self.root_set().paths_from_here()
    }

    /// Replaces the path of a renamed root, so that its records belong to the new path. The path in
    /// [`Settings::given`] stays, because the paths of stored records start with it.
    pub(crate) fn rename_root(&mut self, old: &Path, new: &Path) {
        let old = canonical(old);
        for root in self.roots.iter_mut().filter(|root| canonical(root) == old) {
            *root = canonical(new);
        }
    }

    /// The bytes of the file `settings`: a line of JSON, and the XXH3 of that line.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let json = serde_json::to_string(self).map_err(std::io::Error::from);
        let json = json.map_err(Error::io("write", Path::new(SETTINGS)))?;
        Ok(format!("{json}\n{:016x}\n", xxh3_64(json.as_bytes())).into_bytes())
    }

    /// Parses the file `settings`; `None` if it has another form or its checksum does not match.
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
            map: meta.map.clone(),
            tables: meta.tables.clone(),
            exclude: meta.exclude.clone(),
            sample: meta.sample,
            share: meta.share.clone(),
            stats: meta.stats.clone(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::generation::{Draft, KeepComplete, WhenBusy, current, settings};

    /// The description of an index without documents.
    pub(crate) fn meta_without_documents() -> Meta {
        Meta {
            format: FORMAT_VERSION,
            analysis: analysis_version(),
            tables: TableMeta::default(),
            program: "0.0.0".to_owned(),
            built: "2026-01-01T00:00:00Z".to_owned(),
            roots: vec!["/archive".into()],
            given: vec!["archive".into()],
            exclude: Vec::new(),
            sample: false,
            file_counts: FileCounts::default(),
            encoding: None,
            map: FieldMap::default(),
            share: None,
            stats: None,
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
    fn a_newer_format_is_an_error_with_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
        draft.publish(b"{\"format\": 99, \"new\": true}", KeepComplete::No).unwrap();
        assert!(matches!(read(dir.path()), Err(Error::Format { found: 99, .. })));
    }

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        for name in ["../x", "/etc/passwd", "", ".", "..", "a/b", "a\0b"] {
            let dir = tempfile::tempdir().unwrap();
            let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
            let mut meta = meta_without_documents();
            meta.files.insert(name.to_owned(), crate::Sum { bytes: 0, xxh3: 0 });
            draft.publish(&meta.to_bytes().unwrap(), KeepComplete::No).unwrap();
            assert!(matches!(read(dir.path()), Err(Error::Unreadable { .. })), "{name:?}");
        }
    }

    #[test]
    fn settings_survive_a_damaged_description() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
        let (meta, generation) = (meta_without_documents(), draft.folder().path().to_path_buf());
        let written = Settings::from(&meta);
        draft.folder().write_durably(SETTINGS, &written.to_bytes().unwrap()).unwrap();
        draft.publish(&meta.to_bytes().unwrap(), KeepComplete::No).unwrap();
        assert_eq!(settings(dir.path()), Some(written.clone()));
        std::fs::write(generation.join(DESCRIPTION), "{\"form").unwrap();
        assert_eq!(settings(dir.path()), Some(written.clone()));
        std::fs::remove_file(dir.path().join("CURRENT")).unwrap();
        assert_eq!(settings(dir.path()), Some(written));
    }
}
