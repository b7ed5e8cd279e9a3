//! What searches have told about the members of groups of near-duplicates.

use std::cell::RefCell;

use foldhash::HashMap;

use super::request::DocFilter;
use super::response::GroupCounts;
use crate::plan::MatchExpr;

/// What is known of the members of groups. Groups are named by the ids that they have on the
/// cluster.
#[derive(Debug, Default)]
pub(super) struct KnownMembers {
    /// For each search of a query: its expression, and how many documents of each group match it.
    counts: RefCell<Vec<(MatchExpr, HashMap<String, usize>)>>,
    /// The members that were fetched last, with the expression that they match.
    pub(super) fetched: RefCell<Option<(MatchExpr, MembersByGroup)>>,
}

/// The ids of the documents of each group that match an expression.
pub(super) type MembersByGroup = HashMap<String, Vec<String>>;

impl KnownMembers {
    /// Forgets what searches have counted.
    pub(super) fn clear_counts(&self) {
        self.counts.borrow_mut().clear();
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.clear_counts();
        *self.fetched.borrow_mut() = None;
    }

    /// Remembers what a search with this filter has counted.
    pub(super) fn keep_counts(&self, filter: &DocFilter, groups: &GroupCounts) {
        // With a minimum mass, a search counts only a part of the documents that match `expr`.
        if filter.min_mass.is_some() || groups.buckets.is_empty() {
            return;
        }
        let counts = groups.buckets.iter().map(|it| (it.key.group.clone(), it.doc_count));
        self.counts.borrow_mut().push((filter.expr.clone(), counts.collect()));
    }

    /// How many documents of a group match an expression; `None` if no search has counted them.
    pub(super) fn count(&self, group: &str, expr: &MatchExpr) -> Option<usize> {
        let counts = self.counts.borrow();
        let of_expr = |(counted, _): &&(MatchExpr, HashMap<String, usize>)| counted == expr;
        let mut of_expr = counts.iter().filter(of_expr);
        of_expr.find_map(|(_, counts)| counts.get(group).copied())
    }
}
