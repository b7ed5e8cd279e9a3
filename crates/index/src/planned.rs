//! What a build would change, for a dry run.

use std::path::{Path, PathBuf};

use foldhash::HashSet;
use wensou_ingest::{Skipped, file_hash};

use crate::build::{excluding, scan};
use crate::error::Error;
use crate::existing::Existing;
use crate::file_changes::path_hash;
use crate::options::BuildOptions;
use crate::roots::RootSet;
use crate::stored::Stored;

/// The files that a build would add, change and remove.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct PlannedChanges {
    /// Files that the index does not have.
    pub added: Vec<String>,
    /// Files with other content.
    pub changed: Vec<String>,
    /// Files of the index that are gone, or that the roots and options of the build would leave
    /// out.
    pub removed: Vec<String>,
    /// Files and folders that the scan could not access. Problems inside files show only in a
    /// build, which reads them.
    pub skipped: Vec<Skipped>,
    /// The number of files and folders that a build would leave out without reporting them as
    /// skipped, see [`wensou_ingest::ScannedArchive::ignored`].
    pub ignored: u64,
}

/// Compares the files below `roots` with those of the index in `dir`. A file whose metadata differ
/// is read, to see whether its content has changed. Writes nothing.
///
/// # Errors
///
/// As [`build`](crate::build()), if they concern the archive or the existing index.
pub fn planned_changes(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
) -> Result<PlannedChanges, Error> {
    let options = BuildOptions { ingest: excluding(&options.ingest, dir), ..options.clone() };
    let roots = RootSet::of(roots).paths_from_here();
    let mut stored = match dir.exists() {
        true => Existing::find(dir)?.stored(&roots, &options.moved)?,
        false => None,
    };
    let scanned = scan(&roots, &options, stored.as_mut())?;
    let mut planned = PlannedChanges {
        skipped: scanned.skipped().to_vec(),
        ignored: scanned.ignored().len() as u64,
        ..PlannedChanges::default()
    };
    let failed = Error::io("read", dir);
    let before = stored.as_mut().map_or(Ok(None), Stored::files_before).map_err(failed)?;
    let before = before.unwrap_or_default();
    let mut seen = HashSet::default();
    for file in scanned.files() {
        let (path, stamp) = file.map_err(Error::io("read", dir))?;
        let path_text = path.to_string_lossy().into_owned();
        let hash = path_hash(&path_text);
        seen.insert(hash);
        match before.get(&hash) {
            None => planned.added.push(path_text),
            Some(before) if before.stamp == stamp => {}
            Some(before) => {
                if file_hash(&path).ok() != Some(before.content_hash) {
                    planned.changed.push(path_text);
                }
            }
        }
    }
    if let Some(stored) = &mut stored {
        planned.removed = stored.unseen_files(&seen).map_err(Error::io("read", dir))?;
    }
    Ok(planned)
}
