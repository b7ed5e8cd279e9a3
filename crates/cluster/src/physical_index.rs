//! Physical indexes: creates, refreshes, lists and deletes them, and waits for their health.

use std::fmt;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::index_name::{MAX_NAME_BYTES, check_index_name};
use crate::request::{Request, encode_segment};
use crate::schema::ShardLayout;

/// The longest time that one request waits for the health of an index.
const HEALTH_REQUEST_TIME: Duration = Duration::from_secs(5);

/// How long to wait at most until the shards of a new index have their replicas. Without replicas,
/// the loss of a node loses documents.
pub(crate) const REPLICAS_WAIT: Duration = Duration::from_secs(10);

/// The time limit of a request that changes an index or an alias. It is long because the cluster
/// has to tell its nodes of the change.
pub(crate) const CHANGE_TIMEOUT: Duration = Duration::from_secs(30);

/// The health of an index: whether all its shards, and all replicas of the shards, are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Shards are missing, and their documents with them.
    Red,
    /// All shards are there, but replicas are missing.
    Yellow,
    /// All shards and all replicas are there.
    Green,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
        })
    }
}

/// A physical index, as the cluster lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexInfo {
    /// The name.
    pub name: String,
    /// The health; `None` while the index is closed or being deleted.
    pub health: Option<Health>,
    /// The number of documents; `None` while shards are missing.
    pub documents: Option<u64>,
    /// The bytes on disk with all replicas; `None` while shards are missing.
    pub bytes: Option<u64>,
    /// When the index was created, in milliseconds since 1970.
    pub created: u64,
}

impl Client {
    /// Creates a physical index with settings and mappings.
    ///
    /// # Errors
    ///
    /// [`Error::NameTaken`] if the name is in use, and as [`Self::send`].
    pub fn create_index(&self, name: &str, body: &impl Serialize) -> Result<()> {
        check_index_name(name, MAX_NAME_BYTES)?;
        let request = Request::put(index_path(name))
            .json(body)?
            .min_timeout(CHANGE_TIMEOUT)
            .by_cluster_manager();
        let response = self.send(&request.clone().accept(400))?;
        if response.status() != 400 {
            return Ok(());
        }
        // The first attempt may have created the index, although its answer was lost.
        let may_be_created = response.attempts() > 1;
        // Send it again without accepting status 400: the outcome is then an error that says what
        // was wrong.
        match self.send(&request) {
            Err(Error::NameTaken { .. }) if may_be_created => Ok(()),
            other => other.map(drop),
        }
    }

    /// Creates a physical index unless it exists, for example because another process has created
    /// it. In both cases, waits for the replicas of its shards, for at most `patience`.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub(crate) fn create_index_if_missing(
        &self,
        name: &str,
        body: &impl Serialize,
        patience: Duration,
    ) -> Result<()> {
        match self.create_index(name, body) {
            Ok(()) | Err(Error::NameTaken { .. }) => self.wait_for_replicas(name, patience),
            other => other,
        }
    }

    /// Deletes a physical index. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// As [`Self::send`]. A name with a pattern is refused.
    pub fn delete_index(&self, name: &str) -> Result<bool> {
        check_index_name(name, MAX_NAME_BYTES)?;
        let request = Request::delete(index_path(name))
            .min_timeout(CHANGE_TIMEOUT)
            .by_cluster_manager()
            .accept(404);
        Ok(self.send(&request)?.status() != 404)
    }

    /// Makes all documents that were written so far visible to searches.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn refresh(&self, index: &str) -> Result<()> {
        let path = format!("{}/_refresh", index_path(index));
        self.send(&Request::post(path).min_timeout(CHANGE_TIMEOUT)).map(drop)
    }

    /// The physical indexes whose names match a pattern such as `news-*`, by name.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn indexes(&self, pattern: &str) -> Result<Vec<IndexInfo>> {
        #[derive(Deserialize)]
        struct Row {
            index: String,
            health: Option<String>,
            #[serde(rename = "docs.count")]
            documents: Option<String>,
            #[serde(rename = "store.size")]
            bytes: Option<String>,
            #[serde(rename = "creation.date")]
            created: Option<String>,
        }
        let request = Request::get(format!("/_cat/indices/{}", encode_segment(pattern)))
            .query("format", "json")
            .query("bytes", "b")
            .query("h", "index,health,docs.count,store.size,creation.date")
            .query("expand_wildcards", "all")
            .by_cluster_manager()
            .accept(404);
        let response = self.send(&request)?;
        if response.status() == 404 {
            return Ok(Vec::new());
        }
        // The cluster writes all numbers in this list as text.
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        // While an index is deleted, the list has it with empty texts.
        let health =
            |text: Option<String>| -> Option<Health> { serde_json::from_value(text?.into()).ok() };
        let mut indexes: Vec<_> = response
            .json::<Vec<Row>>()?
            .into_iter()
            .map(|row| IndexInfo {
                name: row.index,
                health: health(row.health),
                documents: number(row.documents),
                bytes: number(row.bytes),
                created: number(row.created).unwrap_or(0),
            })
            .collect();
        indexes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(indexes)
    }

    /// How a physical index is spread over the cluster; `None` if there is no such index.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub(crate) fn layout_of(&self, name: &str) -> Result<Option<ShardLayout>> {
        let request = Request::get(format!("{}/_settings", index_path(name)))
            .query("filter_path", "*.settings.index.number_of_*")
            .by_cluster_manager()
            .accept(404);
        let response = self.send(&request)?;
        if response.status() == 404 {
            return Ok(None);
        }
        let found: Value = response.json()?;
        // The cluster writes numbers in settings as text.
        let number = |setting: &str| -> Option<u32> {
            found[name]["settings"]["index"][setting].as_str()?.parse().ok()
        };
        let numbers = number("number_of_shards").zip(number("number_of_replicas"));
        Ok(numbers.map(|(shards, replicas)| ShardLayout { shards, replicas }))
    }

    /// Waits until no shard or replica of an index is being set up, or until `time` is over.
    /// Replicas for which there is no node are not waited for.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn wait_for_replicas(&self, index: &str, time: Duration) -> Result<()> {
        let request = Request::get(format!("/_cluster/health/{}", encode_segment(index)))
            .query("wait_for_no_initializing_shards", "true")
            .query("timeout", &format!("{}ms", time.as_millis().max(1)))
            .min_timeout(time + CHANGE_TIMEOUT)
            .accept(408);
        self.send(&request).map(drop)
    }

    /// Waits until an index, or the index that an alias leads to, has at least the health
    /// `min_health`. Returns its health.
    ///
    /// # Errors
    ///
    /// [`Error::StateNotReached`] if the index does not reach that health within `time`;
    /// [`Error::NotFound`] if there is no such index.
    pub fn wait_for_health(
        &self,
        index: &str,
        min_health: Health,
        time: Duration,
    ) -> Result<Health> {
        #[derive(Deserialize)]
        struct Answer {
            status: Health,
            timed_out: bool,
            #[serde(flatten)]
            shards: Option<Shards>,
        }
        #[derive(Deserialize, PartialEq)]
        struct Shards {
            active_shards: u64,
            initializing_shards: u64,
            unassigned_shards: u64,
        }
        // What the cluster answers if there is no such index.
        const NO_SHARDS: Shards =
            Shards { active_shards: 0, initializing_shards: 0, unassigned_shards: 0 };
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let request_time = left.min(HEALTH_REQUEST_TIME);
            let request = Request::get(format!("/_cluster/health/{}", encode_segment(index)))
                .query("wait_for_status", &min_health.to_string())
                .query("timeout", &format!("{}ms", request_time.as_millis().max(1)))
                .min_timeout(request_time + CHANGE_TIMEOUT)
                .accept(408);
            let response = self.send(&request)?;
            let answer: Answer = response.json()?;
            if !answer.timed_out && answer.status >= min_health {
                return Ok(answer.status);
            }
            if answer.shards == Some(NO_SHARDS) {
                let what = format!("index [{index}]");
                return Err(Error::NotFound { at: response.exchange().clone(), what });
            }
            if left.is_zero() {
                let what = format!("{index} is {}, and did not become {min_health}", answer.status);
                return Err(Error::StateNotReached { what, after: time });
            }
        }
    }
}

fn index_path(name: &str) -> String {
    format!("/{}", encode_segment(name))
}

#[cfg(test)]
#[path = "physical_index_tests.rs"]
mod tests;
