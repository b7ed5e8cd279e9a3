//! End-to-end tests through the binary: files in, arguments, exact output.

mod language;
mod phrases;
mod sample;
mod search;
mod terminal;
mod util;
