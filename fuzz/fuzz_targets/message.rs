//! Fuzz target: reads e-mail messages, and checks the laws in `checks`.

#![no_main]

#[path = "../checks/message.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
