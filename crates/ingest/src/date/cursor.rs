//! A cursor over a text that is read as a date.

use crate::date::numeral::{self, Number};
use crate::date::words::{DateWord, words};

/// Reads forward through a text. Every `take` method moves the cursor only if it succeeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// See [`Self::of_digits`].
    only_digits: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, only_digits: false }
    }

    /// A cursor for [`date_parts`](super::date_parts). The methods that it calls then accept only
    /// digits, ASCII signs and units: no spaces, Chinese numerals, names of months or full-width
    /// signs.
    pub(super) fn of_digits(text: &'a str) -> Self {
        Self { text, at: 0, only_digits: true }
    }

    /// The offset of the cursor in the text, in bytes.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn remaining(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.remaining().chars().next()
    }

    /// The character before the cursor.
    pub(super) fn char_before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// Takes the next character if `accept` returns `true` for it.
    pub(super) fn take(&mut self, accept: impl Fn(char) -> bool) -> Option<char> {
        let c = self.peek().filter(|c| accept(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Skips up to eight spaces; a cursor [`of_digits`](Self::of_digits) skips none.
    pub(super) fn skip_spaces(&mut self) {
        if self.only_digits {
            return;
        }
        for _ in 0..8 {
            if self.take(|c| matches!(c, ' ' | '\t' | '\u{a0}' | '\u{3000}' | '\u{202f}')).is_none()
            {
                break;
            }
        }
    }

    /// Takes a whole run of ASCII or full-width digits, if it has between `min` and `max` digits.
    pub(super) fn take_digits(&mut self, min: usize, max: usize) -> Option<u32> {
        self.take_number(min, max).map(|number| number.value)
    }

    /// Does the same as [`Self::take_digits`], and also returns how the number was written.
    pub(super) fn take_number(&mut self, min: usize, max: usize) -> Option<Number> {
        let number = self.peek_digits().filter(|n| (min..=max).contains(&n.digits))?;
        self.at += number.bytes;
        Some(number)
    }

    /// Takes `min` to two ASCII digits, even if more digits follow them.
    pub(super) fn take_two_digits(&mut self, min: usize) -> Option<u32> {
        let digits = self.remaining().bytes().take(2).take_while(u8::is_ascii_digit).count();
        let value = self.remaining()[..digits].parse().ok().filter(|_| digits >= min)?;
        self.at += digits;
        Some(value)
    }

    pub(super) fn peek_digits(&self) -> Option<Number> {
        numeral::digits(self.remaining()).map(|(_, number)| number)
    }

    /// Takes a run of at most 14 digits. Returns its value and its number of digits.
    pub(super) fn take_all_digits(&mut self) -> Option<(u64, usize)> {
        let (value, number) = numeral::digits(self.remaining())?;
        self.at += number.bytes;
        Some((value, number.digits))
    }

    /// Takes one or two digits, or a Chinese numeral below 100.
    pub(super) fn take_value_below_100(&mut self) -> Option<u32> {
        self.take_number_below_100().map(|number| number.value)
    }

    /// Does the same as [`Self::take_value_below_100`], and also returns how the number was
    /// written.
    pub(super) fn take_number_below_100(&mut self) -> Option<Number> {
        self.take_number(1, 2).or_else(|| {
            let numeral = if self.only_digits { None } else { numeral::chinese(self.remaining()) };
            let number = numeral.filter(|number| number.value < 100)?;
            self.at += number.bytes;
            Some(number)
        })
    }

    /// Takes one or two digits, or the name of a month.
    pub(super) fn take_month_number(&mut self) -> Option<Number> {
        self.take_number(1, 2).or_else(|| {
            let from = self.at;
            let value = if self.only_digits { None } else { self.take_month() }?;
            Some(Number { value, digits: 0, bytes: self.at - from })
        })
    }

    /// Takes a sign that separates the numbers of a date.
    pub(super) fn take_sign(&mut self) -> Option<char> {
        let only_ascii = self.only_digits;
        self.take(|c| is_sign(c) && (c.is_ascii() || !only_ascii))
    }

    /// Takes a Chinese numeral.
    pub(super) fn take_chinese(&mut self) -> Option<Number> {
        let number = numeral::chinese(self.remaining())?;
        self.at += number.bytes;
        Some(number)
    }

    /// Takes the longest word of the table for which `accept` returns a value, and returns that
    /// value.
    pub(super) fn take_word<T>(&mut self, accept: impl Fn(DateWord) -> Option<T>) -> Option<T> {
        let found = words()
            .words_at(self.remaining())
            .find_map(|(word, bytes)| accept(word).map(|accepted| (accepted, bytes)));
        let (accepted, bytes) = found?;
        self.at += bytes;
        Some(accepted)
    }

    /// Takes the name of a month, including the point after an abbreviation.
    pub(super) fn take_month(&mut self) -> Option<u32> {
        let month = self.take_word(|word| match word {
            DateWord::Month(month) => Some(u32::from(month)),
            _ => None,
        })?;
        self.take(|c| c == '.');
        Some(month)
    }

    /// Takes the name of a weekday, possibly in brackets, where one character may stand for it.
    pub(super) fn take_weekday(&mut self) -> Option<()> {
        let mut inner = *self;
        let is_open = inner.take(|c| matches!(c, '(' | '\u{ff08}')).is_some();
        let word = inner.take_word(|word| (word == DateWord::Weekday).then_some(()));
        if word.is_none() {
            // `(一)`
            inner.take(|c| is_open && "一二三四五六日".contains(c))?;
        }
        inner.take(|c| c == '.');
        if is_open {
            inner.take(|c| matches!(c, ')' | '\u{ff09}'))?;
        }
        *self = inner;
        Some(())
    }
}

/// Whether a character is a sign that separates the numbers of a date.
pub(super) fn is_sign(c: char) -> bool {
    matches!(ascii_sign(c), '/' | '-' | '.')
}

/// The ASCII form of a sign; any other character is returned unchanged.
pub(super) fn ascii_sign(c: char) -> char {
    match c {
        '\u{ff0f}' | '\u{2215}' => '/',
        '\u{ff0d}' | '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{ff0e}' => '.',
        c => c,
    }
}
