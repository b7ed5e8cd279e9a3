//! Finds the index from the folder that contains it and from any folder below, as git finds `.git`.

use std::path::{Path, PathBuf};

/// Name of an index folder, unless the user names another.
pub(super) const DEFAULT_INDEX: &str = "index";

/// The file that names the generation in use. A folder that has this file is taken for an index.
const CURRENT: &str = "CURRENT";

/// The nearest index in the working folder or in a folder above it. The path is relative if
/// the index is in the working folder itself.
pub(super) fn nearest_index() -> Option<PathBuf> {
    if is_index(Path::new(DEFAULT_INDEX)) {
        return Some(PathBuf::from(DEFAULT_INDEX));
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors()
        .skip(1)
        .map(|folder| folder.join(DEFAULT_INDEX))
        .find(|folder| is_index(folder))
}

/// Whether two paths name the same folder.
pub(super) fn is_same_folder(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn is_index(folder: &Path) -> bool {
    folder.join(CURRENT).is_file()
}
