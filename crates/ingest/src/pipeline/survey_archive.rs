//! Runs the survey alone, for several machines that index one archive together.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

use crate::archive_survey::{ArchiveSurvey, SurveyPart};
use crate::corpus::statistics::CorpusStatistics;
use crate::error::Error;
use crate::input::file_list::FileList;
use crate::options::Options;
use crate::pipeline::ingest::encoding;
use crate::pipeline::reader::Reader;
use crate::pipeline::scan::{ScannedArchive, scan};
use crate::pipeline::survey::{Survey, SurveyPurpose, survey};
use crate::progress::{Phase, Progress};
use crate::report::Skipped;

/// What a survey could not read or left out.
#[derive(Debug, Default)]
pub struct SurveySummary {
    /// What the walk could not access or left out for a reason.
    pub skipped: Vec<Skipped>,
    /// Files that cannot be read for now, wholly or in part, see
    /// [`Reason::keeps_records`](crate::Reason::keeps_records).
    pub unreadable: Vec<PathBuf>,
    /// Number of files and folders that the walk left out without a reason worth reporting, see
    /// [`ScannedArchive::ignored`](crate::ScannedArchive::ignored).
    pub ignored: u64,
}

/// Surveys what is selected of the archive in `root`: the first pass of
/// [`ingest`](crate::ingest()), without the second.
///
/// # Errors
///
/// As [`ingest`](crate::ingest()), without those of its second pass.
pub fn survey_archive(
    root: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(ArchiveSurvey, SurveySummary), Error<Infallible>> {
    let encoding = encoding(options)?;
    let scanned = scan(&[root.to_path_buf()], options)?;
    let ScannedArchive { file_list, walk, .. } = scanned;
    progress.start(file_list.iter().len() as u64, file_list.bytes());
    progress.phase(Phase::Survey);
    let reader = Reader { options, encoding, one_root: true };
    let threads = options.threads.clamp(1, file_list.iter().len().max(1));
    let surveyed = survey(&reader, &file_list, threads, SurveyPurpose::StatisticsOnly, progress);
    let Survey { mut statistics, totals, refused, .. } = surveyed.map_err(Error::TemporaryFile)?;
    let dump_files =
        list_files_of_ids(&mut statistics, &file_list).map_err(Error::TemporaryFile)?;
    let part = SurveyPart { paths: options.selection.paths().to_vec(), totals };
    let summary = SurveySummary {
        skipped: walk.skipped,
        unreadable: refused,
        ignored: walk.ignored.len() as u64,
    };
    Ok((ArchiveSurvey::new(options.reading_options(), part, dump_files, statistics), summary))
}

/// Lists the files that give ids to records, as paths below the root. Then lets the ids refer to
/// files by their indices in this list, instead of by their numbers in the walk.
fn list_files_of_ids(
    statistics: &mut CorpusStatistics,
    files: &FileList,
) -> io::Result<Vec<String>> {
    let numbers: Vec<u64> = statistics.files_of_ids().into_iter().collect();
    statistics.renumber_files(&|file| numbers.partition_point(|other| *other < file) as u64);
    let mut paths = Vec::with_capacity(numbers.len());
    let (mut files, mut passed) = (files.iter(), 0);
    for number in numbers {
        // Numbers count from 1.
        let skipped = number - 1 - passed;
        passed = number;
        let file = files.nth(usize::try_from(skipped).map_err(io::Error::other)?);
        paths.push(file.ok_or(io::ErrorKind::InvalidData)??.relative);
    }
    Ok(paths)
}
