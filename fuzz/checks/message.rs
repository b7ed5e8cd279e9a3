//! The laws of the reader of messages.

use wensou_ingest::direct;

/// Panics if `data`, read as a message, breaks a law.
pub fn check(data: &[u8]) {
    let Some((_, title)) = direct::message(data) else { return };
    assert!(title.is_none_or(|title| !title.is_empty() && title.trim() == title));
}
