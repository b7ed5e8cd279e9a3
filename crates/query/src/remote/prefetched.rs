//! Keeps the responses to searches that were sent ahead of time, until the searches are run.

use std::cell::RefCell;

use super::request::SearchOptions;
use super::response::SearchResponse;
use crate::exec::top_k::TopK;
use crate::plan::{MatchExpr, Plan};

/// The responses that no search has taken yet.
#[derive(Debug, Default)]
pub(super) struct PrefetchedResponses(RefCell<Vec<Prefetched>>);

/// The response to a search, with what was searched for.
#[derive(Debug)]
struct Prefetched {
    expr: MatchExpr,
    options: SearchOptions,
    response: SearchResponse,
}

impl PrefetchedResponses {
    /// Keeps a response until it is taken.
    pub(super) fn keep(&self, plan: &Plan, options: SearchOptions, response: SearchResponse) {
        let expr = plan.match_expr.clone();
        self.0.borrow_mut().push(Prefetched { expr, options, response });
    }

    /// Takes the response to a search, if there is one with enough documents: those that `options`
    /// ask for, and as many more as `top_k` leaves out.
    pub(super) fn take(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
        options: SearchOptions,
    ) -> Option<SearchResponse> {
        // Searches with a minimum coverage are never sent ahead.
        if top_k.min_coverage.is_some() {
            return None;
        }
        let mut kept = self.0.borrow_mut();
        let limit = options.limit + top_k.excluded_docs.len();
        let options = SearchOptions { limit, ..options };
        let answers = |it: &Prefetched| it.expr == plan.match_expr && it.suffices_for(options);
        let at = kept.iter().position(answers)?;
        Some(kept.remove(at).response)
    }

    /// Forgets all responses.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl Prefetched {
    /// Whether the response has the documents and counts that a search with `options` would have.
    fn suffices_for(&self, options: SearchOptions) -> bool {
        let hits = &self.response.hits;
        let is_whole = hits.hits.len() >= hits.total.value;
        self.options.sort == options.sort
            && self.options.recency == options.recency
            && (self.options.count_groups || !options.count_groups)
            && (is_whole || self.options.limit >= options.limit)
    }
}
