//! Finds the files of the archive that records were read from.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use crate::file_state::is_unchanged;
use crate::open_index::OpenIndex;

/// The file of a stored path, and which of its members the path names (`archive.zip!/page.txt`);
/// `None` if there is no such file, or if no index on this machine knows it.
pub(crate) fn original_member<'p>(
    index: &OpenIndex,
    path: &'p str,
) -> Option<(PathBuf, Option<&'p str>)> {
    if !index.knows_file(path) {
        return None;
    }
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
/// If there is no such file, if this user is not allowed to look into its folder, or if no index on
/// this machine knows it.
pub(crate) fn find_original_member<'p>(
    index: &OpenIndex,
    path: &'p str,
) -> anyhow::Result<(PathBuf, Option<&'p str>)> {
    match original_member(index, path) {
        Some(found) => Ok(found),
        None if !index.knows_file(path) => Err(unknown_file(index, path)),
        None if may_be_hidden(index, path) => {
            bail!("cannot read {path}: make it readable for this user")
        }
        None => bail!("cannot find {path}, which was moved or removed after it was indexed"),
    }
}

/// The error about a file that no index on this machine knows, see [`OpenIndex::knows_file`].
pub(crate) fn unknown_file(index: &OpenIndex, path: &str) -> anyhow::Error {
    anyhow!(
        "cannot verify {path}: this machine does not have the index that {} was copied from; name \
         the folder of the index that has read the file with --index, on the machine where it is",
        index.location().display()
    )
}

/// The note about `paths` that are printed as they are stored, because no index on this machine
/// knows one of them. `None` if all are known.
pub(crate) fn note_on_unknown_files<'p>(
    index: &OpenIndex,
    paths: impl IntoIterator<Item = &'p str>,
) -> Option<String> {
    let is_unknown = paths.into_iter().any(|path| !index.knows_file(path));
    is_unknown.then(|| {
        format!(
            "this machine does not have the index that {} was copied from, so paths are as they \
             were indexed",
            index.location().display()
        )
    })
}

/// Whether the file of a stored path may exist although [`original_member`] finds none: this user
/// is not allowed to look into its folder.
pub(crate) fn may_be_hidden(index: &OpenIndex, path: &str) -> bool {
    let [roots, given] = index.roots();
    let is_denied = |error: std::io::Error| error.kind() == ErrorKind::PermissionDenied;
    below_own_root(roots, given, path).any(|file| file.metadata().is_err_and(is_denied))
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
/// if there is no such file. A file that is as it was indexed is preferred, because the working
/// folder may have another file at the same path.
fn original_file(index: &OpenIndex, path: &str) -> Option<PathBuf> {
    let candidates = candidates(index, path);
    let mut files = candidates.into_iter().filter(|candidate| candidate.is_file());
    let first = files.next()?;
    let Some(entry) = index.file_entry(path) else { return Some(first) };
    if is_unchanged(&first, &entry) {
        return Some(first);
    }
    Some(files.find(|file| is_unchanged(file, &entry)).unwrap_or(first))
}

/// The paths at which the file of a stored path may be, the most likely one first.
fn candidates(index: &OpenIndex, path: &str) -> Vec<PathBuf> {
    let stored_path = PathBuf::from(path);
    // A stored path begins with the root as it was typed, perhaps relative to another working
    // folder. The index also keeps the absolute root, so look for the file below that.
    let [roots, _] = index.roots();
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
