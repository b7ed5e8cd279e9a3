//! Which documents of a group of near-duplicates match an expression.

use std::cell::RefCell;

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::json;
use wensou_cluster::field;
use wensou_index::RecordExt;

use super::cluster_engine::ClusterEngine;
use super::request::DocFilter;
use super::response::GroupCounts;
use crate::error::Error;
use crate::plan::MatchExpr;

/// When the members of a group are fetched, those of at most this many other groups are fetched
/// with them.
const MAX_OTHER_GROUPS: usize = 200;

/// What is known of the members of groups. Groups are named by the ids that they have on the
/// cluster.
#[derive(Debug, Default)]
pub(super) struct KnownMembers {
    /// For each search of a query: its expression, and how many documents of each group match it.
    counts: RefCell<Vec<(MatchExpr, HashMap<String, usize>)>>,
    /// The members that were fetched last, with the expression that they match.
    fetched: RefCell<Option<(MatchExpr, MembersByGroup)>>,
}

/// The ids of the documents of each group that match an expression.
type MembersByGroup = HashMap<String, Vec<String>>;

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
    fn count(&self, group: &str, expr: &MatchExpr) -> Option<usize> {
        let counts = self.counts.borrow();
        let of_expr = |(counted, _): &&(MatchExpr, HashMap<String, usize>)| counted == expr;
        let mut of_expr = counts.iter().filter(of_expr);
        of_expr.find_map(|(_, counts)| counts.get(group).copied())
    }
}

impl ClusterEngine<'_> {
    /// The ids of the documents of a group that match an expression, in the order of bytes.
    ///
    /// Sends no request if the cluster has sent as many documents of the group as it has counted.
    /// Otherwise one request fetches the members of this group and of other groups of which the
    /// cluster has sent a document.
    pub(super) fn members_of(&self, group: &str, expr: &MatchExpr) -> Result<Vec<String>, Error> {
        if let Some(count) = self.members.count(group, expr) {
            let sent = self.sent_members(group, expr)?;
            if sent.len() == count {
                return Ok(sent);
            }
        }
        let mut fetched = self.members.fetched.borrow_mut();
        if fetched.as_ref().is_none_or(|(fetched_for, _)| fetched_for != expr) {
            *fetched = None;
        }
        let (_, members) = fetched.get_or_insert_with(|| (expr.clone(), HashMap::default()));
        if let Some(members) = members.get(group) {
            return Ok(members.clone());
        }
        let mut groups = vec![group.to_owned()];
        let others = self.groups.ids().into_iter();
        let others = others.filter(|other| !members.contains_key(other));
        groups.extend(others.take(MAX_OTHER_GROUPS));
        groups.sort_unstable();
        groups.dedup();
        self.fetch_members(&groups, expr, members)?;
        Ok(members.get(group).cloned().unwrap_or_default())
    }

    /// The ids of the documents of a group that the cluster has sent and that match an expression.
    fn sent_members(&self, group: &str, expr: &MatchExpr) -> Result<Vec<String>, Error> {
        let mut ids = Vec::new();
        for address in self.groups.documents_of(group) {
            let document = self.document(address)?;
            if document.matches(expr) {
                ids.push(document.record().id().to_owned());
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Fetches the ids of the documents of groups that match an expression, and adds them to
    /// `members`.
    fn fetch_members(
        &self,
        groups: &[String],
        expr: &MatchExpr,
        members: &mut MembersByGroup,
    ) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Member {
            group: String,
        }
        members.extend(groups.iter().map(|group| (group.clone(), Vec::new())));
        self.verify(expr)?;
        let matching = self.translator.borrow().query(expr);
        let in_groups = json!({ "terms": { (field::GROUP): groups } });
        let query = json!({ "bool": { "filter": [in_groups, matching] } });
        self.for_each_match(&query, &[field::GROUP], |id, source| {
            let Member { group } = serde_json::from_str(source)?;
            members.entry(group).or_default().push(id);
            Ok(())
        })?;
        members.values_mut().for_each(|ids| ids.sort_unstable());
        Ok(())
    }
}
