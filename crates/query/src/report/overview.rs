//! Statistics of an index.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use tantivy::collector::Count;
use wensou_index::{Index, Kind, PROVENANCE_INFERRED, PROVENANCE_NONE};

use crate::error::Error;
use crate::exec::filter;
use crate::report::tags::all_tags;

/// Statistics of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overview {
    /// Articles.
    pub articles: usize,
    /// Distinct flash items.
    pub flashes: usize,
    /// Documents without a date.
    pub undated: usize,
    /// Documents whose date is inferred.
    pub inferred: usize,
    /// Civil time of the oldest dated document.
    pub oldest: Option<DateTime>,
    /// Civil time of the newest dated document.
    pub newest: Option<DateTime>,
    /// Distinct tags, folded.
    pub tags: usize,
}

/// Collects the statistics of an index. Cost: a few look-ups, and one pass over the dictionary of
/// tags.
///
/// # Errors
///
/// If the index fails.
pub fn overview(index: &Index) -> Result<Overview, Error> {
    let fields = index.fields();
    let count = |field, value| index.searcher().search(&filter::number(field, value), &Count);
    let [oldest, newest] = date_bounds(index)?;
    Ok(Overview {
        articles: count(fields.kind, Kind::Article as u64)?,
        flashes: count(fields.kind, Kind::Flash as u64)?,
        undated: count(fields.provenance, PROVENANCE_NONE)?,
        inferred: count(fields.provenance, PROVENANCE_INFERRED)?,
        oldest,
        newest,
        tags: all_tags(index)?.len(),
    })
}

/// Civil times of the oldest and the newest dated document. Reads only the bounds of a column,
/// unless documents of the segment were deleted.
///
/// # Errors
///
/// If the index fails.
pub fn date_bounds(index: &Index) -> Result<[Option<DateTime>; 2], Error> {
    let mut oldest: Option<i64> = None;
    let mut newest: Option<i64> = None;
    for reader in index.searcher().segment_readers() {
        let dates = reader.fast_fields().i64("date")?;
        if reader.has_deletes() {
            for at in reader.doc_ids_alive().filter_map(|doc| dates.first(doc)) {
                oldest = Some(oldest.map_or(at, |oldest| oldest.min(at)));
                newest = Some(newest.map_or(at, |newest| newest.max(at)));
            }
            continue;
        }
        // A column without values reports the bounds 0 and 0, which would be a date.
        if dates.values.num_vals() > 0 {
            oldest = Some(oldest.map_or(dates.min_value(), |at| at.min(dates.min_value())));
            newest = Some(newest.map_or(dates.max_value(), |at| at.max(dates.max_value())));
        }
    }
    Ok([oldest.and_then(civil_time), newest.and_then(civil_time)])
}

/// The civil time of seconds as the index stores dates.
pub(crate) fn civil_time(seconds: i64) -> Option<DateTime> {
    date(1970, 1, 1).at(0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}
