//! Answers to searches that were sent together, before each is asked for.

use std::cell::RefCell;

use super::request::{Answer, Wanted};
use crate::exec::top_k::TopK;
use crate::plan::{MatchExpr, Plan};

/// The answers that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct PrefetchedAnswers(RefCell<Vec<Prefetched>>);

/// The answer to a search.
#[derive(Debug)]
struct Prefetched {
    expr: MatchExpr,
    wanted: Wanted,
    answer: Answer,
}

impl PrefetchedAnswers {
    /// Keeps an answer until it is taken.
    pub(super) fn keep(&self, plan: &Plan, wanted: Wanted, answer: Answer) {
        let expr = plan.match_expr.clone();
        self.0.borrow_mut().push(Prefetched { expr, wanted, answer });
    }

    /// Takes the answer to a search, if it was sent: one with all documents that are wanted beside
    /// those that `top_k` leaves out.
    pub(super) fn take(&self, plan: &Plan, top_k: &TopK<'_>, wanted: Wanted) -> Option<Answer> {
        if top_k.least.is_some() {
            return None;
        }
        let mut all = self.0.borrow_mut();
        let limit = wanted.limit + top_k.left_out.len();
        let wanted = Wanted { limit, ..wanted };
        let at = all.iter().position(|known| known.expr == plan.match_expr && known.has(wanted))?;
        Some(all.remove(at).answer)
    }

    /// Forgets all answers.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl Prefetched {
    /// Whether the answer has these documents and counts.
    fn has(&self, wanted: Wanted) -> bool {
        let hits = &self.answer.hits;
        let is_whole = hits.hits.len() >= hits.total.value;
        self.wanted.sort == wanted.sort
            && self.wanted.recency == wanted.recency
            && (self.wanted.count_groups || !wanted.count_groups)
            && (is_whole || self.wanted.limit >= wanted.limit)
    }
}
