//! Building an index from an archive: a new generation beside the old one, then the swap.
//!
//! Three stages run at once and hand records on through bounded queues: reading and parsing
//! (`wensou-ingest`), analysis (here), inverting (the engine's own threads). A slow stage stops
//! the one before it, so memory does not grow with the archive.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use crossbeam_channel::{Receiver, bounded};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index as Engine, IndexSettings, IndexWriter};
use wensou_ingest::{Progress, Record, Report};

use crate::analysis::{Analysis, TableFiles};
use crate::analyzer::tokenizers;
use crate::document::Documents;
use crate::error::Error;
use crate::generation::Draft;
use crate::meta::Meta;
use crate::schema::{FORMAT_VERSION, Fields, schema};

/// Records that wait between reading and analysis: enough to keep both busy, few enough to forget.
const QUEUE: usize = 64;

/// How an index is built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildOptions {
    /// How files are read and parsed.
    pub ingest: wensou_ingest::Options,
    /// Threads for analysis, and as many for inverting.
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
            memory_bytes: 160 << 20,
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
    let threads = options.threads.max(1);
    let mut writer: IndexWriter = engine.writer_with_options(
        IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread((options.memory_bytes / threads).max(16 << 20))
            .num_merge_threads(1)
            .build(),
    )?;
    // One merge at the end costs less than the many that a policy would start on the way.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let report = fill(&writer, &fields, analysis, roots, options, progress)?;
    writer.commit()?;
    let segments = engine.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    Ok(report)
}

/// Runs the stages until the archive is read to its end.
fn fill(
    writer: &IndexWriter,
    fields: &Fields,
    analysis: &Analysis,
    roots: &[PathBuf],
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let (sender, receiver) = bounded::<(u64, Record)>(QUEUE);
    // The first error of an analysis thread. The others stop because their queue closes.
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    let outcome = thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            let (receiver, documents) =
                (receiver.clone(), Documents { fields, segmenter: analysis.segmenter() });
            let failure = &failure;
            scope.spawn(move || {
                if let Err(error) = analyse(writer, &documents, &receiver)
                    && let Ok(mut first) = failure.lock()
                {
                    first.get_or_insert(error);
                }
            });
        }
        drop(receiver);
        let mut ord = 0;
        let outcome = wensou_ingest::ingest(roots, &options.ingest, progress, &mut |record| {
            ord += 1;
            sender.send((ord - 1, record)).map_err(|_| Stopped)
        });
        drop(sender);
        outcome
    });
    if let Some(error) = failure.into_inner().unwrap_or_default() {
        return Err(error);
    }
    outcome.map_err(|error| Error::Archive(Box::new(error)))
}

fn analyse(
    writer: &IndexWriter,
    documents: &Documents<'_>,
    records: &Receiver<(u64, Record)>,
) -> Result<(), Error> {
    for (ord, record) in records {
        writer.add_document(documents.document(ord, &record)?)?;
    }
    Ok(())
}

/// Every analysis thread ended early: the error that ended them is the one to report.
#[derive(Debug, thiserror::Error)]
#[error("indexing stopped")]
struct Stopped;
