//! Where a record of a dump is.

use crate::record::Span;

/// Where a record is: the dump, the span of the record in it, and the number of its first line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location<'a> {
    pub(crate) path: &'a str,
    pub(crate) span: Span,
    pub(crate) line: u64,
}
