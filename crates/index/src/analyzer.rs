//! What text becomes before it is indexed.
//!
//! Text is folded and segmented once, here. The key characters go to the postings as they are, the
//! words in one string, joined by U+001F: a document has a hundred of them, and one allocation is
//! cheaper than as many.

use wensou_text::{Folded, Segmenter, TokenKind};

use crate::schema::Part;

/// Separates words.
const WORD_SEPARATOR: char = '\u{1f}';

/// Chinese words of the body up to this length are characters and pairs, and not words of the
/// index.
const SHORT: usize = 2;

/// Whether a word of a part has a posting of its own: else its character or pair has.
#[must_use]
pub fn is_indexed_word(part: Part, kind: TokenKind, word: &str) -> bool {
    part != Part::Body || kind != TokenKind::Han || word.chars().nth(SHORT).is_some()
}

/// The units of one text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    /// Key characters: folded, without blanks and punctuation.
    pub(crate) key: Vec<char>,
    /// Words, joined by [`WORD_SEPARATOR`].
    pub(crate) words: String,
}

impl Units {
    pub(crate) fn of(text: &str, part: Part, segmenter: &Segmenter) -> Self {
        let folded = Folded::new(text);
        let mut key = Vec::with_capacity(folded.char_count());
        let mut words = String::new();
        // As `is_indexed_word` has it, asked before there is a token.
        let shortest = if part == Part::Body { SHORT + 1 } else { 1 };
        segmenter.terms(&folded, shortest, &mut key, |token| {
            if !words.is_empty() {
                words.push(WORD_SEPARATOR);
            }
            words.push_str(&token.text);
        });
        Self { key, words }
    }
}

/// The words of [`Units::words`].
pub(crate) fn words(joined: &str) -> impl Iterator<Item = &str> {
    joined.split(WORD_SEPARATOR).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_the_key_and_the_indexed_words() {
        let segmenter = Segmenter::standard();
        let text = "「開源」大模型：人工智能公司DeepSeek-V3融資5.4亿美元，二〇二三年 Ｂｉｔｃｏｉｎ 漲到👍😀10萬；\
                    中国人民银行行长龘龘龘说кириллица ひらがな";
        for part in [Part::Title, Part::Body, Part::Tags] {
            let folded = Folded::new(text);
            let mut words = Vec::new();
            segmenter.segment(&folded, |token| {
                if is_indexed_word(part, token.kind, &token.text) {
                    words.push(token.text.into_owned());
                }
            });
            let units = Units::of(text, part, &segmenter);
            assert_eq!(units.words, words.join("\u{1f}"));
            assert_eq!(units.key, wensou_text::key_of(text));
        }
    }

    #[test]
    fn words_are_cut_at_the_separator() {
        assert_eq!(words("开源\u{1f}模型").collect::<Vec<_>>(), ["开源", "模型"]);
        assert_eq!(words("").count(), 0);
    }
}
