//! Compares the postings file of a segment with one that is built again from its records.
//!
//! A postings file depends only on the records and their order, and not on the number of threads or
//! on where a sorted run ends. So it can be built again, in the system's folder for temporary
//! files, and compared byte for byte.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::directory::OwnedBytes;
use tantivy::index::SegmentId;
use wensou_postings::{DocumentTerms, PostingsBuilder, describe_difference};

use super::findings::file_name;
use super::footers::without_footer;
use crate::engine::component::POST;
use crate::open::Index;

/// The number of bytes that are compared at a time.
const CHUNK: usize = 1 << 18;
/// The largest rebuilt file, in bytes, that is read whole to describe the difference. For a larger
/// file, only the offset of the difference is reported.
const MAX_READ_WHOLE: u64 = 256 << 20;

/// Builds the postings of a segment again. The temporary files have no names, so they vanish with
/// the process.
pub(super) struct PostingsRebuilder {
    builder: PostingsBuilder,
    file: File,
}

/// Postings that were built again.
pub(super) struct RebuiltPostings {
    file: File,
}

/// The message if the postings cannot be built again because a temporary file cannot be written.
fn not_rebuilt(error: &io::Error) -> String {
    format!("they cannot be built again in {}: {error}", std::env::temp_dir().display())
}

impl PostingsRebuilder {
    pub(super) fn new() -> Result<Self, String> {
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(|error| not_rebuilt(&error))?;
        Ok(Self { builder: PostingsBuilder::new(&folder), file })
    }

    /// Adds the next document.
    pub(super) fn add(&mut self, terms: &DocumentTerms) -> Result<(), String> {
        self.builder.add(terms).map_err(|error| not_rebuilt(&error))
    }

    /// Writes the file.
    pub(super) fn finish(self) -> Result<RebuiltPostings, String> {
        let Self { builder, file } = self;
        let written = || {
            builder.finish(file.try_clone()?)?;
            Ok(RebuiltPostings { file })
        };
        // The builder panics if the system refuses a thread.
        match catch_unwind(AssertUnwindSafe(written)) {
            Ok(written) => written.map_err(|error: io::Error| not_rebuilt(&error)),
            Err(_) => Err("they cannot be built again".to_owned()),
        }
    }
}

impl RebuiltPostings {
    /// How the postings file of the segment differs from the one that was built again; `None` if
    /// the two are the same. Fails if they cannot be compared.
    pub(super) fn difference(
        mut self,
        index: &Index,
        segment: SegmentId,
    ) -> Result<Option<String>, String> {
        // `stored` lacks the footer that tantivy appends; `footers` checks that.
        let stored =
            without_footer(index, &file_name(segment, POST)).map_err(|error| error.to_string())?;
        let at = first_difference(&stored, &mut self.file).map_err(|error| error.to_string())?;
        let Some(at) = at else { return Ok(None) };
        // Reading a damaged file may panic.
        let described = || describe_difference(&stored, &read_whole(&mut self.file).ok()??);
        let described = catch_unwind(AssertUnwindSafe(described)).ok().flatten();
        let differs = "it differs from the stored records";
        Ok(Some(match described {
            Some(description) => format!("{differs}: {description}"),
            None => format!("{differs}, from byte {at} on"),
        }))
    }
}

/// All bytes of a file; `None` if it is larger than [`MAX_READ_WHOLE`].
fn read_whole(file: &mut File) -> io::Result<Option<OwnedBytes>> {
    if file.metadata()?.len() > MAX_READ_WHOLE {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(Some(OwnedBytes::new(bytes)))
}

/// The first offset at which the two files differ, if they do.
fn first_difference(mut stored: &[u8], rebuilt: &mut File) -> io::Result<Option<u64>> {
    rebuilt.rewind()?;
    let mut bytes = Vec::new();
    let mut at = 0;
    loop {
        bytes.clear();
        rebuilt.take(CHUNK as u64).read_to_end(&mut bytes)?;
        let (stored_bytes, remaining) = stored.split_at(bytes.len().min(stored.len()));
        if stored_bytes != bytes || (bytes.is_empty() && !remaining.is_empty()) {
            let same = stored_bytes.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
            return Ok(Some(at + same as u64));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        stored = remaining;
        at += bytes.len() as u64;
    }
}
