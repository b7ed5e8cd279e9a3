//! Needles: what a query searches for in the text of a document.
//!
//! The postings say which documents match. Needles then find the matches in the original text, for
//! highlights and for `NEAR`.

use serde::{Deserialize, Serialize};

use super::analyze::{MatchMode, Variant};

/// How a needle is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NeedleKind {
    /// As a sequence of characters, anywhere.
    Sequence,
    /// As a Latin word or number, or a whole part of one.
    Word,
    /// As the value of a number with a multiplier.
    Value,
}

/// One thing that a query searches for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Needle {
    /// Key characters, see [`wensou_text::Key`]; never empty. For a value, its digits.
    pub(crate) key: Vec<char>,
    pub(crate) kind: NeedleKind,
    /// The index of the query word that it belongs to. A word and its expansions share one.
    pub(crate) word: usize,
    /// How much a match counts when the passage of a snippet is chosen.
    pub(crate) weight: f32,
}

impl Needle {
    /// The needle of one variant of a word; `None` if it is not matched in the text.
    pub(crate) fn of(variant: &Variant, word: usize, weight: f32) -> Option<Self> {
        let kind = match variant.mode {
            MatchMode::Characters | MatchMode::WordOrEmbedded => NeedleKind::Sequence,
            MatchMode::Word => NeedleKind::Word,
            MatchMode::Value => NeedleKind::Value,
            MatchMode::Dated(..) => return None,
        };
        Some(Self { key: variant.key.clone(), kind, word, weight })
    }
}
