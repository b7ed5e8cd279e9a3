//! An open index on a cluster together with the index on this machine that it is a copy of.

use std::path::PathBuf;
use std::sync::OnceLock;

use wensou_cluster::ClusterIndex;
use wensou_index::Index;

use crate::kept_folder::{earlier_folder, local_folder, open_source};

/// An open index on a cluster.
#[derive(Debug)]
pub(crate) struct CopiedIndex {
    pub(crate) index: ClusterIndex,
    /// See [`CopiedIndex::source`].
    source: OnceLock<Option<Box<Index>>>,
}

impl CopiedIndex {
    pub(crate) fn new(index: ClusterIndex) -> Self {
        Self { index, source: OnceLock::new() }
    }

    /// The index on this machine that the one on the cluster is a copy of: the one that `wensou
    /// index` keeps for the address, or the one in the folder that the copy names. `None` if there
    /// is none, or if it was built again since. Opened when it is first needed, because a search
    /// without hits does not need it.
    pub(crate) fn source(&self) -> Option<&Index> {
        self.source.get_or_init(|| self.find_source()).as_deref()
    }

    fn find_source(&self) -> Option<Box<Index>> {
        let (address, description) = (self.index.address(), self.index.description());
        let kept = [local_folder(address).ok(), earlier_folder(address)].into_iter().flatten();
        let named = description.source.as_ref().and_then(|source| source.folder.as_ref());
        let mut folders = kept.chain(named.map(PathBuf::from));
        folders.find_map(|folder| open_source(&folder, &self.index)).map(Box::new)
    }
}
