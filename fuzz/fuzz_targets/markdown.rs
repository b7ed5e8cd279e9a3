//! Fuzz target: reads pages in Markdown, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/markdown.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
