//! Fuzz target: reads dumps of JSON lines, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/jsonl.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
