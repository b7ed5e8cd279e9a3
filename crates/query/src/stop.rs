//! Words that say so little that a document need not have them.
//!
//! Function words, question words and the fillers of a typed question. They still count, a little,
//! for the rank, and a phrase in quotes takes them as they are.

/// Folded, sorted.
const STOP: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "do", "does", "for", "from", "how", "in", "is",
    "it", "of", "on", "or", "that", "the", "this", "to", "was", "were", "what", "when", "where",
    "which", "who", "why", "will", "with",
];

/// Whether a folded word is a stop word.
pub(crate) fn is_stop(word: &str) -> bool {
    STOP.binary_search(&word).is_ok() || CHINESE.binary_search(&word).is_ok()
}

/// Folded and simplified, sorted by code point.
const CHINESE: &[&str] = &[];
