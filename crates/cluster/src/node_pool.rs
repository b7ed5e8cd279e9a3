//! The nodes of the address: which one to ask next, and which to leave out for a while.
//!
//! Requests that *rotate* go to all nodes in turn. Other requests go to the current node: the one
//! that last answered such a request. A request for one node alone does not change which node is
//! the current one.
//!
//! A preference is the value of OpenSearch's parameter `preference`. Here, it names the nodes whose
//! shards are read first; other nodes are asked only for shards that those nodes do not have.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::server_version::ServerVersion;

/// How long a node is left out after its first failure. Each further failure doubles the time.
const FIRST_LEFT_OUT: Duration = Duration::from_secs(5);

/// The longest time that a node is left out.
const MAX_LEFT_OUT: Duration = Duration::from_secs(60);

/// How long requests for documents have a preference for nodes that answer, after a node hung.
/// After half a minute, the cluster itself notices that a node hangs.
const PREFERENCE_TIME: Duration = Duration::from_secs(30);

/// The nodes, and what is known of each.
#[derive(Debug)]
pub(crate) struct NodePool {
    nodes: Vec<PooledNode>,
    /// The current node.
    current: AtomicUsize,
    /// The node for the next request that rotates; modulo the number of nodes.
    next: AtomicUsize,
    /// The node that first said the id of its cluster, and that id.
    cluster: OnceLock<(usize, String)>,
    /// The preference that leaves out nodes that hang, and until when it is sent.
    preference: Mutex<Option<(String, Instant)>>,
}

#[derive(Debug)]
struct PooledNode {
    url: String,
    state: Mutex<NodeState>,
}

#[derive(Debug, Default)]
struct NodeState {
    /// How often the node has failed since it last answered.
    failures: u32,
    left_out_until: Option<Instant>,
    /// What the node runs; unknown at first, and after it was left out.
    version: Option<ServerVersion>,
}

impl NodePool {
    /// A pool that begins with node `start`.
    pub(crate) fn new(urls: impl Iterator<Item = String>, start: usize) -> Self {
        let nodes: Vec<_> = urls.map(|url| PooledNode { url, state: Mutex::default() }).collect();
        let start = start % nodes.len().max(1);
        Self {
            nodes,
            current: start.into(),
            next: start.into(),
            cluster: OnceLock::new(),
            preference: Mutex::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The base URL of a node.
    pub(crate) fn url(&self, node: usize) -> &str {
        &self.nodes[node].url
    }

    /// The node to ask next: the first one in the order of these keys.
    ///
    /// 1. Nodes that are not left out come before those that are.
    /// 2. Nodes that occur less often in `tried` come first.
    /// 3. Nodes that are left out for a shorter time come first.
    /// 4. The order of the address decides, from the current node on; if `rotate` is true, from the
    ///    next node in turn.
    pub(crate) fn choose(&self, tried: &[usize], rotate: bool) -> usize {
        let start =
            if rotate { self.next.fetch_add(1, Relaxed) } else { self.current.load(Relaxed) };
        let now = Instant::now();
        let count = self.len();
        let key = |offset: usize| {
            let node = start.wrapping_add(offset) % count;
            let until = self.state(node).left_out_until.filter(|until| *until > now);
            let tries = tried.iter().filter(|tried| **tried == node).count();
            (until.is_some(), tries, until, offset)
        };
        let offset = (0..count).min_by_key(|offset| key(*offset)).unwrap_or(0);
        start.wrapping_add(offset) % count
    }

    /// What the node runs, if that is known.
    pub(crate) fn version(&self, node: usize) -> Option<ServerVersion> {
        self.state(node).version.clone()
    }

    /// Notes what a node runs. If the node belongs to another cluster than the first node that said
    /// its cluster, notes nothing, and returns the URL of that first node.
    pub(crate) fn set_version(&self, node: usize, version: ServerVersion) -> Option<&str> {
        if let Some(id) = version.cluster() {
            let (first, known) = self.cluster.get_or_init(|| (node, id.to_owned()));
            if known != id {
                return Some(self.url(*first));
            }
        }
        self.state(node).version = Some(version);
        None
    }

    /// Notes that a node answered. The node becomes the current one, unless `keep_current` is true,
    /// as it is for a request that rotates, or that was for this node alone.
    pub(crate) fn succeeded(&self, node: usize, keep_current: bool) {
        let mut state = self.state(node);
        state.failures = 0;
        state.left_out_until = None;
        if !keep_current {
            self.current.store(node, Relaxed);
        }
    }

    /// Notes that a node could not be reached or did not answer, and leaves it out for a while.
    pub(crate) fn failed(&self, node: usize) {
        let mut state = self.state(node);
        // Four doublings already give more than `MAX_LEFT_OUT`.
        let left_out = FIRST_LEFT_OUT.saturating_mul(1 << state.failures.min(4)).min(MAX_LEFT_OUT);
        state.failures = state.failures.saturating_add(1);
        state.left_out_until = Some(Instant::now() + left_out);
        state.version = None;
    }

    /// Makes [`Self::preference`] return this preference for a while.
    pub(crate) fn prefer(&self, preference: String) {
        let until = Instant::now() + PREFERENCE_TIME;
        *self.preference.lock().unwrap_or_else(PoisonError::into_inner) = Some((preference, until));
    }

    /// The preference that leaves out nodes that hang, if there are some.
    pub(crate) fn preference(&self) -> Option<String> {
        let preference = self.preference.lock().unwrap_or_else(PoisonError::into_inner);
        let (preference, until) = preference.as_ref()?;
        (*until > Instant::now()).then(|| preference.clone())
    }

    fn state(&self, node: usize) -> MutexGuard<'_, NodeState> {
        self.nodes[node].state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last argument of `choose` and `succeeded`: `ROTATES` for a request that goes to the
    /// nodes in turn, and `STAYS` for a request that goes to the current node.
    const ROTATES: bool = true;
    const STAYS: bool = false;

    /// A pool of three nodes. The current one is 4 modulo 3, which is 1.
    fn pool() -> NodePool {
        NodePool::new((0..3).map(|node| format!("http://{node}")), 4)
    }

    #[test]
    fn requests_stay_with_a_node_or_rotate() {
        let pool = pool();
        assert_eq!([pool.choose(&[], STAYS), pool.choose(&[], STAYS)], [1, 1]);
        assert_eq!([(); 4].map(|()| pool.choose(&[], ROTATES)), [1, 2, 0, 1]);
        pool.succeeded(2, STAYS);
        assert_eq!(pool.choose(&[], STAYS), 2);
        pool.succeeded(0, ROTATES);
        assert_eq!(pool.choose(&[], STAYS), 2);
    }

    #[test]
    fn a_failed_node_is_left_out() {
        let pool = pool();
        pool.failed(1);
        assert_eq!(pool.choose(&[], STAYS), 2);
        assert_eq!(pool.choose(&[2], STAYS), 0);
        // Nodes that were asked already come before a node that is left out.
        assert_eq!(pool.choose(&[2, 0], STAYS), 2);
        pool.succeeded(1, STAYS);
        assert_eq!(pool.choose(&[], STAYS), 1);
    }

    #[test]
    fn if_all_nodes_are_left_out_one_is_still_chosen() {
        let pool = pool();
        pool.failed(1);
        pool.failed(2);
        pool.failed(0);
        assert_eq!(pool.choose(&[], STAYS), 1);
        assert_eq!(pool.choose(&[1], STAYS), 2);
        // A pool of one node, which was asked already.
        assert_eq!(NodePool::new(std::iter::once("a".to_owned()), 7).choose(&[0], ROTATES), 0);
    }
}
