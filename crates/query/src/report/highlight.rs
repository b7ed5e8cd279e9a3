//! Highlights: the words of a query, marked in any text.

use wensou_index::Index;

use super::snippet::{Snippet, highlight_all};
use crate::error::Error;
use crate::lang::Query;
use crate::plan::needle::Needle;
use crate::plan::{Mode, plan};
use crate::rank::bm25::Statistics;

/// Marks the words of a query in any text.
#[derive(Debug)]
pub struct Highlighter {
    needles: Vec<Needle>,
}

impl Highlighter {
    /// A highlighter of everything that `query` searches for, expansions included.
    ///
    /// # Errors
    ///
    /// As [`crate::search`].
    pub fn new(index: &Index, query: &Query) -> Result<Self, Error> {
        let plan = plan(index, &Statistics::new(index), query, Mode::Strict)?;
        Ok(Self { needles: plan.needles })
    }

    /// A highlighter that marks nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { needles: Vec::new() }
    }

    /// The whole text with its matches marked.
    #[must_use]
    pub fn mark(&self, text: &str) -> Snippet {
        highlight_all(text, &self.needles)
    }
}
