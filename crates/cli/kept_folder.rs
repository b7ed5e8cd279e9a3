//! The folder in which `wensou index` keeps the index that it copies to a cluster.

use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use wensou_cluster::{ClusterAddress, ClusterIndex, Error, Node};
use wensou_index::{Index, is_index_folder};

use crate::config::GlobalSettings;

/// The port of a node if an address gives none.
const DEFAULT_PORT: u16 = 9200;

/// The index in a folder, if `copy` is a copy of it as it is now.
pub(crate) fn open_source(folder: &Path, copy: &ClusterIndex) -> Option<Index> {
    Index::open(folder).ok().filter(|index| copy.description().is_of(index))
}

/// The folder on this machine where `wensou index` keeps the index that it copies to `address`,
/// unless a flag names another. Connects to the cluster only if there may be such an index in the
/// folder in which earlier versions kept it.
///
/// # Errors
///
/// If the user has no home folder, or if the cluster cannot be asked.
pub(crate) fn kept_folder(
    global: &GlobalSettings,
    address: &ClusterAddress,
) -> anyhow::Result<PathBuf> {
    let folder = local_folder(address)?;
    let earlier = earlier_folder(address).filter(|earlier| is_index_folder(earlier));
    let Some(earlier) = earlier.filter(|_| !is_index_folder(&folder)) else { return Ok(folder) };
    // The folder may have the index of another cluster on the same host.
    match ClusterIndex::open_with(global.cluster.connect(address)?, address) {
        Ok(copy) if open_source(&earlier, &copy).is_some() => Ok(earlier),
        Ok(_) | Err(Error::NoIndex { .. } | Error::Format { .. } | Error::Unfinished { .. }) => {
            Ok(folder)
        }
        Err(error) => Err(error.into()),
    }
}

/// The folder for the index that is copied to `address`, named after the name and the first node.
pub(crate) fn local_folder(address: &ClusterAddress) -> anyhow::Result<PathBuf> {
    folder_of(address, name_of_node)
}

/// The host and the port of a node; the host alone if the port is the default.
fn name_of_node(node: &Node) -> String {
    match node.port() {
        DEFAULT_PORT => node.host().to_owned(),
        _ => node.to_string(),
    }
}

/// The folder in which earlier versions kept the index that is copied to `address`, if that is not
/// [`local_folder`]: its name had no port, so that two clusters on one host shared it.
pub(crate) fn earlier_folder(address: &ClusterAddress) -> Option<PathBuf> {
    let earlier = folder_of(address, |node| node.host().to_owned()).ok()?;
    (local_folder(address).ok()? != earlier).then_some(earlier)
}

/// The folder for an address whose first node has the name that `name_of` returns.
fn folder_of(
    address: &ClusterAddress,
    name_of: impl FnOnce(&Node) -> String,
) -> anyhow::Result<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new()
        .context("no folder for the index on this machine: name one with --local, or set HOME")?;
    let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Ok(state.join("wensou").join(folder_name(address, name_of)))
}

fn folder_name(address: &ClusterAddress, name_of: impl FnOnce(&Node) -> String) -> String {
    let node = address.nodes().first().map_or_else(String::new, name_of);
    format!("{}@{node}", address.alias()).replace(['/', ':', '\\'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clusters_on_one_host_have_two_folders() {
        let address = |text: &str| ClusterAddress::parse(text).unwrap();
        let name = |text: &str| folder_name(&address(text), name_of_node);
        assert_eq!(name("https://a.example/news"), "news@a.example");
        assert_eq!(name("https://a.example:9200,b.example:1/news"), "news@a.example");
        assert_eq!(name("http://127.0.0.1:9601/news"), "news@127.0.0.1_9601");
        assert_eq!(name("http://[::1]:9202/news"), "news@[__1]_9202");
        assert_eq!(earlier_folder(&address("https://a.example/news")), None);
        let earlier = earlier_folder(&address("https://a.example:9201/news")).unwrap();
        assert_eq!(earlier.file_name().unwrap(), "news@a.example");
    }
}
