//! Surveys a part of an archive, for several machines that index one together.

use std::path::Path;
use std::sync::Arc;

use wensou_ingest::{ArchiveSurvey, Options, Progress, SurveySummary};

use crate::analysis::{TableFiles, labels_of};
use crate::error::Error;
use crate::generation::is_index_folder;

/// Surveys what the options select of the archive in `base`, for several machines that index one
/// archive together. Of the tables, only the labels matter.
///
/// # Errors
///
/// [`Error::Table`] if the labels have a mistake, and [`Error::Archive`] if the archive cannot be
/// read at all.
pub fn survey(
    base: &Path,
    options: &Options,
    tables: &TableFiles,
    progress: &dyn Progress,
) -> Result<(ArchiveSurvey, SurveySummary), Error> {
    let mut options = options.clone();
    options.exclude_folder = Some(is_index_folder);
    options.labels = labels_of(tables)?.map(Arc::new);
    wensou_ingest::survey_archive(base, &options, progress).map_err(Error::of_ingest)
}
