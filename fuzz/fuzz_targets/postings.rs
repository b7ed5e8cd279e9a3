//! Damaged postings files.

#![no_main]

#[path = "../checks/postings.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
