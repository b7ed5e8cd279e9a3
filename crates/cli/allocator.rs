//! The system's allocator with a limit on single allocations.
//!
//! A length in a damaged file can be any number, and tantivy allocates some lengths before it
//! compares them with the size of the file. A failed allocation would abort the process without
//! naming the cause, and a successful one would fill the memory. No normal run comes near the
//! limit: a page has at most 8 MiB, the window of a decompressor at most 128 MiB.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

/// Largest single allocation, in bytes.
const LIMIT: usize = 2 << 30;
/// The exit status of a damaged index, as in [`crate::exit`].
const DAMAGED: i32 = 3;

/// The system's allocator, bounded by [`LIMIT`].
struct Bounded;

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

// SAFETY: every method either ends the process, or passes its arguments on to the system's
// allocator, which keeps the contract.
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

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        refuse_beyond_limit(size);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[inline]
fn refuse_beyond_limit(size: usize) {
    if size > LIMIT {
        end_process();
    }
}

/// Prints the most likely cause and ends the process, because callers cannot handle a refused
/// allocation.
#[cold]
fn end_process() -> ! {
    let message = b"error: the index is damaged: it asks for more memory than any run needs\n\
        `wensou check` names the damage, and `wensou check --repair` repairs it\n";
    let _ = std::io::stderr().write_all(message);
    std::process::exit(DAMAGED)
}
