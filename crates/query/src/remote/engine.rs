//! Implements [`Engine`] for an index on a cluster.

use foldhash::HashMap;
use serde_json::json;
use wensou_cluster::{AllHitsOptions, field};
use wensou_index::{RecordExt, TextField};
use wensou_ingest::Record;

use super::cluster_engine::ClusterEngine;
use super::counts;
use super::response::Source;
use crate::engine::{DayCounts, EachWord, Engine, Facet, IdLookup};
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::groups::Groups;
use crate::exec::matched_docs::MatchedDocs;
use crate::exec::rerank::{self, RerankScore};
use crate::exec::top_k::{ScoredDoc, TopK};
use crate::lang::Diagnostic;
use crate::plan::analyze::TextTables;
use crate::plan::expr::FilterField;
use crate::plan::{MatchExpr, Plan};
use crate::rank::TermStatistics;

/// The maximum number of ids that [`IdLookup::Ambiguous`] has.
const MAX_AMBIGUOUS: usize = 10;

impl Engine for ClusterEngine<'_> {
    fn statistics(&self) -> &dyn TermStatistics {
        &self.statistics
    }

    fn tables(&self) -> Result<TextTables<'_>, Error> {
        let analysis = self.analysis()?;
        Ok(TextTables { segmenter: analysis.segmenter(), synonyms: analysis.synonyms() })
    }

    fn stale_warning(&self) -> Option<Diagnostic> {
        // The version of the analysis, followed by hashes of the user's tables.
        let built_with = &self.index.description().analysis;
        (!built_with.starts_with(&wensou_index::analysis_version())).then(|| {
            let reason = "it was built by another version of the text analysis";
            Diagnostic::stale_index(reason.to_owned())
        })
    }

    fn begin_query(&self) {
        self.translator.borrow_mut().verified.clear();
        self.prefetched.clear();
        self.members.clear_counts();
    }

    fn invalidate_addresses(&self) {
        self.forget_cached();
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn prefetch(
        &self,
        strict: (&Plan, &TopK<'_>),
        relaxed: (&Plan, &TopK<'_>),
    ) -> Result<(), Error> {
        self.fetch_ahead(strict, relaxed)
    }

    fn first_hits(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<(usize, Vec<ScoredDoc>), Error> {
        self.find(plan, top_k)
    }

    fn rerank(&self, plan: &Plan, found: &mut [ScoredDoc]) -> Result<(), Error> {
        let depth = rerank::reranked_count(plan, found.len());
        let first = &mut found[..depth];
        let (mut rerank_scores, mut dates) = (Vec::new(), Vec::new());
        for hit in first.iter() {
            let document = self.document(hit.address)?;
            rerank_scores.push(document.rerank_score(plan));
            dates.push(document.date());
        }
        rerank::add_to_scores(plan, first, &rerank_scores, &dates);
        Ok(())
    }

    fn count(&self, expr: &MatchExpr) -> Result<usize, Error> {
        self.verify(expr)?;
        let query = self.translator.borrow().query(expr);
        Ok(self.index.count(&query)? as usize)
    }

    fn matches(&self, expr: &MatchExpr, address: DocAddress) -> Result<bool, Error> {
        Ok(self.document(address)?.matches(expr))
    }

    fn term_scores(&self, plan: &Plan, address: DocAddress) -> Result<Vec<Option<f32>>, Error> {
        Ok(self.document(address)?.term_scores(plan, self.length_norms()))
    }

    fn rerank_score(&self, plan: &Plan, address: DocAddress) -> Result<RerankScore, Error> {
        Ok(self.document(address)?.rerank_score(plan))
    }

    fn groups(&self) -> Result<Groups<'_>, Error> {
        Ok(Groups::Cluster(&self.groups))
    }

    fn near_duplicates(
        &self,
        addresses: &[DocAddress],
        expr: &MatchExpr,
        _matched: Option<&MatchedDocs>,
    ) -> Result<Vec<Vec<String>>, Error> {
        let of_document = |address: &DocAddress| {
            let Some(group) = self.groups.id_of(*address) else { return Ok(Vec::new()) };
            let own = self.id(*address)?;
            let mut members = self.members_of(&group, expr)?;
            members.retain(|id| *id != own);
            Ok(members)
        };
        addresses.iter().map(of_document).collect()
    }

    fn record(&self, address: DocAddress) -> Result<Record, Error> {
        Ok(self.document(address)?.record().clone())
    }

    fn id(&self, address: DocAddress) -> Result<String, Error> {
        Ok(self.document(address)?.record().id().to_owned())
    }

    fn lookup(&self, id: &str) -> Result<IdLookup, Error> {
        if let Some(address) = self.document_with_id(id)? {
            return Ok(IdLookup::One(address));
        }
        let ids = self.ids(id, MAX_AMBIGUOUS)?;
        match ids.as_slice() {
            [] => Ok(IdLookup::Missing),
            [only] => Ok(self.document_with_id(only)?.map_or(IdLookup::Missing, IdLookup::One)),
            _ => Ok(IdLookup::Ambiguous(ids)),
        }
    }

    fn ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
        counts::ids(self.index, prefix, limit)
    }

    fn for_each_record(&self, each: &mut dyn FnMut(Record) -> bool) -> Result<(), Error> {
        let body = json!({
            "query": { "match_all": {} },
            "_source": [field::RECORD, field::ORDINAL],
            "sort": self.walk_order(),
        });
        let options = AllHitsOptions::default();
        for hit in self.index.client().all_hits(self.index.documents_index(), body, options)? {
            let Some(source) = hit?.source else { continue };
            let source: Source = serde_json::from_str(source.get())?;
            if !each(source.record) {
                break;
            }
        }
        Ok(())
    }

    fn facet_counts(&self, expr: &MatchExpr, facet: Facet) -> Result<HashMap<String, u64>, Error> {
        self.verify(expr)?;
        counts::facet_counts(self.index, &self.translator.borrow().query(expr), facet)
    }

    fn day_counts(&self, expr: &MatchExpr) -> Result<(DayCounts, u64), Error> {
        self.verify(expr)?;
        counts::day_counts(self.index, &self.translator.borrow().query(expr))
    }

    fn date_bounds(&self) -> Result<Option<[i64; 2]>, Error> {
        counts::date_bounds(self.index)
    }

    fn values(&self, field: FilterField) -> Result<Vec<(String, u64)>, Error> {
        counts::values(self.index, field)
    }

    /// Only words of titles and tags: a cluster has no list of the words of bodies. All are counted
    /// as words of titles, because the list does not say which of the two fields they are in.
    fn for_each_word_from(&self, from: &str, each: EachWord<'_>) -> Result<(), Error> {
        for (word, documents) in self.index.words()? {
            let count_in = |field| match field {
                TextField::Title => documents,
                TextField::Body | TextField::Tags => 0,
            };
            if word.as_str() >= from && !each(&word, &count_in) {
                break;
            }
        }
        Ok(())
    }
}
