//! The postings of a segment, built again from its records.
//!
//! A build is deterministic: the file depends on the records and their order alone, not on the number of threads or on
//! where one run of postings ends. So it is built again, into the system's folder for temporary files, and compared
//! byte for byte.

use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tantivy::Directory;
use tantivy::directory::{MmapDirectory, OwnedBytes};
use tantivy::index::SegmentId;
use tempfile::TempDir;

use crate::document::Analysed;
use crate::open::Index;
use crate::postings::{Builder, difference, postings_file};
use crate::writer;

/// Bytes of both files that are compared at a time.
const COMPARED: usize = 1 << 18;
/// The file that is built.
const NAME: &str = "pairs";

/// Postings that are being built again.
pub(super) struct Rebuilt {
    folder: TempDir,
    builder: Builder,
}

/// Postings that were built again.
pub(super) struct Finished {
    folder: TempDir,
}

fn no_room(error: &io::Error) -> String {
    format!("they cannot be built again in {}: {error}", std::env::temp_dir().display())
}

impl Rebuilt {
    pub(super) fn new() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| no_room(&error))?;
        let builder = Builder::new(folder.path());
        Ok(Self { folder, builder })
    }

    /// Adds the next document.
    pub(super) fn add(&mut self, analysed: Analysed) -> io::Result<()> {
        let Analysed { kind, title, body, tags, paths, .. } = analysed;
        writer::add(&mut self.builder, kind, title, body, tags, &paths)
    }

    /// Writes the file.
    pub(super) fn finish(self) -> Result<Finished, String> {
        let Self { folder, builder } = self;
        let path = folder.path().join(NAME);
        // It may have no thread to run on: nothing that it reads can be damaged.
        match catch_unwind(AssertUnwindSafe(|| builder.finish(&path))) {
            Ok(Ok(_)) => Ok(Finished { folder }),
            Ok(Err(error)) => Err(no_room(&error)),
            Err(_) => Err("they cannot be built again".to_owned()),
        }
    }
}

impl Finished {
    /// Where the postings of the segment are not those that were built, if anywhere.
    pub(super) fn difference(
        &self,
        index: &Index,
        segment: SegmentId,
    ) -> Result<Option<String>, String> {
        let rebuilt = self.folder.path().join(NAME);
        let stored = index.generation().join(postings_file(segment));
        let same = same(&stored, &rebuilt).map_err(|error| error.to_string())?;
        let Some(at) = same else { return Ok(None) };
        let where_it_is = || {
            let (stored, rebuilt) = (mapped(&stored).ok()?, mapped(&rebuilt).ok()?);
            difference(&stored, &rebuilt)
        };
        let named = catch_unwind(AssertUnwindSafe(where_it_is)).ok().flatten();
        let differs = "it is not what the records say";
        Ok(Some(match named {
            Some(named) => format!("{differs}: {named}"),
            None => format!("{differs}, from byte {at} on"),
        }))
    }
}

fn mapped(path: &Path) -> io::Result<OwnedBytes> {
    let (folder, name) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
    let directory = MmapDirectory::open(folder).map_err(io::Error::other)?;
    directory.open_read(&PathBuf::from(name)).map_err(io::Error::other)?.read_bytes()
}

/// Where two files begin to differ, if they do.
fn same(a: &Path, b: &Path) -> io::Result<Option<u64>> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    let mut at = 0;
    loop {
        of_a.clear();
        of_b.clear();
        (&mut a).take(COMPARED as u64).read_to_end(&mut of_a)?;
        (&mut b).take(COMPARED as u64).read_to_end(&mut of_b)?;
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
