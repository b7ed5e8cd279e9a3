//! Fuzz target: reads pages of plain text, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/page.rs"]
mod checks;
#[path = "../checks/laws_of_pages.rs"]
mod laws_of_pages;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
