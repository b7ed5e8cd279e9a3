//! The roots of an archive: a set of files and folders, none of which is inside another.

use std::path::{Component, Path, PathBuf};

/// A file or folder that an index covers, with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its canonical path: absolute, with symbolic links resolved in the part that exists.
    pub path: PathBuf,
    /// Its path as the user first gave it. Paths of records start with it.
    pub given: PathBuf,
}

impl Root {
    fn new(given: &Path) -> Self {
        Self { path: canonical(given), given: given.to_path_buf() }
    }

    /// Its path as it was given, if that path still leads to it from the working folder; otherwise
    /// its absolute path.
    #[must_use]
    pub fn path_from_here(&self) -> PathBuf {
        match canonical(&self.given) == self.path {
            true => self.given.clone(),
            false => self.path.clone(),
        }
    }
}

/// The outcome of [`RootSet::add`]. Roots in it are paths as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// The path is a new root.
    New,
    /// The path is this root already, or lies inside it. Nothing was added.
    Covered(PathBuf),
    /// The path is a new root. It contains these former roots, which were removed.
    TakesOver(Vec<PathBuf>),
}

/// The roots of an index, in the order of their canonical paths.
///
/// ```
/// use wensou_index::{Added, RootSet};
///
/// let mut roots = RootSet::default();
/// assert_eq!(roots.add("/news/2023".as_ref()), Added::New);
/// assert_eq!(roots.add("/news/2023/may.txt".as_ref()), Added::Covered("/news/2023".into()));
/// assert_eq!(roots.add("/news".as_ref()), Added::TakesOver(vec!["/news/2023".into()]));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RootSet(Vec<Root>);

impl RootSet {
    /// The roots that cover these paths.
    #[must_use]
    pub fn of(paths: &[PathBuf]) -> Self {
        let mut roots = Self::default();
        for path in paths {
            roots.add(path);
        }
        roots
    }

    /// The set of roots that an index has stored. `paths` are their canonical paths, and `given`,
    /// in the same order, the paths as they were given.
    #[must_use]
    pub fn from_stored(paths: &[PathBuf], given: &[PathBuf]) -> Self {
        let root = |(path, given): (&PathBuf, &PathBuf)| Root {
            path: canonical(path),
            given: given.clone(),
        };
        let mut roots: Vec<Root> = paths.iter().zip(given).map(root).collect();
        roots.sort_by(|a, b| a.path.cmp(&b.path));
        Self(roots)
    }

    /// The roots, in the order of their canonical paths.
    #[must_use]
    pub fn roots(&self) -> &[Root] {
        &self.0
    }

    /// The [`Root::path_from_here`] of each root, in order.
    #[must_use]
    pub fn paths_from_here(&self) -> Vec<PathBuf> {
        self.0.iter().map(Root::path_from_here).collect()
    }

    /// Adds a path as a root, unless a root is or contains it. Roots inside the path are removed,
    /// because the new root covers them.
    pub fn add(&mut self, path: &Path) -> Added {
        let root = Root::new(path);
        if let Some(outer) = self.covering(&root.path) {
            return Added::Covered(outer.given.clone());
        }
        let (inner, others): (Vec<Root>, Vec<Root>) =
            self.0.drain(..).partition(|known| known.path.starts_with(&root.path));
        self.0 = others;
        let at = self.0.partition_point(|known| known.path < root.path);
        self.0.insert(at, root);
        match inner.is_empty() {
            true => Added::New,
            false => Added::TakesOver(inner.into_iter().map(|root| root.given).collect()),
        }
    }

    /// The root that is `path` or contains it; `None` if there is none.
    #[must_use]
    pub fn covering(&self, path: &Path) -> Option<&Root> {
        let path = canonical(path);
        self.0.iter().find(|root| path.starts_with(&root.path))
    }

    /// Removes the root at `path` and returns it; `None` if `path` is not a root.
    pub fn remove(&mut self, path: &Path) -> Option<Root> {
        let path = canonical(path);
        let at = self.0.iter().position(|root| root.path == path)?;
        Some(self.0.remove(at))
    }

    /// The roots that `other` does not cover.
    #[must_use]
    pub fn not_covered_by(&self, other: &Self) -> Vec<&Root> {
        self.0.iter().filter(|root| other.covering(&root.path).is_none()).collect()
    }
}

/// The absolute path with symbolic links resolved. If the path does not exist, links are resolved
/// in the longest part of it that does.
#[must_use]
pub fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let resolved = absolute.ancestors().find_map(|existing| {
        let resolved = std::fs::canonicalize(existing).ok()?;
        let below = absolute.strip_prefix(existing).ok()?;
        Some(below.components().fold(resolved, joined))
    });
    resolved.unwrap_or(absolute)
}

/// Appends a component that does not exist on the disk to a path without links. `..` removes the
/// last component of the path instead.
fn joined(mut path: PathBuf, component: Component<'_>) -> PathBuf {
    match component {
        Component::ParentDir => drop(path.pop()),
        component => path.push(component),
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_folder_are_one_root() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("b/c")).unwrap();
        let mut roots = RootSet::default();
        assert_eq!(roots.add(&at("b")), Added::New);
        for other in [at("b/"), at("./b"), at("b/c/.."), at("b/c"), at("b/gone/x.txt")] {
            assert_eq!(roots.add(&other), Added::Covered(at("b")), "{}", other.display());
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("b"), at("link")).unwrap();
            assert_eq!(roots.add(&at("link/c")), Added::Covered(at("b")));
        }
        assert_eq!(roots.add(&at("a")), Added::New);
        assert_eq!(roots.add(&at("bb")), Added::New);
        let paths: Vec<_> = roots.paths_from_here();
        assert_eq!(paths, [at("a"), at("b"), at("bb")]);
        assert_eq!(roots.add(dir.path()), Added::TakesOver(paths));
    }

    #[test]
    fn the_order_of_adding_does_not_matter() {
        let paths = ["/x/b", "/x/a", "/y", "/x/a/c"].map(PathBuf::from);
        let mut reversed = paths.clone();
        reversed.reverse();
        assert_eq!(RootSet::of(&paths), RootSet::of(&reversed));
    }

    #[test]
    fn a_root_is_removed_by_any_spelling_and_is_then_not_covered() {
        let mut roots = RootSet::of(&["/x/a".into(), "/x/b".into()]);
        assert_eq!(roots.remove("/x/a/c".as_ref()), None);
        assert_eq!(roots.remove("/x/../x/a".as_ref()).map(|root| root.given), Some("/x/a".into()));
        let outer = RootSet::of(&["/x".into()]);
        assert!(roots.not_covered_by(&outer).is_empty());
        assert_eq!(outer.not_covered_by(&roots).len(), 1);
    }
}
