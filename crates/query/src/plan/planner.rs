//! Planning: from the syntax tree to a [`Plan`].

use super::compile::{Compiled, Compiler, LoadTables};
use super::expr::MatchExpr;
use super::outline::Outline;
use super::query_plan::{Mode, Plan};
use super::weigh::weigh;
use crate::error::Error;
use crate::lang::Query;
use crate::rank::TermStatistics;

/// Plans queries. It knows an index only by its tables and its statistics.
#[derive(Clone, Copy)]
pub(crate) struct Planner<'p> {
    load_tables: LoadTables<'p>,
    statistics: &'p dyn TermStatistics,
}

/// Which documents a query matches.
pub(crate) struct Matching {
    pub(crate) expr: MatchExpr,
    /// The number of words to be found.
    pub(crate) words: usize,
}

impl<'p> Planner<'p> {
    /// A planner for an index with these tables and statistics.
    pub(crate) fn new(load_tables: LoadTables<'p>, statistics: &'p dyn TermStatistics) -> Self {
        Self { load_tables, statistics }
    }

    /// The plan of a query. Asks for the statistics of its terms in one batch.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] if nothing in the query can be searched for; errors of the tables and the
    /// statistics.
    pub(crate) fn plan(self, query: &Query, mode: Mode) -> Result<Plan, Error> {
        let (compiled, _) = self.compile(query, mode, Outline::none())?;
        weigh(compiled, self.statistics)
    }

    /// Which documents match. Asks for no statistics.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub(crate) fn matching(self, query: &Query, mode: Mode) -> Result<Matching, Error> {
        let (compiled, _) = self.compile(query, mode, Outline::none())?;
        Ok(Matching { expr: compiled.match_expr, words: compiled.words.len() })
    }

    /// What documents must match, for people: one line for each operator or leaf, indented by two
    /// spaces a level.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub(crate) fn outline(self, query: &Query) -> Result<String, Error> {
        let (_, outline) = self.compile(query, Mode::Strict, Outline::empty())?;
        Ok(outline.into_text())
    }

    fn compile(
        self,
        query: &Query,
        mode: Mode,
        outline: Outline,
    ) -> Result<(Compiled, Outline), Error> {
        Compiler::new(&query.text, self.load_tables, mode, outline).compile(&query.root)
    }
}
