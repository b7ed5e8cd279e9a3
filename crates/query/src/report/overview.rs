//! Statistics of an index.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use wensou_index::{Index, Kind, PROVENANCE_INFERRED, PROVENANCE_NONE};

use crate::error::Error;
use crate::exec::segment::Segment;
use crate::plan::expr::{Filter, FilterField};
use crate::report::tags::all_tags;
use crate::runner::Runner;

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
    let runner = Runner::new(index);
    let count = |field, value| runner.executor().count(&Filter::number(field, value));
    let [oldest, newest] = date_bounds(index)?;
    Ok(Overview {
        articles: count(FilterField::Kind, Kind::Article as u64)?,
        flashes: count(FilterField::Kind, Kind::Flash as u64)?,
        undated: count(FilterField::Provenance, PROVENANCE_NONE)?,
        inferred: count(FilterField::Provenance, PROVENANCE_INFERRED)?,
        oldest,
        newest,
        tags: all_tags(index)?.len(),
    })
}

/// Civil times of the oldest and the newest dated document. A segment stores both; its dates are
/// read one by one only if documents were deleted from it.
///
/// # Errors
///
/// If the index fails.
pub fn date_bounds(index: &Index) -> Result<[Option<DateTime>; 2], Error> {
    let mut bounds: Option<[i64; 2]> = None;
    for segment in Segment::all(index) {
        if let Some([oldest, newest]) = segment?.date_bounds()? {
            let [old, new] = bounds.unwrap_or([oldest, newest]);
            bounds = Some([old.min(oldest), new.max(newest)]);
        }
    }
    Ok(bounds.map_or([None, None], |bounds| bounds.map(civil_time)))
}

/// The civil time of a stored date, which is in seconds since 1970-01-01T00:00:00.
pub(crate) fn civil_time(seconds: i64) -> Option<DateTime> {
    date(1970, 1, 1).at(0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}
