//! The parser against archives whose truth is known: `make_archive.py` of `../shared` writes them. Without
//! `../shared`, python3 or xz there is nothing to compare with, and the tests say so and pass.

// Clippy spares only functions marked as tests; helpers of tests fail by panicking, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod generated;
mod made;
mod score;
mod variants;
