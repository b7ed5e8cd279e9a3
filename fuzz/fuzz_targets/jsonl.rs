//! Dumps of JSON lines.

#![no_main]

#[path = "../checks/jsonl.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
