//! Fuzz target: decodes files to text, maps the text back to their bytes, and checks the laws in
//! `checks`.

#![no_main]

#[path = "../checks/decode.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
