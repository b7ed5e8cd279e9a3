//! `LOCK`: the file that is locked by the one process that builds, with a note of what it is
//! making.
//!
//! The operating system releases the lock when the process ends, so no lock outlives its process.
//! The note is for people, for `check`, which finds out whether a build is running without taking
//! the lock, and for the next build, which reads what a killed one was making.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::thread;
use std::time::Duration;

use super::folder_marker::is_marked;
use crate::error::Error;
use crate::files::{Folder, LOCK, generation_number, is_damaged_copy};

/// The first line of the note.
const HEADER: &str = "wensou lock";
/// The maximum length of a note, in bytes.
const LIMIT: u64 = 4096;

/// What [`Lock::take`] does if another process has the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenBusy {
    /// It waits until that process releases the lock.
    Wait,
    /// It fails with [`Error::Busy`].
    Fail,
}

/// The build lock of an index folder. It is released when this value is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    /// Whether wensou made the file, so that a note may be written into it.
    ours: bool,
}

/// The note in a lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// The process that builds; `None` if none does.
    pub(crate) pid: Option<u32>,
    /// The name of its machine.
    pub(crate) host: Option<String>,
    /// Generations that are being made or removed.
    pub(crate) unfinished: Vec<String>,
}

impl Lock {
    /// Takes the lock, or waits or fails if another process has it.
    pub(crate) fn take(folder: &Folder, when_busy: WhenBusy) -> Result<Self, Error> {
        let path = folder.path_of(LOCK);
        let (mut file, is_new) = open(folder).map_err(Error::io("open", &path))?;
        let mut attempts = 0;
        loop {
            let taken = match when_busy {
                WhenBusy::Wait => file.lock().map_err(TryLockError::Error),
                WhenBusy::Fail => file.try_lock(),
            };
            match taken {
                Ok(()) => break,
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(source)) => {
                    return Err(Error::Io { what: "lock", path, source });
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = Note::read(&mut file).and_then(|note| note.pid);
                    // Between fork and exec, a child of this process has the lock file open, too,
                    // so a lock of this process may outlive the value that held it. The note then
                    // names this process; or none, because a holder notes that no process builds
                    // before it drops the value. Try again for a quarter of a second.
                    attempts += 1;
                    let may_be_own = holder.is_none_or(|holder| holder == std::process::id());
                    if !may_be_own || attempts > 25 {
                        return Err(Error::Busy { dir: folder.path().to_path_buf(), holder });
                    }
                    thread::sleep(Duration::from_millis(10));
                }
            }
        }
        // In a folder with our marker, a damaged note is ours: a kill or a power cut leaves one.
        let is_damaged_note = || is_marked(folder) && has_own_lock_file(folder);
        let ours = is_new || Note::read(&mut file).is_some() || is_damaged_note();
        Ok(Self { file, ours })
    }

    /// The note that the last holder left. It names unfinished generations only if that process was
    /// killed.
    pub(crate) fn last_note(&mut self) -> Note {
        Note::read(&mut self.file).unwrap_or_default()
    }

    /// Writes that this process is making or removing these generations. Errors are ignored,
    /// because a build does not depend on its note.
    pub(crate) fn write_note(&mut self, unfinished: &[String]) {
        let note =
            Note { pid: Some(std::process::id()), host: host(), unfinished: unfinished.to_vec() };
        self.write(&note);
    }

    /// Writes that no process is building.
    pub(crate) fn write_idle(&mut self) {
        self.write(&Note::default());
    }

    /// Writes a note, if the file is ours.
    fn write(&mut self, note: &Note) {
        if !self.ours {
            return;
        }
        let text = note.to_string();
        // Truncate last: a process that reads meanwhile sees the new note, perhaps followed by the
        // end of the old one, and never an empty file.
        let _ = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.set_len(text.len() as u64));
    }
}

/// Opens the lock file, and creates it if it is missing. Returns the file and whether it was
/// missing.
fn open(folder: &Folder) -> io::Result<(File, bool)> {
    match folder.create(LOCK) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match folder.file_to_write(LOCK) {
                // This user cannot write the file, but a file can be locked if it can be read.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    Ok((folder.file(LOCK)?.0, false))
                }
                opened => Ok((opened?, false)),
            }
        }
        Err(error) => Err(error),
    }
}

impl Note {
    /// Reads the note in a lock file; `None` if the file is not one of ours.
    fn read(file: &mut File) -> Option<Self> {
        let mut text = String::new();
        file.rewind().ok()?;
        file.take(LIMIT).read_to_string(&mut text).ok()?;
        Self::parse(&text)
    }

    /// Parses the text of a lock file; `None` if it is no note of ours.
    fn parse(text: &str) -> Option<Self> {
        // Before format 5 the file contained the process id and nothing else.
        if let Some(pid) = text.strip_suffix('\n').and_then(|pid| pid.parse().ok()) {
            return Some(Self { pid: Some(pid), ..Self::default() });
        }
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return None;
        }
        let mut note = Self::default();
        for line in lines {
            match line.split_once(' ') {
                Some(("pid", pid)) => note.pid = pid.parse().ok(),
                Some(("host", host)) => note.host = Some(host.to_owned()),
                Some(("unfinished", name)) if generation_number(name).is_some() => {
                    note.unfinished.push(name.to_owned());
                }
                _ => {}
            }
        }
        Some(note)
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.pid.iter().try_for_each(|pid| writeln!(f, "pid {pid}"))?;
        self.host.iter().try_for_each(|host| writeln!(f, "host {host}"))?;
        self.unfinished.iter().try_for_each(|name| writeln!(f, "unfinished {name}"))
    }
}

/// Reads the note in the lock file of a folder without taking the lock; `None` if there is none.
pub(crate) fn read_note(folder: &Folder) -> Option<Note> {
    Note::parse(std::str::from_utf8(&folder.read(LOCK, LIMIT).ok()?).ok()?)
}

/// Whether the lock file is ours or may be: a build that is killed before it writes its note leaves
/// an empty file, and a power cut may leave zeros.
pub(crate) fn has_own_lock_file(folder: &Folder) -> bool {
    let content = folder.read(LOCK, LIMIT);
    content.is_ok_and(|content| {
        is_damaged_copy(&content, HEADER.as_bytes())
            || std::str::from_utf8(&content).is_ok_and(|text| Note::parse(text).is_some())
    })
}

/// Whether a build may be running: the process that the note names exists, or is on another
/// machine, whose processes this machine cannot see.
pub(crate) fn may_be_building(folder: &Folder) -> bool {
    let Some(Note { pid: Some(pid), host: machine, .. }) = read_note(folder) else { return false };
    // Before format 5 the note did not name the machine.
    let elsewhere = machine.is_some() && machine != host();
    elsewhere || is_running(pid)
}

#[cfg(unix)]
fn is_running(pid: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};

    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // A process of another user exists although it must not be signalled.
    pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    true
}

/// The name of this machine.
fn host() -> Option<String> {
    #[cfg(unix)]
    {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        (!name.is_empty() && !name.contains(char::is_control)).then_some(name)
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let note = Note {
            pid: Some(4711),
            host: Some("甲".to_owned()),
            unfinished: vec!["gen-000007".to_owned(), "gen-000008".to_owned()],
        };
        assert_eq!(Note::parse(&note.to_string()), Some(note));
        assert_eq!(Note::parse("wensou lock\n"), Some(Note::default()));
        assert_eq!(Note::parse("4711\n").and_then(|note| note.pid), Some(4711));
        for foreign in ["", "notes\n", "wensou locks\n", "wensou lock of mine"] {
            assert_eq!(Note::parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_foreign_lock_file_is_locked_and_not_written() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(LOCK), "notes\n").unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut lock = Lock::take(&folder, WhenBusy::Fail).unwrap();
        lock.write_note(&[]);
        assert_eq!(std::fs::read(dir.path().join(LOCK)).unwrap(), b"notes\n");
        assert!(!has_own_lock_file(&folder));
    }

    #[test]
    fn a_lock_that_a_forked_child_still_has_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut lock = Lock::take(&folder, WhenBusy::Fail).unwrap();
        // A duplicate of the descriptor keeps the lock, as that of a forked child does.
        let of_child = lock.file.try_clone().unwrap();
        lock.write_note(&[]);
        lock.write_idle();
        drop(lock);
        let child = thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            drop(of_child);
        });
        assert!(Lock::take(&folder, WhenBusy::Fail).is_ok());
        child.join().unwrap();
    }

    #[test]
    fn a_running_build_is_noticed_without_taking_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert!(!may_be_building(&folder));
        let mut lock = Lock::take(&folder, WhenBusy::Fail).unwrap();
        lock.write_note(&["gen-000001".to_owned()]);
        assert!(may_be_building(&folder));
        lock.write_idle();
        assert!(!may_be_building(&folder));
    }
}
