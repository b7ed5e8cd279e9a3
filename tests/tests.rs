//! End-to-end tests through the binary: files in, arguments, exact output.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a helper that cannot go on must fail its test, and a skipped test must say so"
)]

mod config;
mod language;
mod phrases;
mod sample;
mod search;
mod terminal;
mod util;
