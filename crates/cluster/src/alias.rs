//! Aliases: finds the physical indexes that an alias leads to, points the alias to another index,
//! and waits until all nodes that answer see the change.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::index_name::{MAX_NAME_BYTES, check_index_name};
use crate::physical_index::CHANGE_TIMEOUT;
use crate::request::{Request, encode_segment};

/// The pause before the nodes are asked again whether they see an alias.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The time limit of the request that asks one node where an alias leads. The nodes are asked one
/// after the other, so a node that hangs must not use up the time of the others.
const NODE_TIME_LIMIT: Duration = Duration::from_secs(2);

impl Client {
    /// The physical indexes of an alias, by name; none if there is no such alias.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub fn alias_targets(&self, alias: &str) -> Result<Vec<String>> {
        self.request_targets(&Request::get(alias_path(alias)))
    }

    /// Sends a request for an alias, and returns the physical indexes that the alias leads to.
    fn request_targets(&self, request: &Request) -> Result<Vec<String>> {
        let response = self.send(&request.clone().accept(404))?;
        if response.status() == 404 {
            return Ok(Vec::new());
        }
        Ok(response.json::<BTreeMap<String, Value>>()?.into_keys().collect())
    }

    /// Points an alias to the index `new` instead of `old` in one step, so that every search sees
    /// exactly one of the two. If `old` is `None`, there must be no such alias yet. Does nothing if
    /// the alias points to `new` alone already.
    ///
    /// The old index stays. Delete it some seconds after [`Self::wait_for_alias`] has returned:
    /// searches that began before the swap still read it.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] if `alias` cannot be the name of an index; [`Error::Conflict`] if the alias
    /// points elsewhere, because somebody else has swapped it; [`Error::NameTaken`] if a physical
    /// index has the name of the alias; and as [`Self::send`].
    pub fn swap_alias(&self, alias: &str, old: Option<&str>, new: &str) -> Result<()> {
        check_index_name(alias, MAX_NAME_BYTES)?;
        let targets = self.alias_targets(alias)?;
        if targets == [new] {
            return Ok(());
        }
        let request = Request::post("/_aliases").min_timeout(CHANGE_TIMEOUT).by_cluster_manager();
        // The alias must lead to `old` alone, or to nothing if `old` is `None`.
        if targets.iter().map(String::as_str).ne(old) {
            let found = if targets.is_empty() { "nothing".to_owned() } else { targets.join(", ") };
            let reason = format!("the alias {alias} points to {found}");
            return Err(Error::Conflict { at: request.exchange_with("the cluster"), reason });
        }
        let mut actions = Vec::new();
        if let Some(old) = old {
            // If somebody else has swapped the alias, this action fails, and with it the whole
            // request.
            actions.push(json!({"remove": {"index": old, "alias": alias, "must_exist": true}}));
        }
        actions.push(json!({"add": {"index": new, "alias": alias}}));
        match self.send(&request.json(&json!({ "actions": actions }))?) {
            Ok(_) => Ok(()),
            // An attempt may have succeeded, although its answer was lost.
            Err(_) if self.alias_targets(alias).is_ok_and(|targets| targets == [new]) => Ok(()),
            // The error is about the alias, not about an index: the old index exists, but the alias
            // does not lead to it, because somebody else has changed the alias.
            Err(Error::NotFound { at, what }) if what.contains("aliases [") => {
                Err(Error::Conflict { at, reason: what })
            }
            Err(error) => Err(error),
        }
    }

    /// Waits until at least one node of the address has answered, and every node that answers sees
    /// the alias point to `index` alone.
    ///
    /// # Errors
    ///
    /// [`Error::StateNotReached`] if after `time` a node that answers does not see the alias point
    /// to `index` alone, or if no node has answered; and errors of a node that are not transient.
    pub fn wait_for_alias(&self, alias: &str, index: &str, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        let mut waiting: Vec<usize> = (0..self.node_count()).collect();
        // The number of nodes that see the alias point to `index`.
        let mut seeing = 0;
        loop {
            let mut still_waiting = Vec::new();
            for node in waiting {
                let left = end.saturating_duration_since(Instant::now()).max(POLL_INTERVAL);
                // With `local`, the node says what it sees itself.
                let request = Request::get(alias_path(alias)).query("local", "true");
                let request = request.to_node(node).timeout(left.min(NODE_TIME_LIMIT));
                match self.request_targets(&request) {
                    Ok(targets) if targets == [index] => seeing += 1,
                    Ok(_) => still_waiting.push(node),
                    // A node that does not answer is not waited for: it gives nobody old results,
                    // and when it is back, it learns of the swap before it answers a search.
                    Err(error) if error.is_transient() => {}
                    Err(error) => return Err(error),
                }
            }
            waiting = still_waiting;
            if waiting.is_empty() && seeing > 0 {
                return Ok(());
            }
            if waiting.is_empty() {
                // No node has answered, so ask all of them again.
                waiting = (0..self.node_count()).collect();
            }
            if Instant::now() + POLL_INTERVAL > end {
                let what = format!("not all nodes saw {alias} point to {index}");
                return Err(Error::StateNotReached { what, after: time });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}

fn alias_path(alias: &str) -> String {
    format!("/_alias/{}", encode_segment(alias))
}

#[cfg(test)]
#[path = "alias_tests.rs"]
mod tests;
