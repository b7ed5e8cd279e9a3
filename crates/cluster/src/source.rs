//! Which index in a folder an index on a cluster is a copy of.

use serde::{Deserialize, Serialize};
use wensou_index::{Index, Meta};
use xxhash_rust::xxh3::xxh3_64;

use crate::publication::roots;
use crate::statistics::Description;

/// The index in a folder that was copied to a cluster; of an index that was sent in shares, the
/// last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its absolute folder, on the machine that copied it; `None` if the path is not UTF-8.
    #[serde(default)]
    pub folder: Option<String>,
    /// XXH3 of the lengths and checksums of its files, as 16 hexadecimal digits.
    pub files: String,
}

impl Source {
    pub(crate) fn of(index: &Index) -> Self {
        let folder = std::path::absolute(index.dir()).ok();
        Self {
            folder: folder.and_then(|folder| folder.into_os_string().into_string().ok()),
            files: checksum(index.meta()),
        }
    }
}

impl Description {
    /// Whether this describes a copy of `index` as it is now, or, if the index on the cluster was
    /// sent in shares, whether `index` is the share that was sent last. If so, the files in the
    /// table of `index` are those that the records on the cluster were read from.
    #[must_use]
    pub fn is_of(&self, index: &Index) -> bool {
        let meta = index.meta();
        // The time of a build has whole seconds, so two builds can have the same.
        self.built == meta.built
            && self.roots == roots(index)
            && (self.shares > 0) == meta.share.is_some()
            && self.source.as_ref().is_none_or(|source| source.files == checksum(meta))
    }
}

/// The lengths and checksums of the files of a generation, as a text to be hashed.
pub(crate) fn file_sums(meta: &Meta) -> String {
    meta.files.iter().map(|file| format!("{file:?}")).collect()
}

fn checksum(meta: &Meta) -> String {
    format!("{:016x}", xxh3_64(file_sums(meta).as_bytes()))
}
