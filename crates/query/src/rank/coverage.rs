//! Coverage: how much of a relaxed query a document has.

use serde::{Deserialize, Serialize};

/// In a query of more words than this, such as a title, no single word is what was asked for. Then
/// coverage only tells documents with the whole query from those with a part of it.
const MAX_WORDS: usize = 4;

/// The number of steps of [`Coverage`]. With more steps, documents that match one more common word
/// precede better answers; see the table in `docs/RANKING.md`.
const STEPS: u32 = 3;

/// The summed idf of words, as a number of 1024ths. Integers add up to the same sum in any order.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct IdfMass(u32);

impl IdfMass {
    /// The mass of a word with this idf: at least 1/1024, however common the word is.
    pub(crate) fn of(idf: f32) -> Self {
        Self(((idf * 1024.0) as u32).max(1))
    }

    /// A mass of `count` 1024ths.
    pub(crate) fn from_1024ths(count: u32) -> Self {
        Self(count)
    }

    /// The mass as a number of 1024ths.
    pub(crate) fn in_1024ths(self) -> u32 {
        self.0
    }
}

impl std::ops::AddAssign for IdfMass {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl std::iter::Sum for IdfMass {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

/// How much of a relaxed query a document has, in steps: 0 if it matches no word but dates,
/// otherwise 1 and one more for each whole third of the query's idf mass that it matches. For a
/// query of more words than [`MAX_WORDS`], it is 1 for a part of the query and 2 for all of it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Coverage(u32);

/// Maps the mass of the matched words to the coverage of a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CoverageScale {
    /// The mass of the whole query.
    pub(crate) all: IdfMass,
    /// The mass of the query's most common word that is not part of a date.
    pub(crate) min_word_mass: IdfMass,
    /// The number of steps that the mass of the whole query is divided into.
    steps: u32,
}

impl CoverageScale {
    /// The scale of a query with this number of `words`, in which all words of a date count as one.
    pub(crate) fn new(all: IdfMass, min_word_mass: IdfMass, words: usize) -> Self {
        let steps = if words > MAX_WORDS { 1 } else { STEPS };
        Self { all, min_word_mass, steps }
    }

    /// The coverage of a document with words of this mass. It never falls as the mass grows.
    pub(crate) fn coverage(self, matched: IdfMass) -> Coverage {
        if matched < self.min_word_mass || matched == IdfMass::default() {
            return Coverage::default();
        }
        let fraction = matched.0 as f32 / self.all.0.max(1) as f32;
        Coverage(1 + (fraction * self.steps as f32) as u32)
    }

    /// Every coverage above 0 that documents can have, with the least mass that they need for it,
    /// from the highest down.
    pub(crate) fn levels(self) -> impl Iterator<Item = (Coverage, IdfMass)> {
        let highest = self.coverage(self.all).0;
        (1..=highest).rev().map(Coverage).map(move |level| (level, self.min_mass(level)))
    }

    /// The least mass that a document needs for a coverage.
    pub(crate) fn min_mass(self, level: Coverage) -> IdfMass {
        // The mass lies in `low..=high`, because coverage never falls as the mass grows.
        let (mut low, mut high) = (0, self.all.0);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.coverage(IdfMass(middle)) >= level {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        IdfMass(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_begins_at_its_min_mass() {
        // Masses that three steps divide evenly or not, a least word mass of 0, and a query of
        // more than `MAX_WORDS` words.
        for (all, min_word_mass, words) in
            [(30_000, 4000, 4), (7, 2, 2), (12_345, 0, 3), (1, 1, 2), (60_000, 4000, 9)]
        {
            let scale = CoverageScale::new(IdfMass(all), IdfMass(min_word_mass), words);
            let levels: Vec<_> = scale.levels().collect();
            assert!(levels.is_sorted_by(|a, b| a > b), "{levels:?}");
            for (level, IdfMass(mass)) in levels {
                assert!(scale.coverage(IdfMass(mass)) >= level);
                assert!(mass == 0 || scale.coverage(IdfMass(mass - 1)) < level);
            }
        }
    }
}
