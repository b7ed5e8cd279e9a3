//! The laws of the parser of pages, for text.

use super::laws_of_pages;

/// Panics if `data`, read as a page of text, breaks a law.
pub fn check(data: &[u8]) {
    laws_of_pages::check(&String::from_utf8_lossy(data), wensou_ingest::Markup::Text);
}
