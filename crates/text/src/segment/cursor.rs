//! A cursor over folded text that counts bytes and characters.

use std::str::Chars;

use crate::tables::class::Class;
use crate::tables::class_of;

/// An offset in the folded text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextOffset {
    /// In bytes.
    pub(super) byte: usize,
    /// In characters.
    pub(super) char: usize,
}

/// Reads the folded text from an offset on.
pub(super) struct TextCursor<'f> {
    pub(super) text: &'f str,
    pub(super) remaining: Chars<'f>,
    /// The number of characters before `remaining`.
    pub(super) char_offset: usize,
}

impl<'f> TextCursor<'f> {
    /// The next character, its class, and the text after it.
    #[inline(always)]
    pub(super) fn peek(&self) -> Option<(char, Class, Chars<'f>)> {
        let mut after = self.remaining.clone();
        let c = after.next()?;
        Some((c, class_of(c), after))
    }

    /// Advances by one character; `after` is the text after it, as [`TextCursor::peek`] returned
    /// it.
    #[inline(always)]
    pub(super) fn advance(&mut self, after: Chars<'f>) {
        self.remaining = after;
        self.char_offset += 1;
    }

    /// Advances while characters have a class that `belongs` accepts, and passes these to `each`.
    #[inline(always)]
    pub(super) fn advance_while(
        &mut self,
        belongs: impl Fn(Class) -> bool,
        mut each: impl FnMut(char, Class),
    ) {
        while let Some((c, class, after)) = self.peek()
            && belongs(class)
        {
            each(c, class);
            self.advance(after);
        }
    }

    /// Advances past a run of Han characters, which begins with `first`, and leaves them in `run`.
    #[inline(always)]
    pub(super) fn take_han(&mut self, first: char, after: Chars<'f>, run: &mut Vec<char>) {
        run.clear();
        run.push(first);
        self.advance(after);
        self.advance_while(|next| next == Class::Han, |c, _| run.push(c));
    }

    /// Advances past a run of one script with its marks, and passes the characters that belong to a
    /// key to `each`.
    #[inline(always)]
    pub(super) fn take_script(&mut self, script: Class, mut each: impl FnMut(char)) {
        let belongs = |next| next == script || matches!(next, Class::Mark | Class::LongVowel);
        self.advance_while(belongs, |c, next| {
            if next.is_key() {
                each(c);
            }
        });
    }

    /// Advances past `run`, which starts here.
    pub(super) fn skip(&mut self, run: &str) {
        self.char_offset += if run.is_ascii() { run.len() } else { run.chars().count() };
        self.remaining = self.text[self.byte() + run.len()..].chars();
    }

    #[inline(always)]
    pub(super) fn byte(&self) -> usize {
        self.text.len() - self.remaining.as_str().len()
    }

    pub(super) fn offset(&self) -> TextOffset {
        TextOffset { byte: self.byte(), char: self.char_offset }
    }
}
