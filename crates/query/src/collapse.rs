//! Shows the near-duplicates among hits as one hit.

use rustc_hash::FxHashSet;
use wensou_index::{DuplicateGroups, Index};

use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::top_k::ScoredDoc;
use crate::runner::Answer;

/// Keeps the best hit of each group of near-duplicates.
pub(crate) fn collapse(answer: &mut Answer, groups: &DuplicateGroups) {
    let mut groups_with_hit = FxHashSet::default();
    let mut is_first = |hit: &ScoredDoc| match groups.group_of(hit.address) {
        Some(group) => groups_with_hit.insert(group),
        None => true,
    };
    answer.found.retain(&mut is_first);
    if let Some(backfill) = &mut answer.backfill {
        backfill.found.retain(is_first);
    }
}

/// The ids of the other documents of a hit's group that are wanted, in the order of bytes.
pub(crate) fn near_duplicates(
    index: &Index,
    hit: DocAddress,
    is_wanted: impl Fn(DocAddress) -> Result<bool, Error>,
) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    for other in index.near_duplicates(hit)?.into_iter().filter(|other| *other != hit) {
        if is_wanted(other)? {
            ids.push(index.id(other)?);
        }
    }
    // Addresses differ between an update and a whole build; ids do not.
    ids.sort_unstable();
    Ok(ids)
}
