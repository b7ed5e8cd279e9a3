//! Fuzz target: makes highlights and snippets, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/snippet.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
