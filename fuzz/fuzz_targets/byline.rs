//! Fuzz target: reads dates and bylines, line by line, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/byline.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
