//! Byte offsets of the characters of a text.

use std::sync::OnceLock;

/// Byte offsets of every 64th character of a text. Computed at first use: most texts never need
/// them.
#[derive(Debug, Clone, Default)]
pub(super) struct ByteOffsets(OnceLock<Box<[usize]>>);

impl ByteOffsets {
    /// The distance between two kept offsets, in characters.
    const STRIDE: usize = 64;

    /// The byte offset of the character `at` of `text`, which has `count` characters; the length of
    /// the text if there is no such character.
    pub(super) fn byte_of(&self, text: &str, count: usize, at: usize) -> usize {
        if at >= count {
            return text.len();
        }
        // Every character has one byte.
        if text.len() == count {
            return at;
        }
        let offsets = self.0.get_or_init(|| {
            text.char_indices().step_by(Self::STRIDE).map(|(offset, _)| offset).collect()
        });
        let from = offsets.get(at / Self::STRIDE).copied().unwrap_or(0);
        let found = text[from..].char_indices().nth(at % Self::STRIDE);
        found.map_or(text.len(), |(offset, _)| from + offset)
    }
}
