//! The index that is published at an address, before a copy replaces it.

use serde_json::Value;
use wensou_index::Index;

use super::options::CopyOptions;
use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::request::{Request, encode_segment};

/// Fails if a copy must not replace the published index: it covers other files and folders, or its
/// alias cannot be changed.
pub(crate) fn check_replaceable(
    index: &Index,
    before: &ClusterIndex,
    options: &CopyOptions,
) -> Result<()> {
    if !options.replace && before.description().roots != roots(index) {
        return Err(Error::OtherRoots {
            address: before.address().to_string(),
            there: before.description().roots.join(", "),
            here: roots(index).join(", "),
        });
    }
    check_writable(before.client(), before.documents())
}

/// Settings of an index that block writes, and are not those of a copy.
const BLOCKS: [&str; 3] = ["read_only_allow_delete", "read_only", "metadata"];

/// Fails if the cluster or an operator has blocked an index: its alias cannot be changed.
fn check_writable(client: &Client, name: &str) -> Result<()> {
    let request = Request::get(format!("/{}/_settings", encode_segment(name)))
        .query("filter_path", "*.settings.index.blocks")
        .of_elected_node();
    let found: Value = client.send(&request)?.json()?;
    let blocks = &found[name]["settings"]["index"]["blocks"];
    match BLOCKS.into_iter().find(|block| blocks[*block] == "true" || blocks[*block] == true) {
        Some(block) => {
            let block = format!("index.blocks.{block}");
            Err(Error::ReadOnly { index: name.to_owned(), block })
        }
        None => Ok(()),
    }
}

/// The index that the alias leads to, if it is one of ours.
pub(crate) fn published_index(
    client: &Client,
    address: &ClusterAddress,
) -> Result<Option<ClusterIndex>> {
    match ClusterIndex::open_with(client.clone(), address) {
        Ok(index) => Ok(Some(index)),
        // What is no use is replaced by a whole copy.
        Err(Error::NoIndex { .. } | Error::Format { .. } | Error::Unfinished { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What an index covers, as it was given.
pub(crate) fn roots(index: &Index) -> Vec<String> {
    index.meta().given.iter().map(|root| root.display().to_string()).collect()
}
