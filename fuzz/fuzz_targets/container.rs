//! Fuzz target: reads compressed files and containers (zip, tar, WARC), and checks the laws in
//! `checks`.

#![no_main]

#[path = "../checks/container.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
