//! Which documents of a group of near-duplicates match an expression.

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::json;
use wensou_cluster::field;
use wensou_index::RecordExt;

use super::cluster_engine::ClusterEngine;
use super::known_members::MembersByGroup;
use crate::error::Error;
use crate::plan::MatchExpr;

/// When the members of a group are fetched, those of at most this many other groups are fetched
/// with them.
const MAX_OTHER_GROUPS: usize = 200;

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
