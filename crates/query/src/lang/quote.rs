//! The part of the lexer that reads quoted text, and what follows it, such as the `~20` of a
//! phrase.

use super::ast::Phrase;
use super::chars::{closer_of, fold_width, is_space};
use super::lex::Lexer;
use super::mistake;
use super::reserved;
use super::token::TokenKind;

impl Lexer<'_> {
    /// Reads a phrase and its `~N`.
    pub(super) fn phrase(&mut self) {
        let start = self.pos;
        let Some(text) = self.quoted() else {
            return self.push(TokenKind::Broken, start);
        };
        let near = self.near();
        self.refuse_suffix("a phrase");
        self.push(TokenKind::Phrase(Phrase { text, near }), start);
    }

    /// Reads the `~N` of a phrase, and returns N. `None` if there is no `~`, or if no number
    /// follows it, which is reported.
    fn near(&mut self) -> Option<u32> {
        let start = self.pos;
        if !self.eat('~') {
            return None;
        }
        let sign = self.span_from(start);
        let digits = self.digits();
        if digits.is_empty() {
            self.report(mistake::no_distance(self.text, sign));
            return None;
        }
        // A number that exceeds u32 means "anywhere", as `u32::MAX` does.
        Some(digits.parse().unwrap_or(u32::MAX))
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek().map(fold_width).filter(char::is_ascii_digit) {
            digits.push(c);
            self.bump();
        }
        digits
    }

    /// Reads quoted text. `None` if there is nothing but spaces in it, which is reported.
    pub(super) fn quoted(&mut self) -> Option<String> {
        let start = self.pos;
        let closer = self.peek().and_then(closer_of)?;
        self.bump();
        let opener = self.span_from(start);
        let mut text = String::new();
        let mut closed = false;
        while let Some(c) = self.peek() {
            self.bump();
            if c == closer {
                closed = true;
                break;
            }
            let escaped = if fold_width(c) == '\\' { self.peek() } else { None };
            if escaped.is_some() {
                self.bump();
            }
            text.push(escaped.unwrap_or(c));
        }
        let empty = text.chars().all(is_space);
        if !closed {
            self.out.open_quote = true;
            self.report(mistake::unclosed_quote(self.text, opener));
        } else if empty {
            self.report(mistake::empty_phrase(self.text, self.span_from(start)));
        }
        (!empty).then_some(text)
    }

    /// Steps over `*`, `^2` or `~5` and reports it, if it comes next. The caller has just read a
    /// group, a phrase or a value; `after` names which of these, for the message.
    pub(super) fn refuse_suffix(&mut self, after: &str) {
        let start = self.pos;
        let found = match self.peek().map(fold_width) {
            Some('*') => self.eat('*'),
            Some(sign @ ('^' | '~')) => {
                self.eat(sign);
                let has_number = !self.digits().is_empty();
                match has_number {
                    // The digits after the point of `^1.5`.
                    true if sign == '^' && self.eat('.') => drop(self.digits()),
                    true => {}
                    false => self.pos = start,
                }
                has_number
            }
            _ => false,
        };
        if found {
            self.report(reserved::refuse_suffix(self.text, self.span_from(start), after));
        }
    }
}
