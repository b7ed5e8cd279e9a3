//! E-mail messages.

#![no_main]

#[path = "../checks/message.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
