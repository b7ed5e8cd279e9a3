//! The survey, which is the first pass over an archive: it collects corpus statistics, caches
//! pages, and hashes files.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use xxhash_rust::xxh3::xxh3_64;

use crate::archive_survey::FileTotals;
use crate::corpus::site::site_key;
use crate::corpus::statistics::{CorpusStatistics, IdFromDump, ItemPosition};
use crate::file_table::SurveyedFile;
use crate::flash::dedup::folded_content_hash;
use crate::input::codec::Codec;
use crate::input::file_list::{FileList, SourceFile};
use crate::input::{self, Event, Input};
use crate::page::draft::Draft;
use crate::pipeline::chunks::{ChunkReader, FILES_PER_CHUNK};
use crate::pipeline::current_dump::id_key;
use crate::pipeline::read_event::ReadEvent;
use crate::pipeline::reader::Reader;
use crate::pipeline::survey_cache::{SurveyCache, SurveyCacheWriter};
use crate::pipeline::surveyed_page::SurveyedPage;
use crate::progress::Progress;
use crate::record::Record;
use crate::report::Reason;
use crate::spawn::spawn;
use crate::temporary::record_log::{LogReader, RecordLog};

/// How many bytes of a log are read at a time.
const READ_BYTES: usize = 1 << 16;

/// The result of the survey.
pub(crate) struct Survey {
    /// Corpus statistics of the archive.
    pub(crate) statistics: CorpusStatistics,
    /// One survey cache for each thread.
    pub(crate) caches: Vec<SurveyCache>,
    /// One log of [`SurveyedFile`]s for each thread.
    pub(crate) files: Vec<LogReader>,
    /// Where each chunk begins in `caches` and `files`.
    pub(crate) chunks: Vec<ChunkLocation>,
    /// Files that cannot be read for now, wholly or in part, see [`Reason::keeps_records`]; in the
    /// order of the walk.
    pub(crate) refused: Vec<PathBuf>,
    /// Totals of all files.
    pub(crate) totals: FileTotals,
}

/// Whether a second pass follows the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SurveyPurpose {
    /// Yes: cache pages for the second pass, and note what each file contributes to the statistics.
    SecondPass,
    /// No: collect statistics only.
    StatisticsOnly,
}

/// The location of a chunk in the caches and logs of the survey.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChunkLocation {
    /// The number of the thread that surveyed the chunk.
    pub(crate) thread: usize,
    /// Offset of the first page of the chunk in the cache of that thread.
    pub(crate) page_at: u64,
    /// Offset of the first file of the chunk in the log of that thread.
    pub(crate) file_at: u64,
}

/// What one thread has surveyed.
struct ThreadSurvey {
    statistics: CorpusStatistics,
    cache: SurveyCacheWriter,
    files: RecordLog,
    /// The number of each chunk that the thread has surveyed, with the offsets of the first page of
    /// the chunk in `cache` and of its first file in `files`.
    chunks: Vec<(usize, [u64; 2])>,
    /// Files that cannot be read for now, with their chunk numbers.
    refused: Vec<(usize, PathBuf)>,
    /// A buffer for the bytes of a page.
    raw: Vec<u8>,
    /// The number of the current file in the walk, from 1.
    file_number: u64,
    totals: FileTotals,
}

impl ThreadSurvey {
    fn new(threads: usize, purpose: SurveyPurpose) -> io::Result<Self> {
        let (statistics, cache) = match purpose {
            SurveyPurpose::SecondPass => {
                (CorpusStatistics::recording(), SurveyCacheWriter::new(threads))
            }
            SurveyPurpose::StatisticsOnly => {
                (CorpusStatistics::to_be_merged(), SurveyCacheWriter::disabled())
            }
        };
        Ok(Self {
            statistics,
            cache,
            files: RecordLog::new()?,
            chunks: Vec::new(),
            refused: Vec::new(),
            raw: Vec::new(),
            file_number: 0,
            totals: FileTotals::default(),
        })
    }

    /// Notes a file that has been read, with what it has contributed to the statistics.
    fn note_file(&mut self, content_hash: u64, refused: bool) -> io::Result<()> {
        let contribution = self.statistics.take_contribution();
        let file = SurveyedFile { content_hash, refused, contribution };
        let buffer = Vec::with_capacity(file.contribution.len() + 32);
        self.files.push(&postcard::to_extend(&file, buffer).map_err(io::Error::other)?)?;
        Ok(())
    }
}

/// Runs the survey on `threads` threads. The caller must still call `finish` on the statistics.
pub(crate) fn survey(
    reader: &Reader<'_>,
    file_list: &FileList,
    threads: usize,
    purpose: SurveyPurpose,
    progress: &dyn Progress,
) -> io::Result<Survey> {
    let chunk_count = file_list.iter().len().div_ceil(FILES_PER_CHUNK);
    let next_chunk = AtomicUsize::new(0);
    let run_thread = || {
        let claim = || {
            let number = next_chunk.fetch_add(1, Ordering::Relaxed);
            (number < chunk_count).then_some(number)
        };
        survey_chunks(reader, file_list, ThreadSurvey::new(threads, purpose)?, &claim, progress)
    };
    let mut statistics = CorpusStatistics::default();
    let mut caches = Vec::with_capacity(threads);
    let mut files = Vec::with_capacity(threads);
    let mut chunks = vec![ChunkLocation::default(); chunk_count];
    let mut refused = Vec::new();
    let mut totals = FileTotals::default();
    let mut merge = |surveyed: ThreadSurvey| -> io::Result<()> {
        statistics.merge(surveyed.statistics);
        for (number, [page_at, file_at]) in surveyed.chunks {
            chunks[number] = ChunkLocation { thread: caches.len(), page_at, file_at };
        }
        caches.push(surveyed.cache.finish());
        files.push(surveyed.files.finish()?.reader(READ_BYTES));
        refused.extend(surveyed.refused);
        totals.merge(surveyed.totals);
        Ok(())
    };
    thread::scope(|scope| {
        let threads = (0..threads).map_while(|number| spawn(scope, number, run_thread).ok());
        let threads: Vec<_> = threads.collect();
        if threads.is_empty() {
            // The system refused to create any thread.
            merge(run_thread()?)?;
        }
        for thread in threads {
            let joined = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            merge(joined?)?;
        }
        io::Result::Ok(())
    })?;
    refused.sort_by_key(|(number, _)| *number);
    let refused = refused.into_iter().map(|(_, path)| path).collect();
    Ok(Survey { statistics, caches, files, chunks, refused, totals })
}

/// Surveys the chunks whose numbers `claim` returns, and adds them to `surveyed`.
fn survey_chunks(
    reader: &Reader<'_>,
    file_list: &FileList,
    mut surveyed: ThreadSurvey,
    claim: &dyn Fn() -> Option<usize>,
    progress: &dyn Progress,
) -> io::Result<ThreadSurvey> {
    let mut files = ChunkReader::of(file_list);
    while let Some(number) = claim() {
        surveyed.chunks.push((number, [surveyed.cache.end_offset(), surveyed.files.end_offset()]));
        for (index, source) in (number * FILES_PER_CHUNK..).zip(files.chunk(number)) {
            let source = source?;
            surveyed.file_number = index as u64 + 1;
            if reader.survey_file(&source, &mut surveyed)? {
                surveyed.refused.push((number, source.path));
            }
            progress.advance(1, source.stamp.bytes);
        }
    }
    Ok(surveyed)
}

/// The next entry of a thread's log of surveyed files; moves `at` past it.
pub(crate) fn next_surveyed_file(log: &mut LogReader, at: &mut u64) -> io::Result<SurveyedFile> {
    let (record, next) = log.record(*at)?;
    *at = next;
    postcard::from_bytes(record).map_err(io::Error::other)
}

/// What the survey finds out about a file.
#[derive(Debug, Default)]
struct FileSurvey {
    /// Whether the file is a page that is in the survey cache.
    is_cached: bool,
    /// Whether the file or a part of it cannot be read for now, see [`Reason::keeps_records`].
    is_refused: bool,
    /// Whether the file, or a member of it, was skipped because of its size.
    is_too_large: bool,
    /// The hash of the file's bytes, if a page was read from all of them.
    content_hash: Option<u64>,
    /// The number of flash items with ids that the dumps of the file have had so far.
    items_with_ids: u64,
}

impl FileSurvey {
    /// The hash of the file's bytes, which are read again if necessary; 0 if they cannot be read.
    /// If the file or a member of it is too large: the hash of the file's stamp (length, time and
    /// inode).
    fn content_hash(&self, source: &SourceFile) -> u64 {
        if self.is_too_large {
            // To read such a file for its hash could take longer than to read all others.
            return source.stamp.hash();
        }
        let read = || match self.is_refused {
            true => None,
            false => input::file_hash(&source.path).ok(),
        };
        self.content_hash.or_else(read).unwrap_or(0)
    }
}

impl Reader<'_> {
    /// Adds a file to the statistics and, if it is a plain page, to the survey cache. Returns
    /// whether the file or a part of it cannot be read for now. Does not report problems: the
    /// second pass does.
    fn survey_file(&self, source: &SourceFile, survey: &mut ThreadSurvey) -> io::Result<bool> {
        let mut file = FileSurvey::default();
        let _ = input::visit_file(source, self.options, &mut |event| {
            match event {
                Event::Input(input) if input.kind.is_dump() => {
                    file.is_refused |= self.survey_dump(
                        input,
                        survey.file_number,
                        &mut file.items_with_ids,
                        &mut survey.statistics,
                    );
                }
                Event::Input(input) => self.survey_page(input, source, survey, &mut file),
                Event::Skipped(skipped) => {
                    file.is_too_large |= matches!(skipped.reason, Reason::TooLarge { .. });
                    file.is_refused |= skipped.reason.keeps_records();
                }
                Event::Ignored(_) | Event::NonUtf8Name(_) => {}
            }
            ControlFlow::Continue(())
        });
        if !file.is_cached {
            survey.cache.push(None);
        }
        let content_hash = file.content_hash(source);
        // The totals of several machines are compared. For a file that is too large,
        // `content_hash` is a hash of its stamp, which differs from machine to machine. So the
        // totals use the length of such a file instead.
        let same_everywhere = if file.is_too_large { source.stamp.bytes } else { content_hash };
        survey.totals.add(&source.relative, same_everywhere, source.stamp.bytes);
        survey.note_file(content_hash, file.is_refused)?;
        Ok(file.is_refused)
    }

    /// Adds a page to the statistics; also to the survey cache, if the page is the only content of
    /// a file whose name does not say that it is compressed, and if the spans of the page can be
    /// found without reading the file again.
    fn survey_page(
        &self,
        mut input: Input<'_>,
        source: &SourceFile,
        survey: &mut ThreadSurvey,
        file: &mut FileSurvey,
    ) {
        let ThreadSurvey { statistics, cache, raw, .. } = survey;
        if self.read_bytes(&mut input, raw).is_err() {
            return;
        }
        let Ok(mut page) = self.decode(raw, &input) else { return };
        let is_whole_plain_file =
            source.format.codec == Codec::Plain && input.relative == source.relative;
        // The length is unknown if the file is compressed, although its name does not say so; then
        // `raw` does not have the bytes of the file.
        if is_whole_plain_file && input.bytes.is_some() && input.preprocessed_file_bytes.is_none() {
            file.content_hash = Some(xxh3_64(raw));
        }
        // `None` if the page cannot be cached.
        let bom_bytes =
            page.constant_shift().filter(|_| is_whole_plain_file && !page.has_attachments());
        let bytes = input.preprocessed_file_bytes.unwrap_or(raw.len() as u64);
        let lossy = page.is_lossy();
        let spans_whole_file = input.preprocessed_file_bytes.is_some() || page.is_extracted();
        let metadata = page.take_metadata();
        let outline = page.outline(metadata, self.options.labels());
        outline.survey(statistics);
        let draft = Draft::of(page.as_str(), &outline);
        let path = self.site_path(&input.path, &input.relative);
        let site = site_key(input.url.as_deref().or(draft.url), draft.site, path);
        statistics.add_page(site, &draft.pieces);
        if let Some(bom_bytes) = bom_bytes {
            cache.push(Some(&SurveyedPage { draft, bytes, bom_bytes, lossy, spans_whole_file }));
            file.is_cached = true;
        }
    }

    /// Adds a dump to the statistics. `file_number` is the number of its file in the walk.
    /// `items_with_ids` counts the flash items with ids in all dumps of that file. Returns whether
    /// the dump, or a part of it, cannot be read for now.
    fn survey_dump(
        &self,
        input: Input<'_>,
        file_number: u64,
        items_with_ids: &mut u64,
        statistics: &mut CorpusStatistics,
    ) -> bool {
        let mut refused = false;
        let dump: Arc<str> = Arc::from(input.relative.as_str());
        let _ = self.read_dump(input, &mut |event| {
            match event {
                ReadEvent::Record { record, .. } => match *record {
                    Record::Flash(flash) => {
                        statistics.add_items_in_dump();
                        if !flash.id.is_empty() {
                            let key =
                                folded_content_hash(&flash.title, &flash.text, flash.date.value);
                            *items_with_ids += 1;
                            let item = *items_with_ids;
                            let at = ItemPosition { file: file_number, item };
                            let dump = Arc::clone(&dump);
                            statistics.add_id_from_dump(key, IdFromDump { id: flash.id, at, dump });
                        }
                    }
                    Record::Article(article) => {
                        if let Some(ids) = &mut statistics.article_ids {
                            let times = 1;
                            ids.add((id_key(&article), file_number), times);
                        }
                        statistics.add_separate_tags(&article.tags);
                    }
                },
                ReadEvent::Skipped(skipped) => {
                    refused |= skipped.reason.keeps_records();
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        refused
    }
}
