//! Compressed files and containers (zip, tar, WARC).

#![no_main]

#[path = "../checks/container.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
