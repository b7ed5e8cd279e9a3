//! The postings as a tantivy plugin: tantivy writes, merges and garbage-collects the `.post` file
//! of a segment together with the other files of that segment.
//!
//! A build writes several segments, so that memory stays bounded, and merges them into one at its
//! end. If each segment had its own postings, these would be written twice. To avoid that, the
//! plugin has one [`PostingsBuilder`] for all segments of a build, which keeps sorted runs. The
//! `.post` file of such a segment is a *stub* that only says which documents of the builder are in
//! the segment. Once all documents have been added, a [`PostingsFileThread`] writes one postings
//! file of all documents, while tantivy merges the other files of the segments. tantivy calls the
//! plugin last, and the plugin then gives that file the name of the merged segment.
//!
//! [`merge_segments`] merges *finished* postings files, which are not stubs. A published generation
//! never contains a stub, and opening a stub as a postings file fails.

use std::any::Any;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::{OwnedBytes, TerminatingWrite, WritePtr};
use tantivy::indexer::doc_id_mapping::{DocIdMapping, MappingType};
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, Segment, SegmentReader, TantivyError};
use wensou_postings::{DocumentTerms, MergeSource, Postings, PostingsBuilder, merge_segments};

use super::build_directory::BuildDirectory;
use super::component::{POST, component};
use super::postings_file_thread::PostingsFileThread;

/// The first bytes of a stub. Two little-endian u32 follow: the number of the segment's first
/// document in the builder, and that of the document after its last.
const STUB: &[u8; 8] = b"ws-stub\0";

/// The tantivy error for a mistake of this program, or for a damaged postings file.
fn internal(what: &str) -> TantivyError {
    TantivyError::InternalError(format!("postings: {what}"))
}

/// The state of a build that the plugin and the writers of all segments share.
#[derive(Debug)]
struct Shared {
    directory: BuildDirectory,
    stage: Stage,
    /// The number of documents that have been added to the builder.
    docs: usize,
    /// Whether the segment that is finished next is the only one of the build, so that it gets the
    /// file of all documents and not a stub.
    only_segment: bool,
}

/// The progress of the postings of a build.
#[derive(Debug)]
enum Stage {
    /// Documents are being added.
    Adding(Box<PostingsBuilder>),
    /// All documents have been added, and a thread writes the file.
    Finishing(PostingsFileThread),
    /// A segment has the file, or the build has failed.
    Ended,
}

/// The plugin of one build. Clones share the builder.
#[derive(Debug, Clone)]
pub(crate) struct PostingsPlugin(Arc<Mutex<Shared>>);

impl PostingsPlugin {
    /// A plugin that writes its sorted runs into nameless files in `folder`, which must be the
    /// folder of `directory`.
    pub(crate) fn new(folder: &Path, directory: BuildDirectory) -> Self {
        let stage = Stage::Adding(Box::new(PostingsBuilder::new(folder)));
        Self(Arc::new(Mutex::new(Shared { directory, stage, docs: 0, only_segment: false })))
    }

    /// Starts a thread that writes the postings file of all documents, under the name that it would
    /// have for the segment `unfinished`. Does nothing if there are no documents.
    ///
    /// No document may be added after this. The caller must keep `unfinished` until a segment has
    /// got the file; otherwise tantivy removes the file as garbage.
    pub(crate) fn start_file(&self, unfinished: &Segment) -> tantivy::Result<()> {
        self.with(|shared| {
            if shared.docs == 0 {
                return Ok(());
            }
            let Stage::Adding(builder) = std::mem::replace(&mut shared.stage, Stage::Ended) else {
                return Err(internal("the file was started already"));
            };
            shared.stage = Stage::Finishing(PostingsFileThread::start(*builder, unfinished)?);
            Ok(())
        })
    }

    /// Announces that the segment that is finished next contains all documents of the build. It
    /// then gets their file and not a stub.
    pub(crate) fn finish_with_next_segment(&self) {
        self.with(|shared| shared.only_segment = true);
    }

    /// Whether segments of this build have stubs, so that they have to be merged.
    pub(crate) fn has_stubs(&self) -> bool {
        self.with(|shared| shared.docs > 0 && !matches!(shared.stage, Stage::Ended))
    }

    /// Waits for the thread that writes the file, if it still runs because the build has failed.
    /// The file is not used after this.
    pub(crate) fn join_file_thread(&self) {
        drop(self.with(|shared| std::mem::replace(&mut shared.stage, Stage::Ended)));
    }

    /// Runs `run` with the state of the build, which is locked meanwhile.
    fn with<T>(&self, run: impl FnOnce(&mut Shared) -> T) -> T {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for the file of all documents, and makes it the postings file of `segment`.
    fn finish_file_as(&self, segment: &Segment) -> tantivy::Result<()> {
        self.with(|shared| match std::mem::replace(&mut shared.stage, Stage::Ended) {
            Stage::Finishing(file) => file.finish_as(segment, &shared.directory),
            _ => Err(internal("the file is not being written")),
        })
    }

    /// Adds the terms of the next document to the segment whose postings `writer` writes. Call this
    /// before the document itself is added to that segment.
    pub(crate) fn push(
        writer: &mut dyn PluginWriter,
        terms: &DocumentTerms,
    ) -> tantivy::Result<()> {
        let writer = writer.as_any_mut().downcast_mut::<PostingsWriter>();
        writer.ok_or_else(|| internal("another plugin uses the extension of postings"))?.push(terms)
    }
}

impl SegmentPlugin for PostingsPlugin {
    fn extensions(&self) -> &[&str] {
        &[POST]
    }

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        let first = self.with(|shared| shared.docs);
        Ok(Box::new(PostingsWriter { plugin: self.clone(), first, docs: 0 }))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        if context.doc_id_mapping.mapping_type() == MappingType::Shuffled {
            return Err(internal("documents of merged segments must stay in their order"));
        }
        let mut files = Vec::with_capacity(context.readers.len());
        for reader in context.readers {
            files.push(reader.open_read(component())?.read_bytes()?);
        }
        let stubs = files.iter().filter(|file| file.starts_with(STUB)).count();
        if stubs == 0 {
            let out = context.target_segment.open_write(component())?;
            return merge_finished(context.readers, files, out);
        }
        self.check_stubs(&files, context.readers)?;
        self.finish_file_as(context.target_segment)
    }
}

impl PostingsPlugin {
    /// Fails unless `files` are the stubs of all documents of the build, in their order, and none
    /// of the documents is deleted.
    fn check_stubs(&self, files: &[OwnedBytes], readers: &[SegmentReader]) -> tantivy::Result<()> {
        let mut next_doc = 0;
        for (file, reader) in files.iter().zip(readers) {
            if !file.starts_with(STUB) {
                let what = "a segment with a stub cannot be merged with a finished one";
                return Err(internal(what));
            }
            if parse_stub(file) != Some((next_doc, next_doc + reader.max_doc()))
                || reader.has_deletes()
            {
                let what = "segments with stubs must be merged in their order and without deletes";
                return Err(internal(what));
            }
            next_doc += reader.max_doc();
        }
        match self.with(|shared| next_doc as usize == shared.docs) {
            true => Ok(()),
            false => Err(internal("all segments with stubs must be merged at once")),
        }
    }
}

/// Merges finished postings files into `out`, without deleted documents.
fn merge_finished(
    readers: &[SegmentReader],
    files: Vec<OwnedBytes>,
    out: WritePtr,
) -> tantivy::Result<()> {
    let open = |file| Postings::open(file).map_err(internal);
    let files = files.into_iter().map(open).collect::<tantivy::Result<Vec<Postings>>>()?;
    let mut next_doc = 0;
    let mut sources = Vec::with_capacity(files.len());
    for (postings, reader) in files.iter().zip(readers) {
        let mut new_ids = vec![None; reader.max_doc() as usize];
        for doc in reader.doc_ids_alive() {
            new_ids[doc as usize] = Some(next_doc);
            next_doc += 1;
        }
        sources.push(MergeSource { postings, new_ids });
    }
    Ok(merge_segments(&sources, out)?.terminate()?)
}

/// The numbers in a stub, see [`STUB`]; `None` if the file is no stub.
fn parse_stub(file: &[u8]) -> Option<(DocId, DocId)> {
    let numbers = file.strip_prefix(STUB)?;
    let (first, end) = numbers.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*first), u32::from_le_bytes(end.try_into().ok()?)))
}

/// The plugin's writer of one segment. It adds the segment's documents to the builder that all
/// segments share.
struct PostingsWriter {
    plugin: PostingsPlugin,
    /// The number of documents in the builder before the first of this segment.
    first: usize,
    /// The number of documents of this segment whose terms have been pushed.
    docs: usize,
}

impl PostingsWriter {
    fn push(&mut self, terms: &DocumentTerms) -> tantivy::Result<()> {
        self.docs += 1;
        self.plugin.with(|shared| match &mut shared.stage {
            Stage::Adding(builder) => {
                shared.docs += 1;
                Ok(builder.add(terms)?)
            }
            _ => Err(internal("a document was added after the file was started")),
        })
    }
}

impl PluginWriter for PostingsWriter {
    /// Checks that the terms of the document were pushed. The document that tantivy passes contains
    /// no terms, so it is ignored.
    fn add_document(
        &mut self,
        doc: DocId,
        _: &dyn ErasedDocument,
        _: &Schema,
    ) -> tantivy::Result<()> {
        match doc as usize + 1 == self.docs {
            true => Ok(()),
            false => Err(internal("a document was added without its terms")),
        }
    }

    fn serialize(
        self: Box<Self>,
        segment: &Segment,
        mapping: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if mapping.is_some() {
            return Err(internal("documents of a segment must stay in their order"));
        }
        let is_only = self.plugin.with(|shared| std::mem::take(&mut shared.only_segment));
        if is_only && self.first == 0 {
            return self.plugin.finish_file_as(segment);
        }
        let mut out = segment.open_write(component())?;
        out.write_all(STUB)?;
        for number in [self.first, self.first + self.docs] {
            out.write_all(&(number as u32).to_le_bytes())?;
        }
        Ok(out.terminate()?)
    }

    /// Returns zero, because finishing the segment early would free no memory: the builder lives as
    /// long as the build, and its memory is bounded by the size of a run.
    fn mem_usage(&self) -> usize {
        0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
