//! The laws of the reader of e-mail messages.

use wensou_ingest::fuzz_entry;

/// Panics if `data`, read as an e-mail message, breaks a law.
pub fn check(data: &[u8]) {
    let Some((_text, title)) = fuzz_entry::message(data) else { return };
    assert!(title.is_none_or(|title| !title.is_empty() && title.trim() == title));
}
