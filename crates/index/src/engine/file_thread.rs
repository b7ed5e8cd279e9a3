//! Writes the postings file of a build on a thread of its own, while tantivy writes or merges the
//! other files of its segments.
//!
//! tantivy names a merged segment when the merge starts, and calls plugins after it has merged its
//! own files. So the file is first written as that of another segment, and renamed in the end.

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
pub(super) struct FileThread {
    /// The name of the file while it is written.
    path: PathBuf,
    /// `None` once it was joined.
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl FileThread {
    /// Starts a thread that writes the file of a builder, as that of `unfinished`.
    pub(super) fn start(builder: PostingsBuilder, unfinished: &Segment) -> tantivy::Result<Self> {
        let path = unfinished.relative_path(component());
        let out = unfinished.open_write(component())?;
        let named = thread::Builder::new().name("postings".to_owned());
        let thread = named.spawn(move || builder.finish(out)?.terminate())?;
        Ok(Self { path, thread: Some(thread) })
    }

    /// Waits for the thread, and makes its file the postings file of `segment`.
    pub(super) fn give_to(
        mut self,
        segment: &Segment,
        directory: &BuildDirectory,
    ) -> tantivy::Result<()> {
        self.join()?;
        // tantivy lists a file as one of its own when it is opened for writing.
        drop(segment.open_write(component())?);
        Ok(directory.rename(&self.path, &segment.relative_path(component()))?)
    }

    fn join(&mut self) -> io::Result<()> {
        let panicked = |_| Err(io::Error::other("the thread that writes postings panicked"));
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(panicked))
    }
}

impl Drop for FileThread {
    fn drop(&mut self) {
        // The build has failed already, and reports the error that it failed with.
        let _ = self.join();
    }
}
