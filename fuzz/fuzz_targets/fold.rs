//! The fold of text, and its map back to the original.

#![no_main]

#[path = "../checks/fold.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
