//! The executor: runs plans over an open index.

use std::sync::OnceLock;

use wensou_index::Index;

use super::cache::PostingsCache;
use super::candidates::Candidates;
use super::collector;
use super::doc_id::{DocAddress, TERMINATED};
use super::filter;
use super::matcher::Matcher;
use super::rerank::{self, RerankScore};
use super::segment::Segment;
use super::segment_scorer::ScoringContext;
use super::statistics::IndexStatistics;
use super::term_scorer::{DocumentNorms, TermScorer};
use super::top_k::{ScoredDoc, TopK};
use super::window::{DocWindow, MAX_DOCS};
use crate::error::Error;
use crate::plan::{MatchExpr, Plan};
use crate::rank::bm25::LengthNorms;

/// Runs plans over an index, with a cache of posting lists. Hits, counts, facets and explanations
/// all find their documents through it, so that they always agree.
///
/// A damaged posting list merely ends early. So methods that read postings call
/// [`Index::verify_reads`] before they return a result.
#[derive(Debug)]
pub(crate) struct Executor<'i> {
    index: &'i Index,
    statistics: IndexStatistics<'i>,
    length_norms: OnceLock<[LengthNorms; 3]>,
    cache: PostingsCache,
}

impl<'i> Executor<'i> {
    /// An executor with an empty cache.
    pub(crate) fn new(index: &'i Index) -> Self {
        let (statistics, length_norms) = (IndexStatistics(index), OnceLock::new());
        Self { index, statistics, length_norms, cache: PostingsCache::default() }
    }

    pub(crate) fn index(&self) -> &'i Index {
        self.index
    }

    /// The statistics of the index.
    pub(crate) fn index_statistics(&self) -> &IndexStatistics<'i> {
        &self.statistics
    }

    /// Drops what the cache keeps only for one query.
    pub(crate) fn begin_query(&self) {
        self.cache.begin_query();
    }

    /// The length norms of each field, computed at the first call.
    fn length_norms(&self) -> &[LengthNorms; 3] {
        self.length_norms.get_or_init(|| LengthNorms::of_fields(&self.statistics))
    }

    /// The number of documents that match a plan (see [`TopK::count`]), and the first of them in
    /// the order of [`TopK::sort`].
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn first_hits(
        &self,
        plan: &Plan,
        top_k: &TopK<'_>,
    ) -> Result<(usize, Vec<ScoredDoc>), Error> {
        let context = ScoringContext { norms: self.length_norms(), cache: &self.cache };
        let total_and_docs = collector::search(top_k, self.index, context, plan)?;
        self.index.verify_reads()?;
        Ok(total_and_docs)
    }

    /// Ranks the first of `found` again, see [`rerank::rerank`].
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn rerank(&self, plan: &Plan, found: &mut [ScoredDoc]) -> Result<(), Error> {
        rerank::rerank(self.index, &self.cache, plan, found)?;
        Ok(self.index.verify_reads()?)
    }

    /// The segments of the index, in order.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Result<Segment<'i>, Error>> + 'i {
        Segment::all(self.index)
    }

    /// Calls `visit` with the matching documents of a segment, one window after the other in
    /// ascending order.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn for_each_window(
        &self,
        expr: &MatchExpr,
        segment: &Segment<'i>,
        mut visit: impl FnMut(&DocWindow),
    ) -> Result<(), Error> {
        let mut matcher = self.matcher(expr, segment)?;
        let mut next = 0;
        while next < segment.documents() {
            let from = matcher.seek(next);
            if from == TERMINATED {
                break;
            }
            let mut window = DocWindow::new(from, MAX_DOCS, segment.documents());
            matcher.fill(&mut window);
            segment.retain_alive(&mut window);
            next = window.end();
            if !matcher.is_exact() {
                window.retain(|doc| matcher.confirm(doc));
            }
            visit(&window);
        }
        Ok(self.index.verify_reads()?)
    }

    /// The number of documents that match `expr`.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn count(&self, expr: &MatchExpr) -> Result<usize, Error> {
        if let MatchExpr::Filter(filter) = expr {
            return filter::count(self.index, filter);
        }
        let mut count = 0;
        for segment in self.segments() {
            self.for_each_window(expr, &segment?, |window| count += window.count())?;
        }
        Ok(count)
    }

    /// Whether the document at `address` matches `expr`.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn matches(&self, expr: &MatchExpr, address: DocAddress) -> Result<bool, Error> {
        Ok(!self.matching(expr, &[address])?.is_empty())
    }

    /// Those of the documents at `addresses` that match `expr`. The addresses must ascend.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn matching(
        &self,
        expr: &MatchExpr,
        addresses: &[DocAddress],
    ) -> Result<Vec<DocAddress>, Error> {
        let mut matching = Vec::new();
        for in_segment in addresses.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
            let segment = Segment::at(self.index, in_segment[0].segment_ord)?;
            let mut matcher = self.matcher(expr, &segment)?;
            // `DocWindow::new` rounds start and length to multiples of 64, so a window of length 1
            // has 64 documents. Windows must ascend, so all documents of one window are looked up
            // together.
            let length = 1;
            for in_window in in_segment.chunk_by(|a, b| a.doc_id / 64 == b.doc_id / 64) {
                let mut window = DocWindow::new(in_window[0].doc_id, length, segment.documents());
                in_window.iter().for_each(|address| window.insert(address.doc_id));
                matcher.retain(&mut window);
                window.retain(|doc| matcher.confirm(doc));
                matching.extend(window.iter().map(|doc| segment.address(doc)));
            }
        }
        self.index.verify_reads()?;
        Ok(matching)
    }

    fn matcher(&self, expr: &MatchExpr, segment: &Segment<'i>) -> Result<Matcher<'i>, Error> {
        let open = |postings: &_, key| self.cache.open(segment.ordinal(), postings, key);
        Matcher::of(expr, segment, &open)
    }

    /// The score that each scored term of a plan adds to a document; `None` for a term that the
    /// document lacks.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn term_scores(
        &self,
        plan: &Plan,
        address: DocAddress,
    ) -> Result<Vec<Option<f32>>, Error> {
        let segment = Segment::at(self.index, address.segment_ord)?;
        let norms = DocumentNorms::of(&segment, self.length_norms());
        let scores = plan.scored_terms.iter().map(|term| {
            let mut scorer = TermScorer::new(&segment, &self.cache, term)?;
            scorer.score(address.doc_id, &norms)
        });
        let scores = scores.collect();
        self.index.verify_reads()?;
        Ok(scores)
    }

    /// What reranking adds to the BM25 score of a document among the first hits of a plan.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub(crate) fn rerank_score(
        &self,
        plan: &Plan,
        address: DocAddress,
    ) -> Result<RerankScore, Error> {
        let score = rerank::rerank_score(self.index, &self.cache, plan, address)?;
        self.index.verify_reads()?;
        Ok(score)
    }
}
