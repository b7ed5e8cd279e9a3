//! Deletes the indexes that were written for an address earlier, whether they were finished or not.
//! What is said of copies here also holds for the indexes that several machines have sent.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::Result;
use crate::request::{Request, encode_segment};
use crate::schema::{PARTS_SUFFIX, STATISTICS_SUFFIX, statistics_name};

/// The number of hexadecimal digits of the stamp in the name of a copy.
const STAMP_DIGITS: usize = 16;

/// Who publishes the current index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Publisher {
    /// One machine, with a copy of its index.
    Copy,
    /// Several machines, each with its share of an archive.
    Shares,
}

/// Deletes the indexes that copies to an address have written: the index that was published before,
/// and what interrupted copies have left. `current` and its statistics stay. Waits for `grace`
/// first, because searches may still read the index that was published before.
///
/// Indexes without the mark of a copy to this address stay, and so do those that an alias leads to,
/// with their statistics.
/// Indexes that several machines have not finished stay if `publisher` is [`Publisher::Copy`]; they
/// are deleted if it is [`Publisher::Shares`].
///
/// Returns the names of the indexes that stay, although their names are like those of copies.
pub(super) fn remove_others(
    client: &Client,
    address: &ClusterAddress,
    current: &str,
    publisher: Publisher,
    grace: Duration,
) -> Result<Vec<String>> {
    let keep = [current.to_owned(), statistics_name(current)];
    let mut others = indexes_named_as_copies(client, address.alias())?;
    others.retain(|name, _| !keep.contains(name));
    // While several machines write an index of documents, there is an index of parts beside it.
    // These are the names of such indexes of documents that are not to be deleted.
    let unfinished: Vec<String> = match publisher {
        Publisher::Copy => {
            let documents = others.keys().filter_map(|name| name.strip_suffix(PARTS_SUFFIX));
            documents.map(str::to_owned).collect()
        }
        Publisher::Shares => Vec::new(),
    };
    // True for the index of documents, and for those of its statistics and parts.
    let is_unfinished = |name: &str| unfinished.iter().any(|documents| name.starts_with(documents));
    // The statistics and parts of an index of documents that stays for its alias stay, too.
    let with_alias: Vec<String> = others
        .iter()
        .filter(|(_, found)| !found.aliases.is_empty())
        .map(|(name, _)| name.clone())
        .collect();
    let is_used = |name: &str| with_alias.iter().any(|documents| name.starts_with(documents));
    let (removed, kept): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, found)| {
        found.is_left_by_copies_to(address.alias()) && !is_unfinished(name) && !is_used(name)
    });
    if !removed.is_empty() {
        std::thread::sleep(grace);
    }
    // An index of parts says which shares were sent. Delete it before the index of documents: if
    // that were deleted alone, the index of parts would be wrong.
    let (parts_indexes, other_indexes): (Vec<_>, Vec<_>) =
        removed.into_iter().partition(|(name, _)| name.ends_with(PARTS_SUFFIX));
    for (name, _) in parts_indexes.into_iter().chain(other_indexes) {
        client.delete_index(&name)?;
    }
    Ok(kept.into_iter().map(|(name, _)| name).collect())
}

/// What the cluster says of an index whose name has the form of a copy's name.
#[derive(Debug, Default, Deserialize)]
struct IndexWithCopyName {
    #[serde(default)]
    aliases: BTreeMap<String, Value>,
    #[serde(default)]
    mappings: Value,
    #[serde(default)]
    settings: Value,
}

impl IndexWithCopyName {
    /// Whether the index has the mark of copies to `alias`, and no alias leads to it.
    fn is_left_by_copies_to(&self, alias: &str) -> bool {
        self.aliases.is_empty() && has_mark(&self.mappings, &self.settings, alias)
    }
}

/// What [`has_mark`] needs of an answer about indexes, as the parameter `filter_path`.
pub(super) const MARK_PATHS: &str = "*.mappings._meta,*.settings.index.resize.source.name";

/// Whether an index has the mark of copies to `alias` in its mappings, or is a clone, without
/// mappings yet, of an index that has the name of such a copy. A clone gets its mappings when its
/// shards have been copied, which never happens where the disks of all nodes are nearly full; its
/// settings name the index that it is cloned from.
pub(super) fn has_mark(mappings: &Value, settings: &Value, alias: &str) -> bool {
    let original = settings["index"]["resize"]["source"]["name"].as_str();
    mappings["_meta"]["wensou"]["alias"] == alias
        || mappings["_meta"].is_null() && original.is_some_and(|name| is_copy_name(name, alias))
}

/// The indexes whose names have the form of the names of copies to `alias`: `NAME-STAMP`,
/// `NAME-STAMP.terms` or `NAME-STAMP.parts`, where `NAME` is `alias`. The keys are the names.
fn indexes_named_as_copies(
    client: &Client,
    alias: &str,
) -> Result<BTreeMap<String, IndexWithCopyName>> {
    let names = client.indexes(&format!("{alias}-*"))?.into_iter().map(|index| index.name);
    let path = format!("/{}", encode_segment(&format!("{alias}-*")));
    // Indexes that have neither an alias nor a mark, and are no clones, are missing from the
    // answer.
    let request = Request::get(path)
        .query("filter_path", &format!("*.aliases,{MARK_PATHS}"))
        .query("expand_wildcards", "all")
        .by_cluster_manager();
    let mut found: BTreeMap<String, IndexWithCopyName> = client.send(&request)?.json()?;
    let named = names.filter(|name| is_copy_name(name, alias));
    let described = named.map(|name| {
        let index = found.remove(&name).unwrap_or_default();
        (name, index)
    });
    Ok(described.collect())
}

/// Whether a name has the form that copies to `alias` give to the names of their indexes.
fn is_copy_name(name: &str, alias: &str) -> bool {
    let Some(stamped) = name.strip_prefix(&format!("{alias}-")) else { return false };
    let mut suffixes = [STATISTICS_SUFFIX, PARTS_SUFFIX].into_iter();
    let stamp = suffixes.find_map(|suffix| stamped.strip_suffix(suffix)).unwrap_or(stamped);
    stamp.len() == STAMP_DIGITS && stamp.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_copies_are_recognised() {
        for name in
            ["news-0123456789abcdef", "news-0123456789abcdef.terms", "news-0123456789abcdef.parts"]
        {
            assert!(is_copy_name(name, "news"), "{name}");
        }
        for name in [
            "news",
            "news-1",
            "news-0123456789abcdeg",
            "news-2-0123456789abcdef",
            "news-0123456789abcdef.terms.terms",
            "newspaper-0123456789abcdef",
            "news-wensou-lock",
        ] {
            assert!(!is_copy_name(name, "news"), "{name}");
        }
    }

    #[test]
    fn only_marked_indexes_without_an_alias_are_left_by_copies() {
        let left = |found: Value| {
            serde_json::from_value::<IndexWithCopyName>(found).unwrap().is_left_by_copies_to("news")
        };
        let marked = |alias: &str| json!({ "_meta": { "wensou": { "alias": alias } } });
        assert!(left(json!({ "mappings": marked("news") })));
        assert!(!left(json!({ "mappings": marked("other") })));
        assert!(!left(json!({ "mappings": { "_meta": { "wensou": { "format": 1 } } } })));
        assert!(!left(json!({ "mappings": { "_meta": { "alias": "news" } } })));
        assert!(!left(json!({})));
        assert!(!left(json!({ "aliases": { "backup": {} }, "mappings": marked("news") })));
        // A clone whose shards wait for a node.
        let clone_of =
            |name: &str| json!({ "index": { "resize": { "source": { "name": name } } } });
        let [ours, foreign] = ["news-0123456789abcdef", "sales-2026"].map(clone_of);
        assert!(left(json!({ "settings": ours, "mappings": {} })));
        assert!(!left(json!({ "settings": ours, "mappings": marked("other") })));
        assert!(!left(json!({ "settings": foreign })));
    }
}
