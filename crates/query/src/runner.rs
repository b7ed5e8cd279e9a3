//! Plans queries, and lets an engine run the plans.

use crate::backfill::{Backfill, CompleteDocs, backfill};
use crate::engine::Engine;
use crate::error::Error;
use crate::exec::top_k::{ScoredDoc, Sort, TopK};
use crate::index_ref::IndexRef;
use crate::lang::{Node, Query};
use crate::plan::analyze::TextTables;
use crate::plan::pinyin::{self, Readable, Reading};
use crate::plan::{MatchExpr, Matching, Mode, Plan, Planner};
use crate::rank::proximity::RERANK_DEPTH;
use crate::rank::{CachedStatistics, TermCollector, TermStatistics};

/// Plans queries for one index and runs the plans. Searches, counts and reports all use it.
#[derive(Debug)]
pub(crate) struct Runner<'i> {
    engine: Box<dyn Engine + 'i>,
}

/// The first hits of a query, before records are read.
pub(crate) struct Answer {
    /// The plan that found them.
    pub(crate) plan: Plan,
    /// The number of documents that match, see [`TopK::count`].
    pub(crate) total: usize,
    /// The first of these documents, in the order of hits.
    pub(crate) found: Vec<ScoredDoc>,
    /// Whether no document has every word, so that documents that lack words were found.
    pub(crate) relaxed: bool,
    /// The documents that follow `found` if it has fewer hits than were asked for.
    pub(crate) backfill: Option<Backfill>,
}

/// Whether hits may lack words of the query that [`Mode::Strict`] requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// Every hit has every word.
    Strict,
    /// If no document has every word, documents that lack words are hits.
    Relaxed,
    /// If the documents with every word are fewer hits than this, documents that lack words follow
    /// them.
    Backfilled(usize),
}

impl Completeness {
    /// The number of hits to find, even if some of them lack words.
    fn min_hits(self) -> usize {
        match self {
            Self::Strict => 0,
            Self::Relaxed => 1,
            Self::Backfilled(wanted) => wanted,
        }
    }
}

impl<'i> Runner<'i> {
    pub(crate) fn new(index: impl Into<IndexRef<'i>>) -> Self {
        Self { engine: index.into().engine() }
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// The statistics of the index.
    pub(crate) fn statistics(&self) -> &dyn TermStatistics {
        self.engine.statistics()
    }

    /// The segmenter and the synonyms of the index, see [`TextTables`].
    pub(crate) fn tables(&self) -> Result<TextTables<'_>, Error> {
        self.engine.tables()
    }

    /// Calls `plan` with a planner that has the statistics of the index.
    fn with_planner<T>(&self, plan: impl FnOnce(Planner<'_>) -> T) -> T {
        self.with_statistics(self.statistics(), plan)
    }

    /// Calls `plan` with a planner that has these statistics.
    fn with_statistics<T>(
        &self,
        statistics: &dyn TermStatistics,
        plan: impl FnOnce(Planner<'_>) -> T,
    ) -> T {
        plan(Planner::new(&|| self.tables(), statistics))
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
        self.engine.count(&self.matching(query, mode)?.expr)
    }

    /// What documents must match, as text for `explain`.
    pub(crate) fn outline(&self, query: &Query) -> Result<String, Error> {
        self.with_planner(|planner| planner.outline(query))
    }

    /// The query in which the [`Readable`] texts are read as pinyin, and how they are read; `None`
    /// if no text can be read as pinyin.
    pub(crate) fn read_as_pinyin(
        &self,
        query: &Query,
        readable: Readable,
    ) -> Result<Option<(Query, Vec<Reading>)>, Error> {
        let is_missing = |node: &Node| {
            let query =
                Query { root: node.clone(), text: query.text.clone(), warnings: Vec::new() };
            Ok(self.count(&query, Mode::Strict)? == 0)
        };
        pinyin::read_as_pinyin(self.statistics(), &is_missing, readable, query)
    }

    /// The documents that answer a query: those that match it in [`Mode::Strict`] if there are any,
    /// else those that match it in [`Mode::Relaxed`].
    pub(crate) fn strict_or_relaxed_expr(&self, query: &Query) -> Result<MatchExpr, Error> {
        let strict = self.matching(query, Mode::Strict)?;
        // With a single word there is nothing to relax.
        if strict.word_count < 2 || self.engine.count(&strict.expr)? > 0 {
            return Ok(strict.expr);
        }
        Ok(self.matching(query, Mode::Relaxed)?.expr)
    }

    /// Runs a query. `completeness` says what happens if few documents have every word. `top_k`
    /// returns for a plan which hits are wanted, and in which order.
    pub(crate) fn answer<'a>(
        &self,
        query: &Query,
        completeness: Completeness,
        top_k: impl Fn(&Plan) -> TopK<'a>,
    ) -> Result<Answer, Error> {
        self.engine.begin_query();
        if self.engine.is_remote() && completeness != Completeness::Strict {
            self.fetch_statistics(query)?;
        }
        // Both plans ask for the statistics of the same terms.
        let statistics = CachedStatistics::new(self.statistics());
        let plan_in = |mode| self.with_statistics(&statistics, |planner| planner.plan(query, mode));
        let plan = plan_in(Mode::Strict)?;
        let strict_top_k = top_k(&plan);
        let may_relax = completeness != Completeness::Strict && plan.words.len() > 1;
        let mut prepared_relaxed_plan = None;
        if self.engine.is_remote() && may_relax && self.expects_too_few(&plan, completeness) {
            let relaxed = plan_in(Mode::Relaxed)?;
            // The strict plan of a question admits missing words, too: then both plans match the
            // same documents.
            if relaxed.match_expr != plan.match_expr {
                let top_k = top_k(&relaxed);
                // The response to the relaxed search also has the documents with every word, which
                // backfill leaves out. They are probably fewer than `min_hits`, so ask for that
                // many more.
                let limit = top_k.limit.max(RERANK_DEPTH).saturating_add(completeness.min_hits());
                let relaxed_top_k = TopK { limit, ..top_k };
                self.engine.prefetch((&plan, &strict_top_k), (&relaxed, &relaxed_top_k))?;
            }
            prepared_relaxed_plan = Some(relaxed);
        }
        let (total, found) = self.engine.search(&plan, &strict_top_k)?;
        let mut relaxed_plan =
            || prepared_relaxed_plan.take().map_or_else(|| plan_in(Mode::Relaxed), Ok);
        if total == 0 && may_relax {
            let plan = relaxed_plan()?;
            let (total, found) = self.engine.search(&plan, &top_k(&plan))?;
            return Ok(Answer { plan, total, found, relaxed: true, backfill: None });
        }
        // If hits are sorted by date, documents that lack words would come between the others.
        let backfill = match completeness {
            Completeness::Backfilled(wanted) if may_relax && strict_top_k.sort == Sort::Rank => {
                let complete = CompleteDocs::of(&strict_top_k, &found);
                let still_wanted = wanted.saturating_sub(complete.hits);
                let relaxed = if still_wanted > 0 { Some(relaxed_plan()?) } else { None };
                match relaxed.filter(|relaxed| relaxed.match_expr != plan.match_expr) {
                    Some(relaxed) => {
                        backfill(self.engine(), relaxed, complete, still_wanted, strict_top_k)?
                    }
                    None => None,
                }
            }
            _ => None,
        };
        Ok(Answer { plan, total, found, relaxed: false, backfill })
    }

    /// Whether, judging by the frequencies of the words, fewer documents have every word than
    /// `completeness` asks for.
    fn expects_too_few(&self, plan: &Plan, completeness: Completeness) -> bool {
        // Words of a query occur together more often than by chance. Assume that this many times
        // as many documents have every word as if words were independent of each other.
        const CORRELATION: f32 = 20.0;
        let documents = self.statistics().documents() as f32;
        // The idf of a word is nearly the logarithm of its inverse relative frequency.
        let total_idf: f32 = plan.words.iter().map(|word| word.idf).sum();
        documents * (-total_idf).exp() * CORRELATION < completeness.min_hits() as f32
    }

    /// Asks for the statistics of all terms of the strict and of the relaxed plan in one request.
    /// The engine has then cached them when the plans are made.
    fn fetch_statistics(&self, query: &Query) -> Result<(), Error> {
        let terms = TermCollector::new(self.statistics());
        for mode in [Mode::Strict, Mode::Relaxed] {
            self.with_statistics(&terms, |planner| planner.plan(query, mode))?;
        }
        self.statistics().doc_freqs(&terms.into_terms())?;
        Ok(())
    }
}

/// The order of hits unless another is asked for.
pub(crate) fn default_sort(plan: &Plan) -> Sort {
    if plan.texts.is_empty() { Sort::Newest } else { Sort::Rank }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::exec::top_k::Count;
    use crate::lang::{Clock, parse};
    use crate::test_support::{QUERIES, sample_index};

    #[test]
    fn a_plan_read_back_from_json_finds_the_same() {
        let index = sample_index();
        let runner = Runner::new(&index);
        for typed in QUERIES {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            for mode in [Mode::Strict, Mode::Relaxed, Mode::Undated] {
                let plan = runner.plan(&query, mode).unwrap();
                let stored = serde_json::to_string(&plan).unwrap();
                let again: Plan = serde_json::from_str(&stored).unwrap();
                assert_eq!(again, plan, "{typed}");
                let found = |plan: &Plan| {
                    let sort = default_sort(plan);
                    let top_k = TopK::documents(100, Count::Documents, sort);
                    let (total, found) = runner.engine().search(plan, &top_k).unwrap();
                    let hit = |hit: &ScoredDoc| {
                        (index.id(hit.address).unwrap(), hit.score.to_bits(), hit.coverage)
                    };
                    (total, found.iter().map(hit).collect::<Vec<_>>())
                };
                assert_eq!(found(&again), found(&plan), "{typed} {mode:?}");
            }
        }
    }

    #[test]
    fn counts_agree_with_the_hits_of_a_search() {
        let index = sample_index();
        let runner = Runner::new(&index);
        let all = runner.engine().count(&MatchExpr::All).unwrap();
        assert!(all > 100);
        for typed in ["比特幣", "kind:flash", "\"比特幣 價格\"~30", "-比特幣", "date:any"]
        {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            let plan = runner.plan(&query, Mode::Strict).unwrap();
            let top_k = TopK::documents(all, Count::Documents, Sort::Rank);
            let (total, found) = runner.engine().search(&plan, &top_k).unwrap();
            assert_eq!((total, found.len()), (total, total), "{typed}");
            assert_eq!(runner.count(&query, Mode::Strict).unwrap(), total, "{typed}");
            let not = MatchExpr::and_not(MatchExpr::All, plan.match_expr.clone());
            assert_eq!(runner.engine().count(&not).unwrap(), all - total, "{typed}");
            for hit in &found {
                assert!(runner.engine().matches(&plan.match_expr, hit.address).unwrap());
                assert!(!runner.engine().matches(&not, hit.address).unwrap());
            }
        }
    }
}
