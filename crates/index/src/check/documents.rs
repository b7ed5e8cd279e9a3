//! Reads every document of a segment from the store, and analyses it as a build does.

use std::thread;

use tantivy::{DocId, SegmentOrdinal, SegmentReader};
use wensou_postings::Columns;
use wensou_text::Segmenter;

use super::findings::{Findings, file_name};
use crate::analyze::{Analysed, analyse};
use crate::engine::stored_document::stored_record;
use crate::error::Error;
use crate::open::Index;
use crate::record::{Encoded, RecordExt, decode};

/// A batch has records of about this many bytes. Analysed records take ten times as many bytes, and
/// there are two batches at a time.
const BATCH_BYTES: usize = 1 << 20;
/// The number of decompressed blocks of the store that are cached. Few are needed to read documents
/// in order.
const STORE_BLOCKS: usize = 2;

/// A document that was read and analysed.
pub(super) struct AnalysedDocument<'d> {
    pub(super) doc: DocId,
    pub(super) encoded: &'d Encoded,
    pub(super) analysed: Analysed,
}

/// Receives analysed documents. It may add findings.
type Sink<'s, 'f> = &'s mut dyn FnMut(AnalysedDocument<'_>, &mut Findings<'f>);

/// Passes every document of a segment, deleted ones included, to `sink`, in order. Returns whether
/// all could be read; adds a finding for each document that could not.
pub(super) fn for_each_document<'f>(
    index: &Index,
    segment: SegmentOrdinal,
    segmenter: &Segmenter,
    findings: &mut Findings<'f>,
    sink: Sink<'_, 'f>,
) -> Result<bool, Error> {
    let mut stored = DocumentReader::open(index, segment)?;
    let mut batch = stored.next_batch(findings);
    while !batch.is_empty() {
        // The next batch is read while this one is analysed.
        let (analysed, next) = analyse_batch(&batch, segmenter, || stored.next_batch(findings));
        for (ReadDocument { doc, encoded, .. }, analysed) in batch.iter().zip(analysed) {
            sink(AnalysedDocument { doc: *doc, encoded, analysed }, findings);
        }
        batch = next;
    }
    Ok(stored.all_read)
}

/// A document that was read from the store.
struct ReadDocument {
    doc: DocId,
    /// The index of its record in the order of the walk.
    ordinal: u64,
    encoded: Encoded,
}

/// Analyses a batch on all cores, and runs `meanwhile` on this thread at the same time.
fn analyse_batch<T>(
    batch: &[ReadDocument],
    segmenter: &Segmenter,
    meanwhile: impl FnOnce() -> T,
) -> (Vec<Analysed>, T) {
    let analyse_all = |documents: &[ReadDocument]| -> Vec<Analysed> {
        let documents = documents.iter();
        documents.map(|read| analyse(read.ordinal, &read.encoded, segmenter)).collect()
    };
    let thread_count = thread::available_parallelism().map_or(1, usize::from);
    let size = batch.len().div_ceil(thread_count).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = batch
            .chunks(size)
            .map(|chunk| {
                let spawned =
                    thread::Builder::new().spawn_scoped(scope, move || analyse_all(chunk));
                (chunk, spawned)
            })
            .collect();
        let outcome_of_meanwhile = meanwhile();
        let analysed = threads.into_iter().flat_map(|(chunk, spawned)| match spawned {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // If the system refuses a thread for the chunk, this thread analyses it.
            Err(_) => analyse_all(chunk),
        });
        (analysed.collect(), outcome_of_meanwhile)
    })
}

/// Reads the documents of a segment's store in order.
struct DocumentReader<'r> {
    reader: &'r SegmentReader,
    store: tantivy::store::StoreReader,
    columns: &'r Columns,
    ordinals: tantivy::columnar::Column<u64>,
    /// The field of the encoded record.
    record: tantivy::schema::Field,
    /// The document that is read next.
    next: DocId,
    /// Whether every document so far could be read.
    all_read: bool,
}

impl<'r> DocumentReader<'r> {
    fn open(index: &'r Index, segment: SegmentOrdinal) -> Result<Self, Error> {
        let reader = index.searcher().segment_reader(segment);
        let fast = reader.fast_fields();
        Ok(Self {
            reader,
            store: reader.get_store_reader(STORE_BLOCKS).map_err(tantivy::TantivyError::from)?,
            columns: index.columns(segment)?,
            ordinals: fast.u64("ordinal")?,
            record: reader.schema().get_field("record")?,
            next: 0,
            all_read: true,
        })
    }

    /// The next batch of documents; empty at the end.
    fn next_batch(&mut self, findings: &mut Findings<'_>) -> Vec<ReadDocument> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH_BYTES && self.next < self.reader.max_doc() {
            let doc = self.next;
            self.next += 1;
            match self.read(doc) {
                Ok(encoded) => {
                    bytes += encoded.bytes.len();
                    let ordinal = self.ordinals.first(doc).unwrap_or_default();
                    batch.push(ReadDocument { doc, ordinal, encoded });
                }
                Err(what) => {
                    self.all_read = false;
                    let name = file_name(self.reader.segment_id(), "store");
                    findings.damage(&name, format_args!("document {doc} {what}"));
                }
            }
        }
        batch
    }

    /// Reads and verifies a document. If that fails, returns what is wrong with it.
    fn read(&self, doc: DocId) -> Result<Encoded, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("cannot be read: {error}");
        let document = self.store.get_document_bytes(doc).map_err(|error| unreadable(&error))?;
        let bytes =
            stored_record(&document, self.record).ok_or("does not store exactly one record")?;
        let record = decode(bytes).map_err(|error| unreadable(&super::findings::cause(&error)))?;
        let encoded = Encoded::new(record).map_err(|error| unreadable(&error))?;
        if encoded.bytes != bytes {
            return Err(format!("({}) is not the encoding of its record", encoded.record.id()));
        }
        if self.columns.content_hash(doc) != Some(encoded.content_hash) {
            return Err(format!("({}) differs from its content hash", encoded.record.id()));
        }
        Ok(encoded)
    }
}
