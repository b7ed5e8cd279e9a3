//! Finds the files of the archive that records were read from.

use std::io::ErrorKind;
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

/// Whether the file of a stored path may exist although [`original_member`] finds none: this user
/// is not allowed to look into its folder.
pub(crate) fn may_be_hidden(index: &OpenIndex, path: &str) -> bool {
    let is_denied = |error: std::io::Error| error.kind() == ErrorKind::PermissionDenied;
    candidates(index, path).iter().any(|candidate| candidate.metadata().is_err_and(is_denied))
}

/// The file of a stored path: relative to the working folder, or below a root of the index; `None`
/// if there is no such file.
fn original_file(index: &OpenIndex, path: &str) -> Option<PathBuf> {
    candidates(index, path).into_iter().find(|candidate| candidate.is_file())
}

/// The paths at which the file of a stored path may be, the most likely one first.
fn candidates(index: &OpenIndex, path: &str) -> Vec<PathBuf> {
    let stored_path = PathBuf::from(path);
    // A stored path begins with the root as it was typed, perhaps relative to another working
    // folder. The index also keeps the absolute root, so look for the file below that.
    let roots = index.local().map(|index| index.meta().roots.as_slice()).unwrap_or_default();
    let below_roots: Vec<PathBuf> =
        roots.iter().flat_map(|root| candidates_below(root, &stored_path)).collect();
    std::iter::once(stored_path).chain(below_roots).collect()
}

/// The paths of a file, given the absolute path of a root: the root itself, if it has the name of
/// the file, and paths below the root. It is not known how many leading components of the stored
/// path are the root as it was typed, so there is a path for every number.
fn candidates_below(root: &Path, stored_path: &Path) -> Vec<PathBuf> {
    let parts: Vec<_> = stored_path.components().collect();
    let below = (0..parts.len()).map(|skip| root.join(parts[skip..].iter().collect::<PathBuf>()));
    let is_root = root.file_name() == stored_path.file_name();
    is_root.then(|| root.to_path_buf()).into_iter().chain(below).collect()
}
