//! What a match is worth: the weights of parts and units.

use wensou_index::{Part, Unit};

/// Weight of a part of a document.
pub(crate) fn part_weight(part: Part) -> f32 {
    match part {
        Part::Title => 1.0,
        Part::Body => 1.0,
        Part::Tags => 0.5,
    }
}

/// Weight of a unit.
pub(crate) fn unit_weight(unit: Unit) -> f32 {
    match unit {
        Unit::Gram => 1.0,
        Unit::Word => 0.5,
        Unit::Char => 0.4,
    }
}

/// Weight of a unit of a part.
pub(crate) fn weight(part: Part, unit: Unit) -> f32 {
    part_weight(part) * unit_weight(unit)
}

/// What having one more word of the query is worth when none has them all: more than any sum of
/// BM25 scores, so that the hits that have the most come first.
pub(crate) const PER_TERM: f32 = 1000.0;
