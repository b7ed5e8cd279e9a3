//! Writes the postings file of a build on a thread of its own, while tantivy writes or merges the
//! other files of its segments.
//!
//! tantivy names a merged segment when the merge starts, and calls plugins after it has merged its
//! own files. So the file is first written under the name of an unfinished, empty segment, and
//! renamed when the segment that it belongs to is known.

use std::io;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use tantivy::Segment;
use tantivy::directory::TerminatingWrite;
use wensou_postings::PostingsBuilder;

use super::build_directory::BuildDirectory;
use super::component::component;

/// A thread that writes a postings file. Dropping it waits for the thread, so that nothing is
/// written into a folder that is about to be removed.
#[derive(Debug)]
pub(super) struct PostingsFileThread {
    /// The name of the file while it is written.
    path: PathBuf,
    /// `None` after the thread has been joined.
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl PostingsFileThread {
    /// Starts a thread that writes the documents of `builder` into the postings file of the segment
    /// `unfinished`.
    pub(super) fn start(builder: PostingsBuilder, unfinished: &Segment) -> tantivy::Result<Self> {
        let path = unfinished.relative_path(component());
        let out = unfinished.open_write(component())?;
        let thread_builder = thread::Builder::new().name("postings".to_owned());
        let thread = thread_builder.spawn(move || builder.finish(out)?.terminate())?;
        Ok(Self { path, thread: Some(thread) })
    }

    /// Waits for the thread, and makes its file the postings file of `segment`.
    pub(super) fn finish_as(
        mut self,
        segment: &Segment,
        directory: &BuildDirectory,
    ) -> tantivy::Result<()> {
        self.join()?;
        // tantivy lists a file as one of its own when the file is opened for writing. So open the
        // target, and let the rename replace the empty file.
        drop(segment.open_write(component())?);
        Ok(directory.rename(&self.path, &segment.relative_path(component()))?)
    }

    fn join(&mut self) -> io::Result<()> {
        let panicked = |_| Err(io::Error::other("the thread that writes postings panicked"));
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(panicked))
    }
}

impl Drop for PostingsFileThread {
    fn drop(&mut self) {
        // If the thread was not joined before, the build has failed, and reports another error.
        let _ = self.join();
    }
}

#[cfg(test)]
mod tests {
    use tantivy::Index;
    use wensou_postings::{ColumnValues, DocumentTerms, FieldTerms, Kind};

    use super::*;
    use crate::engine::build_directory::FirstFailure;
    use crate::engine::schema::schema;
    use crate::error::Error;

    fn builder() -> PostingsBuilder {
        let mut builder = PostingsBuilder::new(std::env::temp_dir());
        let terms = DocumentTerms {
            kind: Kind::Article,
            columns: ColumnValues::default(),
            title: FieldTerms { key: vec!['比', '特'], words: "比特".to_owned() },
            body: FieldTerms::default(),
            tags: Vec::new(),
            paths: vec!["a.txt".to_owned()],
        };
        builder.add(&terms).unwrap();
        builder
    }

    /// An index without segments, in a new folder.
    fn create_index(failure: &FirstFailure) -> (tempfile::TempDir, BuildDirectory, Index) {
        let folder = tempfile::tempdir().unwrap();
        let directory = BuildDirectory::open(folder.path(), failure.clone()).unwrap();
        let (schema, _) = schema();
        let index = Index::builder().schema(schema).open_or_create(directory.clone()).unwrap();
        (folder, directory, index)
    }

    #[test]
    fn the_file_of_the_unfinished_segment_becomes_that_of_the_target() {
        let (folder, directory, index) = create_index(&FirstFailure::default());
        let (unfinished, target) = (index.new_segment(), index.new_segment());
        let thread = PostingsFileThread::start(builder(), &unfinished).unwrap();
        thread.finish_as(&target, &directory).unwrap();
        let file = target.open_read(component()).unwrap().read_bytes().unwrap();
        assert_eq!(file.as_slice(), builder().finish(Vec::new()).unwrap());
        assert!(!folder.path().join(unfinished.relative_path(component())).exists());
    }

    #[test]
    fn a_lost_file_is_an_error_that_names_it() {
        let failure = FirstFailure::default();
        let (folder, directory, index) = create_index(&failure);
        let unfinished = index.new_segment();
        let mut thread = PostingsFileThread::start(builder(), &unfinished).unwrap();
        thread.join().unwrap();
        let path = folder.path().join(unfinished.relative_path(component()));
        std::fs::remove_file(&path).unwrap();
        let error = thread.finish_as(&index.new_segment(), &directory).unwrap_err();
        match failure.cause_of(error.into()) {
            Error::Io { what: "rename", path: named, .. } => assert_eq!(named, path),
            error => panic!("{error:?}"),
        }
    }

    #[test]
    fn dropping_the_thread_waits_until_the_file_is_complete() {
        let (folder, _, index) = create_index(&FirstFailure::default());
        let unfinished = index.new_segment();
        drop(PostingsFileThread::start(builder(), &unfinished).unwrap());
        // Opening fails unless the file ends with tantivy's footer, which is written last.
        assert!(unfinished.open_read(component()).is_ok());
        drop(folder);
    }
}
