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

use super::findings::{Findings, file_name};
use super::footers::without_footer;
use crate::engine::component::POST;
use crate::error::Error;
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
struct RebuiltPostings {
    file: File,
}

/// The error if the postings cannot be built again because a temporary file cannot be written.
fn not_written(source: io::Error) -> Error {
    Error::Temporary { dir: std::env::temp_dir(), source }
}

/// Compares the postings file of a segment with the one that `rebuilder` makes, which has all
/// documents of the segment.
pub(super) fn compare(
    index: &Index,
    segment: SegmentId,
    rebuilder: Result<PostingsRebuilder, Error>,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let name = file_name(segment, POST);
    // `stored` is without the footer that tantivy appends; the module `footers` checks the footer.
    let stored = without_footer(index, &name)?;
    let rebuilt = rebuilder.and_then(PostingsRebuilder::finish);
    match rebuilt.and_then(|rebuilt| rebuilt.difference(&stored)) {
        Ok(None) => {}
        Ok(Some(difference)) => findings.damage(&name, difference),
        Err(error) => findings.fail(error),
    }
    Ok(())
}

impl PostingsRebuilder {
    pub(super) fn new() -> Result<Self, Error> {
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(not_written)?;
        Ok(Self { builder: PostingsBuilder::new(&folder), file })
    }

    /// Adds the next document.
    pub(super) fn add(&mut self, terms: &DocumentTerms) -> Result<(), Error> {
        self.builder.add(terms).map_err(not_written)
    }

    /// Writes the file.
    fn finish(self) -> Result<RebuiltPostings, Error> {
        let Self { builder, file } = self;
        catch_failure(|| {
            builder.finish(file.try_clone()?)?;
            Ok(RebuiltPostings { file })
        })
    }
}

/// Runs `build`, which fails if a temporary file cannot be written. The builder panics if the
/// system refuses a thread, and this cannot be told from a defect of the builder.
fn catch_failure<T>(build: impl FnOnce() -> io::Result<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(build)) {
        Ok(built) => built.map_err(not_written),
        Err(_) => Err(Error::NotRebuilt),
    }
}

impl RebuiltPostings {
    /// How `stored`, the postings file of the segment, differs from the one that was built again;
    /// `None` if the two are the same. Fails if the latter cannot be read.
    fn difference(mut self, stored: &OwnedBytes) -> Result<Option<String>, Error> {
        let not_read = Error::io("read a temporary file in", &std::env::temp_dir());
        let at = first_difference(stored, &mut self.file).map_err(not_read)?;
        let Some(at) = at else { return Ok(None) };
        // Reading a damaged file may panic.
        let described = || describe_difference(stored, &read_whole(&mut self.file).ok()??);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_builder_is_an_error_that_states_no_single_cause() {
        let failed = catch_failure(|| -> io::Result<()> { panic!("a panic of a test") });
        let message = failed.unwrap_err().to_string();
        assert!(message.contains("a thread was refused, or the builder failed"), "{message}");
    }
}
