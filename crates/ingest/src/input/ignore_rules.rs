//! Which files and folders the user leaves out: patterns in the options and in files named
//! `.wensouignore`, both in the syntax of `.gitignore`.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The name of a file with patterns, which apply to its folder and everything in it.
const IGNORE_FILE: &str = ".wensouignore";

/// Whether a path is that of a file or a folder: some patterns match only folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathKind {
    File,
    Folder,
}

/// The rules that apply to the folder being listed: those of the root, of the folder itself and of
/// all folders between.
pub(crate) struct IgnoreRules {
    /// Each folder that has rules, with its rules, outermost first.
    folders: Vec<(PathBuf, Gitignore)>,
    /// For each mistake in a pattern: the path of the ignore file with the pattern, or the root if
    /// the pattern is from `--exclude`; and what is wrong.
    faults: Vec<(PathBuf, String)>,
}

impl IgnoreRules {
    /// The rules of a root: `globs`, which are patterns of the options, and those in the ignore
    /// file of the root folder.
    pub(crate) fn of(root: &Path, globs: &[String]) -> Self {
        let mut rules = Self { folders: Vec::new(), faults: Vec::new() };
        let mut builder = GitignoreBuilder::new(root);
        for glob in globs {
            let ignore_file = None;
            if let Err(error) = builder.add_line(ignore_file, glob) {
                rules.faults.push((root.to_path_buf(), format!("--exclude {glob}: {error}")));
            }
        }
        rules.push(root, &builder);
        rules.enter(root);
        rules
    }

    /// Reads the rules of a folder, and drops the rules of folders that do not contain it. Folders
    /// must be entered in the order of a walk.
    pub(crate) fn enter(&mut self, folder: &Path) {
        self.folders.retain(|(outer, _)| folder.starts_with(outer));
        let file = folder.join(IGNORE_FILE);
        if !file.is_file() {
            return;
        }
        let mut builder = GitignoreBuilder::new(folder);
        if let Some(error) = builder.add(&file) {
            self.faults.push((file, error.to_string()));
        }
        self.push(folder, &builder);
    }

    /// Adds the rules of a folder.
    fn push(&mut self, folder: &Path, builder: &GitignoreBuilder) {
        match builder.build() {
            Ok(rules) if rules.is_empty() => {}
            Ok(rules) => self.folders.push((folder.to_path_buf(), rules)),
            Err(error) => self.faults.push((folder.to_path_buf(), error.to_string())),
        }
    }

    /// Whether a file or folder is left out. The innermost rule that matches decides.
    pub(crate) fn excludes(&self, path: &Path, kind: PathKind) -> bool {
        let is_folder = kind == PathKind::Folder;
        let excluded_by = |(folder, rules): &(PathBuf, Gitignore)| {
            let below = path.strip_prefix(folder).ok()?;
            match rules.matched(below, is_folder) {
                Match::None => None,
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
            }
        };
        self.folders.iter().rev().find_map(excluded_by).unwrap_or(false)
    }

    /// Takes the mistakes found so far.
    pub(crate) fn take_faults(&mut self) -> Vec<(PathBuf, String)> {
        std::mem::take(&mut self.faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_rule_that_matches_decides() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        std::fs::write(at(IGNORE_FILE), "*.bak\n/drafts/\n").unwrap();
        std::fs::write(at("a/.wensouignore"), "!keep.bak\nb/\n").unwrap();
        let mut rules = IgnoreRules::of(dir.path(), &["old-*".to_owned()]);
        assert!(rules.excludes(&at("x.bak"), PathKind::File));
        assert!(rules.excludes(&at("drafts"), PathKind::Folder));
        assert!(rules.excludes(&at("old-1.txt"), PathKind::File));
        assert!(!rules.excludes(&at("new.txt"), PathKind::File));
        rules.enter(&at("a"));
        assert!(!rules.excludes(&at("a/keep.bak"), PathKind::File));
        assert!(rules.excludes(&at("a/other.bak"), PathKind::File));
        assert!(rules.excludes(&at("a/b"), PathKind::Folder));
        assert!(!rules.excludes(&at("a/drafts"), PathKind::Folder));
        rules.enter(&at("c"));
        assert!(
            rules.excludes(&at("c/keep.bak"), PathKind::File),
            "the rules of the folder `a` apply only inside `a`"
        );
        assert!(rules.take_faults().is_empty());
    }
}
