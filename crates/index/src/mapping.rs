//! Maps large files of an index into memory, and reports a file that is truncated while it is
//! mapped.
//!
//! No file of a generation ever changes. If another program truncates one nevertheless, reading
//! past its new end raises SIGBUS, which ends the process without a message. The handler that
//! [`report_truncated_files`] installs names the file first.
//!
//! This is the only file of the crate with `unsafe` code. Each use says why it is sound.
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
    /// The entry for the signal handler, if one was free.
    slot: Option<&'static Slot>,
}

impl Mapping {
    /// Maps an open file. `path` is for the message if it is truncated.
    pub(crate) fn new(file: &File, path: &Path) -> io::Result<Self> {
        Self::of(MmapOptions::new(), file, path)
    }

    /// Does the same as [`Mapping::new`], for a file that is read whole immediately afterwards. All
    /// pages are mapped at once, which takes a fraction of the time of a page fault for each.
    pub(crate) fn populated(file: &File, path: &Path) -> io::Result<Self> {
        Self::of(MmapOptions::new().populate().clone(), file, path)
    }

    fn of(options: MmapOptions, file: &File, path: &Path) -> io::Result<Self> {
        // SAFETY: the files of a published generation do not change. If another program changes
        // them nevertheless, they are checked like any other input: memory safety does not depend
        // on the content of the bytes.
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

// SAFETY: the value holds an address of the mapping, not the bytes, so the bytes stay in place when
// the value is moved. Nothing remaps them before it is dropped.
unsafe impl StableDeref for Mapping {}

impl Drop for Mapping {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            slot.start.store(0, Ordering::Release);
        }
    }
}

/// A mapping, as the signal handler finds it. A handler must neither take a lock nor allocate, so
/// these are atomics in a fixed array.
#[derive(Debug)]
struct Slot {
    /// Address of the first byte; 0 if the slot is free, 1 while it is being filled.
    start: AtomicUsize,
    /// Length of the mapping.
    bytes: AtomicUsize,
    /// The path as text. It is never freed, because the handler may be reading it. This leaks some
    /// 80 bytes for each file that a process maps.
    path: AtomicPtr<u8>,
    /// Length of the path.
    path_bytes: AtomicUsize,
}

/// The maximum number of mappings whose files the handler can name. An open index uses about
/// twenty.
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
    /// Fills a free slot; `None` if all are in use.
    fn claim(map: &Mmap, path: &Path) -> Option<&'static Slot> {
        let reserve_if_free = |slot: &&Slot| {
            slot.start.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        let slot = MAPPINGS.iter().find(reserve_if_free)?;
        let text: &'static mut [u8] =
            Box::leak(path.to_string_lossy().escape_debug().to_string().into_bytes().into());
        slot.bytes.store(map.len(), Ordering::Relaxed);
        slot.path_bytes.store(text.len(), Ordering::Relaxed);
        slot.path.store(text.as_mut_ptr(), Ordering::Relaxed);
        slot.start.store(map.as_ptr() as usize, Ordering::Release);
        Some(slot)
    }
}

/// Installs a handler of SIGBUS for the case that another program truncates a mapped file of an
/// index: the process then names the file on standard error and exits with status 3, as for a
/// damaged index.
///
/// Call this from programs, not from libraries: a process has only one handler of SIGBUS.
///
/// # Errors
///
/// If the system refuses the handler.
#[cfg(unix)]
pub fn report_truncated_files() -> io::Result<()> {
    // SAFETY: the handler only loads atomics, sets the terminal by a system call, calls `write` and
    // ends the process with `_exit`. All of these are safe in a signal handler. It returns only for
    // an address outside our mappings, and restores the default action first, so that repeating the
    // access ends the process.
    unsafe { signal_hook_registry::register_sigaction(libc::SIGBUS, on_sigbus) }?;
    Ok(())
}

/// Does nothing: this system has no signals, and ends the process itself.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn report_truncated_files() -> io::Result<()> {
    Ok(())
}

/// The settings of the terminal before the program changed them, and the escape sequences that undo
/// what the program did to the screen.
#[cfg(unix)]
static TERMINAL: OnceLock<(rustix::termios::Termios, &'static [u8])> = OnceLock::new();

/// Remembers the present settings of the terminal, for programs that use the whole screen. Before
/// the message of [`report_truncated_files`], `leave` is written to standard output, and these
/// settings are restored. `leave` has the escape sequences that undo what the program did to the
/// screen.
///
/// Call this before the settings are changed. Only the first call counts.
#[cfg(unix)]
pub fn restore_terminal_on_sigbus(leave: &'static [u8]) {
    if let Ok(settings) = rustix::termios::tcgetattr(std::io::stdin()) {
        let _ = TERMINAL.set((settings, leave));
    }
}

/// Does nothing: this system has no signals.
#[cfg(not(unix))]
pub fn restore_terminal_on_sigbus(_: &'static [u8]) {}

#[cfg(unix)]
fn on_sigbus(info: &libc::siginfo_t) {
    // SAFETY: the system fills in the address for this signal.
    let address = unsafe { info.si_addr() } as usize;
    let write = |to: i32, bytes: &[u8]| {
        // SAFETY: pointer and length are those of a slice.
        unsafe { libc::write(to, bytes.as_ptr().cast(), bytes.len()) };
    };
    let (stdout, stderr) = (1, 2);
    let report = |bytes: &[u8]| write(stderr, bytes);
    for slot in &MAPPINGS {
        let start = slot.start.load(Ordering::Acquire);
        // The last page of a mapping may extend beyond the end of the file, by less than 64 KiB on
        // all usual systems.
        let end = start.saturating_add(slot.bytes.load(Ordering::Relaxed)).saturating_add(1 << 16);
        if start <= 1 || address < start || address >= end {
            continue;
        }
        let (path, path_bytes) =
            (slot.path.load(Ordering::Relaxed), slot.path_bytes.load(Ordering::Relaxed));
        // Both are safe in a signal handler: `OnceLock::get` takes no lock, and `tcsetattr` is a
        // system call.
        if let Some((settings, leave)) = TERMINAL.get() {
            write(stdout, leave);
            let now = rustix::termios::OptionalActions::Now;
            let _ = rustix::termios::tcsetattr(std::io::stdin(), now, settings);
        }
        report(b"error: ");
        // SAFETY: pointer and length are those of a slice that is never freed.
        report(unsafe { std::slice::from_raw_parts(path, path_bytes) });
        report(b" was cut short while it was read: `wensou check --repair` repairs the index\n");
        // SAFETY: `_exit` may be called anywhere.
        unsafe { libc::_exit(3) };
    }
    // SAFETY: restores the default action, which ends the process when the access is repeated.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_free_again_when_its_mapping_is_dropped() {
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
