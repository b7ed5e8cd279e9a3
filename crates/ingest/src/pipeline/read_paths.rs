//! Notes which paths were read in files and folders that cannot be read completely: the stored
//! records of these paths need not be carried over.

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
}

impl ReadPaths {
    /// Notes the path of a page or dump that was read. `refused` has the files and folders that the
    /// walk could not access.
    pub(crate) fn add(&mut self, path: &str, refused: &[PathBuf]) {
        if refused.iter().any(|folder| Path::new(path).starts_with(folder)) {
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
}
