//! The version of the analysis, by which an index tells whether it is stale.

use crate::tables::{DATA_FINGERPRINT, embedded};

/// Version of the analysis. Raise it whenever code changes the result for some text. Changes of
/// tables and dictionary need no new version: [`analysis_fingerprint`] changes with them.
pub const ANALYSIS_VERSION: u32 = 6;

/// A hash over the fold, the character classes, the dictionary, the tables of words and synonyms,
/// and [`ANALYSIS_VERSION`]. An index that was built with another value holds other terms and is
/// stale. Computed at build time.
pub const fn analysis_fingerprint() -> u64 {
    let combined = DATA_FINGERPRINT ^ embedded::FINGERPRINT ^ ANALYSIS_VERSION as u64;
    // The multiplier, 2^64 divided by the golden ratio, spreads a difference over all higher bits.
    combined.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
