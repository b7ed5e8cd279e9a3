//! The weights of fields, terms and expansions.

use wensou_index::{Part, Unit};

/// What a stop word's units are worth against another word's.
pub(crate) const STOP_WEIGHT: f32 = 0.1;

/// What having one more word of the query is worth when none has them all: more than any sum of
/// scores, so that the hits that have the most come first.
pub(crate) const WORD_BONUS: f32 = 1000.0;

/// What a word of letters or digits is worth against one of Chinese characters: it is all that is
/// scored of itself, while a Chinese word of two characters is a word and a pair.
pub(crate) const LATIN_WEIGHT: f32 = 2.0;

/// What a synonym is worth at most, against the word that was typed.
pub(crate) const EXPANSION_WEIGHT: f32 = 0.5;

/// Weight of a unit of a part.
pub(crate) fn weight(field: Part, kind: Unit) -> f32 {
    let field_weight = match field {
        Part::Title => 0.6,
        Part::Body => 1.0,
        Part::Tags => 0.5,
    };
    field_weight * kind_weight(kind)
}

/// Weight of a unit, whichever part it stands in.
pub(crate) fn kind_weight(kind: Unit) -> f32 {
    match kind {
        Unit::Gram | Unit::Word => 1.0,
        Unit::Char => 0.4,
    }
}
