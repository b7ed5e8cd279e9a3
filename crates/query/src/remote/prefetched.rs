//! Answers to searches that were sent ahead, several in one request, and are kept until the
//! searches are run.

use std::cell::RefCell;

use super::request::{Answer, Wanted};
use crate::exec::top_k::TopK;
use crate::plan::{MatchExpr, Plan};

/// The answers that no search has taken yet.
#[derive(Debug, Default)]
pub(super) struct PrefetchedAnswers(RefCell<Vec<Prefetched>>);

/// The answer to a search, with what was searched for.
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

    /// Takes the answer to a search, if one is kept that has enough documents: those that are
    /// wanted, and as many more as `top_k` leaves out.
    pub(super) fn take(&self, plan: &Plan, top_k: &TopK<'_>, wanted: Wanted) -> Option<Answer> {
        // Searches with a least coverage are not sent ahead.
        if top_k.least.is_some() {
            return None;
        }
        let mut kept = self.0.borrow_mut();
        let limit = wanted.limit + top_k.left_out.len();
        let wanted = Wanted { limit, ..wanted };
        let is_it = |it: &Prefetched| it.expr == plan.match_expr && it.answers(wanted);
        let at = kept.iter().position(is_it)?;
        Some(kept.remove(at).answer)
    }

    /// Forgets all answers.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl Prefetched {
    /// Whether the answer has these documents, in this order, and these counts.
    fn answers(&self, wanted: Wanted) -> bool {
        let hits = &self.answer.hits;
        let is_whole = hits.hits.len() >= hits.total.value;
        self.wanted.sort == wanted.sort
            && self.wanted.recency == wanted.recency
            && (self.wanted.count_groups || !wanted.count_groups)
            && (is_whole || self.wanted.limit >= wanted.limit)
    }
}
