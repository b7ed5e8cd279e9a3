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

use crate::document::Analysed;
use crate::open::Index;
use crate::postings::{Builder, difference, postings_file};
use crate::writer;

/// Bytes of both files that are compared at a time.
const COMPARED: usize = 1 << 18;
/// Bytes of a file that is read whole to name the list that differs; of a longer one only the place
/// is named.
const NAMED: u64 = 256 << 20;

/// Postings that are being built again. None of its files has a name, so nothing stays behind
/// whatever happens.
pub(super) struct Rebuilt {
    builder: Builder,
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
        Ok(Self { builder: Builder::new(&folder), file })
    }

    /// Adds the next document.
    pub(super) fn add(&mut self, analysed: Analysed) -> Result<(), String> {
        let Analysed { kind, title, body, tags, paths, .. } = analysed;
        let added = writer::add(&mut self.builder, kind, title, body, tags, &paths);
        added.map_err(|error| no_room(&error))
    }

    /// Writes the file.
    pub(super) fn finish(self) -> Result<Finished, String> {
        let Self { builder, file } = self;
        let written = || {
            builder.finish_into(file.try_clone()?)?;
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
        let name = postings_file(segment).display().to_string();
        let stored = index.generation().file(&name);
        let (mut stored, _) = stored.map_err(|error| error.to_string())?;
        let at =
            first_difference(&mut stored, &mut self.file).map_err(|error| error.to_string())?;
        let Some(at) = at else { return Ok(None) };
        let named = || {
            let (stored, rebuilt) = (whole(&mut stored).ok()??, whole(&mut self.file).ok()??);
            difference(&stored, &rebuilt)
        };
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

/// Where two files begin to differ, if they do.
fn first_difference(a: &mut File, b: &mut File) -> io::Result<Option<u64>> {
    a.rewind()?;
    b.rewind()?;
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    let mut at = 0;
    loop {
        of_a.clear();
        of_b.clear();
        a.take(COMPARED as u64).read_to_end(&mut of_a)?;
        b.take(COMPARED as u64).read_to_end(&mut of_b)?;
        if of_a != of_b {
            let same = of_a.iter().zip(&of_b).take_while(|(a, b)| a == b).count();
            return Ok(Some(at + same as u64));
        }
        if of_a.is_empty() {
            return Ok(None);
        }
        at += of_a.len() as u64;
    }
}
