//! The two passes over an archive: the survey collects corpus statistics, and the second pass emits
//! records.

use std::path::PathBuf;

use encoding_rs::Encoding;

use crate::archive_survey::{FileTotals, FinishedSurvey};
use crate::corpus::statistics::CorpusStatistics;
use crate::error::Error;
use crate::file_table::FileEntryLog;
use crate::flash::dedup::FlashDeduplicator;
use crate::input::file_list::FileList;
use crate::input::walk::Walk;
use crate::options::Options;
use crate::pipeline::carry_over::StoredRecords;
use crate::pipeline::chunks::{ChunkReader, FILES_PER_CHUNK};
use crate::pipeline::current_dump::CurrentDump;
use crate::pipeline::ids::Ids;
use crate::pipeline::ordered::{Out, ordered};
use crate::pipeline::read_event::{ReadEvent, ReadFile};
use crate::pipeline::read_paths::ReadPaths;
use crate::pipeline::reader::{Reader, ThreadCaches};
use crate::pipeline::record_sink::{Ingested, RecordSink};
use crate::pipeline::scan::{ScannedArchive, scan};
use crate::pipeline::survey::{ChunkLocation, Survey, SurveyPurpose, next_surveyed_file, survey};
use crate::pipeline::survey_cache::SurveyCache;
use crate::pipeline::survey_stored::survey_stored;
use crate::progress::{Phase, Progress};
use crate::record::Record;
use crate::report::Report;
use crate::temporary::record_log::LogReader;

/// Reads the archive in `roots` and passes every record to `sink`: articles in the order of the
/// walk, then flash items in the order of their first occurrences.
///
/// The same files give the same records in the same order, whatever the number of threads. An
/// archive takes about 15 bytes of memory for each article (its id) and 65 for each distinct flash
/// item, plus up to 100 for the hashes of the paragraphs that all pages with the item have before
/// it. Temporary files hold the list of files, the survey cache (at most 2 GiB) and the texts and
/// occurrences of flash items. A page in the survey cache is read only once: its records show the
/// page as the survey found it. The report, which is also in memory, names everything unusual.
///
/// # Errors
///
/// [`Error::Root`], [`Error::RootExcluded`], [`Error::FileExcluded`] and [`Error::NotAFile`] for
/// inputs that cannot be read at all, [`Error::Encoding`] for an unknown encoding in the options,
/// [`Error::TemporaryFile`] if a temporary file fails, and [`Error::Sink`] with the first error of
/// `sink`. An unreadable page is not an error: the report names it. If the options give the
/// statistics of an earlier survey, [`Error::DifferentOptions`] if these were made with other
/// options, and [`Error::ChangedSinceSurvey`] if files have changed since.
pub fn ingest<E>(
    roots: &[PathBuf],
    options: &Options,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<Report, Error<E>> {
    // Check the encoding before the scan, so that a mistake is reported at once.
    encoding(options)?;
    let scanned = scan(roots, options)?;
    let stored = None;
    Ok(ingest_scanned(scanned, options, progress, stored, sink)?.report)
}

/// The encoding that the options name, if they name one.
pub(super) fn encoding<E>(options: &Options) -> Result<Option<&'static Encoding>, Error<E>> {
    let Some(label) = &options.encoding else { return Ok(None) };
    let encoding = Encoding::for_label(label.trim().as_bytes());
    encoding.map(Some).ok_or_else(|| Error::Encoding { label: label.clone() })
}

/// Does the same as [`ingest`] for an archive that has been scanned.
///
/// If a file cannot be read for now (see [`Reason::keeps_records`](crate::Reason::keeps_records)),
/// or the system refuses to list a folder, the records of the file or folder are carried over from
/// `stored`, at the position of the file or folder in the walk; those of an unreadable root come
/// before all files. If a part of a file was read, only the records of the remaining part are
/// carried over. The records of a folder that was listed only in part, and of files and folders
/// that were [declared unreadable](ScannedArchive::declare_unreadable), come after all files.
/// Carried-over records keep their ids, unless a file read earlier has taken them. No records are
/// carried over for a file that can be read but is damaged.
///
/// # Errors
///
/// As [`ingest`], and [`Error::Stored`] with the first error of `stored`.
pub fn ingest_scanned<E>(
    scanned: ScannedArchive,
    options: &Options,
    progress: &dyn Progress,
    mut stored: Option<&mut dyn StoredRecords>,
    sink: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<Ingested, Error<E>> {
    let encoding = encoding(options)?;
    // The survey of the whole archive, if several machines read the archive.
    let earlier_survey = options.survey.as_deref();
    check_reading_options(earlier_survey, options)?;
    let ScannedArchive { file_list, mut walk, .. } = scanned;
    progress.start(file_list.iter().len() as u64, file_list.bytes());
    let reader = Reader { options, encoding, one_root: file_list.has_one_root() };

    progress.phase(Phase::Survey);
    let threads = options.threads.clamp(1, file_list.iter().len().max(1));
    let survey = survey(&reader, &file_list, threads, SurveyPurpose::SecondPass, progress);
    let mut survey = survey.map_err(Error::TemporaryFile)?;
    check_files(earlier_survey, options, survey.totals)?;
    let mut ids = Ids::default();
    if let Some(stored) = &mut stored {
        survey_stored(&mut **stored, &walk.refused, &file_list, &mut survey, &mut ids)?;
    }
    survey.statistics.finish();
    let statistics = earlier_survey.map_or(&survey.statistics, |earlier| &earlier.statistics);
    // No page may take an id that a dump gives to a flash item.
    for id_from_dump in statistics.ids_from_dumps.values() {
        ids.claim(&id_from_dump.id);
    }

    progress.phase(Phase::Read);
    let mut records = RecordSink {
        report: start_report(&mut walk),
        flashes: FlashDeduplicator::new().map_err(Error::TemporaryFile)?,
        ids,
        ids_in_multiple_files: earlier_survey.map(|earlier| &earlier.ids_in_multiple_files),
        statistics,
        stored: stored.map(|stored| stored as &mut dyn StoredRecords),
        refused: walk.refused.iter().map(|(_, path)| path.clone()).collect(),
        read_paths: ReadPaths::default(),
        file_entries: FileEntryLog::new().map_err(Error::TemporaryFile)?,
        records_in_file: 0,
        dump: CurrentDump::default(),
        unfinished_dumps: Vec::new(),
        sink,
    };
    // A thread may leave out the text of an item that it has sent before, unless dumps contain
    // flash items: a record of a dump may replace the receiver's text, so it is sent again.
    let omit_repeats = !statistics.items_in_dumps;
    let (refused, reader, survey) = (&walk.refused, &reader, &survey);
    let pass = SecondPass { reader, survey, statistics, refused, omit_repeats, progress };
    let worker = || {
        let mut thread = pass.thread(&file_list);
        move |number: usize, out: &Out<'_, ReadEvent>| thread.read_chunk(number, out)
    };
    ordered(0..survey.chunks.len(), threads, worker, |event| records.receive(event))?;
    records.keep_refused(refused, file_list.iter().len())?;
    records.finish(survey.totals)
}

/// Starts the report with what the walk could not access or left out, which is taken from `walk`.
fn start_report(walk: &mut Walk) -> Report {
    Report {
        skipped: std::mem::take(&mut walk.skipped),
        ignored: std::mem::take(&mut walk.ignored),
        non_utf8_names: std::mem::take(&mut walk.non_utf8_names),
        ..Report::default()
    }
}

/// Fails if the statistics of the earlier survey, if there is one, were made with other options.
fn check_reading_options<E>(
    earlier_survey: Option<&FinishedSurvey>,
    options: &Options,
) -> Result<(), Error<E>> {
    let difference = earlier_survey
        .and_then(|earlier| earlier.reading_options.difference(&options.reading_options()));
    match difference {
        Some(what) => Err(Error::DifferentOptions { what }),
        None => Ok(()),
    }
}

/// Fails if the files of the selected paths have changed since the earlier survey; this is known
/// only if exactly these paths are one part of that survey. `totals` describes the files as they
/// are.
fn check_files<E>(
    earlier_survey: Option<&FinishedSurvey>,
    options: &Options,
    totals: FileTotals,
) -> Result<(), Error<E>> {
    let paths = options.selection.paths();
    let mut parts = earlier_survey.iter().flat_map(|earlier| earlier.parts());
    match parts.find(|part| part.paths == paths) {
        Some(part) if !part.totals.are_same_files(totals) => Err(Error::ChangedSinceSurvey {
            paths: paths.to_vec(),
            before: part.totals.files,
            files: totals.files,
        }),
        _ => Ok(()),
    }
}

/// The inputs of the second pass, which its threads share.
struct SecondPass<'p> {
    reader: &'p Reader<'p>,
    survey: &'p Survey,
    statistics: &'p CorpusStatistics,
    /// The files and folders that the walk could not access, each with the number of files that the
    /// walk had found before.
    refused: &'p [(usize, PathBuf)],
    /// Whether a thread leaves out the text of a flash item that it has sent before.
    omit_repeats: bool,
    progress: &'p dyn Progress,
}

/// One thread of the second pass.
struct SecondPassThread<'p> {
    pass: &'p SecondPass<'p>,
    thread_caches: ThreadCaches,
    files: ChunkReader,
    /// The survey caches, one for each thread of the survey.
    survey_caches: Vec<SurveyCache>,
    /// The logs of surveyed files, one for each thread of the survey.
    surveyed_files: Vec<LogReader>,
}

impl SecondPass<'_> {
    fn thread(&self, file_list: &FileList) -> SecondPassThread<'_> {
        SecondPassThread {
            pass: self,
            thread_caches: ThreadCaches::new(self.omit_repeats),
            files: ChunkReader::of(file_list),
            survey_caches: self.survey.caches.clone(),
            surveyed_files: self.survey.files.clone(),
        }
    }
}

impl SecondPassThread<'_> {
    /// Reads the files of a chunk, and puts the [`ReadEvent`]s into `out`.
    fn read_chunk(&mut self, number: usize, out: &Out<'_, ReadEvent>) {
        let Self { pass, thread_caches, files, survey_caches, surveyed_files } = self;
        let put = |event: ReadEvent| {
            let weight = event.weight();
            out.put(event, weight)
        };
        let ChunkLocation { thread, page_at, mut file_at } = pass.survey.chunks[number];
        survey_caches[thread].seek(page_at);
        for (position, source) in (number * FILES_PER_CHUNK..).zip(files.chunk(number)) {
            let file_and_page = source.and_then(|source| {
                let file = next_surveyed_file(&mut surveyed_files[thread], &mut file_at)?;
                Ok((source, file, survey_caches[thread].next_page()?))
            });
            let (source, file, surveyed_page) = match file_and_page {
                Ok(found) => found,
                Err(error) => {
                    // If the receiver has gone, there is nothing left to do.
                    let _ = put(ReadEvent::TemporaryFileFailed(error));
                    return;
                }
            };
            for (_, path) in pass.refused.iter().filter(|(before, _)| *before == position) {
                // If a part of the folder could be listed, its files follow here. Its stored
                // records are then carried over after all files.
                if !source.path.starts_with(path)
                    && put(ReadEvent::NotWalked(path.clone())).is_break()
                {
                    return;
                }
            }
            let statistics = pass.statistics;
            let flow =
                pass.reader.read(&source, surveyed_page, statistics, thread_caches, &mut &put);
            if flow.is_break() {
                return;
            }
            let path = source.path.to_string_lossy().into_owned();
            let read_file = ReadFile { path, stamp: source.stamp, surveyed: file };
            if put(ReadEvent::FileRead(Box::new(read_file))).is_break() {
                return;
            }
            pass.progress.advance(1, source.stamp.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::spawn::ALLOWED_THREADS;

    #[test]
    fn no_file_is_read_after_an_error_of_the_sink() {
        let dir = tempfile::tempdir().unwrap();
        for number in 0..5 {
            std::fs::write(dir.path().join(format!("{number}.txt")), "正文。").unwrap();
        }
        let mut calls = 0;
        // Without other threads, the sink is called for each page as soon as it is read.
        ALLOWED_THREADS.set(0);
        let roots = [dir.path().to_owned()];
        let outcome = ingest(&roots, &Options::default(), &Silent, &mut |_| {
            calls += 1;
            Err(())
        });
        ALLOWED_THREADS.set(usize::MAX);
        assert!(matches!(outcome, Err(Error::Sink(()))));
        assert_eq!(calls, 1);
    }
}
