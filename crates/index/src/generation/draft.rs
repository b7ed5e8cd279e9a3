//! A generation that is being written: it becomes the index in one step, or is removed again.

use std::collections::BTreeMap;
use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use xxhash_rust::xxh3::xxh3_64;

use super::cleanup::{KeepComplete, remove_generation};
use super::current::Current;
use super::lock::WhenBusy;
use super::locked::Locked;
use super::salvage::adopt;
use crate::error::Error;
use crate::files::{
    ABANDONED, CURRENT, DESCRIPTION, Folder, GENERATION_MARKER, PAGE_SUMS, PageSums, SEAL, Sum,
    Sums, generation_marker_text, has_page_sums, is_tantivy_lock,
};

/// The drafts of this process: index folder and name of the generation.
///
/// The mutex is held while a draft is published or removed, and [`abandon_drafts`] never releases
/// it. So a draft is either published, or removed when it is dropped, or abandoned.
static DRAFTS: Mutex<Vec<(Folder, String)>> = Mutex::new(Vec::new());

fn drafts() -> MutexGuard<'static, Vec<(Folder, String)>> {
    DRAFTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A generation that is being written. Dropped before [`Draft::publish`], it is removed.
#[derive(Debug)]
pub(crate) struct Draft {
    locked: Locked,
    generation: Folder,
    name: String,
    published: bool,
    /// Files that are taken from an earlier generation, by name.
    reused: BTreeMap<String, Reused>,
}

/// A file that is taken from an earlier generation.
#[derive(Debug, Clone)]
struct Reused {
    /// The sum that it must have.
    sum: Sum,
    /// Its page checksums, if it has any.
    page_sums: Option<Vec<u8>>,
    /// Whether it is a hard link to a file that is on the disk already, not a copy.
    linked: bool,
}

/// The checksums of a file that is on the disk.
#[derive(Debug)]
struct Sealed {
    sum: Sum,
    /// Its page checksums, if it has any.
    page_sums: Option<Vec<u8>>,
}

impl Draft {
    /// Takes the build lock of the index folder, which is created if it is missing, and creates a
    /// new generation in it. Waits or fails if another process has the lock.
    pub(crate) fn create(dir: &Path, when_busy: WhenBusy) -> Result<Self, Error> {
        let mut locked = Locked::take(dir, when_busy)?;
        // If only `CURRENT` is lost, this makes an intact generation the current one again.
        adopt(&locked.folder)?;
        locked.clean_up(KeepComplete::IfNeeded);
        let name = locked.next_name()?;
        locked.note_unfinished(&name);
        let index = locked.folder.try_clone().map_err(Error::io("open", dir))?;
        let mut drafts = drafts();
        let path = locked.folder.path_of(&name);
        let generation =
            locked.folder.create_folder(&name).map_err(Error::io("create the folder", &path))?;
        drafts.push((index, name.clone()));
        drop(drafts);
        // From here on, an error drops the draft, which removes the folder.
        let draft = Self { locked, generation, name, published: false, reused: BTreeMap::new() };
        let marker = generation_marker_text(&draft.name);
        let marked = draft.generation.write_durably(GENERATION_MARKER, marker.as_bytes());
        marked.map_err(Error::io("create", &draft.generation.path_of(GENERATION_MARKER)))?;
        // The marker must reach the disk before any other file.
        for folder in [&draft.generation, &draft.locked.folder] {
            folder.sync().map_err(Error::io("sync", folder.path()))?;
        }
        Ok(draft)
    }

    /// The folder to write into.
    pub(crate) fn folder(&self) -> &Folder {
        &self.generation
    }

    /// Adds a file of an earlier generation, whose `sum` has been verified, as a hard link. If the
    /// file system has no hard links, the file is copied, and [`Draft::seal`] verifies the copy.
    pub(crate) fn reuse(
        &mut self,
        from: &Folder,
        name: &str,
        sum: Sum,
        page_sums: Option<&[u8]>,
    ) -> Result<(), Error> {
        let linked = from.hard_link(name, &self.generation).is_ok();
        if !linked {
            self.copy(from, name)?;
        }
        let page_sums = page_sums.map(<[u8]>::to_vec);
        self.reused.insert(name.to_owned(), Reused { sum, page_sums, linked });
        Ok(())
    }

    /// Copies a file of an earlier generation that this one is going to change.
    pub(crate) fn copy(&self, from: &Folder, name: &str) -> Result<(), Error> {
        let copied = from
            .file(name)
            .and_then(|(mut file, _)| io::copy(&mut file, &mut self.generation.create(name)?));
        copied.map(drop).map_err(Error::io("copy", &from.path_of(name)))
    }

    /// Waits until all files are on the disk, writes the file of page checksums, and returns the
    /// checksum of each file except the marker and tantivy's lock files.
    pub(crate) fn seal(&self) -> Result<Sums, Error> {
        let entries = self.generation.entries();
        let mut files = entries.map_err(Error::io("list", self.generation.path()))?;
        files.retain(|file| file.name != GENERATION_MARKER && !is_tantivy_lock(&file.name));
        // Seal each file in a thread of its own, because a disk writes several files at once. There
        // are at most two dozen. If the system refuses a thread, this thread seals the file.
        thread::scope(|scope| {
            let spawned = files.iter().map(|file| {
                let sealing = move || self.seal_file(&file.name);
                let thread = thread::Builder::new().spawn_scoped(scope, sealing);
                (&file.name, thread)
            });
            let spawned: Vec<_> = spawned.collect();
            let sums = spawned.into_iter().map(|(name, thread)| {
                let sum = match thread {
                    Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                    Err(_) => self.seal_file(name),
                };
                Ok((name.clone(), sum?))
            });
            let sealed: Vec<(String, Sealed)> = sums.collect::<Result<_, Error>>()?;
            self.write_page_sums(sealed)
        })
    }

    /// Writes the file of page checksums, and returns the sums of all files.
    fn write_page_sums(&self, sealed: Vec<(String, Sealed)>) -> Result<Sums, Error> {
        let (mut sums, mut pages) = (Sums::new(), PageSums::default());
        for (name, Sealed { sum, page_sums }) in sealed {
            if let Some(page_sums) = page_sums {
                pages.insert(&name, page_sums);
            }
            sums.insert(name, sum);
        }
        let bytes = pages.to_bytes();
        let written = self.generation.write_durably(PAGE_SUMS, &bytes);
        written.map_err(Error::io("write", &self.generation.path_of(PAGE_SUMS)))?;
        let sum = Sum::of_bytes(&bytes);
        sums.insert(PAGE_SUMS.to_owned(), sum);
        Ok(sums)
    }

    /// Waits until a file is on the disk and computes its checksums. Gives everybody who may read
    /// the folder the right to read the file. For a hard link, nothing is left to do: its file is
    /// on the disk already, and was verified.
    fn seal_file(&self, name: &str) -> Result<Sealed, Error> {
        let reused = self.reused.get(name);
        if let Some(Reused { sum, linked: true, page_sums }) = reused {
            return Ok(Sealed { sum: *sum, page_sums: page_sums.clone() });
        }
        let path = self.generation.path_of(name);
        let (file, _) = self.generation.file(name).map_err(Error::io("open", &path))?;
        self.generation.make_readable(&file).map_err(Error::io("set the permissions of", &path))?;
        file.sync_all().map_err(Error::io("sync", &path))?;
        let read = match has_page_sums(name) {
            true => Sum::with_pages(&self.generation, name).map(|(sum, pages)| (sum, Some(pages))),
            false => Sum::of(&self.generation, name).map(|sum| (sum, None)),
        };
        let (sum, page_sums) = read.map_err(Error::io("read", &path))?;
        match reused {
            // Verify the copy against the original.
            Some(reused) if reused.sum != sum => {
                let what = format!("{} changed while it was copied", path.display());
                Err(Error::Io { what: "copy", path, source: io::Error::other(what) })
            }
            _ => Ok(Sealed { sum, page_sums }),
        }
    }

    /// Writes the description and makes this generation the index in one step, a rename. Then
    /// removes the other generations, except those that `keep_complete` says to keep.
    ///
    /// `Ok(Some(error))` means that the generation is published, but that the rename could not be
    /// synced, so a power cut may undo it. The other generations are then kept.
    pub(crate) fn publish(
        mut self,
        description: &[u8],
        keep_complete: KeepComplete,
    ) -> Result<Option<Error>, Error> {
        let current = Current { name: self.name.clone(), checksum: xxh3_64(description) };
        let line = current.line();
        for (name, bytes) in
            [(DESCRIPTION, description), (SEAL, line.as_bytes()), (CURRENT, line.as_bytes())]
        {
            let written = self.generation.write_durably(name, bytes);
            written.map_err(Error::io("write", &self.generation.path_of(name)))?;
        }
        let sync = |folder: &Folder| folder.sync().map_err(Error::io("sync", folder.path()));
        sync(&self.generation)?;
        // The name of the generation must reach the disk before `CURRENT` refers to it.
        sync(&self.locked.folder)?;
        let mut drafts = drafts();
        let renamed = self.generation.rename(CURRENT, &self.locked.folder, CURRENT);
        renamed.map_err(Error::io("replace", &self.locked.folder.path_of(CURRENT)))?;
        self.published = true;
        drafts.retain(|(folder, name)| {
            *name != self.name || folder.path() != self.locked.folder.path()
        });
        drop(drafts);
        // Readers find the new index from here on, so no error may say that the build failed.
        if let Err(error) = sync(&self.locked.folder) {
            return Ok(Some(error));
        }
        // `KeepComplete::No` is safe here: the checksums of this generation have just been
        // computed, so it is known to be intact.
        self.locked.clean_up(keep_complete);
        Ok(None)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let mut drafts = drafts();
            remove_generation(&self.locked.folder, &self.name);
            drafts.retain(|(folder, name)| {
                *name != self.name || folder.path() != self.locked.folder.path()
            });
        }
    }
}

/// Removes all drafts of this process, for a process that ends because of a signal.
///
/// Builds in other threads continue until they publish, and then wait for ever: the caller must
/// end the process.
pub fn abandon_drafts() {
    let drafts = drafts();
    for (folder, name) in &*drafts {
        // Rename it first: other threads may still write into the folder by its path.
        let new_name = format!("{name}{ABANDONED}");
        let renamed =
            folder.kind(&new_name).is_none() && folder.rename(name, folder, &new_name).is_ok();
        remove_generation(folder, if renamed { &new_name } else { name });
    }
    std::mem::forget(drafts);
}
