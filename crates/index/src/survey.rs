//! Surveys a part of an archive that several machines index together.

use std::path::Path;
use std::sync::Arc;

use wensou_ingest::{ArchiveSurvey, Options, Progress, SurveySummary};

use crate::analysis::{TableFiles, labels_of_user};
use crate::error::Error;
use crate::generation::is_index_folder;

/// Surveys those files of the archive in `root` that the options select, for several machines that
/// index this archive together. Of the user's tables, only the labels are used.
///
/// # Errors
///
/// [`Error::Io`] if the labels cannot be read, [`Error::Table`] if they have a mistake,
/// [`Error::Temporary`] if temporary files cannot be written, and [`Error::Archive`] if the archive
/// cannot be read.
pub fn survey(
    root: &Path,
    options: &Options,
    tables: &TableFiles,
    progress: &dyn Progress,
) -> Result<(ArchiveSurvey, SurveySummary), Error> {
    let mut options = options.clone();
    options.exclude_folder = Some(is_index_folder);
    options.labels = labels_of_user(tables)?.map(Arc::new);
    wensou_ingest::survey_archive(root, &options, progress).map_err(Error::of_ingest)
}
