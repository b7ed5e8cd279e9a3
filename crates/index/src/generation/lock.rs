//! `LOCK`: held by the one process that builds, with a note of what it does.
//!
//! The lock is the system's, on the open file: it goes when its process goes, so it is never stale.
//! The note is for people and for `check`, which must not take the lock to learn whether a build
//! is running, and for the next build, which learns from it what a killed one was making.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::thread;
use std::time::Duration;

use super::folder::Folder;
use super::folder_marker::is_marked;
use super::names::{LOCK, generation_number, is_damaged_copy};
use crate::error::Error;

/// First line of the note.
const HEADER: &str = "wensou lock";
/// Bytes of a note at most.
const LIMIT: u64 = 4096;

/// The build lock of an index folder, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    /// Whether a note may be written: the file is not somebody else's.
    ours: bool,
}

/// What the note in a lock file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// The process that builds; `None` when none does.
    pub(crate) pid: Option<u32>,
    /// The name of its machine.
    pub(crate) host: Option<String>,
    /// Generations that are being made or removed.
    pub(crate) unfinished: Vec<String>,
}

impl Lock {
    /// Takes the lock; if another process has it, waits for it or says so.
    pub(crate) fn take(folder: &Folder, wait: bool) -> Result<Self, Error> {
        let path = folder.path_of(LOCK);
        let (mut file, new) = open(folder).map_err(Error::io("open", &path))?;
        let mut attempts = 0;
        loop {
            let taken = match wait {
                true => file.lock().map_err(TryLockError::Error),
                false => file.try_lock(),
            };
            match taken {
                Ok(()) => break,
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(source)) => {
                    return Err(Error::Io { what: "lock", path, source });
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = Note::read(&mut file).and_then(|note| note.pid);
                    // A process that this one is just starting has our files open until it is
                    // another program.
                    attempts += 1;
                    if holder != Some(std::process::id()) || attempts > 25 {
                        return Err(Error::Busy { dir: folder.path().to_path_buf(), holder });
                    }
                    thread::sleep(Duration::from_millis(10));
                }
            }
        }
        // What a kill or a power cut leaves of a note in a folder that is marked was ours.
        let torn = || is_marked(folder) && is_ours(folder);
        let ours = new || Note::read(&mut file).is_some() || torn();
        Ok(Self { file, ours })
    }

    /// What the last holder was doing when it ended: nothing, unless it was killed.
    pub(crate) fn last_note(&mut self) -> Note {
        Note::read(&mut self.file).unwrap_or_default()
    }

    /// Says what this process does. That the note cannot be written must not end a build.
    pub(crate) fn note(&mut self, unfinished: &[String]) {
        let note =
            Note { pid: Some(std::process::id()), host: host(), unfinished: unfinished.to_vec() };
        self.write(&note);
    }

    /// Says that nothing is being done any more.
    pub(crate) fn note_idle(&mut self) {
        self.write(&Note::default());
    }

    fn write(&mut self, note: &Note) {
        if !self.ours {
            return;
        }
        let text = note.to_string();
        // In this order, whoever reads meanwhile sees the new note, perhaps with the rest of a
        // longer one before it.
        let _ = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.set_len(text.len() as u64));
    }
}

/// Opens the file, which is made if it is missing; whether it was.
fn open(folder: &Folder) -> io::Result<(File, bool)> {
    match folder.create(LOCK) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match folder.file_to_write(LOCK) {
                // A file of another user's can be locked, too, if it can be read.
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
    /// `None` if the file is not a lock of ours.
    fn read(file: &mut File) -> Option<Self> {
        let mut text = String::new();
        file.rewind().ok()?;
        file.take(LIMIT).read_to_string(&mut text).ok()?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Option<Self> {
        // Before format 5 it was the process number and nothing else.
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

/// The note in the lock file of a folder, without taking the lock. `None` if there is none that
/// could be read.
pub(crate) fn note(folder: &Folder) -> Option<Note> {
    Note::parse(std::str::from_utf8(&folder.read(LOCK, LIMIT).ok()?).ok()?)
}

/// Whether the lock file is ours, or cannot be told from one that is: a build that was killed
/// between making the file and writing its note left it empty, and a power cut perhaps with zeros.
pub(crate) fn is_ours(folder: &Folder) -> bool {
    let content = folder.read(LOCK, LIMIT);
    content.is_ok_and(|it| {
        is_damaged_copy(&it, HEADER.as_bytes())
            || std::str::from_utf8(&it).is_ok_and(|text| Note::parse(text).is_some())
    })
}

/// Whether a build may be running, as far as its note tells: its process is there, or is on another
/// machine, where nobody can tell from here.
pub(crate) fn may_be_building(folder: &Folder) -> bool {
    let Some(Note { pid: Some(pid), host: machine, .. }) = note(folder) else { return false };
    // Before format 5 the machine was not noted.
    let elsewhere = machine.is_some() && machine != host();
    elsewhere || is_running(pid)
}

#[cfg(unix)]
fn is_running(pid: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};

    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // Another user's process is there although it may not be signalled.
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
        let mut lock = Lock::take(&folder, false).unwrap();
        lock.note(&[]);
        assert_eq!(std::fs::read(dir.path().join(LOCK)).unwrap(), b"notes\n");
        assert!(!is_ours(&folder));
    }

    #[test]
    fn whether_a_build_runs_is_told_without_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert!(!may_be_building(&folder));
        let mut lock = Lock::take(&folder, false).unwrap();
        lock.note(&["gen-000001".to_owned()]);
        assert!(may_be_building(&folder));
        lock.note_idle();
        assert!(!may_be_building(&folder));
    }
}
