//! Shows the near-duplicates among hits as one hit.

use foldhash::HashSet;

use crate::exec::groups::Groups;
use crate::exec::top_k::ScoredDoc;
use crate::runner::Answer;

/// Keeps the best hit of each group of near-duplicates.
pub(crate) fn collapse(answer: &mut Answer, groups: Groups<'_>) {
    let mut groups_with_hit = HashSet::default();
    let mut is_first = |hit: &ScoredDoc| match groups.group_of(hit.address) {
        Some(group) => groups_with_hit.insert(group),
        None => true,
    };
    answer.found.retain(&mut is_first);
    if let Some(backfill) = &mut answer.backfill {
        backfill.found.retain(is_first);
    }
}
