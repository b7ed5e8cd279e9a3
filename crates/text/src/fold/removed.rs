//! What the fold drops at its end: annotations and accents.
//!
//! Accents stay until then, because an annotation is recognised by the tone mark of its pinyin.

use std::ops::Range;

use crate::fold::accents::without_accent;
use crate::fold::annotation::annotations;
use crate::tables::class::Class;
use crate::tables::class_of;

/// The number of bytes that one loop checks. The compiler makes vector instructions of that loop.
const BLOCK: usize = 256;

/// Whether a folded text has a `)`, or the first byte of an accent (U+0300 to U+036F) or of a
/// letter that may have one (U+00C0 to U+027F). Otherwise the fold has nothing to drop at its end.
pub(super) fn may_have_annotations_or_accents(folded: &str) -> bool {
    has_byte(folded, |b| matches!(b, b')' | 0xcc | 0xcd | 0xc3..=0xc9))
}

/// The byte ranges of a folded text that vanish: annotations, and runs of combining marks that did
/// not compose with the Latin, Greek or Cyrillic letter before them, if one of the marks is an
/// accent (U+0300 to U+036F).
pub(super) fn removed_ranges(folded: &str) -> Vec<Range<usize>> {
    let mut removed = annotations(folded);
    // The first bytes of U+0300 to U+036F.
    if !has_byte(folded, |b| matches!(b, 0xcc | 0xcd)) {
        return removed;
    }
    let mut accents: Vec<Range<usize>> = Vec::new();
    // Where the run of marks after the last letter that can have accents starts, and whether one of
    // the marks is an accent.
    let (mut run_start, mut accented) = (None, false);
    let end = std::iter::once((folded.len(), ' '));
    for (at, c) in folded.char_indices().chain(end) {
        match class_of(c) {
            // The iota subscript of Greek, a mark as well, is also alphabetic.
            _ if c == '\u{345}' => accented = true,
            Class::Mark => accented |= matches!(c, '\u{300}'..='\u{36f}'),
            class => {
                accents.extend(run_start.filter(|_| accented).map(|start| start..at));
                let can_have_accents =
                    matches!(class, Class::Latin | Class::Greek | Class::Cyrillic);
                run_start = can_have_accents.then_some(at + c.len_utf8());
                accented = false;
            }
        }
    }
    accents.retain(|accent| !removed.iter().any(|range| range.contains(&accent.start)));
    removed.extend(accents);
    removed.sort_unstable_by_key(|range| range.start);
    // Removed ranges that touch are one range.
    removed.dedup_by(|later, earlier| {
        let touches = later.start <= earlier.end;
        if touches {
            earlier.end = later.end;
        }
        touches
    });
    removed
}

/// Whether `is_wanted` accepts any byte of `text`. This runs over all text, so it checks many bytes
/// at once.
pub(super) fn has_byte(text: &str, is_wanted: impl Fn(u8) -> bool) -> bool {
    let mut blocks = text.as_bytes().chunks(BLOCK);
    blocks.any(|block| block.iter().fold(false, |any, b| any | is_wanted(*b)))
}

/// Drops the accents of Latin letters. The number of characters does not change.
pub(super) fn without_accents(folded: String) -> String {
    // The first bytes of U+00C0 to U+027F, and of no other character. Letters from U+0250 on have
    // lost their accents already, by the fold table.
    if !has_byte(&folded, |b| matches!(b, 0xc3..=0xc9)) {
        return folded;
    }
    folded.chars().map(without_accent).collect()
}
