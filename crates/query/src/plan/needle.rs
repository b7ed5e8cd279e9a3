//! Needles: what a query searches for in the text of a document.
//!
//! The postings say which documents match. Needles then find the matches in the original text, for
//! highlights, and for phrases whose words may stand apart (`"…"~N`).

use serde::{Deserialize, Serialize};
use wensou_text::{Edges, Pattern};

use super::analyze::{MatchMode, Variant};

/// How a needle is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NeedleKind {
    /// As a sequence of characters, anywhere.
    Sequence,
    /// As a Latin word or number, or a whole part of one, such as `ai` of `OpenAI`.
    Word,
    /// As [`NeedleKind::Word`]; if the needle ends with a letter, also as the start of a longer
    /// word or part.
    WordStart,
    /// As a value: a number in plain digits or with a multiplier, or a Chinese numeral.
    Value,
    /// As a text with the symbols that count.
    Exact,
    /// As [`NeedleKind::Exact`], but only where the match starts at the start of a word or of a
    /// part of a word, and ends at the end of one.
    ExactWord,
    /// As [`NeedleKind::ExactWord`], except that the match may end inside a word.
    ExactPrefix,
}

/// One thing that a query searches for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Needle {
    /// Key characters, see [`wensou_text::Key`]; never empty. For a value, its digits with the
    /// decimal point and percent sign; for an exact text, all its characters, folded.
    pub(crate) key: Vec<char>,
    pub(crate) kind: NeedleKind,
    /// The index of the query word that the needle belongs to. The needles of all variants of a
    /// word have the same index.
    pub(crate) word: usize,
    /// How much a match counts when the passage of a snippet is chosen.
    pub(crate) weight: f32,
}

impl Needle {
    /// The needle of one variant of a word; `None` for a variant that is matched by the date of the
    /// document.
    pub(crate) fn of(variant: &Variant, word: usize, weight: f32) -> Option<Self> {
        let mut key = variant.key.clone();
        let kind = match variant.mode {
            MatchMode::Exact | MatchMode::ExactWord => {
                key = variant.text.chars().collect();
                match variant.mode {
                    MatchMode::Exact => NeedleKind::Exact,
                    _ => NeedleKind::ExactWord,
                }
            }
            MatchMode::Characters | MatchMode::WordOrEmbedded => NeedleKind::Sequence,
            MatchMode::Word if variant.longer_word_prefix().is_some() => NeedleKind::WordStart,
            MatchMode::Word => NeedleKind::Word,
            MatchMode::Value => NeedleKind::Value,
            MatchMode::Dated(..) => return None,
        };
        Some(Self { key, kind, word, weight })
    }

    /// The pattern that finds the needle; of a value, the pattern finds only the plain digits.
    /// `None` if the needle is found by its key alone.
    pub(crate) fn pattern_in_text(&self) -> Option<Pattern> {
        let by_key =
            matches!(self.kind, NeedleKind::Sequence | NeedleKind::Word | NeedleKind::WordStart);
        (!by_key).then(|| self.pattern())
    }

    /// The pattern of an exact text, or of the plain digits of a value.
    pub(crate) fn pattern(&self) -> Pattern {
        let text: String = self.key.iter().collect();
        match self.kind {
            NeedleKind::ExactWord => Pattern::of_word(&text, Edges::Whole),
            NeedleKind::ExactPrefix => Pattern::of_word(&text, Edges::Prefix),
            _ => Pattern::new(&text, Edges::Whole),
        }
    }
}
