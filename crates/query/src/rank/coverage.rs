//! Coverage: how much of a relaxed query a document has.

use serde::{Deserialize, Serialize};

/// The number of steps in which coverage precedes the score. With more steps, documents that match
/// one more common word precede better answers; see the table in `docs/RANKING.md`.
const STEPS: f32 = 3.0;

/// The summed idf of words, in units of 1/1024. Integers add up to the same sum in any order.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct IdfMass(u32);

impl IdfMass {
    /// The mass of a word with this idf: never nothing, however common the word is.
    pub(crate) fn of(idf: f32) -> Self {
        Self(((idf * 1024.0) as u32).max(1))
    }

    /// The idf of a single word with this mass, rounded down.
    pub(crate) fn idf(self) -> f32 {
        self.0 as f32 / 1024.0
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

/// How much of a relaxed query a document has, in steps: none for one without a word other than a
/// date, then by the third of the idf mass of the query that it matches.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Coverage(u32);

/// From the mass of the matched words to the coverage of a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CoverageScale {
    /// The mass of the whole query.
    pub(crate) all: IdfMass,
    /// The mass of its most common word that is not part of a date.
    pub(crate) least_word: IdfMass,
}

impl CoverageScale {
    /// The coverage of a document with words of this mass. It never falls as the mass grows.
    pub(crate) fn coverage(self, matched: IdfMass) -> Coverage {
        if matched < self.least_word || matched == IdfMass::default() {
            return Coverage::default();
        }
        let share = matched.0 as f32 / self.all.0.max(1) as f32;
        Coverage(1 + (share * STEPS) as u32)
    }
}
