//! The names of the indexes that belong to an alias.

/// The suffix of the name of an index of statistics.
pub(crate) const STATISTICS_SUFFIX: &str = ".terms";

/// The suffix of the name of an index of parts.
pub(crate) const PARTS_SUFFIX: &str = ".parts";

/// The name of the index of statistics that belongs to an index of documents.
#[must_use]
pub(crate) fn statistics_name(documents_index: &str) -> String {
    format!("{documents_index}{STATISTICS_SUFFIX}")
}

/// The name of the index of parts that belongs to an index of documents. It has what several
/// machines note for each other while they write the index of documents.
#[must_use]
pub(crate) fn parts_name(documents_index: &str) -> String {
    format!("{documents_index}{PARTS_SUFFIX}")
}

/// The name of the index that has the lock of an alias.
#[must_use]
pub(crate) fn lock_name(alias: &str) -> String {
    format!("{alias}-wensou-lock")
}
