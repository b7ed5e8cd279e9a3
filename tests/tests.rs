//! End-to-end tests. Most of them run the binary on files of their own, and compare its output and
//! exit status; some call the libraries.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails its test, a skipped test says so, and a campaign prints its figures"
)]

mod agreement;
#[cfg(unix)]
mod browse;
mod check;
#[cfg(all(unix, feature = "cluster"))]
mod cluster;
mod command_line;
#[cfg(unix)]
mod completions;
mod config;
mod containers;
mod crash;
mod diagnostics;
mod duplicates;
mod expand;
mod explain;
mod formats;
mod hints;
mod incremental;
mod kinds;
mod man;
mod matching;
mod messages;
mod moved;
mod numerals;
mod output;
mod ownership;
mod phrases;
#[cfg(unix)]
mod pty;
mod ranking;
mod readme;
mod relevance;
mod roots;
mod sample;
mod search;
mod shares;
mod stop_words;
mod symbols;
mod terminal;
#[cfg(unix)]
mod torture;
mod util;
