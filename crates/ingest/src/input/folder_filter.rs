//! Decides which folders and files below the roots belong to the archive. Excluded files and
//! folders do not belong to it, and neither do folders outside all roots to which symbolic links
//! lead.

use std::cell::RefCell;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use foldhash::HashMap;

use crate::error::Error;
use crate::input::FileFormat;
use crate::options::Options;
use crate::options::pre_command::PreCommand;

/// Whether a folder belongs to the archive, and if not, why. Ignore rules can still leave out a
/// folder that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FolderVerdict {
    /// The folder belongs to the archive.
    Inside,
    /// The options exclude the folder.
    Excluded,
    /// A symbolic link to a folder outside every root.
    SymlinkOutsideRoots,
    /// A symbolic link to a folder that the walk reads anyway.
    SymlinkInsideRoots,
}

/// Excluded files and folders, compared by identity (device and inode) and not by name.
pub(crate) struct Exclusions {
    identities: Vec<Identity>,
    /// See [`Options::exclude_folder`].
    excludes_folder: Option<fn(&Path) -> bool>,
    /// Patterns of what to leave out below every root.
    globs: Vec<String>,
}

impl Exclusions {
    pub(crate) fn of(options: &Options) -> Self {
        let identity = |path: &PathBuf| identity(path, &fs::metadata(path).ok()?);
        // A path that does not exist excludes nothing.
        let identities = options.exclude.iter().filter_map(identity).collect();
        let (excludes_folder, globs) = (options.exclude_folder, options.exclude_globs.clone());
        Self { identities, excludes_folder, globs }
    }

    /// Whether no folder can be excluded, so that folders need not be checked.
    fn excludes_no_folder(&self) -> bool {
        self.identities.is_empty() && self.excludes_folder.is_none()
    }

    /// Whether [`Options::exclude`] lists the file or folder.
    pub(crate) fn lists(&self, path: &Path, metadata: &Metadata) -> bool {
        !self.identities.is_empty()
            && identity(path, metadata).is_some_and(|identity| self.identities.contains(&identity))
    }

    /// Whether the options exclude a folder itself; the folders above it are not checked.
    fn excludes(&self, path: &Path) -> bool {
        let is_listed = || fs::metadata(path).is_ok_and(|metadata| self.lists(path, &metadata));
        (!self.identities.is_empty() && is_listed())
            || self.excludes_folder.is_some_and(|is_excluded| is_excluded(path))
    }

    /// Fails if a root is an excluded file or folder, or lies inside an excluded folder.
    pub(crate) fn check_root<E>(&self, root: &Path, canonical: &Path) -> Result<(), Error<E>> {
        if self.excludes_no_folder() {
            return Ok(());
        }
        let path = root.to_owned();
        match canonical.ancestors().find(|ancestor| self.excludes(ancestor)) {
            None => Ok(()),
            Some(excluded) if excluded.is_file() => Err(Error::FileExcluded { path }),
            Some(_) => Err(Error::RootExcluded { path }),
        }
    }
}

/// The rules for the folders and files of one walk.
pub(crate) struct FolderFilter<'b> {
    exclusions: &'b Exclusions,
    /// The roots with symbolic links resolved.
    roots: &'b [PathBuf],
    /// A cache for folders to which links lead, because many links often lead to the same folder:
    /// whether each folder is excluded or lies in an excluded one.
    within_excluded: RefCell<HashMap<PathBuf, bool>>,
    /// The command (`--pre`) that may turn files of other kinds into text.
    pre: Option<&'b PreCommand>,
}

impl<'b> FolderFilter<'b> {
    pub(crate) fn new(
        exclusions: &'b Exclusions,
        roots: &'b [PathBuf],
        pre: Option<&'b PreCommand>,
    ) -> Self {
        Self { exclusions, roots, within_excluded: RefCell::default(), pre }
    }

    /// The format of a file below `root` according to its name; `None` if the file is not read.
    pub(crate) fn format(&self, root: &Path, path: &Path) -> Option<FileFormat> {
        let format = FileFormat::of(&path.file_name()?.to_string_lossy());
        let is_for_command = |pre: &&PreCommand| {
            pre.takes_every_unread_file() || pre.selects(path.strip_prefix(root).unwrap_or(path))
        };
        format.or_else(|| self.pre.filter(is_for_command).map(|_| FileFormat::UNKNOWN))
    }

    /// Decides about a folder found below a root. Its parent has already been accepted.
    pub(crate) fn folder_verdict(&self, path: &Path, is_link: bool) -> FolderVerdict {
        if is_link {
            // If the target has disappeared in the meantime, the walk reports it.
            let Ok(target) = fs::canonicalize(path) else { return FolderVerdict::Inside };
            if self.within_excluded(&target) {
                return FolderVerdict::Excluded;
            }
            return match self.below_a_root(&target) {
                None => FolderVerdict::SymlinkOutsideRoots,
                // The walk leaves out hidden folders, so it reaches this one only by links.
                Some(below) if is_hidden(below) => FolderVerdict::Inside,
                Some(_) => FolderVerdict::SymlinkInsideRoots,
            };
        }
        if self.exclusions.excludes(path) { FolderVerdict::Excluded } else { FolderVerdict::Inside }
    }

    /// Patterns of what to leave out below every root.
    pub(crate) fn globs(&self) -> &[String] {
        &self.exclusions.globs
    }

    /// Whether a link leads to a file inside an excluded folder, or to one that the walk reads
    /// anyway.
    pub(crate) fn excludes_target(&self, link: &Path) -> bool {
        let Ok(target) = fs::canonicalize(link) else { return false };
        let in_excluded = || target.parent().is_some_and(|folder| self.within_excluded(folder));
        self.covers(&target) || in_excluded()
    }

    /// Whether the walk reads a file anyway: it is below a root, it is not hidden, and files with
    /// such a name are read.
    fn covers(&self, file: &Path) -> bool {
        let name = file.file_name().map(|name| name.to_string_lossy());
        let below = self.below_a_root(file);
        below.is_some_and(|below| !is_hidden(below))
            && name.is_some_and(|name| FileFormat::of(&name).is_some())
    }

    /// A path relative to the root that contains it; `None` if it is outside all roots.
    fn below_a_root<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        self.roots.iter().find_map(|root| path.strip_prefix(root).ok())
    }

    /// Whether a folder is excluded or lies in an excluded one.
    fn within_excluded(&self, folder: &Path) -> bool {
        if self.exclusions.excludes_no_folder() {
            return false;
        }
        if let Some(known) = self.within_excluded.borrow().get(folder) {
            return *known;
        }
        let excluded = self.exclusions.excludes(folder)
            || folder.parent().is_some_and(|above| self.within_excluded(above));
        self.within_excluded.borrow_mut().insert(folder.to_owned(), excluded);
        excluded
    }
}

/// Whether a path has a hidden component, so that the walk does not reach it.
fn is_hidden(below: &Path) -> bool {
    below.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on other systems, a file may have no identity")]
fn identity(_: &Path, metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(not(unix))]
fn identity(path: &Path, _: &Metadata) -> Option<Identity> {
    fs::canonicalize(path).ok()
}
