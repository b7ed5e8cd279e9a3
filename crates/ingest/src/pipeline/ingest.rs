//! The two passes over an archive: the survey collects corpus statistics, the second pass emits
//! records.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use encoding_rs::Encoding;
use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::corpus::site::site_key;
use crate::corpus::statistics::{CorpusStatistics, DumpId};
use crate::error::Error;
use crate::file_table::{FileEntries, FileEntry, FileEntryLog, FileStamp, SurveyedFile};
use crate::flash::dedup::{FlashDeduplicator, ItemHashes, content_hash, variant_id};
use crate::id::short;
use crate::input::codec::Codec;
use crate::input::file_list::{FileList, FileListIter, FileListWriter, SourceFile};
use crate::input::fingerprint::Fingerprint;
use crate::input::walk::{RootPolicy, Walk, walk};
use crate::input::{self, Event, Input, MEMBER_SEPARATOR};
use crate::options::Options;
use crate::page::draft::Draft;
use crate::pipeline::carry_over::{self, StoredItem, StoredOccurrence, StoredPath, StoredRecords};
use crate::pipeline::current_dump::{CurrentDump, Repeat, article_hash};
use crate::pipeline::finding::{DumpKeys, Finding, FoundItem, ReadFile};
use crate::pipeline::ids::{Ids, path_hash};
use crate::pipeline::ordered::{Out, ordered};
use crate::pipeline::reader::{Memory, Reader};
use crate::pipeline::survey_cache::{SurveyCache, SurveyCacheWriter, SurveyedPage};
use crate::progress::{Phase, Progress};
use crate::record::{Article, FlashItem, Record, Span};
use crate::record_log::{LogReader, RecordLog};
use crate::report::{FileSpan, Reason, Report, Skipped, UnextractedPage, UnreadDate};
use crate::spawn::spawn;

/// Reads the archive in `roots` and passes every record to `sink`: articles in the order of the
/// walk, then flash items in the order first seen.
///
/// The same files give the same records in the same order, whatever the number of threads. An
/// archive takes about 15 bytes of memory for each article (its id) and 50 for each distinct flash
/// item, plus up to 100 for the paragraphs shared before it. Temporary files hold the list of
/// files, the survey cache (at most 2 GiB) and the texts and occurrences of flash items. A page in
/// the survey cache is read only once and keeps the state it had then. The report, which is also in
/// memory, names everything unusual.
///
/// # Errors
///
/// [`Error::Root`], [`Error::RootExcluded`] and [`Error::NotAFile`] for inputs that cannot be read
/// at all, [`Error::Encoding`] for an unknown encoding in the options, [`Error::TemporaryFile`] if
/// a temporary file fails, and [`Error::Sink`] with the first error of `sink`. An unreadable page
/// is not an error: the report names it.
pub fn ingest<E>(
    roots: &[PathBuf],
    options: &Options,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<Report, Error<E>> {
    // Check this first, because the scan takes longer.
    encoding(options)?;
    let scanned = scan(roots, options)?;
    Ok(ingest_scanned(scanned, options, progress, None, sink)?.report)
}

/// What [`ingest_scanned`] returns besides the records.
pub struct Ingested {
    /// What was counted and left out.
    pub report: Report,
    /// The files of the archive, with those that were kept.
    pub files: FileEntries,
}

/// Scans the files in `roots` without opening any. Only the exclusions in `options` matter.
///
/// # Errors
///
/// [`Error::Root`], [`Error::RootExcluded`], [`Error::NotAFile`] and [`Error::TemporaryFile`], as
/// [`ingest`].
pub fn scan<E>(roots: &[PathBuf], options: &Options) -> Result<ScannedArchive, Error<E>> {
    scan_roots(roots, options, RootPolicy::MustBeReadable)
}

/// [`scan`], but an unreadable root is not an error: it is reported as [`Reason::Unreadable`], and
/// its records in the earlier index are kept.
///
/// # Errors
///
/// As [`scan`], without [`Error::Root`].
pub fn scan_tolerant<E>(roots: &[PathBuf], options: &Options) -> Result<ScannedArchive, Error<E>> {
    scan_roots(roots, options, RootPolicy::MayBeUnreadable)
}

fn scan_roots<E>(
    roots: &[PathBuf],
    options: &Options,
    policy: RootPolicy,
) -> Result<ScannedArchive, Error<E>> {
    let mut files = FileListWriter::new(roots).map_err(Error::TemporaryFile)?;
    let mut fingerprint = Fingerprint::default();
    let mut by_root = vec![0; roots.len()];
    let walk = walk(roots, options, policy, &mut |root, source, about| {
        fingerprint.add(&source, about);
        by_root[root] += 1;
        files.push(root, source).map_err(Error::TemporaryFile)
    })?;
    Ok(ScannedArchive {
        file_list: files.finish().map_err(Error::TemporaryFile)?,
        walk,
        fingerprint,
        by_root,
    })
}

/// The result of scanning an archive's files.
pub struct ScannedArchive {
    file_list: FileList,
    walk: Walk,
    fingerprint: Fingerprint,
    by_root: Vec<u64>,
}

impl ScannedArchive {
    /// The same number as [`fingerprint`](crate::fingerprint()); may wait a moment like it.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.number()
    }

    /// Number of files found below each root, in the order of the roots.
    #[must_use]
    pub fn files_by_root(&self) -> &[u64] {
        &self.by_root
    }

    /// The files in the order of the walk, with their metadata.
    pub fn files(&self) -> impl Iterator<Item = io::Result<(PathBuf, FileStamp)>> {
        self.file_list.iter().map(|source| source.map(|source| (source.path, source.stamp)))
    }

    /// What could not be accessed.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.walk.skipped
    }

    /// Files that are no pages by their name, or excluded.
    #[must_use]
    pub fn ignored(&self) -> &[PathBuf] {
        &self.walk.ignored
    }

    /// Declares a file or folder unreadable, for the reason `why`: its records in the earlier index
    /// are kept, except those of files that can be read.
    pub fn declare_unreadable(&mut self, path: PathBuf, why: String) {
        self.walk.skip(&path, Reason::Unreadable(why));
        self.walk.refused.push((usize::MAX, path));
    }
}

/// The encoding named in the options.
fn encoding<E>(options: &Options) -> Result<Option<&'static Encoding>, Error<E>> {
    let Some(label) = &options.encoding else { return Ok(None) };
    let encoding = Encoding::for_label(label.trim().as_bytes());
    encoding.map(Some).ok_or_else(|| Error::Encoding { label: label.clone() })
}

/// [`ingest`] for an archive that has been scanned.
///
/// If the system refuses to read a file or list a folder, its records are carried over from
/// `stored`, at its position in the walk; if a part of it was read, only the records of the rest.
/// Records of a folder that could be listed in part, and of what was [declared
/// unreadable](ScannedArchive::declare_unreadable), come after all files. Carried-over records keep
/// their ids, unless a file read earlier has taken them. A damaged file is no reason to carry
/// anything over.
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
    let ScannedArchive { file_list, walk, .. } = scanned;
    progress.start(file_list.iter().len() as u64, file_list.bytes());
    let reader = Reader { options, encoding };

    progress.phase(Phase::Survey);
    let threads = options.threads.clamp(1, file_list.iter().len().max(1));
    let mut survey =
        survey(&reader, &file_list, threads, progress).map_err(Error::TemporaryFile)?;
    let mut ids = Ids::default();
    if let Some(stored) = &mut stored {
        for (_, path) in &walk.refused {
            let paths = stored_records(&mut **stored, path)?;
            carry_over::reserve(&paths, &mut ids);
            contribute(&mut **stored, path, &mut survey.statistics)?;
        }
        for path in std::mem::take(&mut survey.refused) {
            contribute(&mut **stored, &path, &mut survey.statistics)?;
        }
    }
    survey.statistics.finish();
    let statistics = &survey.statistics;
    for dumped in statistics.dump_ids.values() {
        ids.claim(&dumped.id);
    }

    progress.phase(Phase::Read);
    let mut records = RecordSink {
        report: Report {
            skipped: walk.skipped,
            ignored: walk.ignored,
            non_utf8_names: walk.non_utf8_names,
            ..Report::default()
        },
        flashes: FlashDeduplicator::new().map_err(Error::TemporaryFile)?,
        ids,
        statistics,
        stored: stored.map(|stored| stored as &mut dyn StoredRecords),
        refused: walk.refused.iter().map(|(_, path)| path.clone()).collect(),
        read: ReadPaths::default(),
        files: FileEntryLog::new().map_err(Error::TemporaryFile)?,
        records_in_file: 0,
        dump: CurrentDump::default(),
        sink,
    };
    // A dump's record may replace a page's item, whose text is then needed a second time.
    let omit_repeats = !statistics.items_in_dumps;
    let worker = || {
        let (mut memory, mut files) = (Memory::new(omit_repeats), ChunkReader::of(&file_list));
        let mut caches = survey.caches.clone();
        let mut surveyed_files = survey.files.clone();
        let (reader, survey, refused) = (&reader, &survey, &walk.refused);
        move |number: usize, out: &Out<'_, Finding>| {
            let ChunkPlace { thread, page_at, mut file_at } = survey.chunks[number];
            caches[thread].seek(page_at);
            for (position, source) in (number * CHUNK..).zip(files.chunk(number)) {
                let taken = source.and_then(|source| {
                    let file = next_surveyed_file(&mut surveyed_files[thread], &mut file_at)?;
                    Ok((source, file, caches[thread].next_page()?))
                });
                let (source, file, surveyed) = match taken {
                    Ok(taken) => taken,
                    Err(error) => {
                        // If the receiver has gone, there is nothing left to do.
                        let _ = out.put(Finding::ListFailed(error), 0);
                        return;
                    }
                };
                for (_, path) in refused.iter().filter(|(before, _)| *before == position) {
                    // If part of the folder could be listed, that part follows, and the stored
                    // records are taken over after all files.
                    if !source.path.starts_with(path)
                        && out.put(Finding::NotWalked(path.clone()), 0).is_break()
                    {
                        return;
                    }
                }
                let flow =
                    reader.read(&source, surveyed, statistics, &mut memory, &mut |finding| {
                        let weight = finding.weight();
                        out.put(finding, weight)
                    });
                if flow.is_break() {
                    continue;
                }
                let path = source.path.to_string_lossy().into_owned();
                let read = ReadFile { path, stamp: source.stamp, surveyed: file };
                let read = Finding::FileRead(Box::new(read));
                let weight = read.weight();
                if out.put(read, weight).is_continue() {
                    progress.advance(1, source.stamp.bytes);
                }
            }
        }
    };
    ordered(0..survey.chunks.len(), threads, worker, |finding| records.receive(finding))?;
    records.carry_over_refused()?;
    records.finish()
}

/// The next entry of a thread's log of surveyed files; moves `at` past it.
fn next_surveyed_file(log: &mut LogReader, at: &mut u64) -> io::Result<SurveyedFile> {
    let (record, next) = log.record(*at)?;
    *at = next;
    postcard::from_bytes(record).map_err(io::Error::other)
}

/// Adds what the files at `path`, which cannot be read, contributed to the earlier index.
fn contribute<E>(
    stored: &mut dyn StoredRecords,
    path: &Path,
    statistics: &mut CorpusStatistics,
) -> Result<(), Error<E>> {
    let failed = |source| Error::Stored { path: path.to_owned(), source };
    let files = stored.files_under(path).map_err(failed)?;
    if files.is_empty() {
        carry_over::survey(&stored_records(stored, path)?, statistics);
        return Ok(());
    }
    for file in files {
        statistics.merge(CorpusStatistics::decode(&file.contribution).map_err(failed)?);
    }
    Ok(())
}

/// The stored records of a file or folder, by path.
fn stored_records<E>(
    stored: &mut dyn StoredRecords,
    path: &Path,
) -> Result<Vec<StoredPath>, Error<E>> {
    match stored.records_under(path) {
        Ok(records) => Ok(carry_over::by_path(records, path)),
        Err(source) => Err(Error::Stored { path: path.to_owned(), source }),
    }
}

/// Files that a thread takes at a time. In the first pass idle threads take the next chunk, because
/// cores are not equally fast at all times; in the second pass a chunk is small enough not to fill
/// a queue.
const CHUNK: usize = 16;
/// Bytes to read at a time.
const READ_BYTES: usize = 1 << 16;

/// Reads the list of files in chunks.
struct ChunkReader {
    files: FileListIter,
    /// Number of files consumed so far.
    passed: usize,
}

impl ChunkReader {
    fn of(file_list: &FileList) -> Self {
        Self { files: file_list.iter(), passed: 0 }
    }

    /// The files of a chunk; chunk numbers must increase from call to call.
    fn chunk(&mut self, number: usize) -> impl Iterator<Item = io::Result<SourceFile>> + '_ {
        let first = number * CHUNK;
        let mut skipped_files = first - std::mem::replace(&mut self.passed, first + CHUNK);
        (0..CHUNK).map_while(move |_| self.files.nth(std::mem::take(&mut skipped_files)))
    }
}

/// The result of the first pass.
struct Survey {
    /// Corpus statistics of the archive.
    statistics: CorpusStatistics,
    /// One survey cache for each thread.
    caches: Vec<SurveyCache>,
    /// One log of [`SurveyedFile`]s for each thread.
    files: Vec<LogReader>,
    /// Where each chunk is.
    chunks: Vec<ChunkPlace>,
    /// Files that the system refused to read, in the order of the walk.
    refused: Vec<PathBuf>,
}

/// The place of a chunk in the caches and logs of the survey.
#[derive(Debug, Clone, Copy, Default)]
struct ChunkPlace {
    /// The thread that surveyed it.
    thread: usize,
    /// Offset of its first page in that thread's cache.
    page_at: u64,
    /// Offset of its first file in that thread's log.
    file_at: u64,
}

/// One thread's share of the first pass.
struct ThreadSurvey {
    statistics: CorpusStatistics,
    cache: SurveyCacheWriter,
    files: RecordLog,
    /// The chunks it processed, with their offsets in the cache and the log.
    chunks: Vec<(usize, [u64; 2])>,
    /// Files that the system refused to read, with their chunk numbers.
    refused: Vec<(usize, PathBuf)>,
    /// A buffer for the bytes of a page.
    raw: Vec<u8>,
    /// Position of the current file in the walk, from 1.
    position: u64,
}

/// Runs the first pass. The caller must still call `finish` on the statistics.
fn survey(
    reader: &Reader<'_>,
    file_list: &FileList,
    threads: usize,
    progress: &dyn Progress,
) -> io::Result<Survey> {
    let count = file_list.iter().len().div_ceil(CHUNK);
    let next = AtomicUsize::new(0);
    let survey_chunks = || -> io::Result<ThreadSurvey> {
        let mut share = ThreadSurvey {
            statistics: CorpusStatistics::default(),
            cache: SurveyCacheWriter::new(threads),
            files: RecordLog::new()?,
            chunks: Vec::new(),
            refused: Vec::new(),
            raw: Vec::new(),
            position: 0,
        };
        let mut files = ChunkReader::of(file_list);
        let claim = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|next| *next < count);
        while let Some(number) = claim() {
            share.chunks.push((number, [share.cache.end(), share.files.end_offset()]));
            for (position, source) in (number * CHUNK..).zip(files.chunk(number)) {
                let source = source?;
                share.position = position as u64 + 1;
                if reader.survey(&source, &mut share)? {
                    share.refused.push((number, source.path));
                }
                progress.advance(1, source.stamp.bytes);
            }
        }
        Ok(share)
    };
    let mut statistics = CorpusStatistics::default();
    let (mut caches, mut chunks) =
        (Vec::with_capacity(threads), vec![ChunkPlace::default(); count]);
    let (mut files, mut refused) = (Vec::with_capacity(threads), Vec::new());
    let mut add = |share: ThreadSurvey| -> io::Result<()> {
        statistics.merge(share.statistics);
        for (number, [page_at, file_at]) in share.chunks {
            chunks[number] = ChunkPlace { thread: caches.len(), page_at, file_at };
        }
        caches.push(share.cache.finish());
        files.push(share.files.finish()?.reader(READ_BYTES));
        refused.extend(share.refused);
        Ok(())
    };
    thread::scope(|scope| {
        let threads = (0..threads).map_while(|number| spawn(scope, number, survey_chunks).ok());
        let threads: Vec<_> = threads.collect();
        if threads.is_empty() {
            // The system refused to create any thread.
            add(survey_chunks()?)?;
        }
        for thread in threads {
            let joined = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            add(joined?)?;
        }
        io::Result::Ok(())
    })?;
    refused.sort_by_key(|(number, _)| *number);
    let refused = refused.into_iter().map(|(_, path)| path).collect();
    Ok(Survey { statistics, caches, files, chunks, refused })
}

/// The receiver of the second pass: assigns ids, collects flash items, and counts.
struct RecordSink<'a, E> {
    report: Report,
    flashes: FlashDeduplicator,
    ids: Ids,
    statistics: &'a CorpusStatistics,
    /// Records of an earlier index.
    stored: Option<&'a mut dyn StoredRecords>,
    /// Files and folders that the walk could not access.
    refused: Vec<PathBuf>,
    read: ReadPaths,
    files: FileEntryLog,
    /// Records of the file that is being read.
    records_in_file: u64,
    dump: CurrentDump,
    sink: &'a mut dyn FnMut(Record) -> Result<(), E>,
}

impl<E> RecordSink<'_, E> {
    fn receive(&mut self, finding: Finding) -> Result<(), Error<E>> {
        match finding {
            Finding::Skipped(skipped) => self.report.skipped.push(skipped),
            Finding::Ignored(path) => self.report.ignored.push(path),
            Finding::NonUtf8Name(path) => self.report.non_utf8_names.push(path),
            Finding::ListFailed(error) => return Err(Error::TemporaryFile(error)),
            Finding::NotWalked(path) => {
                self.carry_over_path(&path, None)?;
                self.keep_files(&path)?;
            }
            Finding::FileRead(file) => self.add_file(*file).map_err(Error::TemporaryFile)?,
            Finding::Refused(source) => {
                self.carry_over_path(&source.path, Some(&source.relative))?;
            }
            Finding::UnreadDate(unread) => self.report.unread_dates.push(unread),
            Finding::DumpBegins { relative } => self.dump = CurrentDump::new(relative),
            Finding::Dump { path, bytes, keys } => {
                self.note_read(&path);
                let DumpKeys { unused, mistyped } = *keys;
                Report::add_keys(&mut self.report.unused_keys, &path, unused);
                Report::add_keys(&mut self.report.mistyped_keys, &path, mistyped);
                self.report.dumps += 1;
                self.report.bytes += bytes;
            }
            Finding::Page(mut page) => {
                self.report.pages += 1;
                self.report.bytes += page.bytes;
                self.report.mojibake_repaired += u64::from(page.mojibake_repaired);
                let path = || PathBuf::from(&page.article.path);
                self.report.boilerplate_lines += u64::from(page.boilerplate_lines);
                if page.lossy {
                    self.report.lossy.push(path());
                }
                if page.repaired {
                    self.report.repaired.push(path());
                }
                let damaged_spans =
                    page.mojibake_kept.iter().map(|span| FileSpan { path: path(), span: *span });
                self.report.mojibake_kept.extend(damaged_spans);
                let unread = page.unread_date.take();
                self.report.unread_dates.extend(unread.map(|text| UnreadDate {
                    path: path(),
                    line: None,
                    text,
                }));
                let unextracted =
                    page.unextracted.map(|reason| UnextractedPage { path: path(), reason });
                self.report.unextracted.extend(unextracted);
                let mut article = page.article;
                article.id = self.ids.fresh('a', page.path_hash, &article.path);
                self.note_read(&article.path);
                for found_item in page.flashes {
                    let id = self
                        .add_page_item(found_item, &article.path)
                        .map_err(Error::TemporaryFile)?;
                    article.flashes.push(id);
                }
                self.emit_article(article)?;
            }
            Finding::Record { record, line } => match *record {
                Record::Article(article) => self.add_dump_article(article, line)?,
                Record::Flash(flash) => {
                    self.add_dump_item(flash, line).map_err(Error::TemporaryFile)?;
                }
            },
        }
        Ok(())
    }

    /// Handles an article of a dump, which has its own id or gets one from its content.
    fn add_dump_article(&mut self, mut article: Article, line: u64) -> Result<(), Error<E>> {
        if article.id.is_empty() {
            let text = article.paragraphs.join("\n");
            let hash = content_hash(&article.title, &text, article.date.value);
            article.id = self.ids.fresh('a', hash, &article.path);
            self.dump.add(&article.id);
        } else {
            match self.dump.see('a', &article.id, article_hash(&article)) {
                Repeat::None => {
                    article.id = self.ids.claim_for(&article.id, &self.dump.relative);
                    self.dump.add(&article.id);
                }
                Repeat::Identical => {
                    self.report.repeated_records += 1;
                    return Ok(());
                }
                Repeat::Different => {
                    self.refuse_id(&article.path, line, article.id);
                    return Ok(());
                }
            }
        }
        self.emit_article(article)
    }

    /// Reports that another record of the same dump has this id.
    fn refuse_id(&mut self, path: &str, line: u64, id: String) {
        let (path, reason) = (PathBuf::from(path), Reason::DuplicateId(id));
        self.report.skipped.push(Skipped { path, line: Some(line), reason });
    }

    fn emit_article(&mut self, article: Article) -> Result<(), Error<E>> {
        self.report.articles += 1;
        self.records_in_file += 1;
        self.report.undated += u64::from(article.date.value.is_none());
        self.report.unsplit_tags += u64::from(article.unsplit_tags.is_some());
        (self.sink)(Record::Article(article)).map_err(Error::Sink)
    }

    /// Collects a flash item; returns the id of its variant.
    fn add_page_item(&mut self, found_item: FoundItem, path: &str) -> io::Result<String> {
        let FoundItem { hashes, mut item, span } = found_item;
        self.records_in_file += 1;
        let id = self.item_id(hashes);
        if let Some(item) = &mut item {
            item.id.clone_from(&id);
        }
        let key = self.flashes.add(hashes, item.as_deref_mut(), false)?;
        self.flashes.add_occurrence(key, path, span)?;
        Ok(if key.0 == key.1 { id } else { variant_id(hashes) })
    }

    fn add_dump_item(&mut self, mut flash: FlashItem, line: u64) -> io::Result<()> {
        let hashes = ItemHashes::of(&flash.title, &flash.text, flash.date.value);
        if !flash.id.is_empty()
            && self.dump.see('f', &flash.id, hashes.content_hash) == Repeat::Different
        {
            let path = flash.occurrences.first().map_or("", |seen| &seen.path).to_owned();
            self.refuse_id(&path, line, flash.id);
            return Ok(());
        }
        flash.id = self.item_id(hashes);
        self.records_in_file += 1;
        let occurrences = std::mem::take(&mut flash.occurrences);
        let key = self.flashes.add(hashes, Some(&mut flash), true)?;
        occurrences
            .iter()
            .try_for_each(|seen| self.flashes.add_occurrence(key, &seen.path, seen.span))
    }

    /// The id of an item's first variant.
    fn item_id(&self, hashes: ItemHashes) -> String {
        let dumped = self.statistics.dump_ids.get(&hashes.content_hash);
        dumped.map(|dumped| dumped.id.clone()).unwrap_or_else(|| short('f', hashes.content_hash))
    }

    /// Notes that a page or dump was read completely, so its stored records are not needed.
    fn note_read(&mut self, path: &str) {
        if self.stored.is_some() {
            self.read.add(path, &self.refused);
        }
    }

    /// Carries over the stored records of an unreadable file or folder, except those that were
    /// read. `relative` is a file's path below its root.
    fn carry_over_path(&mut self, path: &Path, relative: Option<&str>) -> Result<(), Error<E>> {
        let Some(stored) = self.stored.as_deref_mut() else { return Ok(()) };
        for stored_path in stored_records(stored, path)? {
            if !self.read.claim_for_carry_over(&stored_path.path) {
                continue;
            }
            // Flash items may have new ids, if their dumps have changed.
            let mut renamed: HashMap<&str, String> = HashMap::default();
            for StoredOccurrence { item, span } in &stored_path.occurrences {
                let id = self
                    .add_stored_item(item, &stored_path, *span)
                    .map_err(Error::TemporaryFile)?;
                renamed.insert(&item.flash.id, id);
            }
            for mut article in stored_path.articles {
                if stored_path.is_dump {
                    if !self.ids.claim(&article.id) {
                        if self.dump.has(&article.id) || carry_over::is_made(&article.id) {
                            continue;
                        }
                        let dump = relative.unwrap_or(&stored_path.path);
                        article.id = self.ids.claim_for(&article.id, dump);
                    }
                } else if !self.ids.claim_at(&article.id, &article.path) {
                    let member = article.path.strip_prefix(&*path.to_string_lossy());
                    let name = relative.zip(member).map(|(file, member)| format!("{file}{member}"));
                    let hash = path_hash(name.as_ref().unwrap_or(&article.path));
                    article.id = self.ids.fresh('a', hash, &article.path);
                }
                for id in &mut article.flashes {
                    if let Some(now) = renamed.get(id.as_str()) {
                        id.clone_from(now);
                    }
                }
                self.report.records_kept += 1;
                self.emit_article(article)?;
            }
        }
        Ok(())
    }

    /// Carries over the records of everything that the walk could not access.
    fn carry_over_refused(&mut self) -> Result<(), Error<E>> {
        for path in std::mem::take(&mut self.refused) {
            self.carry_over_path(&path, None)?;
        }
        Ok(())
    }

    /// Notes a file that was read. If the system refused to read it or a part of it, its earlier
    /// entry is kept, because its records are.
    fn add_file(&mut self, file: ReadFile) -> io::Result<()> {
        let ReadFile { path, stamp, surveyed } = file;
        let records = std::mem::take(&mut self.records_in_file);
        let SurveyedFile { content_hash, refused, contribution } = surveyed;
        if refused {
            let kept = match self.stored.as_deref_mut() {
                Some(stored) => stored.files_under(Path::new(&path))?,
                None => Vec::new(),
            };
            return self.push_kept(kept);
        }
        let unreadable = false;
        self.files.push(&FileEntry { path, stamp, content_hash, records, unreadable, contribution })
    }

    /// Keeps the earlier entries of a file or folder that the walk could not access.
    fn keep_files(&mut self, path: &Path) -> Result<(), Error<E>> {
        let Some(stored) = self.stored.as_deref_mut() else { return Ok(()) };
        let kept = stored.files_under(path);
        let kept = kept.map_err(|source| Error::Stored { path: path.to_owned(), source })?;
        self.push_kept(kept).map_err(Error::TemporaryFile)
    }

    fn push_kept(&mut self, files: Vec<FileEntry>) -> io::Result<()> {
        files.into_iter().try_for_each(|mut file| {
            file.unreadable = true;
            self.files.push(&file)
        })
    }

    /// Carries over one occurrence of a flash item; returns the id of its variant.
    fn add_stored_item(
        &mut self,
        item: &StoredItem,
        stored_path: &StoredPath,
        span: Span,
    ) -> io::Result<String> {
        let id = self.item_id(item.hashes);
        let mut flash = item.read_from(stored_path.is_dump);
        flash.id.clone_from(&id);
        let key = self.flashes.add(item.hashes, Some(&mut flash), stored_path.is_dump)?;
        self.flashes.add_stored_occurrence(key, &stored_path.path, span)?;
        Ok(if key.0 == key.1 { id } else { variant_id(item.hashes) })
    }

    fn finish(mut self) -> Result<Ingested, Error<E>> {
        self.report.flashes_distinct = self.flashes.distinct();
        let mut flashes = self.flashes.drain().map_err(Error::TemporaryFile)?;
        for flash in &mut flashes {
            (self.sink)(Record::Flash(flash.map_err(Error::TemporaryFile)?))
                .map_err(Error::Sink)?;
        }
        self.report.flash_occurrences = flashes.seen();
        self.report.records_kept += flashes.taken_over();
        let files = self.files.finish().map_err(Error::TemporaryFile)?;
        Ok(Ingested { report: self.report, files })
    }
}

/// The paths already handled, as far as stored records may exist for them.
#[derive(Default)]
struct ReadPaths {
    /// Hashes of paths below unreadable folders, and of paths carried over.
    paths: HashSet<u64>,
    /// Hashes of the members of the container being read.
    members: HashSet<u64>,
    /// Path of that container.
    container: String,
}

impl ReadPaths {
    fn add(&mut self, path: &str, refused: &[PathBuf]) {
        if refused.iter().any(|folder| Path::new(path).starts_with(folder)) {
            self.paths.insert(path_hash(path));
        } else if let Some((container, _)) = path.split_once(MEMBER_SEPARATOR) {
            if container != self.container {
                self.members.clear();
                container.clone_into(&mut self.container);
            }
            self.members.insert(path_hash(path));
        }
    }

    /// Whether to carry over the stored records of `path`: only if it has neither been read nor
    /// carried over before.
    fn claim_for_carry_over(&mut self, path: &str) -> bool {
        let hash = path_hash(path);
        !self.members.contains(&hash) && self.paths.insert(hash)
    }
}

impl Reader<'_> {
    /// Adds a file to the statistics and, if it is a plain page, to the survey cache. Problems are
    /// reported in the second pass. Returns whether the system refused to read it.
    fn survey(&self, source: &SourceFile, survey: &mut ThreadSurvey) -> io::Result<bool> {
        let ThreadSurvey { cache, raw, files, position, .. } = survey;
        let statistics = &mut CorpusStatistics::default();
        let (mut cached, mut refused, mut content_hash, mut count) = (false, false, None, 0);
        let _ = input::each(source, self.options, &mut |event| {
            match event {
                Event::Input(input) if input.kind.is_dump() => {
                    let at = (*position, &mut count);
                    refused |= self.survey_dump(input, at, statistics);
                }
                Event::Input(mut input) => {
                    if self.bytes(&mut input, raw).is_ok()
                        && let Ok(mut page) = self.text(raw, &input)
                    {
                        let is_single = source.format.codec == Codec::Plain
                            && input.relative == source.relative;
                        if is_single && input.whole.is_none() {
                            content_hash = Some(xxh3_64(raw));
                        }
                        let bom_bytes = page.plain_shift().filter(|_| is_single);
                        let bytes = input.whole.unwrap_or(raw.len() as u64);
                        let lossy = page.is_lossy();
                        let whole = input.whole.is_some() || page.is_extracted();
                        let metadata = page.take_metadata();
                        let outline = page.outline(metadata, self.options.labels());
                        outline.survey(statistics);
                        let draft = Draft::of(page.as_str(), &outline);
                        let site =
                            site_key(input.url.as_deref().or(draft.url), draft.site, &input.path);
                        statistics.add_page(site, &draft.pieces);
                        if let Some(bom_bytes) = bom_bytes {
                            cache.push(Some(&SurveyedPage {
                                draft,
                                bytes,
                                bom_bytes,
                                lossy,
                                whole,
                            }));
                            cached = true;
                        }
                    }
                }
                Event::Skipped(skipped) => {
                    if matches!(skipped.reason, Reason::TooLarge { .. }) {
                        // Reading such a file for its hash could take longer than all others.
                        content_hash = Some(source.stamp.hash());
                    }
                    refused |= skipped.reason.keeps_records();
                }
                Event::Ignored(_) | Event::NonUtf8Name(_) => {}
            }
            ControlFlow::Continue(())
        });
        if !cached {
            cache.push(None);
        }
        if content_hash.is_none() && !refused {
            content_hash = input::content_hash(&source.path).ok();
        }
        let contribution = statistics.encode()?;
        let content_hash = content_hash.unwrap_or(0);
        let file = SurveyedFile { content_hash, refused, contribution };
        files.push(&postcard::to_stdvec(&file).map_err(io::Error::other)?)?;
        survey.statistics.merge(std::mem::take(statistics));
        Ok(refused)
    }

    /// Adds a dump to the statistics, given its position in the walk and the number of items in the
    /// file so far. Returns whether the system refused to read it.
    fn survey_dump(
        &self,
        input: Input<'_>,
        (position, count): (u64, &mut u64),
        statistics: &mut CorpusStatistics,
    ) -> bool {
        let mut refused = false;
        let dump: Arc<str> = Arc::from(input.relative.as_str());
        let _ = self.dump(input, &mut |finding| {
            match finding {
                Finding::Record { record, .. } => match *record {
                    Record::Flash(flash) => {
                        statistics.items_in_dumps = true;
                        if !flash.id.is_empty() {
                            let key = content_hash(&flash.title, &flash.text, flash.date.value);
                            *count += 1;
                            let (at, dump) = ((position, *count), Arc::clone(&dump));
                            statistics.add_dump_id(key, DumpId { id: flash.id, at, dump });
                        }
                    }
                    Record::Article(article) => statistics.tags.add_separate_tags(&article.tags),
                },
                Finding::Skipped(skipped) => {
                    refused |= skipped.reason.keeps_records();
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        refused
    }
}
