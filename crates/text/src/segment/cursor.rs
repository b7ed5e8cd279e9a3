//! A cursor over folded text that knows bytes and characters at once.

use std::str::Chars;

use crate::tables::class::Class;
use crate::tables::class_of;

/// A place in the folded text.
pub(super) struct TextCursor<'f> {
    pub(super) text: &'f str,
    pub(super) remaining: Chars<'f>,
    pub(super) char: usize,
}

impl<'f> TextCursor<'f> {
    /// The next character, its class, and what comes after it.
    #[inline(always)]
    pub(super) fn peek(&self) -> Option<(char, Class, Chars<'f>)> {
        let mut after = self.remaining.clone();
        let c = after.next()?;
        Some((c, class_of(c), after))
    }

    /// Goes on to what came after a character.
    #[inline(always)]
    pub(super) fn advance(&mut self, after: Chars<'f>) {
        self.remaining = after;
        self.char += 1;
    }

    /// Goes on past `run`, which begins here.
    pub(super) fn skip(&mut self, run: &str) {
        self.char += if run.is_ascii() { run.len() } else { run.chars().count() };
        self.remaining = self.text[self.byte() + run.len()..].chars();
    }

    #[inline(always)]
    pub(super) fn byte(&self) -> usize {
        self.text.len() - self.remaining.as_str().len()
    }

    pub(super) fn offsets(&self) -> (usize, usize) {
        (self.byte(), self.char)
    }
}
