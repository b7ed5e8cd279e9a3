//! Compares the parser with archives of known truth, made by `make_archive.py` in `../shared`.
//! Without `../shared`, python3 or xz the tests report that and pass.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod generated;
mod layouts;
mod made;
mod score;
mod variants;
