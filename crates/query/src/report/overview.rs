//! Statistics of an index.

use jiff::civil::DateTime;
use wensou_index::{Kind, PROVENANCE_INFERRED, PROVENANCE_NONE};

use crate::error::Error;
use crate::exec::columns::civil_time;
use crate::index_ref::IndexRef;
use crate::plan::MatchExpr;
use crate::plan::expr::FilterField;
use crate::runner::Runner;

/// Statistics of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overview {
    /// The number of articles.
    pub articles: usize,
    /// The number of distinct flash items.
    pub flashes: usize,
    /// The number of documents without a date.
    pub undated: usize,
    /// The number of documents whose date is inferred.
    pub inferred: usize,
    /// Civil time of the oldest dated document.
    pub oldest: Option<DateTime>,
    /// Civil time of the newest dated document.
    pub newest: Option<DateTime>,
    /// The number of distinct tags; spellings that fold to the same text are one tag.
    pub tags: usize,
}

/// Collects the statistics of an index. Cost: a few look-ups, and one pass over the term dictionary
/// of the tags.
///
/// # Errors
///
/// If the index fails.
pub fn overview<'i>(index: impl Into<IndexRef<'i>>) -> Result<Overview, Error> {
    let runner = Runner::new(index);
    let count = |field, value| runner.engine().count(&MatchExpr::with_number(field, value));
    let [oldest, newest] = civil_bounds(&runner)?;
    Ok(Overview {
        articles: count(FilterField::Kind, Kind::Article as u64)?,
        flashes: count(FilterField::Kind, Kind::Flash as u64)?,
        undated: count(FilterField::Provenance, PROVENANCE_NONE)?,
        inferred: count(FilterField::Provenance, PROVENANCE_INFERRED)?,
        oldest,
        newest,
        tags: runner.engine().values(FilterField::Tag)?.len(),
    })
}

/// Civil times of the oldest and the newest dated document.
///
/// # Errors
///
/// If the index fails.
pub fn date_bounds<'i>(index: impl Into<IndexRef<'i>>) -> Result<[Option<DateTime>; 2], Error> {
    civil_bounds(&Runner::new(index))
}

/// As [`date_bounds`].
pub(crate) fn civil_bounds(runner: &Runner<'_>) -> Result<[Option<DateTime>; 2], Error> {
    let bounds = runner.engine().date_bounds()?;
    Ok(bounds.map_or([None, None], |bounds| bounds.map(civil_time)))
}
