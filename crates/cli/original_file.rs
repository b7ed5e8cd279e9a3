//! Finds the files of the archive that records were read from.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::bail;

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

/// As [`original_member`].
///
/// # Errors
///
/// If there is no such file, or if this user is not allowed to look into its folder.
pub(crate) fn find_original_member<'p>(
    index: &OpenIndex,
    path: &'p str,
) -> anyhow::Result<(PathBuf, Option<&'p str>)> {
    match original_member(index, path) {
        Some(found) => Ok(found),
        None if may_be_hidden(index, path) => {
            bail!("cannot read {path}: make it readable for this user")
        }
        None => bail!("cannot find {path}, which was moved or removed after it was indexed"),
    }
}

/// Whether the file of a stored path may exist although [`original_member`] finds none: this user
/// is not allowed to look into its folder.
pub(crate) fn may_be_hidden(index: &OpenIndex, path: &str) -> bool {
    let Some(index) = index.local() else { return false };
    let meta = index.meta();
    let is_denied = |error: std::io::Error| error.kind() == ErrorKind::PermissionDenied;
    below_own_root(&meta.roots, &meta.given, path).any(|file| file.metadata().is_err_and(is_denied))
}

/// The path of a file below its own root. `roots` are the absolute paths of the roots, and `given`
/// the same roots as they were typed, one of which `stored_path` starts with. If several do, there
/// are as many paths.
fn below_own_root<'r>(
    roots: &'r [PathBuf],
    given: &'r [PathBuf],
    stored_path: &'r str,
) -> impl Iterator<Item = PathBuf> + 'r {
    roots.iter().zip(given).filter_map(move |(root, given)| {
        let below = Path::new(stored_path).strip_prefix(given).ok()?;
        // A root that is a file has nothing below it.
        Some(if below == Path::new("") { root.clone() } else { root.join(below) })
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_looked_for_below_its_own_root_only() {
        let roots = ["/data/news", "/mnt/blogs", "/srv/one.txt"].map(PathBuf::from);
        let given = ["news", "../blogs", "/srv/one.txt"].map(PathBuf::from);
        let found = |path| below_own_root(&roots, &given, path).collect::<Vec<_>>();
        assert_eq!(found("news/a/1.txt"), [Path::new("/data/news/a/1.txt")]);
        assert_eq!(found("../blogs/b.zip!/2.txt"), [Path::new("/mnt/blogs/b.zip!/2.txt")]);
        let found_root = found("/srv/one.txt").remove(0);
        assert_eq!(found_root.as_os_str(), "/srv/one.txt", "without a slash at the end");
        assert!(found("newspaper/1.txt").is_empty());
    }
}
