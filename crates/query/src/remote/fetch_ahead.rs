//! Fetches the documents of a relaxed plan before it is known whether they are needed, so that a
//! strict search and the relaxed one after it take one request.

use super::cluster_engine::ClusterEngine;
use super::find::{first_size, search_options};
use super::request::DocFilter;
use super::response::{Aggregations, Hit, Hits, SearchResponse, Total};
use crate::error::Error;
use crate::exec::top_k::{Sort, TopK};
use crate::plan::{MatchExpr, Plan};

/// Whether a search for the relaxed plan puts all documents that match the strict plan before those
/// that lack a unit of the relaxed plan, provided that the cluster orders them by coverage.
fn complete_docs_come_first(strict: &Plan, relaxed: &Plan, sort: Sort) -> bool {
    let MatchExpr::And(required) = &strict.match_expr else { return false };
    let units = &relaxed.covering.units;
    sort == Sort::Rank && units.len() > 1 && units.iter().all(|unit| required.contains(&unit.expr))
}

impl ClusterEngine<'_> {
    /// Searches for the documents of a relaxed plan, and keeps the response until the relaxed
    /// search is run. If the response has all documents that match the strict plan, these are kept
    /// as the response to the strict search, which then sends no request.
    ///
    /// Whether the response has them all is known in one of two ways. If documents with every word
    /// come first (see [`complete_docs_come_first`]), it has them all if its last hit lacks a word.
    /// Otherwise the cluster also counts the documents that match the strict plan.
    pub(super) fn fetch_ahead(
        &self,
        (strict, strict_top_k): (&Plan, &TopK<'_>),
        (relaxed, relaxed_top_k): (&Plan, &TopK<'_>),
    ) -> Result<(), Error> {
        self.verify_plan(strict)?;
        self.verify_plan(relaxed)?;
        let strict_filter = self.doc_filter(strict, strict_top_k)?;
        let filter = self.doc_filter(relaxed, relaxed_top_k)?;
        let options = search_options(relaxed_top_k, first_size(relaxed_top_k));
        let body = self.with_requests(|requests| {
            let come_first = complete_docs_come_first(strict, relaxed, options.sort);
            match come_first && requests.level_scores(relaxed).order_documents() {
                true => requests.search(relaxed, &filter, options),
                false => {
                    requests.search_and_count((relaxed, &filter, options), (strict, &strict_filter))
                }
            }
        })?;
        let response: SearchResponse = self.index.search(&body)?;
        self.members.keep_counts(&filter, &response.aggregations.groups);
        if let Some(hits) = self.all_complete_hits(relaxed, &strict_filter, &response)? {
            let aggregations = Aggregations::of_hits(&hits);
            self.members.keep_counts(&strict_filter, &aggregations.groups);
            let hits = Hits { total: Total { value: hits.len() }, hits };
            let options = search_options(strict_top_k, first_size(strict_top_k));
            self.prefetched.keep(strict, options, SearchResponse { hits, aggregations });
        }
        self.prefetched.keep(relaxed, options, response);
        Ok(())
    }

    /// The hits of a search for a relaxed plan that match the filter of the strict plan. `None` if
    /// the cluster may have more of them than it has sent.
    fn all_complete_hits(
        &self,
        relaxed: &Plan,
        strict: &DocFilter,
        response: &SearchResponse,
    ) -> Result<Option<Vec<Hit>>, Error> {
        self.cache_documents(&response.hits.hits)?;
        let mut complete = Vec::new();
        let mut last_coverage = None;
        for hit in &response.hits.hits {
            let document = self.document(self.cache_document(&hit.source)?)?;
            if document.matches(&strict.expr) {
                complete.push(hit.clone());
            }
            last_coverage = Some(document.coverage(relaxed));
        }
        let are_all = match &response.aggregations.complete {
            Some(count) => count.doc_count == complete.len(),
            None => {
                let scale = &relaxed.covering.scale;
                response.hits.hits.len() >= response.hits.total.value
                    || last_coverage.is_some_and(|last| last < scale.coverage(scale.all))
            }
        };
        Ok(are_all.then_some(complete))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::lang::{Clock, parse};
    use crate::plan::Mode;
    use crate::runner::Runner;
    use crate::test_support::sample_index;

    #[test]
    fn documents_with_every_word_come_first_if_the_words_are_the_units() {
        let index = sample_index();
        let runner = Runner::new(&index);
        for (typed, sort, expected) in [
            ("以太坊 減半", Sort::Rank, true),
            ("以太坊 減半 市場", Sort::Rank, true),
            ("以太坊 減半", Sort::Newest, false),
            // The only word is no part of the query that a document may lack.
            ("以太坊", Sort::Rank, false),
        ] {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            let [strict, relaxed] =
                [Mode::Strict, Mode::Relaxed].map(|mode| runner.plan(&query, mode).unwrap());
            assert_eq!(complete_docs_come_first(&strict, &relaxed, sort), expected, "{typed}");
        }
    }
}
