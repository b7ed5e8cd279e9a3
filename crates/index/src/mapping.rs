//! Large files of an index, mapped into memory, and what happens if one is cut short meanwhile.
//!
//! No file of a generation ever changes, so a mapping is sound as long as nobody else changes it.
//! If somebody does and the file becomes shorter, reading behind its end raises SIGBUS, which would
//! end the program without a word. [`report_lost_files`] makes it say which file it was.
//!
//! This is the one file of the crate with `unsafe` code; each use says why it is sound.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use memmap2::{Mmap, MmapOptions};
use stable_deref_trait::StableDeref;

/// A mapped file.
#[derive(Debug)]
pub(crate) struct Mapping {
    map: Mmap,
    /// Where the handler finds it, if there was room.
    slot: Option<&'static Slot>,
}

impl Mapping {
    /// Maps an open file; `path` is for the message if it is cut short.
    pub(crate) fn new(file: &File, path: &Path) -> io::Result<Self> {
        Self::of(MmapOptions::new(), file, path)
    }

    /// The same of a file that is about to be read whole: its pages are mapped at once, which costs
    /// a fraction of what a page fault for each does.
    pub(crate) fn populated(file: &File, path: &Path) -> io::Result<Self> {
        Self::of(MmapOptions::new().populate().clone(), file, path)
    }

    fn of(options: MmapOptions, file: &File, path: &Path) -> io::Result<Self> {
        // SAFETY: the bytes of a generation's files do not change after it has been published. If
        // another program changes them all the same, what is read is checked like any other input:
        // no code of ours relies on the bytes for memory safety.
        let map = unsafe { options.map(file)? };
        Ok(Self { slot: Slot::claim(&map, path), map })
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}

// SAFETY: the bytes lie where the system has mapped them, not in the value, so that they stay where
// they are when the value is moved; nothing remaps them before it is dropped.
unsafe impl StableDeref for Mapping {}

impl Drop for Mapping {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            slot.start.store(0, Ordering::Release);
        }
    }
}

/// A mapping, for the handler: it may take no lock and allocate nothing.
#[derive(Debug)]
struct Slot {
    /// Address of the first byte; 0 if the slot is free, 1 while it is being filled.
    start: AtomicUsize,
    bytes: AtomicUsize,
    /// The text of the path. It is never freed, for the handler may be reading it: some 80 bytes
    /// for each file that a process maps.
    path: AtomicPtr<u8>,
    path_bytes: AtomicUsize,
}

/// Mappings that the handler can tell apart: some twenty are used by an open index.
const SLOTS: usize = 128;

static MAPPINGS: [Slot; SLOTS] = [const {
    Slot {
        start: AtomicUsize::new(0),
        bytes: AtomicUsize::new(0),
        path: AtomicPtr::new(std::ptr::null_mut()),
        path_bytes: AtomicUsize::new(0),
    }
}; SLOTS];

impl Slot {
    fn claim(map: &Mmap, path: &Path) -> Option<&'static Slot> {
        let free = |slot: &&Slot| {
            slot.start.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        let slot = MAPPINGS.iter().find(free)?;
        let text: &'static mut [u8] =
            Box::leak(path.to_string_lossy().escape_debug().to_string().into_bytes().into());
        slot.bytes.store(map.len(), Ordering::Relaxed);
        slot.path_bytes.store(text.len(), Ordering::Relaxed);
        slot.path.store(text.as_mut_ptr(), Ordering::Relaxed);
        slot.start.store(map.as_ptr() as usize, Ordering::Release);
        Some(slot)
    }
}

/// From now on, if a mapped file of an index is cut short under this process, the process says
/// which one on standard error, and ends with status 3. For programs, not for libraries: it takes
/// the handler of SIGBUS.
///
/// # Errors
///
/// If the system refuses the handler.
#[cfg(unix)]
pub fn report_lost_files() -> io::Result<()> {
    // SAFETY: the handler only loads atomics, calls `write` and ends the process with `_exit`; all
    // of these are safe in a signal handler. It returns only for a SIGBUS that is not ours, for
    // which it restores the default action first, so that the same access ends the process.
    unsafe { signal_hook_registry::register_sigaction(libc::SIGBUS, on_lost_file) }?;
    Ok(())
}

/// Where there are no signals, the system ends the process.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn report_lost_files() -> io::Result<()> {
    Ok(())
}

/// How the terminal was before a program changed it, and what leaves its screen.
#[cfg(unix)]
static TERMINAL: OnceLock<(rustix::termios::Termios, &'static [u8])> = OnceLock::new();

/// For programs that use the whole screen: before the message of [`report_lost_files`] the terminal
/// gets back the settings that it has now, and `leave` is written to it. Call it before the
/// settings are changed; only the first call counts.
#[cfg(unix)]
pub fn restore_terminal_on_sigbus(leave: &'static [u8]) {
    if let Ok(settings) = rustix::termios::tcgetattr(std::io::stdin()) {
        let _ = TERMINAL.set((settings, leave));
    }
}

/// Where there are no signals, nothing has to be restored.
#[cfg(not(unix))]
pub fn restore_terminal_on_sigbus(_: &'static [u8]) {}

#[cfg(unix)]
fn on_lost_file(info: &libc::siginfo_t) {
    // SAFETY: the system fills in the address for this signal.
    let at = unsafe { info.si_addr() } as usize;
    let write = |to: i32, bytes: &[u8]| {
        // SAFETY: pointer and length are those of a slice.
        unsafe { libc::write(to, bytes.as_ptr().cast(), bytes.len()) };
    };
    let say = |bytes: &[u8]| write(2, bytes);
    for slot in &MAPPINGS {
        let start = slot.start.load(Ordering::Acquire);
        // A page at the end of the file belongs to it to the end of the page.
        let end = start.saturating_add(slot.bytes.load(Ordering::Relaxed)).saturating_add(1 << 16);
        if start <= 1 || at < start || at >= end {
            continue;
        }
        let (path, bytes) =
            (slot.path.load(Ordering::Relaxed), slot.path_bytes.load(Ordering::Relaxed));
        // Reading a cell that has been set takes no lock, and `tcsetattr` is a system call.
        if let Some((settings, leave)) = TERMINAL.get() {
            write(1, leave);
            let now = rustix::termios::OptionalActions::Now;
            let _ = rustix::termios::tcsetattr(std::io::stdin(), now, settings);
        }
        say(b"error: ");
        // SAFETY: pointer and length are those of a slice that is never freed.
        say(unsafe { std::slice::from_raw_parts(path, bytes) });
        say(b" was cut short while it was read: `wensou check --repair` repairs the index\n");
        // SAFETY: always safe; nothing of the process runs after it.
        unsafe { libc::_exit(3) };
    }
    // SAFETY: restores the default action, which ends the process when the access is repeated.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_free_again_when_its_mapping_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, vec![7; 1 << 13]).unwrap();
        for _ in 0..3 * SLOTS {
            let mapping = Mapping::new(&File::open(&path).unwrap(), &path).unwrap();
            assert!(mapping.slot.is_some());
            assert_eq!((mapping.len(), mapping[4711]), (1 << 13, 7));
        }
    }
}
