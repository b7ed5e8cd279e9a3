//! The names of the indexes that belong to an alias.

/// The suffix of the name of an index of statistics.
pub(crate) const TERMS: &str = ".terms";

/// The suffix of the name of an index of parts.
pub(crate) const PARTS: &str = ".parts";

/// The name of the index of statistics that belongs to an index of documents.
#[must_use]
pub(crate) fn statistics_name(documents: &str) -> String {
    format!("{documents}{TERMS}")
}

/// The name of the index of parts that belongs to an index of documents: what several machines note
/// for each other while they write it.
#[must_use]
pub(crate) fn parts_name(documents: &str) -> String {
    format!("{documents}{PARTS}")
}

/// The name of the index that has the lock of an alias.
#[must_use]
pub(crate) fn lock_name(alias: &str) -> String {
    format!("{alias}-wensou-lock")
}
