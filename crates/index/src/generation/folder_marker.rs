//! `WENSOU`: the file that marks a folder as an index folder.

use std::io;

use crate::error::Error;
use crate::files::{FOLDER_MARKER, FOLDER_MARKER_TEXT, Folder, MARKER_LIMIT, is_damaged_copy};

/// Whether the folder carries our marker.
pub(crate) fn is_marked(folder: &Folder) -> bool {
    // The text after the first line may differ from version to version.
    let first_line = FOLDER_MARKER_TEXT.lines().next().unwrap_or_default();
    folder.read(FOLDER_MARKER, MARKER_LIMIT).is_ok_and(|content| {
        content
            .strip_prefix(first_line.as_bytes())
            .is_some_and(|remaining| remaining.starts_with(b"\n"))
    })
}

/// Whether the folder has our marker with exactly the text that this version writes.
pub(crate) fn has_whole_marker(folder: &Folder) -> io::Result<bool> {
    let content = folder.read(FOLDER_MARKER, MARKER_LIMIT)?;
    Ok(content == FOLDER_MARKER_TEXT.as_bytes())
}

/// Whether the file with the name of our marker is a damaged marker and not a foreign file.
pub(crate) fn has_damaged_marker(folder: &Folder) -> bool {
    let content = folder.read(FOLDER_MARKER, MARKER_LIMIT);
    content.is_ok_and(|content| is_damaged_copy(&content, FOLDER_MARKER_TEXT.as_bytes()))
}

/// Writes the marker if it is missing or damaged. A foreign file of that name stays as it is.
pub(crate) fn write_marker(folder: &Folder) -> Result<(), Error> {
    let path = folder.path_of(FOLDER_MARKER);
    if matches!(has_whole_marker(folder), Ok(true)) {
        return Ok(());
    }
    if folder.kind(FOLDER_MARKER).is_some() {
        if !has_damaged_marker(folder) {
            return Ok(());
        }
        folder.remove_file(FOLDER_MARKER).map_err(Error::io("replace", &path))?;
    }
    let written = folder.write_durably(FOLDER_MARKER, FOLDER_MARKER_TEXT.as_bytes());
    written.map_err(Error::io("create", &path))
}
