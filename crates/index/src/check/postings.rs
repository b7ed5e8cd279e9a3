//! The postings of a segment, built again from its records.
//!
//! A build is deterministic: the file depends on the records and their order alone, not on the
//! number of threads or on where one run of postings ends. So it is built again, into the system's
//! folder for temporary files, and compared byte for byte.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::directory::OwnedBytes;
use tantivy::index::SegmentId;
use wensou_postings::{DocumentTerms, PostingsBuilder, difference};

use super::findings::file;
use super::footers::body;
use crate::engine::plugin::POST;
use crate::open::Index;

/// Bytes of both files that are compared at a time.
const COMPARED: usize = 1 << 18;
/// Bytes of a file that is read whole to name the list that differs; of a longer one only the
/// offset is named.
const NAMED: u64 = 256 << 20;

/// Postings that are being built again. None of its files has a name, so nothing stays behind
/// whatever happens.
pub(super) struct Rebuilt {
    builder: PostingsBuilder,
    file: File,
}

/// Postings that were built again.
pub(super) struct Finished {
    file: File,
}

fn no_room(error: &io::Error) -> String {
    format!("they cannot be built again in {}: {error}", std::env::temp_dir().display())
}

impl Rebuilt {
    pub(super) fn new() -> Result<Self, String> {
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(|error| no_room(&error))?;
        Ok(Self { builder: PostingsBuilder::new(&folder), file })
    }

    /// Adds the next document.
    pub(super) fn add(&mut self, terms: &DocumentTerms) -> Result<(), String> {
        self.builder.add(terms).map_err(|error| no_room(&error))
    }

    /// Writes the file.
    pub(super) fn finish(self) -> Result<Finished, String> {
        let Self { builder, file } = self;
        let written = || {
            builder.finish(file.try_clone()?)?;
            Ok(Finished { file })
        };
        // It may have no thread to run on: nothing that it reads can be damaged.
        match catch_unwind(AssertUnwindSafe(written)) {
            Ok(written) => written.map_err(|error: io::Error| no_room(&error)),
            Err(_) => Err("they cannot be built again".to_owned()),
        }
    }
}

impl Finished {
    /// Where the postings of the segment are not those that were built, if anywhere.
    pub(super) fn difference(
        mut self,
        index: &Index,
        segment: SegmentId,
    ) -> Result<Option<String>, String> {
        // Without the footer that tantivy appends, which was compared.
        let stored = body(index, &file(segment, POST)).map_err(|error| error.to_string())?;
        let at = first_difference(&stored, &mut self.file).map_err(|error| error.to_string())?;
        let Some(at) = at else { return Ok(None) };
        let named = || difference(&stored, &whole(&mut self.file).ok()??);
        let named = catch_unwind(AssertUnwindSafe(named)).ok().flatten();
        let differs = "it is not what the records say";
        Ok(Some(match named {
            Some(named) => format!("{differs}: {named}"),
            None => format!("{differs}, from byte {at} on"),
        }))
    }
}

/// All bytes of a file, unless there are too many.
fn whole(file: &mut File) -> io::Result<Option<OwnedBytes>> {
    if file.metadata()?.len() > NAMED {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(Some(OwnedBytes::new(bytes)))
}

/// The offset at which a file differs from what is stored, if it does.
fn first_difference(mut stored: &[u8], rebuilt: &mut File) -> io::Result<Option<u64>> {
    rebuilt.rewind()?;
    let mut bytes = Vec::new();
    let mut at = 0;
    loop {
        bytes.clear();
        rebuilt.take(COMPARED as u64).read_to_end(&mut bytes)?;
        let (here, rest) = stored.split_at(bytes.len().min(stored.len()));
        if here != bytes || (bytes.is_empty() && !rest.is_empty()) {
            let same = here.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
            return Ok(Some(at + same as u64));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        stored = rest;
        at += bytes.len() as u64;
    }
}
