//! Writes documents into segments and merges these into one.
//!
//! Documents are handed to tantivy's `SegmentWriter` directly. tantivy's `IndexWriter` would queue
//! up to ten thousand batches of documents, whatever their length, and index them on other threads.
//! Here a document is indexed together with its postings before the next one arrives, so memory is
//! bounded.

use std::path::Path;

use tantivy::index::SegmentId;
use tantivy::indexer::{AddOperation, IndexWriterOptions, NoMergePolicy, SegmentWriter};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index, IndexSettings, IndexWriter, Segment, TantivyDocument};

use super::build_directory::{BuildDirectory, FirstFailure};
use super::component::POST;
use super::deletion::Deletion;
use super::document::to_document;
use super::plugin::PostingsPlugin;
use super::schema::{Fields, schema};
use super::segments::Segments;
use crate::analyze::Analysed;

/// The memory budget of tantivy's `IndexWriter`, in bytes: little more than the 15 MB that it needs
/// at least. No document is added to that writer: it only deletes, commits and merges.
const IDLE_BUDGET: usize = 15 << 20;

/// The sizes at which a segment is finished, whichever of the two it reaches first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentLimits {
    /// The bytes that the segment takes in memory.
    pub(crate) memory_bytes: usize,
    /// The bytes of its encoded records.
    pub(crate) record_bytes: u64,
}

/// Writes the segments of one generation.
pub(crate) struct SegmentsWriter {
    index: Index,
    fields: Fields,
    plugin: PostingsPlugin,
    writer: IndexWriter,
    limits: SegmentLimits,
    current: Option<UnfinishedSegment>,
    /// Finished segments, in the order of their documents.
    finished: Vec<SegmentId>,
}

/// The segment that is being written.
struct UnfinishedSegment {
    segment: Segment,
    writer: SegmentWriter,
    /// The bytes of its encoded records so far.
    record_bytes: u64,
}

/// tantivy's settings of an index: how stored records are compressed.
pub(crate) fn index_settings() -> IndexSettings {
    IndexSettings {
        // Compared with tantivy's defaults, larger blocks and a faster level together take a
        // twentieth less space and a third less time.
        docstore_compression: Compressor::Zstd(ZstdCompressor { compression_level: Some(2) }),
        docstore_blocksize: 32 << 10,
        ..IndexSettings::default()
    }
}

impl SegmentsWriter {
    /// Opens the index in `folder`, which may contain the segments of an earlier generation, or
    /// creates it. `failure` remembers the first file-system error of the build, because tantivy's
    /// errors do not always say it.
    pub(crate) fn open(
        folder: &Path,
        limits: SegmentLimits,
        failure: FirstFailure,
    ) -> tantivy::Result<Self> {
        let (schema, fields) = schema();
        let directory = BuildDirectory::open(folder, failure)?;
        let plugin = PostingsPlugin::new(folder, directory.clone());
        let index = Index::builder()
            .schema(schema)
            .settings(index_settings())
            .register_plugin(std::sync::Arc::new(plugin.clone()))
            .open_or_create(directory)?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(IDLE_BUDGET)
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter<TantivyDocument> = index.writer_with_options(options)?;
        // One merge at the end costs less than those that a policy would start during the build.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let (current, finished) = (None, Vec::new());
        Ok(Self { index, fields, plugin, writer, limits, current, finished })
    }

    /// Deletes documents of segments of the earlier generation.
    pub(crate) fn delete(&self, deletion: Deletion) -> tantivy::Result<()> {
        self.writer.delete_query(Box::new(deletion)).map(drop)
    }

    /// Adds the next document; `record` is the encoded record.
    pub(crate) fn add(&mut self, analysed: &Analysed, record: &[u8]) -> tantivy::Result<()> {
        let current = match &mut self.current {
            Some(current) => current,
            None => {
                let segment = self.writer.new_segment();
                let writer = SegmentWriter::for_segment(self.limits.memory_bytes, segment.clone())?;
                self.current.insert(UnfinishedSegment { segment, writer, record_bytes: 0 })
            }
        };
        let postings = current.writer.custom_plugin_writer_mut(POST).ok_or_else(|| {
            tantivy::TantivyError::InternalError("the postings plugin is missing".to_owned())
        })?;
        PostingsPlugin::push(postings, &analysed.terms)?;
        let document = to_document(&self.fields, analysed, record);
        // The opstamp orders documents and deletes of a writer. It is not used here, because a
        // finished segment is added as a whole, and a `Deletion` names the segment that it applies
        // to.
        current.writer.add_document(AddOperation { opstamp: 0, document })?;
        current.record_bytes += record.len() as u64;
        let is_full = current.record_bytes >= self.limits.record_bytes
            || current.writer.mem_usage() >= self.limits.memory_bytes;
        if is_full {
            self.finish_segment()?;
        }
        Ok(())
    }

    /// Writes the files of the current segment, if there is one, and adds it to the index.
    fn finish_segment(&mut self) -> tantivy::Result<()> {
        let Some(UnfinishedSegment { segment, writer, .. }) = self.current.take() else {
            return Ok(());
        };
        let max_doc = writer.max_doc();
        writer.finalize()?;
        let segment = segment.with_max_doc(max_doc);
        // Let tantivy remove the temporary store, which `finalize` has replaced by the final one.
        segment.meta().untrack_temp_docstore();
        self.writer.add_segment(segment.meta().clone())?;
        self.finished.push(segment.id());
        Ok(())
    }

    /// Commits, and makes one segment of all documents that were added, in their order. Returns the
    /// segments of the index.
    pub(crate) fn finish(mut self) -> tantivy::Result<WrittenSegments> {
        let merged = self.merge_added();
        // If merging failed, the thread that writes the postings file may still run: wait for it.
        self.plugin.join_file_thread();
        merged?;
        self.writer.garbage_collect_files().wait()?;
        self.writer.wait_merging_threads()?;
        let segments = Segments::of(&self.index, self.fields)?;
        let all = segments.names();
        let added_segment = self.finished.first().map(SegmentId::uuid_string);
        let added_segment = added_segment.filter(|name| all.contains(name));
        Ok(WrittenSegments { added_segment, segments })
    }

    /// Commits, and makes one segment of all documents that were added. Meanwhile another thread
    /// writes the postings file of these documents.
    fn merge_added(&mut self) -> tantivy::Result<()> {
        // An empty segment, under whose name the postings file is written. While the segment
        // exists, tantivy does not remove the file.
        let placeholder = self.writer.new_segment();
        self.plugin.start_file(&placeholder)?;
        // If all documents are in the current segment, the file becomes its postings file at once.
        if self.finished.is_empty() {
            self.plugin.finish_with_next_segment();
        }
        self.finish_segment()?;
        self.writer.commit()?;
        // Otherwise each segment has a stub, and the file becomes that of the merged segment.
        if self.plugin.has_stubs() {
            let merged = self.writer.merge(&self.finished).wait()?;
            self.finished = merged.map(|meta| meta.id()).into_iter().collect();
        }
        Ok(())
    }
}

/// The segments of an index that was written.
pub(crate) struct WrittenSegments {
    /// The name of the segment of the documents that were added, if there are any.
    pub(crate) added_segment: Option<String>,
    pub(crate) segments: Segments,
}
