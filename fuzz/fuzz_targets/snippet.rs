//! Highlights and snippets of searches.

#![no_main]

#[path = "../checks/snippet.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
