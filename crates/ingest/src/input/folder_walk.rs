//! Lists the files below one root, or those of them that are selected.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::input::FileFormat;
use crate::input::folder_filter::{FolderFilter, FolderVerdict};
use crate::input::ignore_rules::{IgnoreRules, PathKind};
use crate::options::selection::Selection;

/// An entry below a root.
pub(super) enum WalkEntry {
    /// A regular file to read.
    File(DirEntry, FileFormat),
    /// A file or folder that is not read.
    Ignored(PathBuf),
    /// Neither a file nor a folder.
    Special(PathBuf),
    /// A symbolic link to a folder outside every root.
    SymlinkOutsideRoots(PathBuf),
    /// A pattern of what to leave out has a mistake. The path is that of the ignore file with the
    /// pattern, or the root if the pattern is from `--exclude`; the text says what is wrong.
    BadPattern(PathBuf, String),
    /// An error, and the folder that was being listed; `None` if that is the root, or if the error
    /// is about a selected path.
    Fault(walkdir::Error, Option<PathBuf>),
}

/// A callback for entries.
type Emit<'e> = &'e mut dyn FnMut(WalkEntry) -> ControlFlow<()>;

/// Emits the selected files below a root, and each file or folder that is not read. Nothing is
/// emitted for what lies in a folder that is not read.
pub(super) fn walk_folder(
    root: &Path,
    selection: &Selection,
    filter: &FolderFilter<'_>,
    emit: Emit<'_>,
) -> ControlFlow<()> {
    let rules = IgnoreRules::of(root, filter.globs());
    let mut walk = FolderWalk { root, filter, rules, entered: Vec::new() };
    if selection.is_whole() {
        let is_root = true;
        walk.list(root, is_root, emit)?;
    }
    for path in selection.paths() {
        match walk.enter_folders_above(path) {
            None => {
                let is_root = false;
                walk.list(&root.join(path), is_root, emit)?;
            }
            Some(refused) => emit(refused)?,
        }
    }
    for (path, what) in walk.rules.take_faults() {
        emit(WalkEntry::BadPattern(path, what))?;
    }
    ControlFlow::Continue(())
}

/// The walk of one root.
struct FolderWalk<'w> {
    root: &'w Path,
    filter: &'w FolderFilter<'w>,
    rules: IgnoreRules,
    /// The folders between the root and selected paths whose ignore rules have been read.
    entered: Vec<PathBuf>,
}

impl FolderWalk<'_> {
    /// Reads the ignore rules of the folders between the root and a selected path. Returns what to
    /// emit instead of the path, if the walk of the whole root would not reach the path.
    fn enter_folders_above(&mut self, selected: &str) -> Option<WalkEntry> {
        let mut folder = self.root.to_path_buf();
        let (above, _) = selected.rsplit_once('/')?;
        for name in above.split('/') {
            folder.push(name);
            if self.entered.contains(&folder) {
                continue;
            }
            if name.starts_with('.') {
                return Some(WalkEntry::Ignored(lossy_path(&folder)));
            }
            if let Some(refused) = self.refuse_folder(&folder, folder.is_symlink()) {
                return Some(refused);
            }
            self.rules.enter(&folder);
            self.entered.push(folder.clone());
        }
        None
    }

    /// What to emit instead of a folder, if the folder is not read.
    fn refuse_folder(&self, folder: &Path, is_link: bool) -> Option<WalkEntry> {
        match self.filter.folder_verdict(folder, is_link) {
            FolderVerdict::Inside if !self.rules.excludes(folder, PathKind::Folder) => None,
            FolderVerdict::SymlinkOutsideRoots => {
                Some(WalkEntry::SymlinkOutsideRoots(folder.to_path_buf()))
            }
            FolderVerdict::Inside | FolderVerdict::Excluded | FolderVerdict::SymlinkInsideRoots => {
                Some(WalkEntry::Ignored(lossy_path(folder)))
            }
        }
    }

    /// Emits the selected file `start`, or everything in the folder `start`, which is the root if
    /// `is_root`.
    fn list(&mut self, start: &Path, is_root: bool, emit: Emit<'_>) -> ControlFlow<()> {
        // The root itself is not an entry.
        let min_depth = usize::from(is_root);
        let entries = WalkDir::new(start).follow_links(true).min_depth(min_depth);
        let mut entries = entries.sort_by_file_name().into_iter();
        // The nested folders that are being listed, outermost first: a folder directly below the
        // root, or the selected folder, is the first.
        let mut folders: Vec<PathBuf> = Vec::new();
        while let Some(entry) = entries.next() {
            let found = match entry {
                Err(error) => {
                    // An error in the middle of a listing does not name a path. It only has a
                    // depth, which tells the folder.
                    let folder = error.depth().checked_sub(1 + min_depth);
                    let folder = folder.and_then(|at| folders.get(at).cloned());
                    WalkEntry::Fault(error, folder)
                }
                Ok(entry) if entry.file_name().as_encoded_bytes().starts_with(b".") => {
                    if entry.file_type().is_dir() {
                        entries.skip_current_dir();
                    }
                    WalkEntry::Ignored(lossy_path(entry.path()))
                }
                Ok(entry) if entry.file_type().is_dir() => {
                    match self.refuse_folder(entry.path(), entry.path_is_symlink()) {
                        Some(refused) => {
                            entries.skip_current_dir();
                            refused
                        }
                        None => {
                            folders.truncate(entry.depth() - min_depth);
                            self.rules.enter(entry.path());
                            folders.push(entry.into_path());
                            continue;
                        }
                    }
                }
                Ok(entry) if !entry.file_type().is_file() => WalkEntry::Special(entry.into_path()),
                Ok(entry) => self.walked_file(entry),
            };
            emit(found)?;
        }
        ControlFlow::Continue(())
    }

    /// A regular file below the root, if nothing excludes it.
    fn walked_file(&self, entry: DirEntry) -> WalkEntry {
        let Self { root, filter, rules, .. } = self;
        match filter.format(root, entry.path()) {
            None => WalkEntry::Ignored(lossy_path(entry.path())),
            Some(_) if rules.excludes(entry.path(), PathKind::File) => {
                WalkEntry::Ignored(lossy_path(entry.path()))
            }
            Some(_) if entry.path_is_symlink() && filter.excludes_target(entry.path()) => {
                WalkEntry::Ignored(lossy_path(entry.path()))
            }
            Some(format) => WalkEntry::File(entry, format),
        }
    }
}

/// A path for the report, where it is stored and printed as text: what is not UTF-8 is replaced by
/// U+FFFD.
pub(crate) fn lossy_path(path: &Path) -> PathBuf {
    path.to_string_lossy().into_owned().into()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::fs;

    use crate::options::Options;
    use crate::options::selection::Selection;

    /// The files that a walk found, and what it ignored, as paths relative to the root.
    fn walked(root: &std::path::Path, paths: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut options = Options { exclude_globs: vec!["old-*".to_owned()], ..Options::default() };
        options.selection = Selection::new(paths.iter().map(|path| (*path).to_owned()));
        let scanned = crate::scan::<Infallible>(&[root.to_path_buf()], &options).unwrap();
        let files = scanned.file_list.iter().map(|source| source.unwrap().relative).collect();
        let below = |path: &std::path::PathBuf| path.strip_prefix(root).unwrap().to_owned();
        let ignored = scanned.ignored().iter().map(below);
        (files, ignored.map(|path| path.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn walks_of_all_selections_together_give_the_walk_of_the_whole_root() {
        let root = tempfile::tempdir().unwrap();
        for name in [
            "a/1.txt",
            "a/b/2.txt",
            "a/b/old-3.txt",
            "a/b/c/4.txt",
            "a/c/5.png",
            "a/c/6.txt",
            "a.txt",
            "d/.hidden/7.txt",
            "d/8.txt",
            "e/drafts/9.txt",
            "e/x.zip.txt",
        ] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "頁").unwrap();
        }
        // Also left out: `old-*` by the options, hidden folders, and `.png` files, which are never
        // read, even if an ignore file lets them in.
        fs::write(root.path().join(".wensouignore"), "drafts/\n*.png\n").unwrap();
        fs::write(root.path().join("a/.wensouignore"), "!5.png\n4.txt\n").unwrap();
        let (whole, _) = walked(root.path(), &[]);
        assert!(
            whole.contains(&"a/c/6.txt".to_owned()) && !whole.contains(&"a/b/c/4.txt".to_owned())
        );
        let selections: [&[&str]; 4] =
            [&["a/b", "e"], &["a/c", "a.txt"], &["d", "a/1.txt"], &["a/c/none"]];
        let mut all: Vec<String> =
            selections.iter().flat_map(|paths| walked(root.path(), paths).0).collect();
        all.sort_by_key(|path| crate::walk_key(path));
        assert_eq!(all, whole);
        assert_eq!(walked(root.path(), &["a/b", "e"]).0, ["a/b/2.txt", "e/x.zip.txt"]);
        // What is outside the selection is not reported as ignored.
        let (files, ignored) = walked(root.path(), &["d"]);
        assert_eq!((files, ignored), (vec!["d/8.txt".to_owned()], vec!["d/.hidden".to_owned()]));
        assert_eq!(walked(root.path(), &["e/drafts/9.txt"]).1, ["e/drafts"]);
        assert_eq!(walked(root.path(), &["d/.hidden/7.txt"]).1, ["d/.hidden"]);
    }
}
