//! Fuzz target: parses and prints queries, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/query.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
