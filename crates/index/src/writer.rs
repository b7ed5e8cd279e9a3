//! Writing the files of a generation.
//!
//! Stages run at once and hand records on through bounded queues: reading and parsing
//! (`wensou-ingest`), analysis, and inverting, of words by the engine and of pairs by our own
//! postings. A slow stage stops the one before it, so memory does not grow with the archive.
//! Analysis has several threads; their records are put back into the order of the walk, because a
//! document has the same number in the engine and in the postings: its place in that order.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use tantivy::index::SegmentId;
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy, UserOperation};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index as Engine, IndexSettings, IndexWriter, ReloadPolicy, SegmentReader};
use wensou_ingest::{ByteBudget, Progress, Report, ScannedArchive, StoredRecords};

use crate::analysis::Analysis;
use crate::analyzer::{Units, words};
use crate::build::BuildOptions;
use crate::building::{Building, FirstFailure};
use crate::counted::Counted;
use crate::document::{Analysed, Documents, Encoded};
use crate::error::Error;
use crate::generation::Folder;
use crate::meta::Base;
use crate::postings::{Builder, Totals, postings_file};
use crate::previous::Previous;
use crate::schema::{Fields, Kind, Part, schema};
use crate::stored::Stored;

/// Records are handed on so many at a time, for waking a thread costs as much as analysing a flash
/// item.
const BATCH: usize = 16;
/// And no more once they have so many bytes.
const BATCH_BYTES: usize = 256 << 10;
/// Batches that wait between reading and analysis: enough to keep both busy, few enough to forget.
const QUEUE: usize = 8;
/// Bytes of records on their way at most: analysed, a record takes ten times its bytes.
const ON_THE_WAY: u64 = 4 << 20;

/// Writes one generation.
pub(crate) struct Writer {
    folder: Folder,
    engine: Engine,
    fields: Fields,
    writer: IndexWriter<Counted>,
    previous: Option<Previous>,
    pairs: Builder,
    written: u64,
}

impl Writer {
    /// Into a folder that has the files of the previous generation, if there is one.
    pub(crate) fn new(
        folder: &Folder,
        options: &BuildOptions,
        previous: Option<Previous>,
        failure: FirstFailure,
    ) -> Result<Self, Error> {
        let (schema, fields) = schema();
        let directory = Building::open(folder.path(), failure)?;
        let engine =
            Engine::builder().schema(schema).settings(settings()).open_or_create(directory)?;
        let writer: IndexWriter<Counted> = engine.writer_with_options(
            IndexWriterOptions::builder()
                // More would each take some of the documents, out of their order.
                .num_worker_threads(1)
                .memory_budget_per_thread(options.memory_bytes.max(16 << 20))
                .num_merge_threads(1)
                .build(),
        )?;
        // One merge at the end costs less than the many that a policy would start on the way.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        // First: the engine deletes what was there before, not what comes.
        for recent in previous.iter().flat_map(Previous::recent) {
            writer.delete_query(Box::new(recent))?;
        }
        let pairs = Builder::new(folder.path());
        let folder = folder.try_clone().map_err(Error::io("open", folder.path()))?;
        Ok(Self { folder, engine, fields, writer, previous, pairs, written: 0 })
    }

    /// Documents written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Runs the stages until the archive is read to its end.
    pub(crate) fn read(
        &mut self,
        analysis: &Analysis,
        looked: ScannedArchive,
        options: &BuildOptions,
        progress: &dyn Progress,
        stored: Option<&mut Stored>,
    ) -> Result<Report, Error> {
        let (jobs, todo) = bounded::<Job>(QUEUE);
        // What comes out, in the order of the walk: also what keeps a fast thread from running
        // ahead.
        let (outcomes, done) = bounded::<Outcome>(QUEUE);
        let room = Arc::new(ByteBudget::new(ON_THE_WAY));
        let Self { folder, fields, writer, previous, pairs, written, .. } = self;
        let (fields, folder) = (&*fields, folder.path());
        thread::scope(|scope| {
            for _ in 0..options.threads.max(1) {
                let todo = todo.clone();
                let documents = Documents { fields, segmenter: analysis.segmenter() };
                start(scope, folder, move || {
                    for Job { records, outcome } in todo {
                        let analysed = records.iter().map(|(ord, it)| documents.analyse(*ord, it));
                        // If nobody waits for it, inverting has failed, and says so.
                        let _ = outcome.send(analysed.collect());
                    }
                })?;
            }
            drop(todo);
            let inverting = start(scope, folder, || {
                let inverted = invert(writer, pairs, folder, done, options.segment_bytes, &room);
                // Nobody takes anything out any more.
                room.close();
                inverted
            })?;
            let (records, room) = (Vec::new(), &room);
            let mut batches = Batches { jobs, outcomes, records, bytes: 0, room };
            let mut next = 0;
            let stored = stored.map(|stored| stored as &mut dyn StoredRecords);
            let mut take = |record| {
                let (ord, record) = (next, Encoded::new(record).map_err(|_| Stopped)?);
                next += 1;
                if previous.as_mut().is_some_and(|previous| previous.keeps(&record)) {
                    return Ok(());
                }
                *written += 1;
                batches.add(ord, record)
            };
            let outcome =
                wensou_ingest::ingest_scanned(looked, &options.ingest, progress, stored, &mut take);
            let rest = batches.hand_on();
            drop(batches);
            // Its error first: it is why reading was stopped.
            inverting.join().unwrap_or_else(|_| Err(panicked()))?;
            let outcome = outcome.and_then(|report| match rest {
                Ok(()) => Ok(report),
                Err(stopped) => Err(wensou_ingest::Error::Sink(stopped)),
            });
            outcome.map_err(|error| Error::Archive(Box::new(error)))
        })
    }

    /// Commits, and makes one segment of all that was written, its documents in the order of the
    /// walk. Returns the base for the next update.
    pub(crate) fn finish(self) -> Result<Option<Base>, Error> {
        let Self { folder, engine, mut writer, previous, pairs, .. } = self;
        let kept = match previous {
            None => None,
            Some(previous) => {
                let (gone, base) = previous.finish()?;
                let id = gone.segment;
                writer.delete_query(Box::new(gone))?;
                Some((id, base))
            }
        };
        let base = kept.as_ref().map(|(id, _)| *id);
        let path = folder.path_of("pairs");
        thread::scope(|scope| {
            let pairs = start(scope, folder.path(), || pairs.finish(&path))?;
            merge(&engine, &mut writer, base)?;
            let outcome = pairs.join().unwrap_or_else(|_| Err(std::io::Error::other("panicked")));
            outcome.map_err(Error::io("write", &path)).map(drop)
        })?;
        writer.garbage_collect_files().wait()?;
        writer.wait_merging_threads()?;
        let mut fresh = None;
        for segment in segments(&engine)?.iter().filter(|s| Some(s.segment_id()) != base) {
            in_order(segment)?;
            if fresh.replace(segment.segment_id()).is_some() {
                return Err(out_of_order());
            }
        }
        match fresh {
            None => std::fs::remove_file(&path).map_err(Error::io("remove", &path))?,
            Some(segment) => {
                let named = folder.path().join(postings_file(segment));
                std::fs::rename(&path, &named).map_err(Error::io("rename", &path))?;
            }
        }
        let there = segments(&engine)?;
        sweep(&folder, &there)?;
        let there = |id: SegmentId| there.iter().any(|segment| segment.segment_id() == id);
        let whole = fresh.map(|id| Base { segment: id.uuid_string(), deleted: Totals::default() });
        // The engine drops a base that has no document left.
        Ok(kept.filter(|(id, _)| there(*id)).map(|(_, base)| base).or(whole))
    }
}

/// How the engine stores records.
pub(crate) fn settings() -> IndexSettings {
    IndexSettings {
        // Larger blocks than the engine's make up for a faster level, and more: a twentieth less on
        // the disk, a third less to do.
        docstore_compression: Compressor::Zstd(ZstdCompressor { compression_level: Some(2) }),
        docstore_blocksize: 32 << 10,
        ..IndexSettings::default()
    }
}

fn segments(engine: &Engine) -> Result<Vec<SegmentReader>, Error> {
    let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(reader.searcher().segment_readers().to_vec())
}

fn merge(
    engine: &Engine,
    writer: &mut IndexWriter<Counted>,
    base: Option<SegmentId>,
) -> Result<(), Error> {
    writer.commit()?;
    let mut fresh = Vec::new();
    for segment in segments(engine)?.iter().filter(|s| Some(s.segment_id()) != base) {
        fresh.push((segment.fast_fields().u64("ord")?.first(0), segment.segment_id()));
    }
    fresh.sort_unstable_by_key(|(first, _)| *first);
    let fresh: Vec<_> = fresh.into_iter().map(|(_, segment)| segment).collect();
    if fresh.len() > 1 {
        writer.merge(&fresh).wait()?;
    }
    Ok(())
}

/// Removes what the engine does not count as its own: its locks, and postings of segments that are
/// no more.
fn sweep(folder: &Folder, segments: &[SegmentReader]) -> Result<(), Error> {
    let needed: Vec<PathBuf> =
        segments.iter().map(|segment| postings_file(segment.segment_id())).collect();
    for entry in folder.entries().map_err(Error::io("list", folder.path()))? {
        let path = folder.path_of(&entry.name);
        let unneeded = match path.extension().and_then(|extension| extension.to_str()) {
            Some("lock") => true,
            Some("pairs") => !needed.iter().any(|name| path.ends_with(name)),
            _ => false,
        };
        if unneeded {
            folder.remove_file(&entry.name).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

/// That the engine numbers documents as the postings do: an index where it does not is never
/// written.
fn in_order(segment: &SegmentReader) -> Result<(), Error> {
    let ords = segment.fast_fields().u64("ord")?;
    let ascending = (0..segment.max_doc()).map(|doc| ords.first(doc)).is_sorted_by(|a, b| a < b);
    if ascending { Ok(()) } else { Err(out_of_order()) }
}

fn out_of_order() -> Error {
    let cause = "the engine did not keep the order of documents".to_owned();
    Error::Engine(tantivy::TantivyError::InternalError(cause))
}

/// Starts a thread of a build. That none can be started is an error like any other.
fn start<'s, 'e, T: Send + 's>(
    scope: &'s thread::Scope<'s, 'e>,
    folder: &Path,
    run: impl FnOnce() -> T + Send + 's,
) -> Result<thread::ScopedJoinHandle<'s, T>, Error> {
    let started = thread::Builder::new().spawn_scoped(scope, run);
    started.map_err(Error::io("start a thread that writes", folder))
}

/// Records on their way through analysis, with their numbers in the order of the walk.
struct Job {
    records: Vec<(u64, Encoded)>,
    outcome: Sender<Vec<Analysed>>,
}

/// What comes out.
type Outcome = Receiver<Vec<Analysed>>;

/// Where records go into analysis.
struct Batches<'a> {
    jobs: Sender<Job>,
    outcomes: Sender<Outcome>,
    records: Vec<(u64, Encoded)>,
    bytes: usize,
    room: &'a ByteBudget,
}

impl Batches<'_> {
    fn add(&mut self, ord: u64, record: Encoded) -> Result<(), Stopped> {
        self.bytes += record.bytes.len();
        self.records.push((ord, record));
        match self.records.len() >= BATCH || self.bytes >= BATCH_BYTES {
            true => self.hand_on(),
            false => Ok(()),
        }
    }

    fn hand_on(&mut self) -> Result<(), Stopped> {
        self.room.acquire(std::mem::take(&mut self.bytes) as u64);
        let records = std::mem::take(&mut self.records);
        let (outcome, receiver) = bounded(1);
        self.outcomes.send(receiver).map_err(|_| Stopped)?;
        self.jobs.send(Job { records, outcome }).map_err(|_| Stopped)
    }
}

fn invert(
    writer: &mut IndexWriter<Counted>,
    pairs: &mut Builder,
    folder: &Path,
    done: Receiver<Outcome>,
    segment_bytes: u64,
    room: &Arc<ByteBudget>,
) -> Result<(), Error> {
    let mut of_segment = 0;
    for outcome in done {
        let mut documents = Vec::with_capacity(BATCH);
        for analysed in outcome.recv().map_err(|_| panicked())? {
            let Analysed { document, bytes, kind, title, body, tags, paths } = analysed;
            of_segment += bytes;
            documents.push(UserOperation::Add(Counted::new(document, room, bytes)));
            add(pairs, kind, title, body, tags, &paths).map_err(Error::io("write into", folder))?;
        }
        writer.run(documents)?;
        if of_segment >= segment_bytes {
            writer.commit()?;
            of_segment = 0;
        }
    }
    Ok(())
}

/// Hands the units and paths of a document to the postings.
pub(crate) fn add(
    postings: &mut Builder,
    kind: Kind,
    title: Units,
    body: Units,
    tags: Vec<Units>,
    paths: &[String],
) -> io::Result<()> {
    let (tags, words_of_tags): (Vec<_>, Vec<_>) =
        tags.into_iter().map(|Units { key, words }| (key, words)).unzip();
    postings.add(kind, &title.key, &body.key, &tags)?;
    postings.add_words(Part::Title, words(&title.words))?;
    postings.add_words(Part::Body, words(&body.words))?;
    words_of_tags.iter().try_for_each(|tag| postings.add_words(Part::Tags, words(tag)))?;
    paths.iter().try_for_each(|path| postings.add_path(path))
}

fn panicked() -> Error {
    Error::Engine(tantivy::TantivyError::InternalError("a thread panicked".to_owned()))
}

/// Inverting ended early: the error that ended it is the one to report.
#[derive(Debug, thiserror::Error)]
#[error("indexing stopped")]
struct Stopped;
