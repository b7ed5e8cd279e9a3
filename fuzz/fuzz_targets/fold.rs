//! Fuzz target: folds text, maps it back to the original, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/fold.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
