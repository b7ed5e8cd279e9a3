//! What text becomes before it is indexed, and the tokenizers that hand it to tantivy.
//!
//! Text is folded and segmented once, here, and the result of each unit is passed to tantivy as a
//! string that its tokenizer only has to cut: the key characters for grams and chars, the words
//! joined by U+001F for words. `PreTokenizedString` would carry the same at two to three times
//! the CPU, and a tokenizer that folds for itself would fold everything three times.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};
use wensou_text::{Folded, Key, Segmenter};

use crate::schema::{CHAR_TOKENIZER, GRAM_TOKENIZER, WORD_TOKENIZER};

/// Separates words inside the value of a word field.
pub(crate) const WORD_SEPARATOR: char = '\u{1f}';

/// The units of one text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    /// Key characters: folded, without blanks and punctuation.
    pub(crate) key: String,
    /// Words, joined by [`WORD_SEPARATOR`].
    pub(crate) words: String,
}

impl Units {
    pub(crate) fn of(text: &str, segmenter: &Segmenter) -> Self {
        let folded = Folded::new(text);
        let key = Key::new(&folded).chars().iter().collect();
        let mut words = String::with_capacity(text.len() * 2);
        segmenter.segment(&folded, |token| {
            if !words.is_empty() {
                words.push(WORD_SEPARATOR);
            }
            words.push_str(&token.text);
        });
        Self { key, words }
    }
}

/// The tokenizers by the names that the schema uses.
pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(GRAM_TOKENIZER, CharRuns::<2>::default());
    manager.register(CHAR_TOKENIZER, CharRuns::<1>::default());
    manager.register(WORD_TOKENIZER, Words::default());
    manager
}

/// Emits every run of `N` neighbouring characters, at the position of its first character.
#[derive(Debug, Clone, Default)]
struct CharRuns<const N: usize> {
    token: Token,
}

struct CharRunStream<'a, const N: usize> {
    text: &'a str,
    /// Byte offset of the run that comes next.
    start: usize,
    /// One past the last byte of the run that came last.
    end: usize,
    first: bool,
    token: &'a mut Token,
}

impl<const N: usize> Tokenizer for CharRuns<N> {
    type TokenStream<'a> = CharRunStream<'a, N>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> CharRunStream<'a, N> {
        self.token.reset();
        CharRunStream { text, start: 0, end: 0, first: true, token: &mut self.token }
    }
}

fn char_len(text: &str, at: usize) -> Option<usize> {
    text.get(at..).and_then(|rest| rest.chars().next()).map(char::len_utf8)
}

impl<const N: usize> TokenStream for CharRunStream<'_, N> {
    fn advance(&mut self) -> bool {
        if self.first {
            self.first = false;
            for _ in 0..N {
                let Some(len) = char_len(self.text, self.end) else { return false };
                self.end += len;
            }
            self.token.position = 0;
        } else {
            let Some(len) = char_len(self.text, self.end) else { return false };
            self.end += len;
            self.start += char_len(self.text, self.start).unwrap_or(0);
            self.token.position += 1;
        }
        self.token.offset_from = self.start;
        self.token.offset_to = self.end;
        self.token.text.clear();
        self.token.text.push_str(&self.text[self.start..self.end]);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// Cuts at [`WORD_SEPARATOR`].
#[derive(Debug, Clone, Default)]
struct Words {
    token: Token,
}

struct WordStream<'a> {
    rest: std::str::Split<'a, char>,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { rest: text.split(WORD_SEPARATOR), token: &mut self.token }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.rest.find(|word| !word.is_empty()) else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(word);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(mut tokenizer: impl Tokenizer, text: &str) -> Vec<(usize, String)> {
        let mut stream = tokenizer.token_stream(text);
        let mut tokens = Vec::new();
        while stream.advance() {
            tokens.push((stream.token().position, stream.token().text.clone()));
        }
        tokens
    }

    #[test]
    fn grams_overlap_and_count_characters() {
        assert_eq!(
            tokens(CharRuns::<2>::default(), "比特a币"),
            [(0, "比特".into()), (1, "特a".into()), (2, "a币".into())]
        );
        assert_eq!(tokens(CharRuns::<2>::default(), "币"), []);
        assert_eq!(tokens(CharRuns::<1>::default(), "a币"), [(0, "a".into()), (1, "币".into())]);
        assert_eq!(tokens(CharRuns::<1>::default(), ""), []);
    }

    #[test]
    fn words_are_cut_at_the_separator() {
        assert_eq!(
            tokens(Words::default(), "开源\u{1f}模型"),
            [(0, "开源".into()), (1, "模型".into())]
        );
        assert_eq!(tokens(Words::default(), ""), []);
    }
}
