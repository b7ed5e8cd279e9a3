//! Deletes the other indexes that were written for an address, finished or not.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::address::ClusterAddress;
use crate::client::Client;
use crate::error::Result;
use crate::request::{Request, encode_segment};
use crate::schema::{PARTS, TERMS, statistics_name};

/// The digits of a stamp.
const STAMP_DIGITS: usize = 16;

/// Deletes the indexes that copies to an address have written, except that of `current`: the one
/// before, after `grace`, and what interrupted copies have left. An index that has no mark of a
/// copy to this address stays, and so does one that an alias leads to. What several machines are
/// writing stays if `writer` is a copy, and goes if other machines have published an index.
///
/// Returns the names of the indexes that look like copies and stay.
pub(super) fn remove_others(
    client: &Client,
    address: &ClusterAddress,
    (current, writer): (&str, Writer),
    grace: Duration,
) -> Result<Vec<String>> {
    let keep = [current.to_owned(), statistics_name(current)];
    let mut others = candidates(client, address.index())?;
    others.retain(|name, _| !keep.contains(name));
    let documents_of_shares = others.keys().filter_map(|name| name.strip_suffix(PARTS));
    let written: Vec<String> =
        documents_of_shares.filter(|_| writer == Writer::Copy).map(str::to_owned).collect();
    let is_written = |name: &str| written.iter().any(|documents| name.starts_with(documents));
    let (removed, kept): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, found)| {
        found.is_left_by_copies_to(address.index()) && !is_written(name)
    });
    if !removed.is_empty() {
        std::thread::sleep(grace);
    }
    // What machines have told each other is of no use without the documents, so it goes first.
    let (parts, others): (Vec<_>, Vec<_>) =
        removed.into_iter().partition(|(name, _)| name.ends_with(PARTS));
    for (name, _) in parts.into_iter().chain(others) {
        client.delete_index(&name)?;
    }
    Ok(kept.into_iter().map(|(name, _)| name).collect())
}

/// Who has published the current index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// A copy of one index.
    Copy,
    /// Several machines.
    Shares,
}

/// What is known of an index that may be deleted.
#[derive(Debug, Default, Deserialize)]
struct Candidate {
    #[serde(default)]
    aliases: BTreeMap<String, Value>,
    #[serde(default)]
    mappings: Value,
}

impl Candidate {
    fn is_left_by_copies_to(&self, alias: &str) -> bool {
        self.aliases.is_empty() && self.mappings["_meta"]["wensou"]["alias"] == alias
    }
}

/// The indexes whose names are those of copies to `alias`: `NAME-STAMP`, `NAME-STAMP.terms` and
/// `NAME-STAMP.parts`.
fn candidates(client: &Client, alias: &str) -> Result<BTreeMap<String, Candidate>> {
    let names = client.indexes(&format!("{alias}-*"))?.into_iter().map(|index| index.name);
    let path = format!("/{}", encode_segment(&format!("{alias}-*")));
    // Indexes without an alias or a mark are missing from the answer.
    let request = Request::get(path)
        .query("filter_path", "*.aliases,*.mappings._meta")
        .query("expand_wildcards", "all")
        .of_elected_node();
    let mut found: BTreeMap<String, Candidate> = client.send(&request)?.json()?;
    let named = names.filter(|name| is_of_a_copy(name, alias));
    let known = named.map(|name| {
        let candidate = found.remove(&name).unwrap_or_default();
        (name, candidate)
    });
    Ok(known.collect())
}

/// Whether a name is one that copies to `alias` give.
fn is_of_a_copy(name: &str, alias: &str) -> bool {
    let end = name.strip_prefix(alias).and_then(|end| end.strip_prefix('-'));
    let Some(end) = end else { return false };
    let stamp = [TERMS, PARTS].into_iter().find_map(|ending| end.strip_suffix(ending));
    let stamp = stamp.unwrap_or(end);
    stamp.len() == STAMP_DIGITS && stamp.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_copies_are_known() {
        for name in ["news-0123456789abcdef", "news-0123456789abcdef.terms"] {
            assert!(is_of_a_copy(name, "news"), "{name}");
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
            assert!(!is_of_a_copy(name, "news"), "{name}");
        }
    }

    #[test]
    fn only_marked_indexes_without_an_alias_are_left_by_copies() {
        let left = |found: Value| {
            serde_json::from_value::<Candidate>(found).unwrap().is_left_by_copies_to("news")
        };
        let marked = |alias: &str| json!({ "_meta": { "wensou": { "alias": alias } } });
        assert!(left(json!({ "mappings": marked("news") })));
        assert!(!left(json!({ "mappings": marked("other") })));
        assert!(!left(json!({ "mappings": { "_meta": { "wensou": { "format": 1 } } } })));
        assert!(!left(json!({ "mappings": { "_meta": { "alias": "news" } } })));
        assert!(!left(json!({})));
        assert!(!left(json!({ "aliases": { "backup": {} }, "mappings": marked("news") })));
    }
}
