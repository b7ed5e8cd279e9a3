//! The weights of fields, terms and expansions. `docs/RANKING.md` has the measurements by which
//! they were chosen.

use wensou_index::{TermKind, TextField};

/// Weight of the terms of a stop word, relative to other words.
pub(crate) const STOP_WEIGHT: f32 = 0.1;

/// Weight of a word of letters or digits, relative to a Chinese one. Only the word itself is
/// scored, while a Chinese word is scored as a word and by its bigrams.
pub(crate) const LATIN_WEIGHT: f32 = 2.0;

/// Factor of the word term of a two-character word that is the only word of a query besides stop
/// words. Its bigram has no such factor, so a document that has the word comes before one where the
/// characters belong to two adjacent words.
pub(crate) const SHORT_WORD_WEIGHT: f32 = 2.0;

/// Weight of the summed idf of the words that a document has, when the first hits of a query are
/// reranked and may lack words.
pub(crate) const COVERAGE_WEIGHT: f32 = 2.0;

/// The maximum score of an expansion, as a fraction of the score of the words that it expands.
pub(crate) const EXPANSION_WEIGHT: f32 = 0.5;

/// Weight of a kind of term in a field.
pub(crate) fn weight(field: TextField, kind: TermKind) -> f32 {
    let field_weight = match field {
        TextField::Title => 0.6,
        TextField::Body => 1.0,
        TextField::Tags => 0.5,
    };
    field_weight * kind_weight(kind)
}

/// Weight of a kind of term, whatever the field.
pub(crate) fn kind_weight(kind: TermKind) -> f32 {
    match kind {
        TermKind::Bigram => 0.5,
        TermKind::Word => 1.0,
        TermKind::Unigram => 0.8,
    }
}
