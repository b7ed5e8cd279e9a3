//! A generation in the making: it becomes the index in one step, or goes without a trace.

use std::collections::BTreeMap;
use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use xxhash_rust::xxh3::xxh3_64;

use super::current::Current;
use super::folder::Folder;
use super::locked::Locked;
use super::names::{CURRENT, DESCRIPTION, GONE, MARKER, SEAL, is_tantivy_lock, marker_text};
use super::page_sums::{PAGE_SUMS, PageSums, has_page_sums};
use super::salvage::adopt;
use super::sum::{Sum, Sums};
use super::sweep::remove_generation;
use crate::error::Error;

/// The drafts of this process. Locked while one of them becomes the index or goes, and for good by
/// [`abandon`]: of the three only one can happen.
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
    /// Files that were taken over from an earlier generation, with what they must hash to.
    shared: BTreeMap<String, Shared>,
}

#[derive(Debug, Clone)]
struct Shared {
    sum: Sum,
    /// The checksums of its pages, if it has any.
    page_sums: Option<Vec<u8>>,
    /// A second name of the same file, which is on the disk already.
    linked: bool,
}

/// A file that is on the disk.
#[derive(Debug)]
struct Sealed {
    sum: Sum,
    page_sums: Option<Vec<u8>>,
}

impl Draft {
    /// Takes the build lock of the index folder (created if need be) and opens a new generation. If
    /// another process has the lock, waits for it or says so.
    pub(crate) fn create(dir: &Path, wait: bool) -> Result<Self, Error> {
        let mut locked = Locked::take(dir, wait)?;
        // A pointer that names nothing, or nothing that is there, may be all that is wrong.
        adopt(&locked.folder)?;
        locked.sweep(None);
        let name = locked.next_name()?;
        locked.note(&name);
        let mut drafts = drafts();
        let path = locked.folder.path_of(&name);
        let generation =
            locked.folder.create_folder(&name).map_err(Error::io("create the folder", &path))?;
        let index = locked.folder.try_clone().map_err(Error::io("open", dir))?;
        drafts.push((index, name.clone()));
        drop(drafts);
        let draft = Self { locked, generation, name, published: false, shared: BTreeMap::new() };
        let marker = marker_text(&draft.name);
        let marked = draft.generation.write_durably(MARKER, marker.as_bytes());
        marked.map_err(Error::io("create", &draft.generation.path_of(MARKER)))?;
        // Its files come after the marker on the disk, too.
        for folder in [&draft.generation, &draft.locked.folder] {
            folder.sync().map_err(Error::io("sync", folder.path()))?;
        }
        Ok(draft)
    }

    /// The folder to write into.
    pub(crate) fn folder(&self) -> &Folder {
        &self.generation
    }

    /// Gives the draft a file of an earlier generation, which then is a file of both. That it
    /// hashes to `sum` has been verified; where it has to be copied, the copy is verified by
    /// [`Self::seal`].
    pub(crate) fn share(
        &mut self,
        from: &Folder,
        name: &str,
        sum: Sum,
        page_sums: Option<&[u8]>,
    ) -> Result<(), Error> {
        // Not every file system has hard links.
        let linked = from.hard_link(name, &self.generation).is_ok();
        if !linked {
            self.copy(from, name)?;
        }
        let page_sums = page_sums.map(<[u8]>::to_vec);
        self.shared.insert(name.to_owned(), Shared { sum, page_sums, linked });
        Ok(())
    }

    /// Copies a file of an earlier generation into this one, which may change the copy.
    pub(crate) fn copy(&self, from: &Folder, name: &str) -> Result<(), Error> {
        let copied = from
            .file(name)
            .and_then(|(mut file, _)| io::copy(&mut file, &mut self.generation.create(name)?));
        copied.map(drop).map_err(Error::io("copy", &from.path_of(name)))
    }

    /// Waits until every file is on the disk, and sums them up.
    pub(crate) fn seal(&self) -> Result<Sums, Error> {
        let entries = self.generation.entries();
        let mut files = entries.map_err(Error::io("list", self.generation.path()))?;
        files.retain(|file| file.name != MARKER && !is_tantivy_lock(&file.name));
        // A disk writes several at once, and there are two dozen at most. Where no more threads can
        // be made, this one does the rest.
        thread::scope(|scope| {
            let spawned = files.iter().map(|file| {
                let sealing = move || self.sealed(&file.name);
                let thread = thread::Builder::new().spawn_scoped(scope, sealing);
                (&file.name, thread)
            });
            let spawned: Vec<_> = spawned.collect();
            let sums = spawned.into_iter().map(|(name, thread)| {
                let sum = match thread {
                    Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                    Err(_) => self.sealed(name),
                };
                Ok((name.clone(), sum?))
            });
            let sealed: Vec<(String, Sealed)> = sums.collect::<Result<_, Error>>()?;
            self.with_page_sums(sealed)
        })
    }

    /// Writes the checksums of pages, and returns the sums of all files.
    fn with_page_sums(&self, sealed: Vec<(String, Sealed)>) -> Result<Sums, Error> {
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
        let sum = Sum { bytes: bytes.len() as u64, xxh3: xxh3_64(&bytes) };
        sums.insert(PAGE_SUMS.to_owned(), sum);
        Ok(sums)
    }

    /// Brings a file to the disk, for anybody to read, and sums it up. A link to a file of an
    /// earlier generation is there already, and was verified.
    fn sealed(&self, name: &str) -> Result<Sealed, Error> {
        let shared = self.shared.get(name);
        if let Some(Shared { sum, linked: true, page_sums }) = shared {
            return Ok(Sealed { sum: *sum, page_sums: page_sums.clone() });
        }
        let path = self.generation.path_of(name);
        let (file, _) = self.generation.file(name).map_err(Error::io("open", &path))?;
        self.generation.make_readable(&file).map_err(Error::io("set the rights of", &path))?;
        file.sync_all().map_err(Error::io("sync", &path))?;
        let read = match has_page_sums(name) {
            true => Sum::with_pages(&self.generation, name).map(|(sum, pages)| (sum, Some(pages))),
            false => Sum::of(&self.generation, name).map(|sum| (sum, None)),
        };
        let (sum, page_sums) = read.map_err(Error::io("read", &path))?;
        match shared {
            // What the disk says of the copy must be what the original said.
            Some(shared) if shared.sum != sum => {
                let what = format!("{} changed while it was copied", path.display());
                Err(Error::Io { what: "copy", path, source: io::Error::other(what) })
            }
            _ => Ok(Sealed { sum, page_sums }),
        }
    }

    /// Makes this generation, with its description, the index in one step and removes the others,
    /// unless they are to be kept. Returns why the step may not survive a power cut, if so: the
    /// generation before stays then.
    pub(crate) fn publish(
        mut self,
        description: &[u8],
        keep_others: bool,
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
        // The folder is in the index's by now, whatever happens to what names it.
        sync(&self.locked.folder)?;
        let mut drafts = drafts();
        let renamed = self.generation.rename(CURRENT, &self.locked.folder, CURRENT);
        renamed.map_err(Error::io("replace", &self.locked.folder.path_of(CURRENT)))?;
        self.published = true;
        drafts.retain(|(folder, name)| {
            *name != self.name || folder.path() != self.locked.folder.path()
        });
        drop(drafts);
        // The index is the new one for every reader from here on: no error may say otherwise.
        if let Err(error) = sync(&self.locked.folder) {
            return Ok(Some(error));
        }
        // It was written and summed up just now.
        self.locked.sweep(Some(!keep_others));
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

/// Removes what this process has written for generations that are not the index yet. None becomes
/// the index after that, and builds do not return: the process must end.
pub fn abandon() {
    let drafts = drafts();
    for (folder, name) in &*drafts {
        // Renamed first: other threads still write into the folder, and find it no more.
        let gone = format!("{name}{GONE}");
        let renamed = folder.kind(&gone).is_none() && folder.rename(name, folder, &gone).is_ok();
        remove_generation(folder, if renamed { &gone } else { name });
    }
    std::mem::forget(drafts);
}
