//! The published index, which the alias of an address leads to, whether a new one may replace it,
//! and how the new one is spread over the cluster.

use std::path::PathBuf;

use serde_json::Value;
use wensou_index::Index;
use xxhash_rust::xxh3::xxh3_64;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::copy::{CopyOptions, RootsHash};
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::request::{Request, encode_segment};
use crate::schema::{LayoutOptions, ShardLayout};

/// The index that the alias leads to; `None` if there is none, or if it is not whole or has another
/// format.
///
/// # Errors
///
/// If the alias leads to several indexes, or to one that wensou has not written; and if the cluster
/// cannot be asked.
pub(crate) fn published_index(
    client: &Client,
    address: &ClusterAddress,
) -> Result<Option<ClusterIndex>> {
    match ClusterIndex::open_with(client.clone(), address) {
        Ok(index) => Ok(Some(index)),
        // An index that cannot be used counts as none: a copy of all documents will replace it.
        Err(Error::NoIndex { .. } | Error::Format { .. } | Error::Unfinished { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the copy at the address covers, if `index` may replace it: it covers the same files and
/// folders as `index`, some of them or more than these, as after an update whose copy failed; or
/// `replace` is true. `None` if there is no copy.
///
/// # Errors
///
/// [`Error::OtherRoots`] if the copy covers others and `replace` is false; and if the cluster
/// cannot be asked.
pub fn replaceable_roots(
    index: &Index,
    client: &Client,
    address: &ClusterAddress,
    replace: bool,
) -> Result<Option<RootsHash>> {
    let Some(published) = published_index(client, address)? else { return Ok(None) };
    let there = &published.description().roots;
    let contains = |all: &[String], some: &[String]| some.iter().all(|root| all.contains(root));
    let is_related = roots_beside(index, &published)
        .any(|here| contains(&here, there) || contains(there, &here));
    match is_related || replace {
        true => Ok(Some(hash(there))),
        false => Err(other_roots(index, &published)),
    }
}

/// The error about a published index that has other roots than `index`.
fn other_roots(index: &Index, published: &ClusterIndex) -> Error {
    Error::OtherRoots {
        address: published.address().to_string(),
        there: published.description().roots.join(", "),
        here: roots(index).join(", "),
    }
}

fn hash(roots: &[String]) -> RootsHash {
    xxh3_64(roots.join("\n").as_bytes())
}

/// Fails if `index` must not replace the published index: because the published index has other
/// roots, unless the options allow that, or because it is blocked.
pub(crate) fn check_replaceable(
    index: &Index,
    published: &ClusterIndex,
    options: &CopyOptions,
) -> Result<()> {
    let there = &published.description().roots;
    let is_allowed = options.replace || options.replaced_roots == Some(hash(there));
    if !is_allowed && !roots_beside(index, published).any(|here| here == *there) {
        return Err(other_roots(index, published));
    }
    check_not_blocked(published.client(), published.documents_index())
}

/// The settings below `index.blocks` by which the cluster or an operator blocks changes of an
/// index. The setting `write` is not among them, because publishing an index sets it.
const BLOCKING_SETTINGS: [&str; 3] = ["read_only_allow_delete", "read_only", "metadata"];

/// Fails if the cluster or an operator has blocked an index, because the alias of a blocked index
/// cannot be changed.
fn check_not_blocked(client: &Client, name: &str) -> Result<()> {
    let request = Request::get(format!("/{}/_settings", encode_segment(name)))
        .query("filter_path", "*.settings.index.blocks")
        .by_cluster_manager();
    let found: Value = client.send(&request)?.json()?;
    let blocks = &found[name]["settings"]["index"]["blocks"];
    match BLOCKING_SETTINGS
        .into_iter()
        .find(|block| blocks[*block] == "true" || blocks[*block] == true)
    {
        Some(block) => {
            let block = format!("index.blocks.{block}");
            Err(Error::ReadOnly { index: name.to_owned(), block })
        }
        None => Ok(()),
    }
}

/// How a new index of documents is spread over the cluster. `replaced` is the name of the index
/// that it replaces, if there is one, whether wensou can read that or not.
pub(crate) fn new_layout(
    client: &Client,
    replaced: Option<&str>,
    options: LayoutOptions,
) -> Result<ShardLayout> {
    let replaced = replaced.map(|name| client.layout_of(name)).transpose()?;
    Ok(options.layout(replaced.flatten()))
}

/// What tells the archive of an index in a folder from others: its absolute roots, because a path
/// such as `data`, as it was typed, is in many folders. For a share it is the roots as they were
/// given, because the folder of an archive may have other names on other machines.
pub(crate) fn roots(index: &Index) -> Vec<String> {
    let meta = index.meta();
    let roots = if meta.share.is_some() { &meta.given } else { &meta.roots };
    texts(roots)
}

/// The roots of an index in a folder in the forms in which the published index may have them: if
/// one of the two was sent in shares, also as they were given.
fn roots_beside(index: &Index, published: &ClusterIndex) -> impl Iterator<Item = Vec<String>> {
    let meta = index.meta();
    let in_shares = published.description().shares > 0 || meta.share.is_some();
    let given = in_shares.then(|| texts(&meta.given));
    [texts(&meta.roots)].into_iter().chain(given)
}

fn texts(roots: &[PathBuf]) -> Vec<String> {
    roots.iter().map(|root| root.display().to_string()).collect()
}
