//! Measures what the parser reads of archives whose truth is known, because `make_archive.py` makes
//! them. This program is in `../shared`, a folder beside the repository. Without `../shared`,
//! python3 or xz, the tests report that and pass.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod generated;
mod known_layout;
mod make_archive;
mod score;
mod thresholds;
mod unknown_layouts;
