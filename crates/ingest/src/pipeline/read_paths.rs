//! Notes which paths were read in files and folders that cannot be read completely: the stored
//! records of these paths need not be carried over, and the earlier entries of these files in the
//! file table need not be kept.

use std::path::{Path, PathBuf};

use foldhash::HashSet;

use crate::input::MEMBER_SEPARATOR;
use crate::pipeline::ids::path_hash;

/// The paths that were read or carried over, as far as their stored records might be carried over
/// later.
#[derive(Default)]
pub(crate) struct ReadPaths {
    /// Hashes of the paths that were read below folders that the walk could not access completely,
    /// and of the paths that were carried over.
    paths: HashSet<u64>,
    /// Hashes of the paths of those members of the current container that were read.
    members: HashSet<u64>,
    /// The path of the current container.
    container: String,
    /// Hashes of the paths of the files that have an entry in the new file table, as far as their
    /// earlier entries might be kept later.
    files: HashSet<u64>,
}

impl ReadPaths {
    /// Notes the path of a page or dump that was read, if it lies in one of the `refused` files and
    /// folders, which the walk could not access, or in a container. Any other file needs no note:
    /// it has one page or dump, and its records are carried over only if that was not read to its
    /// end.
    pub(crate) fn add(&mut self, path: &str, refused: &[PathBuf]) {
        if lies_below_any(path, refused) {
            self.paths.insert(path_hash(path));
        } else if let Some((container, _)) = path.split_once(MEMBER_SEPARATOR) {
            if container != self.container {
                self.members.clear();
                container.clone_into(&mut self.container);
            }
            self.members.insert(path_hash(path));
        }
    }

    /// Whether to carry over the stored records of `path`: only if it has neither been read nor
    /// carried over before.
    pub(crate) fn claim_for_carry_over(&mut self, path: &str) -> bool {
        let hash = path_hash(path);
        !self.members.contains(&hash) && self.paths.insert(hash)
    }

    /// Notes a file that gets an entry of its own in the new file table. `refused` has the files
    /// and folders that the walk could not access.
    pub(crate) fn add_file(&mut self, path: &str, refused: &[PathBuf]) {
        if lies_below_any(path, refused) {
            self.files.insert(path_hash(path));
        }
    }

    /// Whether to keep the entry that the earlier file table has for a file: only if the file has
    /// no entry in the new file table yet.
    pub(crate) fn claim_for_keeping_entry(&mut self, path: &str) -> bool {
        self.files.insert(path_hash(path))
    }
}

/// Whether `path` is one of these files and folders, or lies below one.
pub(super) fn lies_below_any(path: &str, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| Path::new(path).starts_with(folder))
}
