//! Whether a folder is an index folder, can become one, or is foreign.

use super::current::{Current, Pointer, pointer};
use super::folder_marker::{has_damaged_marker, is_marked};
use super::lock;
use crate::error::Error;
use crate::files::{
    ABANDONED, CURRENT, DESCRIPTION, DESCRIPTION_LIMIT, Entry, EntryKind, FOLDER_MARKER, Folder,
    GENERATION_MARKER, LOCK, MARKER_LIMIT, SEAL, generation_marker_text, generation_number,
};
use crate::meta::format_of;

/// The last format whose generations have no marker.
const LAST_UNMARKED: u32 = 4;

/// Who a folder belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// An index folder.
    Ours,
    /// It is empty, or contains only what a first build leaves when it is killed at its start.
    Empty,
    /// It contains an entry of this name that wensou did not make.
    Foreign(String),
}

/// Finds out who a folder belongs to: by its marker, by `CURRENT`, or by the generations in it.
pub(crate) fn ownership(folder: &Folder) -> Result<Ownership, Error> {
    let entries = folder.entries().map_err(Error::io("list", folder.path()))?;
    if is_marked(folder) || matches!(pointer(folder), Pointer::Names(_)) {
        return Ok(Ownership::Ours);
    }
    let is_own_generation = |entry: &Entry| {
        entry.kind == EntryKind::Folder
            && folder.folder(&entry.name).is_ok_and(|opened| is_generation(&opened, &entry.name))
    };
    if entries.iter().any(is_own_generation) {
        return Ok(Ownership::Ours);
    }
    let foreign = entries.into_iter().find(|entry| match entry.name.as_str() {
        LOCK => entry.kind != EntryKind::File || !lock::has_own_lock_file(folder),
        FOLDER_MARKER => entry.kind != EntryKind::File || !has_damaged_marker(folder),
        _ => true,
    });
    Ok(foreign.map_or(Ownership::Empty, |entry| Ownership::Foreign(entry.name)))
}

/// Whether an open folder of this name is a generation that wensou made: it has a marker or a seal,
/// or the description of a format that had neither.
pub(crate) fn is_generation(generation: &Folder, name: &str) -> bool {
    let original = name.strip_suffix(ABANDONED).unwrap_or(name);
    if generation_number(original).is_none() {
        return false;
    }
    let marker = generation.read(GENERATION_MARKER, MARKER_LIMIT);
    marker.is_ok_and(|text| text == generation_marker_text(original).as_bytes())
        || seal(generation).is_some_and(|seal| seal.name == original)
        || unmarked_format(generation).is_some()
}

/// The seal of a generation, which it has once it is complete.
pub(crate) fn seal(generation: &Folder) -> Option<Current> {
    Current::parse(&generation.read(SEAL, MARKER_LIMIT).ok()?)
}

/// The format of a generation that was written before generations had markers.
fn unmarked_format(generation: &Folder) -> Option<u32> {
    let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT).ok()?;
    format_of(&description).filter(|format| (1..=LAST_UNMARKED).contains(format))
}

/// Whether the folder at `path` is an index folder with its marker or `CURRENT`. This is called for
/// every folder of an archive. So the names of these two files are looked up first, and if neither
/// file exists, nothing is read.
#[must_use]
pub fn is_index_folder(path: &std::path::Path) -> bool {
    let has_file =
        |name| path.join(name).symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    (has_file(FOLDER_MARKER) || has_file(CURRENT))
        && Folder::open(path).is_ok_and(|folder| matches!(ownership(&folder), Ok(Ownership::Ours)))
}
