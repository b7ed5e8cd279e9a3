//! Fuzz target: reads dumps of all kinds, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/dump.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
