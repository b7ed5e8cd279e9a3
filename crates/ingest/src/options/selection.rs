//! Which files and folders of an archive are read, if not all of them.

/// A selection of files and folders of an archive with one root; everything by default.
///
/// The walk does not enter folders that are not selected. Ignore files above a selected folder
/// still apply to it, so selecting a folder reads exactly the files that a read of the whole
/// archive finds there.
///
/// ```
/// use wensou_ingest::Selection;
///
/// let selection = Selection::new(["b", "a/2", "a/2/x"].map(String::from));
/// assert_eq!(selection.paths(), ["a/2", "b"]);
/// assert!(Selection::new(["a".to_owned(), String::new()]).is_whole());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(Vec<String>);

impl Selection {
    /// Selects these paths below the root, with `/` between their components. The empty path is the
    /// root. Without any path, everything is selected.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = String>) -> Self {
        let mut paths: Vec<String> = paths.into_iter().collect();
        paths.sort_by(|a, b| a.split('/').cmp(b.split('/')));
        // Sorted by component, a folder comes directly before everything in it.
        paths.dedup_by(|path, before| contains_path(before, path));
        if paths.first().is_some_and(String::is_empty) {
            paths.clear();
        }
        Self(paths)
    }

    /// Whether everything is selected.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The selected paths in the order of the walk, none of them below another. Empty if everything
    /// is selected.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        &self.0
    }
}

/// Whether `path` is `folder` or lies below it. Both are relative to the root, which is the empty
/// path.
#[must_use]
pub fn contains_path(folder: &str, path: &str) -> bool {
    let below = path.strip_prefix(folder);
    folder.is_empty() || below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_others_are_dropped() {
        let of = |paths: &[&str]| Selection::new(paths.iter().map(|path| (*path).to_owned()));
        assert_eq!(of(&["a/b", "a b", "a", "a/b/c", "b"]).paths(), ["a", "a b", "b"]);
        assert_eq!(of(&["a", "a"]).paths(), ["a"]);
        assert_eq!(of(&["ab", "a"]).paths(), ["a", "ab"]);
        assert_eq!(of(&["", "a"]), Selection::default());
        // The empty path contains all others.
        assert!(of(&["a-b", "a/b", ""]).is_whole());
    }
}
