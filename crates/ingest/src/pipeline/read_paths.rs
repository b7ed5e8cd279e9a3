//! Which paths of an unreadable file or folder need no stored records.

use std::path::{Path, PathBuf};

use foldhash::HashSet;

use crate::input::MEMBER_SEPARATOR;
use crate::pipeline::ids::path_hash;

/// The paths already handled, as far as stored records may exist for them.
#[derive(Default)]
pub(crate) struct ReadPaths {
    /// Hashes of paths below unreadable folders, and of paths carried over.
    paths: HashSet<u64>,
    /// Hashes of the members of the container being read.
    members: HashSet<u64>,
    /// Path of that container.
    container: String,
}

impl ReadPaths {
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
