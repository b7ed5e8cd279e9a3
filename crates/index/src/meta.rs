//! What an index says of itself: the two version numbers, where it came from and what is in it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wensou_ingest::Report;
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::TableMeta;
use crate::error::Error;
use crate::generation::{Current, DESCRIPTION, Sums, generations};
use crate::postings::Totals;
use crate::schema::FORMAT_VERSION;

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
        if self.analysis != format!("{}{}", analysis(), self.tables.number()) {
            return Some(Stale::Program);
        }
        self.tables.changed().map(Stale::Table)
    }

    /// The files and folders that were indexed, as they were given where that means the same from the
    /// working folder.
    #[must_use]
    pub fn roots_from_here(&self) -> Vec<PathBuf> {
        let pairs = self.roots.iter().zip(&self.given);
        let same =
            |given: &Path, root: &Path| std::path::absolute(given).is_ok_and(|it| it == root);
        let roots = pairs.map(|(root, given)| if same(given, root) { given } else { root });
        roots.cloned().collect()
    }

    pub(crate) fn read(dir: &Path, current: &Current) -> Result<Self, Error> {
        /// The one field that every format has.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let path = current.folder.join(DESCRIPTION);
        let text = std::fs::read(&path).map_err(|source| Error::unreadable(dir, source))?;
        if xxh3_64(&text) != current.checksum {
            let what = format!("{DESCRIPTION} is not as it was written");
            return Err(Error::unreadable(dir, what));
        }
        let version: Version =
            serde_json::from_slice(&text).map_err(|source| Error::unreadable(dir, source))?;
        if version.format != FORMAT_VERSION {
            return Err(Error::Format {
                dir: dir.to_path_buf(),
                found: version.format,
                expected: FORMAT_VERSION,
            });
        }
        serde_json::from_slice(&text).map_err(|source| Error::unreadable(dir, source))
    }

    /// What is left of a description where the index cannot be opened: enough to build it anew.
    pub(crate) fn salvage(dir: &Path) -> Option<Self> {
        let mut folders = generations(dir).ok()?;
        folders.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        folders.into_iter().find_map(|(_, folder)| {
            serde_json::from_slice(&std::fs::read(folder.join(DESCRIPTION)).ok()?).ok()
        })
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

/// The description of an index, even of one that cannot be opened, if it can be read.
#[must_use]
pub fn description(dir: &Path) -> Option<Meta> {
    let current = crate::generation::current(dir);
    let meta = current.and_then(|current| Meta::read(dir, &current));
    meta.ok().or_else(|| Meta::salvage(dir))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::{Draft, current};

    #[test]
    fn a_format_of_the_future_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(dir.path(), false).unwrap();
        draft.publish(b"{\"format\": 99, \"new\": true}").unwrap();
        let read = Meta::read(dir.path(), &current(dir.path()).unwrap());
        assert!(matches!(read, Err(Error::Format { found: 99, .. })));
    }
}
