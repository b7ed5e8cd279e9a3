//! The two passes over an archive: the survey collects corpus statistics, the second pass emits
//! records.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use encoding_rs::Encoding;
use foldhash::{HashMap, HashSet};

use crate::corpus::statistics::CorpusStatistics;
use crate::error::Error;
use crate::flash::dedup::{FlashDeduplicator, ItemHashes, content_hash, variant_id};
use crate::id::short;
use crate::input::file_list::{FileList, FileListIter, FileListWriter, SourceFile};
use crate::input::fingerprint::Fingerprint;
use crate::input::walk::{RootPolicy, Walk, walk};
use crate::input::{self, Event, Input, Kind, MEMBER_SEPARATOR};
use crate::options::Options;
use crate::page::draft::Draft;
use crate::page::outline::Outline;
use crate::pipeline::carry_over::{self, StoredItem, StoredOccurrence, StoredPath, StoredRecords};
use crate::pipeline::finding::{Finding, FoundItem};
use crate::pipeline::ids::{Ids, path_hash};
use crate::pipeline::ordered::{Out, ordered};
use crate::pipeline::reader::{Memory, Reader};
use crate::pipeline::survey_cache::{SurveyCache, SurveyCacheWriter, SurveyedPage};
use crate::progress::{Phase, Progress};
use crate::record::{Article, FlashItem, Record, Span};
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
    ingest_scanned(scan(roots, options)?, options, progress, None, sink)
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
) -> Result<Report, Error<E>> {
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
            carry_over::survey(&paths, &mut survey.statistics);
        }
        for path in std::mem::take(&mut survey.refused) {
            carry_over::survey(&stored_records(&mut **stored, &path)?, &mut survey.statistics);
        }
    }
    survey.statistics.finish();
    let statistics = &survey.statistics;

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
        sink,
    };
    // A dump's record may replace a page's item, whose text is then needed a second time.
    let omit_repeats = !statistics.items_in_dumps;
    let worker = || {
        let (mut memory, mut files) = (Memory::new(omit_repeats), ChunkReader::of(&file_list));
        let mut caches = survey.caches.clone();
        let (reader, survey, refused) = (&reader, &survey, &walk.refused);
        move |number: usize, out: &Out<'_, Finding>| {
            let (cache_number, at) = survey.chunks[number];
            caches[cache_number].seek(at);
            for (position, source) in (number * CHUNK..).zip(files.chunk(number)) {
                let taken =
                    source.and_then(|source| Ok((source, caches[cache_number].next_page()?)));
                let (source, surveyed) = match taken {
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
                if flow.is_continue() {
                    progress.advance(1, source.bytes);
                }
            }
        }
    };
    ordered(0..survey.chunks.len(), threads, worker, |finding| records.receive(finding))?;
    records.carry_over_refused()?;
    records.finish()
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
    /// For each chunk, which cache holds it and where it begins there.
    chunks: Vec<(usize, u64)>,
    /// Files that the system refused to read, in the order of the walk.
    refused: Vec<PathBuf>,
}

/// One thread's share of the first pass.
struct ThreadSurvey {
    statistics: CorpusStatistics,
    cache: SurveyCacheWriter,
    /// The chunks it processed, with their offsets in the cache.
    chunks: Vec<(usize, u64)>,
    /// Files that the system refused to read, with their chunk numbers.
    refused: Vec<(usize, PathBuf)>,
    /// A buffer for the bytes of a page.
    raw: Vec<u8>,
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
            chunks: Vec::new(),
            refused: Vec::new(),
            raw: Vec::new(),
        };
        let mut files = ChunkReader::of(file_list);
        let claim = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|next| *next < count);
        while let Some(number) = claim() {
            share.chunks.push((number, share.cache.end()));
            for source in files.chunk(number) {
                let source = source?;
                if reader.survey(&source, &mut share) {
                    share.refused.push((number, source.path));
                }
                progress.advance(1, source.bytes);
            }
        }
        Ok(share)
    };
    let mut statistics = CorpusStatistics::default();
    let (mut caches, mut chunks) = (Vec::with_capacity(threads), vec![(0, 0); count]);
    let mut refused = Vec::new();
    let mut add = |share: ThreadSurvey| {
        statistics.merge(share.statistics);
        for (number, at) in share.chunks {
            chunks[number] = (caches.len(), at);
        }
        caches.push(share.cache.finish());
        refused.extend(share.refused);
    };
    thread::scope(|scope| {
        let threads = (0..threads).map_while(|number| spawn(scope, number, survey_chunks).ok());
        let threads: Vec<_> = threads.collect();
        if threads.is_empty() {
            // The system refused to create any thread.
            add(survey_chunks()?);
        }
        for thread in threads {
            let joined = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            add(joined?);
        }
        io::Result::Ok(())
    })?;
    refused.sort_by_key(|(number, _)| *number);
    let refused = refused.into_iter().map(|(_, path)| path).collect();
    Ok(Survey { statistics, caches, chunks, refused })
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
    sink: &'a mut dyn FnMut(Record) -> Result<(), E>,
}

impl<E> RecordSink<'_, E> {
    fn receive(&mut self, finding: Finding) -> Result<(), Error<E>> {
        match finding {
            Finding::Skipped(skipped) => self.report.skipped.push(skipped),
            Finding::Ignored(path) => self.report.ignored.push(path),
            Finding::NonUtf8Name(path) => self.report.non_utf8_names.push(path),
            Finding::ListFailed(error) => return Err(Error::TemporaryFile(error)),
            Finding::NotWalked(path) => self.carry_over_path(&path, None)?,
            Finding::Refused(source) => {
                self.carry_over_path(&source.path, Some(&source.relative))?;
            }
            Finding::Dump { path, bytes } => {
                self.note_read(&path);
                self.report.dumps += 1;
                self.report.bytes += bytes;
            }
            Finding::Page(mut page) => {
                self.report.pages += 1;
                self.report.bytes += page.bytes;
                self.report.mojibake_repaired += u64::from(page.mojibake_repaired);
                let path = || PathBuf::from(&page.article.path);
                if page.lossy {
                    self.report.lossy.push(path());
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
                Record::Flash(flash) => self.add_dump_item(flash).map_err(Error::TemporaryFile)?,
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
        } else if !self.ids.claim(&article.id) {
            self.report.skipped.push(Skipped {
                path: PathBuf::from(article.path),
                line: Some(line),
                reason: Reason::DuplicateId(article.id),
            });
            return Ok(());
        }
        self.emit_article(article)
    }

    fn emit_article(&mut self, article: Article) -> Result<(), Error<E>> {
        self.report.articles += 1;
        self.report.undated += u64::from(article.date.value.is_none());
        self.report.unsplit_tags += u64::from(article.unsplit_tags.is_some());
        (self.sink)(Record::Article(article)).map_err(Error::Sink)
    }

    /// Collects a flash item; returns the id of its variant.
    fn add_page_item(&mut self, found_item: FoundItem, path: &str) -> io::Result<String> {
        let FoundItem { hashes, mut item, span } = found_item;
        let id = self.item_id(hashes);
        if let Some(item) = &mut item {
            item.id.clone_from(&id);
        }
        let key = self.flashes.add(hashes, item.as_deref_mut(), false)?;
        self.flashes.add_occurrence(key, path, span)?;
        Ok(if key.0 == key.1 { id } else { variant_id(hashes) })
    }

    fn add_dump_item(&mut self, mut flash: FlashItem) -> io::Result<()> {
        let hashes = ItemHashes::of(&flash.title, &flash.text, flash.date.value);
        flash.id = self.item_id(hashes);
        let occurrences = std::mem::take(&mut flash.occurrences);
        let key = self.flashes.add(hashes, Some(&mut flash), true)?;
        occurrences
            .iter()
            .try_for_each(|seen| self.flashes.add_occurrence(key, &seen.path, seen.span))
    }

    /// The id of an item's first variant.
    fn item_id(&self, hashes: ItemHashes) -> String {
        let dumped = self.statistics.dump_ids.get(&hashes.content_hash);
        dumped.cloned().unwrap_or_else(|| short('f', hashes.content_hash))
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
                        continue;
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

    fn finish(mut self) -> Result<Report, Error<E>> {
        self.report.flashes_distinct = self.flashes.distinct();
        let mut flashes = self.flashes.drain().map_err(Error::TemporaryFile)?;
        for flash in &mut flashes {
            (self.sink)(Record::Flash(flash.map_err(Error::TemporaryFile)?))
                .map_err(Error::Sink)?;
        }
        self.report.flash_occurrences = flashes.seen();
        self.report.records_kept += flashes.taken_over();
        Ok(self.report)
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
    fn survey(&self, source: &SourceFile, survey: &mut ThreadSurvey) -> bool {
        let ThreadSurvey { statistics, cache, raw, .. } = survey;
        let (mut cached, mut refused) = (false, false);
        let _ = input::each(source, self.options, &mut |event| {
            match event {
                Event::Input(input) if input.kind == Kind::Dump => {
                    refused |= self.survey_dump(input, statistics);
                }
                Event::Input(mut input) => {
                    if self.bytes(&mut input, raw).is_ok()
                        && let Ok(decoded) = self.decode(raw, &input)
                    {
                        let markup = self.markup(&input, &decoded.text);
                        let outline = Outline::of(&decoded.text, markup);
                        outline.survey(statistics);
                        if source.format.is_plain_page()
                            && let Some(bom_bytes) = decoded.plain_shift()
                        {
                            let draft = Draft::of(&decoded.text, &outline);
                            let (bytes, lossy) = (raw.len() as u64, decoded.lossy);
                            cache.push(Some(&SurveyedPage { draft, bytes, bom_bytes, lossy }));
                            cached = true;
                        }
                    }
                }
                Event::Skipped(skipped) => {
                    refused |= matches!(skipped.reason, Reason::Unreadable(_));
                }
                Event::Ignored(_) | Event::NonUtf8Name(_) => {}
            }
            ControlFlow::Continue(())
        });
        if !cached {
            cache.push(None);
        }
        refused
    }

    /// Adds a dump to the statistics. Returns whether the system refused to read it.
    fn survey_dump(&self, input: Input<'_>, statistics: &mut CorpusStatistics) -> bool {
        let mut refused = false;
        let _ = self.dump(input, &mut |finding| {
            match finding {
                Finding::Record { record, .. } => match *record {
                    Record::Flash(flash) => {
                        statistics.items_in_dumps = true;
                        if !flash.id.is_empty() {
                            let key = content_hash(&flash.title, &flash.text, flash.date.value);
                            statistics.add_dump_id(key, flash.id);
                        }
                    }
                    Record::Article(article) => statistics.tags.add_separate_tags(&article.tags),
                },
                Finding::Skipped(skipped) => {
                    refused |= matches!(skipped.reason, Reason::Unreadable(_));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        refused
    }
}
