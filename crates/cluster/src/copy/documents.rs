//! The documents that a copy of an index in a folder must have.

use std::collections::hash_map::Entry;

use foldhash::HashMap;
use wensou_index::{DocAddress, Index, RecordExt, analyse_record};

use crate::document::document;
use crate::error::Result;
use crate::statistics::StatisticsBuilder;

/// A document that a copy must have.
pub(crate) struct ExpectedDocument<'a> {
    pub(crate) id: &'a str,
    /// The sum by which a changed document is recognised, see [`field::SUM`](crate::field::SUM).
    pub(crate) sum: &'a str,
    pub(crate) json: &'a [u8],
    /// The number of this document, counted from 1, and the number of documents in all.
    pub(crate) progress: [u64; 2],
}

/// Calls `each` with every document of an index, in the order of the walk. Returns the statistics
/// of all of them.
pub(crate) fn for_each_document(
    index: &Index,
    mut each: impl FnMut(ExpectedDocument<'_>) -> Result<()>,
) -> Result<StatisticsBuilder> {
    let mut statistics = StatisticsBuilder::default();
    let mut groups = Groups::default();
    let segmenter = index.analysis()?.segmenter();
    let addresses = index.in_walk_order()?;
    let all = addresses.len() as u64;
    for (ordinal, address) in (0..).zip(addresses.iter()) {
        let record = index.record(*address)?;
        let (values, terms) = analyse_record(ordinal, &record, segmenter)?;
        statistics.add(&values, &terms);
        let group = groups.group_id(index, *address)?;
        let (sum, json) = document(&record, &values, &terms, group)?;
        let progress = [ordinal + 1, all];
        each(ExpectedDocument { id: record.id(), sum: &sum, json: &json, progress })?;
    }
    Ok(statistics)
}

/// Names each group of near-duplicates by the least id in it.
#[derive(Default)]
struct Groups {
    /// The least id of each group that is known so far, by the number of the group.
    group_ids: HashMap<u32, String>,
}

impl Groups {
    /// The least id of the group that a document is in; `None` if it has no near-duplicates.
    fn group_id(&mut self, index: &Index, address: DocAddress) -> Result<Option<&str>> {
        let Some(group) = index.duplicates()?.group_of(address) else { return Ok(None) };
        let group_id = match self.group_ids.entry(group) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let members = index.near_duplicates(address)?;
                let ids = members.into_iter().map(|member| index.id(member));
                let ids = ids.collect::<std::result::Result<Vec<_>, _>>()?;
                vacant.insert(ids.into_iter().min().unwrap_or_default())
            }
        };
        Ok(Some(group_id))
    }
}
