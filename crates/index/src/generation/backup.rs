//! Copies the index in use. The copy is consistent even if a build runs at the same time.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::cleanup::{KeepComplete, remove_unmarked};
use super::current::{Current, current};
use super::lock::WhenBusy;
use super::locked::Locked;
use crate::error::Error;
use crate::files::{
    CURRENT, DESCRIPTION, DESCRIPTION_LIMIT, Folder, GENERATION_MARKER, SEAL, Sum,
    generation_marker_text,
};
use crate::meta::Meta;

/// Copies the index in use in `dir` into the folder `to`, which is created if it is missing. `to`
/// must be empty or an index folder, such as an older backup, whose index is then replaced in one
/// step.
///
/// A build may run at the same time: the copy is the index as it was when copying began. Every file
/// is verified while it is copied.
///
/// # Errors
///
/// - [`Error::Missing`] if there is no index in `dir`, [`Error::Format`] if the index is of another
///   format, [`Error::Denied`] if this user may not read it, and [`Error::Unreadable`] if it is
///   damaged;
/// - [`Error::BackupIntoItself`] if `to` is `dir`;
/// - [`Error::NotAnIndex`] and [`Error::Foreign`] if `to` contains files that wensou did not make;
/// - [`Error::Busy`] if another process is writing into `to`;
/// - [`Error::Io`] if either folder cannot be read or written.
pub fn backup(dir: &Path, to: &Path) -> Result<CopiedFiles, Error> {
    let folder = Folder::of_index(dir)?;
    let (in_use, opened) = loop {
        let in_use = current(&folder)?;
        match open_all(&folder, &in_use) {
            Ok(opened) => break (in_use, opened),
            // A build may just have replaced and removed this generation: copy the new one.
            Err(_) if current(&folder)? != in_use => {}
            Err(error) => return Err(error),
        }
    };
    let locked = Locked::take(to, WhenBusy::Fail)?;
    if is_same_folder(dir, to) {
        return Err(Error::BackupIntoItself { dir: dir.to_path_buf() });
    }
    copy(locked, &in_use, opened, &folder)
}

/// What [`backup`] has copied: the description and the files that it lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedFiles {
    /// The number of files.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// The generation to copy. All its files are open, so they stay readable if a build removes them.
struct OpenGeneration {
    description: Vec<u8>,
    /// Each file that the description lists: its name, its sum, and the open file.
    files: Vec<(String, Sum, File)>,
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    canonical(one).is_some() && canonical(one) == canonical(other)
}

/// Opens all files of `in_use`, the generation in use of the index in `folder`.
fn open_all(folder: &Folder, in_use: &Current) -> Result<OpenGeneration, Error> {
    let dir = folder.path();
    let unreadable = |error: io::Error| Error::unreadable(dir, error);
    let generation = folder.folder(&in_use.name).map_err(unreadable)?;
    let meta = Meta::read(dir, &generation, in_use.checksum)?;
    let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT).map_err(unreadable)?;
    let files = meta.files.into_iter().map(|(name, sum)| {
        let damaged =
            |what: String| Error::unreadable(dir, format!("{}/{name}: {what}", in_use.name));
        let opened = generation.file(&name);
        let (file, length) = opened
            .map_err(|source| Error::unopened(dir, &format!("{}/{name}", in_use.name), &source))?;
        // Do not copy a damaged file, which may be very long.
        if length != sum.bytes {
            return Err(damaged(format!("has {length} bytes, not {}", sum.bytes)));
        }
        Ok((name, sum, file))
    });
    Ok(OpenGeneration { description, files: files.collect::<Result<_, Error>>()? })
}

/// Copies the files of the generation `original` into a new generation of the locked folder, and
/// makes the copy the generation in use of that folder. `from` is the index folder of the original,
/// for messages.
fn copy(
    mut locked: Locked,
    original: &Current,
    opened: OpenGeneration,
    from: &Folder,
) -> Result<CopiedFiles, Error> {
    let to = &locked.folder;
    // An older backup may contain a generation of the same name, so the copy has a number of its
    // own.
    let name = locked.next_name()?;
    let path = to.path_of(&name);
    locked.note_unfinished(&name);
    let to = &locked.folder;
    let generation = to.create_folder(&name).map_err(Error::io("create the folder", &path))?;
    let copied = (|| {
        let write = |name: &str, bytes: &[u8]| {
            let written = generation.write_durably(name, bytes);
            written.map_err(Error::io("write", &path.join(name)))
        };
        write(GENERATION_MARKER, generation_marker_text(&name).as_bytes())?;
        let mut bytes = opened.description.len() as u64;
        let files = opened.files.len() as u64 + 1;
        for (file, sum, content) in opened.files {
            let target = path.join(&file);
            let made = generation.create(&file).map_err(Error::io("create", &target))?;
            let found = Sum::read(&mut Tee { from: content, to: &made });
            if found.map_err(Error::io("copy", &target))? != sum {
                let what = format!("checksum mismatch in {}/{file}", original.name);
                return Err(Error::unreadable(from.path(), what));
            }
            generation
                .make_readable(&made)
                .map_err(Error::io("set the permissions of", &target))?;
            made.sync_all().map_err(Error::io("sync", &target))?;
            bytes += sum.bytes;
        }
        write(DESCRIPTION, &opened.description)?;
        let line = Current { name: name.clone(), checksum: original.checksum }.line();
        write(SEAL, line.as_bytes())?;
        write(CURRENT, line.as_bytes())?;
        generation.sync().map_err(Error::io("sync", &path))?;
        to.sync().map_err(Error::io("sync", to.path()))?;
        let renamed = generation.rename(CURRENT, to, CURRENT);
        renamed.map_err(Error::io("replace", &to.path_of(CURRENT)))?;
        to.sync().map_err(Error::io("sync", to.path()))?;
        Ok(CopiedFiles { files, bytes })
    })();
    if copied.is_err() {
        remove_unmarked(&locked.folder, &name);
    }
    // If the copy succeeded, remove the older backup. If it failed, remove what was copied so far;
    // but once the copy is complete, keep both generations if the one in use may need the other.
    locked.clean_up(if copied.is_ok() { KeepComplete::No } else { KeepComplete::IfNeeded });
    copied
}

/// A reader that also writes every byte that it reads into another file.
struct Tee<'a> {
    from: File,
    to: &'a File,
}

impl io::Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.to.write_all(&buffer[..read])?;
        Ok(read)
    }
}
