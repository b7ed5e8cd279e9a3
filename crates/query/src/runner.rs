//! Plans queries and runs the plans: where the planner and the executor meet.

use wensou_index::Index;

use crate::error::Error;
use crate::exec::top_k::{ScoredDoc, Sort, TopK};
use crate::exec::{Executor, IndexStatistics};
use crate::lang::Query;
use crate::plan::analyze::TextTables;
use crate::plan::pinyin::{self, Reading};
use crate::plan::{MatchExpr, Matching, Mode, Plan, Planner};

/// Plans queries for one index and runs the plans. Searches, counts and reports all use it.
#[derive(Debug)]
pub(crate) struct Runner<'i> {
    index: &'i Index,
    executor: Executor<'i>,
}

/// The first hits of a query, before records are read.
pub(crate) struct Answer {
    /// The plan that found them.
    pub(crate) plan: Plan,
    /// Documents that match, see [`TopK::count`].
    pub(crate) total: usize,
    pub(crate) found: Vec<ScoredDoc>,
    /// Whether no document has every word, and the hits are those with the most words.
    pub(crate) relaxed: bool,
}

impl<'i> Runner<'i> {
    pub(crate) fn new(index: &'i Index) -> Self {
        Self { index, executor: Executor::new(index) }
    }

    pub(crate) fn index(&self) -> &'i Index {
        self.index
    }

    pub(crate) fn executor(&self) -> &Executor<'i> {
        &self.executor
    }

    /// The statistics of the index.
    pub(crate) fn statistics(&self) -> IndexStatistics<'i> {
        IndexStatistics(self.index)
    }

    /// The tables that cut queries into words, see [`TextTables`].
    pub(crate) fn tables(&self) -> Result<TextTables<'i>, Error> {
        let analysis = self.index.analysis()?;
        Ok(TextTables { segmenter: analysis.segmenter(), synonyms: analysis.synonyms() })
    }

    fn with_planner<T>(&self, plan: impl FnOnce(Planner<'_>) -> T) -> T {
        plan(Planner::new(&|| self.tables(), &self.statistics()))
    }

    /// The plan of a query.
    pub(crate) fn plan(&self, query: &Query, mode: Mode) -> Result<Plan, Error> {
        self.with_planner(|planner| planner.plan(query, mode))
    }

    /// Which documents a query matches.
    pub(crate) fn matching(&self, query: &Query, mode: Mode) -> Result<Matching, Error> {
        self.with_planner(|planner| planner.matching(query, mode))
    }

    /// The number of documents that a query matches.
    pub(crate) fn count(&self, query: &Query, mode: Mode) -> Result<usize, Error> {
        self.executor.count(&self.matching(query, mode)?.expr)
    }

    /// What documents must match, for people.
    pub(crate) fn outline(&self, query: &Query) -> Result<String, Error> {
        self.with_planner(|planner| planner.outline(query))
    }

    /// The query with its Latin words read as pinyin; `None` if none can be.
    pub(crate) fn read_as_pinyin(
        &self,
        query: &Query,
    ) -> Result<Option<(Query, Vec<Reading>)>, Error> {
        pinyin::read_as_pinyin(&self.statistics(), query)
    }

    /// The documents that answer a query: those with every word if there are any, else those with
    /// any word.
    pub(crate) fn answering_expr(&self, query: &Query) -> Result<MatchExpr, Error> {
        let strict = self.matching(query, Mode::Strict)?;
        // With a single word there is nothing to relax.
        if strict.words < 2 || self.executor.count(&strict.expr)? > 0 {
            return Ok(strict.expr);
        }
        Ok(self.matching(query, Mode::Relaxed)?.expr)
    }

    /// Runs a query; if no document has every word, runs it again relaxed. `top_k` says for a plan
    /// which hits are wanted.
    pub(crate) fn answer(
        &self,
        query: &Query,
        top_k: impl Fn(&Plan) -> TopK,
    ) -> Result<Answer, Error> {
        let plan = self.plan(query, Mode::Strict)?;
        let (total, found) = self.executor.search(&plan, &top_k(&plan))?;
        if total > 0 || plan.words.len() < 2 {
            return Ok(Answer { plan, total, found, relaxed: false });
        }
        let plan = self.plan(query, Mode::Relaxed)?;
        let (total, found) = self.executor.search(&plan, &top_k(&plan))?;
        Ok(Answer { plan, total, found, relaxed: true })
    }
}

/// The order of hits unless another is asked for.
pub(crate) fn default_sort(plan: &Plan) -> Sort {
    if plan.texts.is_empty() { Sort::Newest } else { Sort::Rank }
}
