//! Shows the near-duplicates among hits as one hit.

use rustc_hash::FxHashSet;
use wensou_index::{DuplicateGroups, Index};

use crate::error::Error;
use crate::exec::top_k::ScoredDoc;
use crate::runner::Answer;

/// Keeps the best hit of each group of near-duplicates.
pub(crate) fn collapse(answer: &mut Answer, groups: &DuplicateGroups) {
    let mut shown = FxHashSet::default();
    let mut is_first = |hit: &ScoredDoc| match groups.group_of(hit.address) {
        Some(group) => shown.insert(group),
        None => true,
    };
    answer.found.retain(&mut is_first);
    if let Some(backfill) = &mut answer.backfill {
        backfill.found.retain(is_first);
    }
}

/// Another article with the same text as a hit, or nearly so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NearDuplicate {
    /// The id.
    pub id: String,
    /// The file that it comes from.
    pub path: String,
}

/// The other documents of a hit's group.
pub(crate) fn near_duplicates(index: &Index, hit: &ScoredDoc) -> Result<Vec<NearDuplicate>, Error> {
    let groups = index.duplicates()?;
    let Some(group) = groups.group_of(hit.address) else { return Ok(Vec::new()) };
    let others = groups.members(group).iter().filter(|other| **other != hit.address);
    let mut others = others
        .map(|address| match index.record(*address)? {
            wensou_ingest::Record::Article(article) => {
                Ok(NearDuplicate { id: article.id, path: article.path })
            }
            wensou_ingest::Record::Flash(flash) => {
                Ok(NearDuplicate { id: flash.id, path: String::new() })
            }
        })
        .collect::<Result<Vec<_>, Error>>()?;
    // Addresses differ between an update and a whole build; paths do not.
    others.sort_by(|a, b| (&a.path, &a.id).cmp(&(&b.path, &b.id)));
    Ok(others)
}
