//! Building an index from an archive: a new generation beside the old one, then the swap.
//!
//! Stages run at once and hand records on through bounded queues: reading and parsing
//! (`wensou-ingest`), analysis, and inverting, of words by the engine and of pairs by our own
//! postings. A slow stage stops the one before it, so memory does not grow with the archive.
//! Analysis has several threads; their records are put back into the order of the walk, because a
//! document has the same number in the engine and in the postings: its place in that order.

use std::path::{Path, PathBuf};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index as Engine, IndexSettings, IndexWriter, ReloadPolicy, SegmentReader};
use wensou_ingest::{Progress, Record, Report};

use crate::analysis::{Analysis, TableFiles};
use crate::analyzer::tokenizers;
use crate::document::{Analysed, Documents};
use crate::error::Error;
use crate::generation::Draft;
use crate::meta::Meta;
use crate::postings::{Builder, postings_file};
use crate::schema::{FORMAT_VERSION, Fields, schema};

/// Records that wait between reading and analysis: enough to keep both busy, few enough to forget.
const QUEUE: usize = 64;

/// How an index is built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildOptions {
    /// How files are read and parsed.
    pub ingest: wensou_ingest::Options,
    /// Threads for analysis.
    pub threads: usize,
    /// Bytes that the engine may hold in memory before it writes a segment.
    pub memory_bytes: usize,
    /// The user's words and synonyms.
    pub tables: TableFiles,
    /// Whether a page that had to be skipped is an error. The old index then stays.
    pub strict: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            ingest: wensou_ingest::Options::default(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: 96 << 20,
            tables: TableFiles::default(),
            strict: false,
        }
    }
}

/// Reads the archive in `roots` and makes its index the current one of the folder `dir`.
///
/// Until the very end `dir` keeps its old index, and every error leaves it untouched.
///
/// # Errors
///
/// [`Error::Busy`] if another process is building, [`Error::Strict`] if pages were skipped that
/// must not be, [`Error::Archive`] if no input can be read at all, and I/O errors of `dir`.
pub fn build(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<Meta, Error> {
    let draft = Draft::create(dir)?;
    // Taken first: what changes while it is read makes the next look see a difference.
    let archive = archive(roots)?;
    let (analysis, tables) = Analysis::write(&options.tables, &draft.folder())?;
    let report = write(&draft.folder(), &analysis, roots, options, progress)?;
    if options.strict && !report.skipped.is_empty() {
        return Err(Error::Strict { report: Box::new(report) });
    }
    let meta = Meta {
        format: FORMAT_VERSION,
        analysis: crate::meta::analysis() + &tables.number(),
        tables,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        built: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        roots: roots.iter().map(|root| absolute(root)).collect(),
        archive,
        report,
    };
    meta.write(&draft.folder())?;
    draft.publish()?;
    Ok(meta)
}

/// Whether building again would make the index that is there: same analysis, same tables, same files.
///
/// # Errors
///
/// [`Error::Archive`] if the roots cannot be looked at.
pub fn is_current(meta: &Meta, roots: &[PathBuf], tables: &TableFiles) -> Result<bool, Error> {
    let same = roots.iter().map(|root| absolute(root)).eq(meta.roots.iter().cloned());
    let absolutely = |path: &Option<PathBuf>| path.as_deref().map(absolute);
    let before = meta.tables.files();
    let same_tables = [(&tables.words, &before.words), (&tables.synonyms, &before.synonyms)]
        .into_iter()
        .all(|(now, before)| absolutely(now) == *before);
    Ok(same && same_tables && meta.stale().is_none() && archive(roots)? == meta.archive)
}

fn archive(roots: &[PathBuf]) -> Result<String, Error> {
    let number = wensou_ingest::fingerprint(roots);
    let number = number.map_err(|error| Error::Archive(Box::new(error)))?;
    Ok(format!("{number:016x}"))
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn write(
    folder: &Path,
    analysis: &Analysis,
    roots: &[PathBuf],
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let (schema, fields) = schema();
    let settings = IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor::default()),
        ..IndexSettings::default()
    };
    let directory = MmapDirectory::open(folder)
        .map_err(|source| Error::Engine(tantivy::TantivyError::from(source)))?;
    let engine = Engine::builder()
        .schema(schema)
        .settings(settings)
        .tokenizers(tokenizers())
        .open_or_create(directory)?;
    let mut writer: IndexWriter = engine.writer_with_options(
        IndexWriterOptions::builder()
            // More would each take some of the documents, out of their order.
            .num_worker_threads(1)
            .memory_budget_per_thread(options.memory_bytes.max(16 << 20))
            .num_merge_threads(1)
            .build(),
    )?;
    // One merge at the end costs less than the many that a policy would start on the way.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let (report, pairs) = fill(&writer, &fields, folder, analysis, roots, options, progress)?;
    let path = folder.join("pairs");
    thread::scope(|scope| {
        let pairs = scope.spawn(|| pairs.finish(&path));
        merge(&engine, &mut writer)?;
        let outcome = pairs.join().unwrap_or_else(|_| Err(std::io::Error::other("panicked")));
        outcome.map_err(Error::io("write", &path)).map(drop)
    })?;
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    match reader.searcher().segment_readers() {
        [] => std::fs::remove_file(&path).map_err(Error::io("remove", &path))?,
        [segment] => {
            in_order(segment)?;
            let named = folder.join(postings_file(segment.segment_id()));
            std::fs::rename(&path, &named).map_err(Error::io("rename", &path))?;
        }
        _ => return Err(out_of_order()),
    }
    Ok(report)
}

/// Commits, and makes one segment of all, its documents in the order of the walk.
fn merge(engine: &Engine, writer: &mut IndexWriter) -> Result<(), Error> {
    writer.commit()?;
    let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let mut segments = Vec::new();
    for segment in reader.searcher().segment_readers() {
        segments.push((segment.fast_fields().u64("ord")?.first(0), segment.segment_id()));
    }
    segments.sort_unstable_by_key(|(first, _)| *first);
    let segments: Vec<_> = segments.into_iter().map(|(_, segment)| segment).collect();
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    Ok(())
}

/// That the engine numbers documents as the postings do: an index where it does not is never written.
fn in_order(segment: &SegmentReader) -> Result<(), Error> {
    let ords = segment.fast_fields().u64("ord")?;
    let same = (0..segment.max_doc()).all(|doc| ords.first(doc) == Some(u64::from(doc)));
    if same { Ok(()) } else { Err(out_of_order()) }
}

fn out_of_order() -> Error {
    let cause = "the engine did not keep the order of documents".to_owned();
    Error::Engine(tantivy::TantivyError::InternalError(cause))
}

/// A record on its way through analysis: its number, itself, and where the outcome goes.
type Job = (u64, Record, Sender<Result<Analysed, Error>>);

/// Runs the stages until the archive is read to its end.
fn fill(
    writer: &IndexWriter,
    fields: &Fields,
    folder: &Path,
    analysis: &Analysis,
    roots: &[PathBuf],
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<(Report, Builder), Error> {
    let (jobs, todo) = bounded::<Job>(QUEUE);
    // What comes out, in the order of the walk: also what keeps a fast thread from running ahead.
    let (outcomes, done) = bounded::<Receiver<Result<Analysed, Error>>>(QUEUE);
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            let todo = todo.clone();
            let documents = Documents { fields, segmenter: analysis.segmenter() };
            scope.spawn(move || {
                for (ord, record, outcome) in todo {
                    // If nobody waits for it, inverting has failed, and says so.
                    let _ = outcome.send(documents.analyse(ord, &record));
                }
            });
        }
        drop(todo);
        let inverting = scope.spawn(|| invert(writer, folder, done));
        let mut ord = 0;
        let outcome = wensou_ingest::ingest(roots, &options.ingest, progress, &mut |record| {
            let (sender, receiver) = bounded(1);
            outcomes.send(receiver).map_err(|_| Stopped)?;
            ord += 1;
            jobs.send((ord - 1, record, sender)).map_err(|_| Stopped)
        });
        drop((jobs, outcomes));
        // Its error first: it is why reading was stopped.
        let pairs = inverting.join().unwrap_or_else(|_| Err(panicked()))?;
        Ok((outcome.map_err(|error| Error::Archive(Box::new(error)))?, pairs))
    })
}

fn invert(
    writer: &IndexWriter,
    folder: &Path,
    done: Receiver<Receiver<Result<Analysed, Error>>>,
) -> Result<Builder, Error> {
    let mut pairs = Builder::new(folder);
    for outcome in done {
        let Analysed { document, kind, title, body, tags } =
            outcome.recv().map_err(|_| panicked())??;
        writer.add_document(document)?;
        pairs.add(kind, &title, &body, &tags).map_err(Error::io("write into", folder))?;
    }
    Ok(pairs)
}

fn panicked() -> Error {
    Error::Engine(tantivy::TantivyError::InternalError("a thread panicked".to_owned()))
}

/// Every analysis thread ended early: the error that ended them is the one to report.
#[derive(Debug, thiserror::Error)]
#[error("indexing stopped")]
struct Stopped;
