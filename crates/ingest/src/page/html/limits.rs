//! Refuses pages that an extractor could not handle in bounded time, memory and stack.
//!
//! The parser of the extractor takes time quadratic in the number of open elements, and opens
//! misnested formatting elements again and again. The extractor goes through the tree recursively.
//! A page within these limits takes at most a second, and needs a stack of at most 2 MB.

use crate::report::Unextracted;

/// Maximum bytes of a page. The largest of 77 real news pages has 0.6 MB.
const MAX_BYTES: usize = 6_000_000;
/// Maximum number of elements. Real pages reach 4,876.
const MAX_ELEMENTS: usize = 20_000;
/// Maximum number of characters `<`, whether or not they begin a tag. Real pages reach 9,976.
const MAX_OPENING_BRACKETS: usize = 200_000;
/// Maximum number of characters `&`. Real pages reach 114 character references.
const MAX_REFERENCES: usize = 50_000;
/// Maximum bytes of one tag with its attributes. Real pages reach 4.7 kB.
const MAX_TAG_BYTES: usize = 100_000;
/// Maximum depth of nested elements. Real pages reach 28.
pub(super) const MAX_DEPTH: usize = 400;
/// Maximum number of elements that a parser opens again because they are misnested.
const MAX_REOPENED: u64 = 20_000;

/// Checks what can be seen without parsing.
pub(super) fn check_text(text: &str) -> Result<(), Unextracted> {
    let exceeds = |byte, limit| memchr::memchr_iter(byte, text.as_bytes()).nth(limit).is_some();
    let is_too_large = text.len() > MAX_BYTES
        || exceeds(b'<', MAX_OPENING_BRACKETS)
        || exceeds(b'&', MAX_REFERENCES);
    if is_too_large { Err(Unextracted::TooLarge) } else { Ok(()) }
}

/// What reading the page showed about its size.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Measured {
    pub(super) elements: usize,
    /// Bytes of the longest tag.
    pub(super) longest_tag: usize,
    /// The greatest number of nested elements.
    pub(super) depth: usize,
    /// Elements that a parser opens again because they are misnested.
    pub(super) reopened_elements: u64,
    /// The number of lines into which the module `lines` has split the page.
    pub(super) lines: usize,
}

impl Measured {
    /// Fails if the page exceeds a limit.
    pub(super) fn check(self) -> Result<(), Unextracted> {
        if self.elements > MAX_ELEMENTS
            || self.longest_tag > MAX_TAG_BYTES
            || self.lines > super::numbered_copy::MAX_LINES
        {
            Err(Unextracted::TooLarge)
        } else if self.depth > MAX_DEPTH || self.reopened_elements > MAX_REOPENED {
            Err(Unextracted::TooDeep)
        } else {
            Ok(())
        }
    }
}
