//! Finds the files of the archive that records were read from.

use std::path::{Path, PathBuf};

use crate::open_index::OpenIndex;

/// The file of a stored path, and which of its members the path names (`archive.zip!/page.txt`);
/// `None` if there is no such file.
pub(crate) fn original_member<'p>(
    index: &OpenIndex,
    path: &'p str,
) -> Option<(PathBuf, Option<&'p str>)> {
    // A folder name may contain `!/` too, so the whole path is tried first.
    let whole = original_file(index, path).map(|file| (file, None));
    whole.or_else(|| {
        let mut separators = path.match_indices("!/");
        separators.find_map(|(at, separator)| {
            original_file(index, &path[..at])
                .map(|file| (file, Some(&path[at + separator.len()..])))
        })
    })
}

/// The file of a stored path: relative to the working folder, or below a root of the index; `None`
/// if there is no such file.
fn original_file(index: &OpenIndex, path: &str) -> Option<PathBuf> {
    let stored_path = PathBuf::from(path);
    if stored_path.is_file() {
        return Some(stored_path);
    }
    // A stored path begins with the root as it was typed, perhaps relative to another working
    // folder. The index also keeps the absolute root, so look for the file below that.
    let roots = index.local().map(|index| index.meta().roots.as_slice()).unwrap_or_default();
    roots.iter().find_map(|root| file_below(root, &stored_path))
}

/// The file of a stored path, given the absolute path of a root: the root itself, or a file below
/// it. It is not known how many leading components of the stored path are the root as it was typed,
/// so every number is tried.
fn file_below(root: &Path, stored_path: &Path) -> Option<PathBuf> {
    if root.is_file() && root.file_name() == stored_path.file_name() {
        return Some(root.to_path_buf());
    }
    let parts: Vec<_> = stored_path.components().collect();
    (0..parts.len())
        .map(|skip| root.join(parts[skip..].iter().collect::<PathBuf>()))
        .find(|candidate| candidate.is_file())
}
