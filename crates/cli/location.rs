//! Where an index is: in a folder, or on a cluster.

use std::path::PathBuf;

#[cfg(feature = "cluster")]
use anyhow::Context;
use anyhow::bail;
#[cfg(feature = "cluster")]
use etcetera::BaseStrategy;
#[cfg(feature = "cluster")]
use wensou_cluster::{ClusterAddress, ClusterIndex};
use wensou_index::Index;
use wensou_query::IndexRef;

use crate::config::Global;
pub(crate) use crate::config::is_address;

/// Refuses an index on a cluster, for a verb that needs a folder. `instead` says what can be done.
///
/// # Errors
///
/// If the index is on a cluster.
pub(crate) fn needs_folder(global: &Global, verb: &str, instead: &str) -> anyhow::Result<()> {
    if is_address(&global.index) {
        bail!("`{verb}` needs an index in a folder, and not one on a cluster: {instead}");
    }
    Ok(())
}

/// The folder of the index that an index on a cluster is a copy of.
///
/// # Errors
///
/// If the environment names no folder for it.
#[cfg(feature = "cluster")]
pub(crate) fn local_folder(address: &ClusterAddress) -> anyhow::Result<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new()
        .context("no folder for the index on this machine: name one with --local, or set HOME")?;
    let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    let host = address.nodes().first().map_or_else(String::new, |node| node.host().to_owned());
    let name = format!("{}@{host}", address.index()).replace(['/', ':', '\\'], "_");
    Ok(state.join("wensou").join(name))
}

/// An open index.
#[derive(Debug)]
pub(crate) enum OpenIndex {
    /// In a folder of this machine.
    Local(Box<Index>),
    /// On a cluster.
    #[cfg(feature = "cluster")]
    Cluster(Box<ClusterIndex>),
}

impl OpenIndex {
    /// Opens the index that the settings name.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be opened.
    pub(crate) fn open(global: &Global) -> anyhow::Result<Self> {
        if is_address(&global.index) {
            return open_cluster(global);
        }
        Ok(Self::Local(Box::new(Index::open(&global.index)?)))
    }

    /// The index, if it is in a folder.
    pub(crate) fn local(&self) -> Option<&Index> {
        match self {
            Self::Local(index) => Some(index),
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => None,
        }
    }

    /// What `--index` opens it by.
    pub(crate) fn location(&self) -> PathBuf {
        match self {
            Self::Local(index) => index.dir().to_path_buf(),
            #[cfg(feature = "cluster")]
            Self::Cluster(index) => index.address().to_string().into(),
        }
    }

    /// Opens the index that the settings name again, after a query has failed. An index on a
    /// cluster that was replaced may be deleted at any time, which fails queries in many ways.
    ///
    /// # Errors
    ///
    /// `error`, unless another index is there.
    pub(crate) fn reopen(&self, global: &Global, error: anyhow::Error) -> anyhow::Result<Self> {
        #[cfg(feature = "cluster")]
        if let Self::Cluster(before) = self
            && crate::exit::of_cluster(&error).is_some()
            && let Ok(Self::Cluster(after)) = Self::open(global)
            && after.documents() != before.documents()
        {
            return Ok(Self::Cluster(after));
        }
        let _ = global;
        Err(error)
    }

    /// A reference for queries.
    pub(crate) fn queried(&self) -> IndexRef<'_> {
        self.into()
    }
}

impl From<Index> for OpenIndex {
    fn from(index: Index) -> Self {
        Self::Local(Box::new(index))
    }
}

impl<'i> From<&'i OpenIndex> for IndexRef<'i> {
    fn from(index: &'i OpenIndex) -> Self {
        match index {
            OpenIndex::Local(index) => Self::Local(index),
            #[cfg(feature = "cluster")]
            OpenIndex::Cluster(index) => Self::Cluster(index),
        }
    }
}

#[cfg(feature = "cluster")]
fn open_cluster(global: &Global) -> anyhow::Result<OpenIndex> {
    let address = ClusterAddress::parse(&global.index.to_string_lossy())?;
    let client = global.cluster.connect(&address)?;
    Ok(OpenIndex::Cluster(Box::new(ClusterIndex::open_with(client, &address)?)))
}

#[cfg(not(feature = "cluster"))]
fn open_cluster(global: &Global) -> anyhow::Result<OpenIndex> {
    bail!(
        "{} is on a cluster, which this build of wensou cannot search: install one with the \
         feature `cluster`",
        global.index.display()
    );
}
