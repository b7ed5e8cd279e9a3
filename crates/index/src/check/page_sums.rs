//! The checksums of pages, computed again.

use super::findings::Findings;
use crate::error::Error;
use crate::generation::{PAGE_SUMS, PageSums, Sum, has_page_sums};
use crate::open::Index;

/// Bytes of the file at most: a four-thousandth of a terabyte.
const LIMIT: u64 = 1 << 28;

/// Compares the file with the checksums of the files as they are.
pub(super) fn compare(index: &Index, findings: &mut Findings<'_>) -> Result<(), Error> {
    let generation = index.generation();
    let mut wanted = PageSums::default();
    for name in index.meta().files.keys().filter(|name| has_page_sums(name)) {
        let sums = Sum::with_pages(generation, name);
        let (_, pages) = sums.map_err(Error::io("read", &generation.path_of(name)))?;
        wanted.insert(name, pages);
    }
    let found = generation.read(PAGE_SUMS, LIMIT);
    let found = found.map_err(Error::io("read", &generation.path_of(PAGE_SUMS)))?;
    if found != wanted.to_bytes() {
        findings.damage(PAGE_SUMS, "it does not have the checksums of the files");
    }
    Ok(())
}
