//! Fuzz target: reads damaged postings files, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/postings.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
