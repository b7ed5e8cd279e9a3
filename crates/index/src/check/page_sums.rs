//! Compares the file of page checksums with checksums that are computed again.

use super::findings::Findings;
use crate::error::Error;
use crate::files::{PAGE_SUMS, PAGE_SUMS_LIMIT, PageSums, Sum, has_page_sums};
use crate::open::Index;

/// Computes the page checksums of all files that have them, and compares the file `page-sums` with
/// the outcome.
pub(super) fn compare(index: &Index, findings: &mut Findings<'_>) -> Result<(), Error> {
    let generation = index.generation();
    let mut wanted = PageSums::default();
    for name in index.meta().files.keys().filter(|name| has_page_sums(name)) {
        let sums = Sum::with_pages(generation, name);
        let (_, pages) = sums.map_err(Error::io("read", &generation.path_of(name)))?;
        wanted.insert(name, pages);
    }
    let found = generation.read(PAGE_SUMS, PAGE_SUMS_LIMIT);
    let found = found.map_err(Error::io("read", &generation.path_of(PAGE_SUMS)))?;
    if found != wanted.to_bytes() {
        findings.damage(PAGE_SUMS, "checksum mismatch: it differs from the pages of the files");
    }
    Ok(())
}
