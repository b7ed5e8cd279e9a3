//! Surveys a part of an archive, for several machines that index one together.

use std::path::Path;
use std::sync::Arc;

use wensou_ingest::{ArchiveSurvey, Options, Progress, SurveySummary};

use crate::analysis::{TableFiles, labels_of_user};
use crate::error::Error;
use crate::generation::is_index_folder;

/// Surveys the files of the archive in `base` that the options select, for several machines that
/// index one archive together. Of the user's tables, only the labels are used.
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
    options.labels = labels_of_user(tables)?.map(Arc::new);
    wensou_ingest::survey_archive(base, &options, progress).map_err(Error::of_ingest)
}
