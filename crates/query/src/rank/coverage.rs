//! Coverage: how much of a relaxed query a document has.

use serde::{Deserialize, Serialize};

/// How much of a query a document has: the number of words that it matches.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Coverage(u32);

impl Coverage {
    /// Nothing of the query.
    pub(crate) const NONE: Self = Self(0);

    /// What one word of a query adds.
    pub(crate) const WORD: Self = Self(1);
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
