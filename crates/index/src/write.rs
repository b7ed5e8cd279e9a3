//! Writes the files of a generation.
//!
//! Three stages run at the same time and hand records on through bounded queues: reading and
//! parsing (`wensou-ingest`), analysis, and indexing. A stage waits if the next one is slower, so
//! memory does not grow with the archive. Several threads analyse, yet documents are indexed in the
//! order of the walk: each batch has a channel for its outcome, and these channels are queued in
//! that order.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use wensou_ingest::{ByteBudget, Ingested, Progress, ScannedArchive, StoredRecords};

use crate::analysis::Analysis;
use crate::analyze::{Analysed, analyse};
use crate::duplicates::{self, Articles, SegmentArticles};
use crate::engine::build_directory::FirstFailure;
use crate::engine::segment_postings::Totals;
use crate::engine::writer::{SegmentLimits, SegmentsWriter, WrittenSegments};
use crate::engine::{DocAddress, DocId, panicked};
use crate::error::Error;
use crate::files::Folder;
use crate::meta::Base;
use crate::options::BuildOptions;
use crate::record::{Encoded, decode};
use crate::resemblance::{SamplesWriter, Sketch};
use crate::stored::Stored;
use crate::update::{Previous, UpdatedBase};

/// The maximum number of records in a batch. Waking a thread costs as much as analysing a flash
/// item, so a thread gets many records at once.
const BATCH: usize = 16;
/// A batch is handed on once its records have this many bytes, however few they are.
const BATCH_BYTES: usize = 256 << 10;
/// The maximum number of batches in a queue: enough to keep all stages busy, few enough to need
/// little memory.
const QUEUE: usize = 8;
/// The maximum size, in bytes, of all encoded records that were handed on for analysis and are not
/// indexed yet. An analysed record takes ten times as many bytes.
const IN_FLIGHT: u64 = 4 << 20;

/// What all stages of a build need.
pub(crate) struct BuildInputs<'a> {
    /// The folder of the generation. It contains the files that are reused.
    pub(crate) folder: &'a Folder,
    pub(crate) analysis: &'a Analysis,
    pub(crate) options: &'a BuildOptions,
    pub(crate) progress: &'a dyn Progress,
}

/// Writes one generation.
pub(crate) struct GenerationWriter {
    folder: Folder,
    segments: SegmentsWriter,
    previous: Option<Previous>,
    /// The number of documents written so far.
    written: u64,
    added: AddedArticles,
}

/// The articles that this build has added.
struct AddedArticles {
    /// Each sketch with the doc id that its article will have in the one segment into which all
    /// added documents are merged.
    sketches: Vec<(DocId, Sketch)>,
    /// The samples of the same articles, in the same order.
    samples: SamplesWriter,
}

impl GenerationWriter {
    /// A writer that updates `previous`, if there is one.
    pub(crate) fn new(
        inputs: &BuildInputs<'_>,
        previous: Option<Previous>,
        failure: FirstFailure,
    ) -> Result<Self, Error> {
        let BuildInputs { folder, options, .. } = inputs;
        let limits = SegmentLimits {
            // The minimum that `BuildOptions::memory_bytes` documents.
            memory_bytes: options.memory_bytes.max(16 << 20),
            record_bytes: options.segment_bytes,
        };
        let segments = SegmentsWriter::open(folder.path(), limits, failure)?;
        for deletion in previous.iter().flat_map(Previous::recent_deletions) {
            segments.delete(deletion)?;
        }
        let folder = folder.try_clone().map_err(Error::io("open", folder.path()))?;
        let samples = SamplesWriter::new(folder.path());
        let added = AddedArticles { sketches: Vec::new(), samples };
        Ok(Self { folder, segments, previous, written: 0, added })
    }

    /// The number of documents written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Runs all stages until the whole archive has been read. A record that the base of the
    /// previous index has already stays there; every other record is indexed.
    pub(crate) fn index_archive(
        &mut self,
        inputs: &BuildInputs<'_>,
        scanned: ScannedArchive,
        stored: Option<&mut Stored>,
    ) -> Result<Ingested, Error> {
        let (jobs, to_analyse) = bounded::<Job>(QUEUE);
        // A receiver for the outcome of each job, in the order of the walk. Because this queue is
        // bounded, a fast analysing thread cannot run ahead of a slow one.
        let (receivers, to_index) = bounded::<Receiver<AnalysedBatch>>(QUEUE);
        let budget = Arc::new(ByteBudget::new(IN_FLIGHT));
        let Self { folder, segments, previous, written, added } = self;
        thread::scope(|scope| {
            start_analysis(scope, inputs, &to_analyse)?;
            drop(to_analyse);
            let indexing = start_thread(scope, folder.path(), || {
                let indexed = index_batches(segments, added, to_index, folder.path(), &budget);
                // Indexing has ended, so nothing releases bytes any more, and nothing may wait for
                // them.
                budget.close();
                indexed
            })?;
            let (records, budget) = (Vec::new(), &budget);
            let mut batches = Batches { jobs, receivers, records, bytes: 0, budget };
            let mut next_ordinal = 0;
            let mut sink = |record| {
                let record = Encoded::new(record).map_err(SinkError::not_encoded)?;
                let ordinal = next_ordinal;
                next_ordinal += 1;
                if previous.as_mut().is_some_and(|previous| previous.claim(&record)) {
                    return Ok(());
                }
                *written += 1;
                batches.add(ordinal, record)
            };
            let BuildInputs { options, progress, .. } = *inputs;
            let stored = stored.map(|stored| stored as &mut dyn StoredRecords);
            let read = wensou_ingest::ingest_scanned(
                scanned,
                &options.ingest,
                progress,
                stored,
                &mut sink,
            );
            let flushed = batches.flush();
            drop(batches);
            // Report an error of indexing before one of reading: it is why reading stopped.
            indexing.join().unwrap_or_else(|_| Err(panicked().into()))?;
            let ingested = read.map_err(Error::of_ingest)?;
            match flushed {
                Ok(()) => Ok(ingested),
                Err(error) => Err(Error::of_ingest(wensou_ingest::Error::Sink(error))),
            }
        })
    }

    /// Deletes the documents that no record has claimed, commits, and merges what was written into
    /// one segment, in the order of the walk. Returns the base for the next update.
    pub(crate) fn finish(self) -> Result<Option<Base>, Error> {
        let Self { folder, segments, previous, added, .. } = self;
        let kept = match previous {
            None => None,
            Some(previous) => {
                let UpdatedBase { deletion, base, articles } = previous.finish()?;
                segments.delete(deletion)?;
                Some((base, articles))
            }
        };
        let WrittenSegments { added_segment, segments } = segments.finish()?;
        let names = segments.names();
        // tantivy drops a base without documents.
        let kept = kept.filter(|(base, _)| names.contains(&base.segment));
        let AddedArticles { sketches, samples } = added;
        let samples = samples.finish();
        let samples = samples.map_err(Error::io("write a temporary file in", folder.path()))?;
        let added = added_segment.map(|segment| SegmentArticles { segment, sketches });
        let (base, articles) = match kept {
            Some((base, articles)) => {
                let (sketches, verdicts) = articles.into_parts();
                let base_articles = SegmentArticles { segment: base.segment.clone(), sketches };
                let recent = added.unwrap_or_default();
                (Some(base), Articles { base: base_articles, recent, verdicts, samples })
            }
            None => {
                let base = added.as_ref().map(|added| added.segment.clone());
                let base = base.map(|segment| Base { segment, deleted: Totals::default() });
                let base_articles = added.unwrap_or_default();
                let (recent, verdicts) = (SegmentArticles::default(), Vec::new());
                (base, Articles { base: base_articles, recent, verdicts, samples })
            }
        };
        // Sketches and samples tell most near-duplicates. Where they do not decide, articles are
        // compared by their records, which this function reads.
        duplicates::find_and_write(&folder, articles, &mut |segment, doc| {
            let found = (0..).zip(&names).find(|(_, name)| *name == segment);
            let missing = || Error::NoSegment { segment: segment.to_owned() };
            let (ordinal, _) = found.ok_or_else(missing)?;
            let address = DocAddress::new(ordinal, doc);
            let read = |bytes: Option<&[u8]>| decode(bytes.ok_or(Error::Record(None))?);
            segments.stored_record(address, read)?
        })?;
        drop(segments);
        remove_locks(&folder)?;
        Ok(base)
    }
}

/// Removes tantivy's lock files, which tantivy's own garbage collection leaves.
fn remove_locks(folder: &Folder) -> Result<(), Error> {
    for entry in folder.entries().map_err(Error::io("list", folder.path()))? {
        let path = folder.path_of(&entry.name);
        if path.extension().is_some_and(|extension| extension == "lock") {
            folder.remove_file(&entry.name).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

/// Starts a thread of a build.
///
/// # Errors
///
/// If the system refuses another thread.
fn start_thread<'s, 'e, T: Send + 's>(
    scope: &'s thread::Scope<'s, 'e>,
    folder: &Path,
    run: impl FnOnce() -> T + Send + 's,
) -> Result<thread::ScopedJoinHandle<'s, T>, Error> {
    let started = thread::Builder::new().spawn_scoped(scope, run);
    started.map_err(Error::io("start a thread that writes", folder))
}

/// Starts the threads that analyse records. These threads end when all senders of jobs are gone.
fn start_analysis<'s>(
    scope: &'s thread::Scope<'s, '_>,
    inputs: &BuildInputs<'s>,
    to_analyse: &Receiver<Job>,
) -> Result<(), Error> {
    let segmenter = inputs.analysis.segmenter();
    for _ in 0..inputs.options.threads.max(1) {
        let to_analyse = to_analyse.clone();
        start_thread(scope, inputs.folder.path(), move || {
            for Job { records, outcome } in to_analyse {
                // Once a record is analysed, it is dropped: only its encoding waits to be indexed.
                let analysed = records.into_iter().map(|(ordinal, encoded)| {
                    (analyse(ordinal, &encoded, segmenter), encoded.bytes)
                });
                // If the receiver is gone, indexing has failed, and reports why.
                let _ = outcome.send(analysed.collect());
            }
        })?;
    }
    Ok(())
}

/// A batch of records to be analysed.
struct Job {
    /// Each record with its index in the order of the walk.
    records: Vec<(u64, Encoded)>,
    /// The channel into which the outcome is sent.
    outcome: Sender<AnalysedBatch>,
}

/// The outcome of a job: each record analysed, with its encoding.
type AnalysedBatch = Vec<(Analysed, Vec<u8>)>;

/// Collects records into jobs.
struct Batches<'a> {
    jobs: Sender<Job>,
    receivers: Sender<Receiver<AnalysedBatch>>,
    /// The records of the next job, each with its index in the order of the walk.
    records: Vec<(u64, Encoded)>,
    /// The bytes of these records.
    bytes: usize,
    /// Bounds the bytes of all records that wait to be indexed.
    budget: &'a ByteBudget,
}

impl Batches<'_> {
    /// Adds the next record, and hands the batch on if it is full.
    fn add(&mut self, ordinal: u64, record: Encoded) -> Result<(), SinkError> {
        self.bytes += record.bytes.len();
        self.records.push((ordinal, record));
        match self.records.len() >= BATCH || self.bytes >= BATCH_BYTES {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Hands the records on as a job. Waits until the byte budget and the queues have room.
    fn flush(&mut self) -> Result<(), SinkError> {
        self.budget.acquire(std::mem::take(&mut self.bytes) as u64);
        let records = std::mem::take(&mut self.records);
        let (outcome, receiver) = bounded(1);
        self.receivers.send(receiver).map_err(|_| SinkError::IndexingStopped)?;
        self.jobs.send(Job { records, outcome }).map_err(|_| SinkError::IndexingStopped)
    }
}

/// Indexes the analysed batches in the order of their queue, collects the sketches and samples of
/// articles, and releases the bytes of the records from the budget.
fn index_batches(
    segments: &mut SegmentsWriter,
    added: &mut AddedArticles,
    to_index: Receiver<Receiver<AnalysedBatch>>,
    folder: &Path,
    budget: &ByteBudget,
) -> Result<(), Error> {
    let mut next_doc = 0;
    for receiver in to_index {
        for (analysed, record) in receiver.recv().map_err(|_| panicked())? {
            segments.add(&analysed, &record)?;
            if let Some((sketch, sample)) = &analysed.sketch_and_sample {
                added.sketches.push((next_doc, *sketch));
                let pushed = added.samples.push(sample);
                pushed.map_err(Error::io("write a temporary file in", folder))?;
            }
            next_doc += 1;
            budget.release(record.len() as u64);
        }
    }
    Ok(())
}

/// Why a build accepts no more records from the archive.
#[derive(Debug, thiserror::Error)]
enum SinkError {
    /// The thread that indexes has failed. Its own error is reported instead of this one.
    #[error("indexing stopped")]
    IndexingStopped,
    /// A record cannot be encoded.
    #[error("a record cannot be encoded")]
    NotEncoded(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl SinkError {
    /// The error for a record that [`Encoded::new`] refuses. [`Error::Record`] says that a stored
    /// record is damaged, so only its cause is kept.
    fn not_encoded(error: Error) -> Self {
        Self::NotEncoded(match error {
            Error::Record(Some(cause)) => cause.into(),
            error => error.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_cause_of_a_record_that_cannot_be_encoded_is_kept() {
        let cause = || postcard::Error::SerializeBufferFull;
        let error = SinkError::not_encoded(Error::Record(Some(cause())));
        assert_eq!(error.source().map(ToString::to_string), Some(cause().to_string()));
    }
}
