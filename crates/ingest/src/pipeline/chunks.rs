//! Divides the files of an archive into chunks, which threads take one at a time.

use std::io;

use crate::input::file_list::{FileList, FileListIter, SourceFile};

/// The number of files that a thread takes at a time. It is small, so that in the first pass all
/// threads end at about the same time, although cores are not equally fast, and so that in the
/// second pass the results of a chunk of pages fit into the queue of its thread.
pub(crate) const FILES_PER_CHUNK: usize = 16;

/// Reads the list of files in chunks.
pub(crate) struct ChunkReader {
    files: FileListIter,
    /// Number of files before the end of the last chunk that was read.
    passed: usize,
}

impl ChunkReader {
    pub(crate) fn of(file_list: &FileList) -> Self {
        Self { files: file_list.iter(), passed: 0 }
    }

    /// The files of a chunk; chunk numbers must increase from call to call.
    pub(crate) fn chunk(
        &mut self,
        number: usize,
    ) -> impl Iterator<Item = io::Result<SourceFile>> + '_ {
        let first = number * FILES_PER_CHUNK;
        let mut skipped_files =
            first - std::mem::replace(&mut self.passed, first + FILES_PER_CHUNK);
        // Only the first call of `nth` skips the files between the chunks.
        (0..FILES_PER_CHUNK).map_while(move |_| self.files.nth(std::mem::take(&mut skipped_files)))
    }
}
