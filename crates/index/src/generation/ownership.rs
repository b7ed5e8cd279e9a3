//! Whose folder it is: an index folder, one that can become one, or somebody else's.

use super::current::{Current, DESCRIPTION_LIMIT, Pointer, pointer};
use super::folder::{EntryKind, Folder};
use super::folder_marker::{is_marked, is_torn};
use super::lock;
use super::names::{
    DESCRIPTION, FOLDER_MARKER, GONE, LOCK, MARKER, MARKER_LIMIT, SEAL, generation_number,
    marker_text,
};
use crate::error::Error;
use crate::meta::format_of;

/// The last format whose generations have no marker.
const LAST_UNMARKED: u32 = 4;

/// Whose a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// An index folder.
    Ours,
    /// Empty, but for what a first build leaves that is killed at its very start.
    Empty,
    /// It contains this, and nothing says that wensou made it.
    Foreign(String),
}

/// Looks for our markers in a folder.
pub(crate) fn ownership(folder: &Folder) -> Result<Ownership, Error> {
    let entries = folder.entries().map_err(Error::io("list", folder.path()))?;
    if is_marked(folder) || matches!(pointer(folder), Pointer::Names(_)) {
        return Ok(Ownership::Ours);
    }
    let generation = |name: &str| folder.folder(name).is_ok_and(|it| is_generation(&it, name));
    if entries.iter().any(|entry| entry.kind == EntryKind::Folder && generation(&entry.name)) {
        return Ok(Ownership::Ours);
    }
    let foreign = entries.into_iter().find(|entry| match entry.name.as_str() {
        LOCK => entry.kind != EntryKind::File || !lock::is_ours(folder),
        FOLDER_MARKER => entry.kind != EntryKind::File || !is_torn(folder),
        _ => true,
    });
    Ok(foreign.map_or(Ownership::Empty, |entry| Ownership::Foreign(entry.name)))
}

/// Whether an open folder of this name is a generation that wensou has made.
pub(crate) fn is_generation(generation: &Folder, name: &str) -> bool {
    let original = name.strip_suffix(GONE).unwrap_or(name);
    if generation_number(original).is_none() {
        return false;
    }
    let marker = generation.read(MARKER, MARKER_LIMIT);
    marker.is_ok_and(|text| text == marker_text(original).as_bytes())
        || seal(generation).is_some_and(|seal| seal.name == original)
        || unmarked_format(generation).is_some()
}

/// The seal of a generation: its name and the hash of its description, once it is complete.
pub(crate) fn seal(generation: &Folder) -> Option<Current> {
    Current::parse(&generation.read(SEAL, MARKER_LIMIT).ok()?)
}

/// The format of a generation that was written before generations had markers.
fn unmarked_format(generation: &Folder) -> Option<u32> {
    let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT).ok()?;
    format_of(&description).filter(|format| (1..=LAST_UNMARKED).contains(format))
}

/// Whether the folder at `path` is an index folder. Asked for every folder of an archive, so it
/// looks at nothing where neither of two names is there.
#[must_use]
pub fn is_index_folder(path: &std::path::Path) -> bool {
    let named = |name| path.join(name).symlink_metadata().is_ok_and(|about| about.is_file());
    (named(FOLDER_MARKER) || named(super::names::CURRENT))
        && Folder::open(path).is_ok_and(|folder| matches!(ownership(&folder), Ok(Ownership::Ours)))
}
