//! A position in a text that is read as a date.

use crate::date::numeral::{self, Number};
use crate::date::words::{DateWord, words};

/// Reads forward through a text; every `take` method moves only if it succeeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The position in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn remaining(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.remaining().chars().next()
    }

    /// The character before the position.
    pub(super) fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    pub(super) fn take(&mut self, accept: impl Fn(char) -> bool) -> Option<char> {
        let c = self.peek().filter(|c| accept(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Skips spaces, at most eight.
    pub(super) fn skip_spaces(&mut self) {
        for _ in 0..8 {
            if self.take(|c| matches!(c, ' ' | '\t' | '\u{a0}' | '\u{3000}' | '\u{202f}')).is_none()
            {
                break;
            }
        }
    }

    /// Takes ASCII or full-width digits, if there are between `min` and `max` of them.
    pub(super) fn take_digits(&mut self, min: usize, max: usize) -> Option<u32> {
        let number = self.peek_digits().filter(|n| (min..=max).contains(&n.digits))?;
        self.at += number.bytes;
        Some(number.value)
    }

    pub(super) fn peek_digits(&self) -> Option<Number> {
        numeral::digits(self.remaining()).map(|(_, number)| number)
    }

    /// Takes all digits, with their value.
    pub(super) fn take_all_digits(&mut self) -> Option<(u64, usize)> {
        let (value, number) = numeral::digits(self.remaining())?;
        self.at += number.bytes;
        Some((value, number.digits))
    }

    /// Takes one or two digits, or a Chinese numeral.
    pub(super) fn take_small(&mut self) -> Option<u32> {
        self.take_digits(1, 2).or_else(|| {
            let number = numeral::chinese(self.remaining()).filter(|number| number.value < 100)?;
            self.at += number.bytes;
            Some(number.value)
        })
    }

    pub(super) fn take_chinese(&mut self) -> Option<Number> {
        let number = numeral::chinese(self.remaining())?;
        self.at += number.bytes;
        Some(number)
    }

    /// Takes the longest word of the table of which `accept` makes something.
    pub(super) fn take_word<T>(&mut self, accept: impl Fn(DateWord) -> Option<T>) -> Option<T> {
        let found = words()
            .words_at(self.remaining())
            .find_map(|(word, bytes)| accept(word).map(|accepted| (accepted, bytes)));
        let (accepted, bytes) = found?;
        self.at += bytes;
        Some(accepted)
    }

    /// Takes the name of a month, with the point after an abbreviation.
    pub(super) fn take_month(&mut self) -> Option<u32> {
        let month = self.take_word(|word| match word {
            DateWord::Month(month) => Some(u32::from(month)),
            _ => None,
        })?;
        self.take(|c| c == '.');
        Some(month)
    }

    /// Takes the name of a weekday, possibly in brackets.
    pub(super) fn take_weekday(&mut self) -> Option<()> {
        let mut inner = *self;
        let is_open = inner.take(|c| matches!(c, '(' | '\u{ff08}')).is_some();
        inner.take_word(|word| (word == DateWord::Weekday).then_some(()))?;
        inner.take(|c| c == '.');
        if is_open {
            inner.take(|c| matches!(c, ')' | '\u{ff09}'))?;
        }
        *self = inner;
        Some(())
    }
}
