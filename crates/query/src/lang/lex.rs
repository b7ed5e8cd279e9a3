//! From the typed query to tokens, in one pass. The time is linear in the length of the query,
//! except that at each `[` or `{` that starts a word the lexer searches for the next closing
//! bracket.
//!
//! The meaning of a word depends only on how it starts, so the lexer also reads the values of
//! fields and refuses reserved syntax. It never fails: it reports what is wrong and passes the best
//! reading on to the parser.

use super::ast::{Scope, Term};
use super::chars::{
    closer_of, empty_pair_len, ends_word, fold_width, is_closer, is_invisible, is_operator_word,
    is_space,
};
use super::diagnostic::Diagnostic;
use super::field::{FieldName, WordStart, word_start};
use super::mistake;
use super::reserved::{self, Glyph, text_of};
use super::span::Span;
use super::token::{Token, TokenKind};

/// The tokens of a query, and the mistakes that the lexer has found.
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) mistakes: Vec<Diagnostic>,
    /// Whether the last quote is not closed. A parenthesis that seems to be missing may then be
    /// inside it.
    pub(super) open_quote: bool,
}

/// Splits a query into tokens.
pub(super) fn lex(text: &str) -> Lexed {
    let out = Lexed { tokens: Vec::new(), mistakes: Vec::new(), open_quote: false };
    let mut lexer = Lexer { text, pos: 0, out };
    while let Some(c) = lexer.peek() {
        if is_space(c) || is_invisible(c) {
            lexer.bump();
        } else {
            lexer.token(c);
        }
    }
    lexer.out
}

/// Reads a query from left to right.
pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    /// The current position: the byte of `text` that is read next.
    pub(super) pos: usize,
    pub(super) out: Lexed,
}

impl Lexer<'_> {
    pub(super) fn remaining(&self) -> &str {
        &self.text[self.pos..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.remaining().chars().next()
    }

    pub(super) fn bump(&mut self) {
        self.pos += self.peek().map_or(0, char::len_utf8);
    }

    /// Steps over the next character if it is `sign`, in either width. Returns whether it is.
    pub(super) fn eat(&mut self, sign: char) -> bool {
        let is_next = self.peek().is_some_and(|c| fold_width(c) == sign);
        if is_next {
            self.bump();
        }
        is_next
    }

    /// The bytes from `start` up to the current position.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.pos)
    }

    /// Adds a token that starts at `start` and ends at the current position.
    pub(super) fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span_from(start);
        self.out.tokens.push(Token { kind, span });
    }

    pub(super) fn report(&mut self, mistake: Diagnostic) {
        self.out.mistakes.push(mistake);
    }

    /// Reads what starts with `c`, which is not a space: one token, `title:` or `body:` with its
    /// operand, or something that makes no token.
    fn token(&mut self, c: char) {
        let start = self.pos;
        if let Some(length) = self.empty_pair_before_word() {
            self.pos += length;
            return;
        }
        let push_sign = |lexer: &mut Self, kind| {
            lexer.bump();
            lexer.push(kind, start);
        };
        match fold_width(c) {
            '(' => push_sign(self, TokenKind::Open),
            ')' => {
                push_sign(self, TokenKind::Close);
                // As in `(a b)^2`.
                self.refuse_suffix("a group");
            }
            '|' => push_sign(self, TokenKind::Or),
            '-' if self.text_follows(c) => push_sign(self, TokenKind::Not),
            '+' if self.text_follows(c) => push_sign(self, TokenKind::Plus),
            '[' | '{' if self.skip_bracket_range() => self.push(TokenKind::Broken, start),
            _ if closer_of(c).is_some() => self.phrase(),
            _ if is_closer(c) => {
                self.bump();
                self.report(mistake::stray_quote(self.text, self.span_from(start)));
            }
            _ => self.word_or_field(),
        }
    }

    /// The length in bytes of a pair of parentheses or quotation marks with nothing in it, if such
    /// a pair comes next and touches the word after it. The pair is a blank to fill in, as in a
    /// quiz: `（　）減半`.
    fn empty_pair_before_word(&self) -> Option<usize> {
        let length = empty_pair_len(self.remaining())?;
        self.remaining()[length..].starts_with(char::is_alphanumeric).then_some(length)
    }

    /// Whether something other than a space follows `c`, the next character.
    fn text_follows(&self, c: char) -> bool {
        let mut following = self.remaining()[c.len_utf8()..].chars();
        following.find(|next| !is_invisible(*next)).is_some_and(|next| !is_space(next))
    }

    /// Steps over `[a TO b]` and reports it, if it comes next. Returns whether it does.
    pub(super) fn skip_bracket_range(&mut self) -> bool {
        let Some(length) = reserved::bracket_range(self.remaining()) else { return false };
        let start = self.pos;
        self.pos += length;
        self.report(reserved::refuse_bracket_range(self.text, self.span_from(start)));
        true
    }

    fn word_or_field(&mut self) {
        let start = self.pos;
        match word_start(self.remaining()) {
            WordStart::Field { name, len } => {
                self.pos += len;
                match Scope::of(name) {
                    Some(scope) => self.scope(name, scope, start),
                    None => self.values(name, start),
                }
            }
            WordStart::Unknown { len } => {
                self.word();
                let name = Span::new(start, start + len);
                self.report(mistake::unknown_field(self.text, name, self.span_from(start)));
            }
            WordStart::Text if self.word_operator() => {}
            WordStart::Text => self.word(),
        }
    }

    /// Reads the next word if it is `AND`, `OR` or `NOT`. Returns whether it is.
    fn word_operator(&mut self) -> bool {
        let start = self.pos;
        let length = self.remaining().find(ends_word).unwrap_or(self.remaining().len());
        let word = &self.remaining()[..length];
        if !is_operator_word(word) {
            return false;
        }
        let kind = match fold_width(word.chars().next().unwrap_or_default()) {
            'A' => TokenKind::And,
            'O' => TokenKind::Or,
            _ => TokenKind::Not,
        };
        self.pos += length;
        self.push(kind, start);
        true
    }

    /// Reads what follows `title:` or `body:`.
    fn scope(&mut self, name: FieldName, scope: Scope, start: usize) {
        let next = self.peek();
        let empty =
            next.is_none_or(|c| is_space(c) || is_closer(c) || matches!(fold_width(c), ')' | '|'));
        if empty {
            self.report(mistake::empty_value(self.text, name, self.span_from(start)));
            return self.push(TokenKind::Broken, start);
        }
        if self.skip_bracket_range() {
            return self.push(TokenKind::Broken, start);
        }
        self.push(TokenKind::Scope(scope), start);
        match next {
            Some(c) if fold_width(c) == '(' => {
                let open = self.pos;
                self.bump();
                self.push(TokenKind::Open, open);
            }
            Some(c) if closer_of(c).is_some() => self.phrase(),
            _ => self.word(),
        }
    }

    /// Reads a bare word that is text. Empty pairs that touch it are blanks to fill in: they are
    /// part of the word, as other punctuation is.
    fn word(&mut self) {
        let start = self.pos;
        let mut glyphs = self.glyphs(ends_word);
        while !glyphs.is_empty()
            && let Some(length) = empty_pair_len(self.remaining())
        {
            let from = self.pos;
            let pair = self.remaining()[..length].char_indices();
            // Escaped: the parentheses or quotation marks are text.
            glyphs.extend(pair.filter(|(_, c)| !is_space(*c) && !is_invisible(*c)).map(
                |(at, c)| {
                    let at = from + at;
                    Glyph { c, span: Span::new(at, at + c.len_utf8()), escaped: true }
                },
            ));
            self.pos += length;
            glyphs.extend(self.glyphs(ends_word));
        }
        // There was nothing but invisible characters, some of them perhaps after a backslash.
        if glyphs.is_empty() {
            return;
        }
        let refused = reserved::check_word(self.text, &mut glyphs);
        let reported = refused.is_some();
        self.out.mistakes.extend(refused);
        let (text, prefix) = self.split_off_star(&glyphs, self.span_from(start), reported);
        let kind = match text.is_empty() {
            true => TokenKind::Broken,
            false => TokenKind::Term(Term { text, prefix }),
        };
        self.push(kind, start);
    }

    /// The text of a bare word without the `*` at its end, and whether the word is a prefix. A `*`
    /// after fewer than two characters makes no prefix; this is reported, unless another mistake of
    /// the word was `reported` already.
    pub(super) fn split_off_star(
        &mut self,
        glyphs: &[Glyph],
        span: Span,
        reported: bool,
    ) -> (String, bool) {
        let Some((_, stem)) = glyphs.split_last().filter(|(last, _)| last.is('*')) else {
            return (text_of(glyphs), false);
        };
        let (text, is_prefix) = (text_of(stem), stem.len() >= 2);
        if !is_prefix && !reported {
            self.report(mistake::broad_wildcard(self.text, span, &text));
        }
        (text, is_prefix)
    }

    /// Reads glyphs (characters that know whether they were escaped) up to an unescaped character
    /// for which `ends` is true, and leaves out invisible characters. A backslash at the very end
    /// of the query stands for itself.
    pub(super) fn glyphs(&mut self, ends: fn(char) -> bool) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        while let Some(mut c) = self.peek().filter(|c| !ends(*c)) {
            let start = self.pos;
            self.bump();
            if is_invisible(c) {
                continue;
            }
            let escaped = fold_width(c) == '\\' && self.peek().is_some();
            if escaped {
                c = self.peek().unwrap_or(c);
                self.bump();
                if is_invisible(c) {
                    continue;
                }
            }
            glyphs.push(Glyph { c, span: self.span_from(start), escaped });
        }
        glyphs
    }
}
