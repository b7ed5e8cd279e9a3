//! Dates and bylines, line by line.

#![no_main]

#[path = "../checks/byline.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
