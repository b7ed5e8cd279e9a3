//! The system's allocator, which refuses what no run can need.
//!
//! A length in a damaged file can be anything, and tantivy allocates some of them before it compares
//! them with the file. What the system cannot give would abort the process without a word about the
//! cause; what it can give would fill the memory. No single allocation of a sound run comes near the
//! limit: a page has 8 MiB at most, the window of a decompressor 128 MiB.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

/// Bytes of one allocation at most.
const LIMIT: usize = 2 << 30;
/// The exit status of an index that cannot be read.
const DAMAGED: i32 = 3;

struct Bounded;

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

// SAFETY: every method passes its arguments on to the system's allocator, which keeps the contract,
// or ends the process.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        refuse_beyond_limit(layout.size());
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        refuse_beyond_limit(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        refuse_beyond_limit(size);
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

#[inline]
fn refuse_beyond_limit(size: usize) {
    if size > LIMIT {
        end();
    }
}

/// Says what is most likely wrong and ends the process: there is no way to refuse an allocation that
/// callers can handle.
#[cold]
fn end() -> ! {
    let what = b"error: more memory was asked for than any run needs: the index is damaged\n\
        `wensou check` says where, and `wensou check --repair` repairs it\n";
    let _ = std::io::stderr().write_all(what);
    std::process::exit(DAMAGED)
}
