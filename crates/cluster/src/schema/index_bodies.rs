//! The bodies of the requests that create indexes: their settings and mappings.

use serde_json::{Value, json};

use super::fields::{FORMAT, mappings};
use crate::token::MAX_TOKEN_CHARS;

/// How the documents are spread over the nodes of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardLayout {
    /// The number of primary shards.
    pub shards: u32,
    /// The number of replicas of each shard.
    pub replicas: u32,
}

impl Default for ShardLayout {
    fn default() -> Self {
        Self { shards: 3, replicas: 1 }
    }
}

/// How a new index is to be spread over the nodes of a cluster. What is `None` is as in the index
/// that is replaced; if there is none, as in the default of [`ShardLayout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LayoutOptions {
    /// The number of primary shards. A clone always has as many as its original.
    pub shards: Option<u32>,
    /// The number of replicas of each shard.
    pub replicas: Option<u32>,
}

impl LayoutOptions {
    /// The layout of the new index. `replaced` is that of the index that is replaced.
    pub(crate) fn layout(self, replaced: Option<ShardLayout>) -> ShardLayout {
        let ShardLayout { shards, replicas } = replaced.unwrap_or_default();
        ShardLayout {
            shards: self.shards.unwrap_or(shards),
            replicas: self.replicas.unwrap_or(replicas),
        }
    }
}

/// The body that creates an index of documents for an alias. `analysis` is the analysis version of
/// the documents, see [`wensou_index::Meta::analysis`].
#[must_use]
pub(crate) fn documents_index_body(layout: ShardLayout, analysis: &str, alias: &str) -> Value {
    json!({
        "settings": {
            "index": {
                "number_of_shards": layout.shards,
                "number_of_replicas": layout.replicas,
                // Nobody searches an index before it is whole, so it is refreshed only when this
                // program asks for it.
                "refresh_interval": "-1",
                // A query may list many terms: all terms with a prefix, or all values of a filter.
                "max_terms_count": 65_536,
            },
            "analysis": {
                "tokenizer": {
                    "tokens": { "type": "whitespace", "max_token_length": MAX_TOKEN_CHARS },
                },
                "analyzer": { "tokens": { "type": "custom", "tokenizer": "tokens" } },
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": unfinished_meta(analysis, alias),
            "properties": mappings(),
        },
    })
}

/// The `_meta` of the mapping of an index of documents while the index is written. A whole
/// [`Description`](crate::Description) replaces it at the end.
///
/// The key `alias` in it is the mark of the indexes that wensou has written for that alias. When
/// the indexes of earlier copies are deleted, those without the mark stay, except clones that have
/// no mappings yet.
#[must_use]
pub(crate) fn unfinished_meta(analysis: &str, alias: &str) -> Value {
    json!({ "wensou": { "format": FORMAT, "analysis": analysis, "alias": alias } })
}

/// The body that creates an index of statistics, or an index of parts, for an alias.
#[must_use]
pub(crate) fn statistics_or_parts_index_body(replicas: u32, alias: &str) -> Value {
    json!({
        "settings": { "index": {
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
        } },
        "mappings": {
            "dynamic": "strict",
            "_meta": { "wensou": { "alias": alias } },
            "properties": { "data": { "type": "object", "enabled": false } },
        },
    })
}

/// The body that creates the index with the lock of an alias. A pattern such as `news-*` does not
/// match this index, unless the request asks for hidden indexes, too.
#[must_use]
pub(crate) fn lock_index_body(alias: &str) -> Value {
    json!({
        "settings": { "index": {
            "number_of_shards": 1,
            // One replica, as soon as there is a second node.
            "auto_expand_replicas": "0-1",
            "hidden": true,
        } },
        "mappings": {
            "_meta": { "wensou": { "alias": alias } },
            // The document of the lock is only read by its id.
            "enabled": false,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_index_is_spread_as_the_replaced_one_where_the_options_say_nothing() {
        let replaced = ShardLayout { shards: 5, replicas: 0 };
        let any = LayoutOptions::default();
        assert_eq!(any.layout(Some(replaced)), replaced);
        assert_eq!(any.layout(None), ShardLayout::default());
        let two_replicas = LayoutOptions { replicas: Some(2), ..any };
        assert_eq!(two_replicas.layout(Some(replaced)), ShardLayout { shards: 5, replicas: 2 });
    }
}
