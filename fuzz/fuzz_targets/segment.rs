//! Fuzz target: segments text into words, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/segment.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
