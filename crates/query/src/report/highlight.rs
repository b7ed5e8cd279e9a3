//! Highlights the words of a query in any text, such as a record that `show` prints.

use super::snippet::{Snippet, highlight_all};
use crate::error::Error;
use crate::index_ref::IndexRef;
use crate::lang::Query;
use crate::plan::Mode;
use crate::plan::needle::Needle;
use crate::runner::Runner;

/// Highlights the words of a query in any text.
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
    pub fn new<'i>(index: impl Into<IndexRef<'i>>, query: &Query) -> Result<Self, Error> {
        Ok(Self { needles: Runner::new(index).plan(query, Mode::Strict)?.needles })
    }

    /// A highlighter that highlights nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { needles: Vec::new() }
    }

    /// The whole text with its matches highlighted.
    #[must_use]
    pub fn highlight(&self, text: &str) -> Snippet {
        highlight_all(text, &self.needles)
    }
}
