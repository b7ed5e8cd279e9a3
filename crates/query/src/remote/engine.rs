//! The engine of an index on a cluster.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::{ClusterIndex, Hit, PageOptions, field};
use wensou_index::{Analysis, RecordExt, TextField};
use wensou_ingest::Record;

use super::counts;
use super::dsl::{Translator, verified_parts};
use super::find::Prefetched;
use super::request::{Source, Total};
use super::statistics::ClusterStatistics;
use crate::engine::{DayCounts, EachWord, Engine, Facet, Found};
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::document::Document;
use crate::exec::groups::{ClusterGroups, Groups};
use crate::exec::rerank::{self, SecondScore};
use crate::exec::top_k::{ScoredDoc, TopK};
use crate::lang::Diagnostic;
use crate::plan::analyze::TextTables;
use crate::plan::expr::FilterField;
use crate::plan::{MatchExpr, Plan};
use crate::rank::TermStatistics;
use crate::rank::bm25::LengthNorms;

/// Matches that one request returns without paging.
const FEW_MATCHES: usize = 200;

/// Matches in a page.
const PAGE: usize = 1000;

/// Finds candidates on the cluster, and ranks them here.
pub(crate) struct ClusterEngine<'c> {
    pub(super) index: &'c ClusterIndex,
    statistics: ClusterStatistics<'c>,
    analysis: OnceCell<Analysis>,
    norms: OnceCell<[LengthNorms; 3]>,
    /// The documents that the cluster has sent. Their numbers are their addresses.
    documents: RefCell<Vec<Rc<Document>>>,
    numbers: RefCell<HashMap<String, u32>>,
    pub(super) groups: ClusterGroups,
    /// The ids of the documents that match the expression, of each group that was asked for.
    pub(super) members: RefCell<(MatchExpr, HashMap<String, Vec<String>>)>,
    pub(super) translator: RefCell<Translator>,
    /// The answers to searches that may follow.
    pub(super) prefetched: RefCell<Vec<Prefetched>>,
}

impl fmt::Debug for ClusterEngine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterEngine").field("index", self.index.address()).finish_non_exhaustive()
    }
}

impl<'c> ClusterEngine<'c> {
    pub(crate) fn new(index: &'c ClusterIndex) -> Self {
        Self {
            index,
            statistics: ClusterStatistics(index),
            analysis: OnceCell::new(),
            norms: OnceCell::new(),
            documents: RefCell::default(),
            numbers: RefCell::default(),
            groups: ClusterGroups::default(),
            members: RefCell::new((MatchExpr::All, HashMap::default())),
            translator: RefCell::default(),
            prefetched: RefCell::default(),
        }
    }

    fn analysis(&self) -> Result<&Analysis, Error> {
        if let Some(analysis) = self.analysis.get() {
            return Ok(analysis);
        }
        let analysis = self.index.description().to_analysis()?;
        Ok(self.analysis.get_or_init(|| analysis))
    }

    /// The keys by which documents sort as the walk found their records.
    fn order_of_walk(&self) -> Value {
        let key = |name: &str| json!({ (name): "asc" });
        match self.index.description().shares {
            0 => json!([key(field::ORDINAL), key(field::TIE)]),
            // Each machine has counted its records from zero. Articles come before flash items.
            _ => json!([key(field::KIND), key(field::WALK), key(field::ORDINAL), key(field::TIE)]),
        }
    }

    /// The length norms of each field.
    pub(super) fn norms(&self) -> &[LengthNorms; 3] {
        self.norms.get_or_init(|| LengthNorms::of_fields(&self.statistics))
    }

    pub(super) fn analysed(&self, source: Source) -> Result<Document, Error> {
        Document::new(source.ordinal, source.record, self.analysis()?.segmenter())
    }

    /// Keeps a document that the cluster has sent. Returns its address.
    pub(super) fn keep(&self, source: Source) -> Result<DocAddress, Error> {
        if let Some(number) = self.numbers.borrow().get(source.record.id()) {
            return Ok(DocAddress::new(0, *number));
        }
        let group = source.group.clone();
        let document = self.analysed(source)?;
        let number = self.documents.borrow().len() as u32;
        self.numbers.borrow_mut().insert(document.record().id().to_owned(), number);
        self.documents.borrow_mut().push(Rc::new(document));
        self.groups.push(group.as_deref());
        Ok(DocAddress::new(0, number))
    }

    /// A document that was kept.
    pub(super) fn document(&self, address: DocAddress) -> Result<Rc<Document>, Error> {
        let documents = self.documents.borrow();
        let document = documents.get(address.doc_id as usize).map(Rc::clone);
        document.ok_or_else(|| Error::NoSuchId { id: address.doc_id.to_string() })
    }

    /// Finds the documents of the parts of an expression that the cluster cannot match: it sends
    /// all that may match, and their texts are compared here.
    pub(super) fn verify(&self, expr: &MatchExpr) -> Result<(), Error> {
        for part in verified_parts(expr) {
            if self.translator.borrow().verified.iter().any(|(known, _)| known == part) {
                continue;
            }
            let query = self.translator.borrow().query(part);
            let mut ids = Vec::new();
            self.for_each_match(&query, &[field::RECORD, field::ORDINAL], |id, source| {
                let source: Source = serde_json::from_str(source)?;
                if self.analysed(source)?.matches(part) {
                    ids.push(id);
                }
                Ok(())
            })?;
            self.translator.borrow_mut().verified.push((part.clone(), ids));
        }
        Ok(())
    }
}

impl ClusterEngine<'_> {
    /// Calls `each` with the id and the `fields` of every document that a query matches. One
    /// request is enough for a few documents; more come in pages.
    pub(super) fn for_each_match(
        &self,
        query: &Value,
        fields: &[&str],
        mut each: impl FnMut(String, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Answer {
            hits: Hits,
        }
        #[derive(Deserialize)]
        struct Hits {
            total: Total,
            hits: Vec<Hit>,
        }
        let mut visit = |hit: Hit| match hit.source {
            Some(source) => each(hit.id, source.get()),
            None => Ok(()),
        };
        let body = json!({
            "query": query,
            "_source": fields,
            "sort": [{ (field::TIE): "asc" }],
        });
        let mut first = body.clone();
        first["size"] = json!(FEW_MATCHES);
        first["track_total_hits"] = json!(true);
        let Answer { hits: Hits { total, hits } } = self.index.search(&first)?;
        if total.value <= hits.len() {
            return hits.into_iter().try_for_each(visit);
        }
        let options = PageOptions { size: PAGE, ..PageOptions::default() };
        for hit in self.index.client().pages(self.index.documents(), body, options)? {
            visit(hit?)?;
        }
        Ok(())
    }
}

impl Engine for ClusterEngine<'_> {
    fn statistics(&self) -> &dyn TermStatistics {
        &self.statistics
    }

    fn tables(&self) -> Result<TextTables<'_>, Error> {
        let analysis = self.analysis()?;
        Ok(TextTables { segmenter: analysis.segmenter(), synonyms: analysis.synonyms() })
    }

    fn stale(&self) -> Option<Diagnostic> {
        let built_with = &self.index.description().analysis;
        (!built_with.starts_with(&wensou_index::analysis())).then(|| {
            let reason = "it was built by another version of the text analysis";
            Diagnostic::stale_index(reason.to_owned())
        })
    }

    fn begin_query(&self) {
        self.translator.borrow_mut().verified.clear();
        self.prefetched.borrow_mut().clear();
    }

    fn forget_documents(&self) {
        self.documents.borrow_mut().clear();
        self.numbers.borrow_mut().clear();
        self.groups.clear();
        *self.members.borrow_mut() = (MatchExpr::All, HashMap::default());
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn prefetch(&self, searches: &[(&Plan, TopK<'_>)]) -> Result<(), Error> {
        self.fetch(searches)
    }

    fn first_hits(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<(usize, Vec<ScoredDoc>), Error> {
        self.find(plan, top_k)
    }

    fn rerank(&self, plan: &Plan, found: &mut [ScoredDoc]) -> Result<(), Error> {
        let depth = rerank::reranked(plan, found.len());
        let first = &mut found[..depth];
        let (mut seconds, mut dates) = (Vec::new(), Vec::new());
        for hit in first.iter() {
            let document = self.document(hit.address)?;
            seconds.push(document.second_score(plan));
            dates.push(document.date());
        }
        rerank::add(plan, first, &seconds, &dates);
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
        Ok(self.document(address)?.term_scores(plan, self.norms()))
    }

    fn second_score(&self, plan: &Plan, address: DocAddress) -> Result<SecondScore, Error> {
        Ok(self.document(address)?.second_score(plan))
    }

    fn groups(&self) -> Result<Groups<'_>, Error> {
        Ok(Groups::Cluster(&self.groups))
    }

    fn near_duplicates(&self, address: DocAddress, expr: &MatchExpr) -> Result<Vec<String>, Error> {
        let Some(group) = self.groups.id_of(address) else { return Ok(Vec::new()) };
        let own = self.id(address)?;
        let mut members = self.members_of(&group, expr)?;
        members.retain(|id| *id != own);
        Ok(members)
    }

    fn record(&self, address: DocAddress) -> Result<Record, Error> {
        Ok(self.document(address)?.record().clone())
    }

    fn id(&self, address: DocAddress) -> Result<String, Error> {
        Ok(self.document(address)?.record().id().to_owned())
    }

    fn lookup(&self, id: &str) -> Result<Found, Error> {
        if let Some(address) = self.with_id(id)? {
            return Ok(Found::One(address));
        }
        let ids = self.ids(id, 10)?;
        match ids.as_slice() {
            [] => Ok(Found::Missing),
            [only] => Ok(self.with_id(only)?.map_or(Found::Missing, Found::One)),
            _ => Ok(Found::Ambiguous(ids)),
        }
    }

    fn ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
        counts::ids(self.index, prefix, limit)
    }

    fn for_each_record(&self, each: &mut dyn FnMut(Record) -> bool) -> Result<(), Error> {
        let body = json!({
            "query": { "match_all": {} },
            "_source": [field::RECORD, field::ORDINAL],
            "sort": self.order_of_walk(),
        });
        let options = PageOptions::default();
        for hit in self.index.client().pages(self.index.documents(), body, options)? {
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
        counts::facet(self.index, &self.translator.borrow().query(expr), facet)
    }

    fn day_counts(&self, expr: &MatchExpr) -> Result<(DayCounts, u64), Error> {
        self.verify(expr)?;
        counts::days(self.index, &self.translator.borrow().query(expr))
    }

    fn date_bounds(&self) -> Result<Option<[i64; 2]>, Error> {
        counts::date_bounds(self.index)
    }

    fn values(&self, field: FilterField) -> Result<Vec<(String, u64)>, Error> {
        counts::values(self.index, field)
    }

    /// The words of titles and tags alone: those of the bodies are not listed on a cluster.
    fn for_each_word_from(&self, from: &str, each: EachWord<'_>) -> Result<(), Error> {
        for (word, documents) in self.index.words()? {
            let count = |field| match field {
                TextField::Title => documents,
                TextField::Body | TextField::Tags => 0,
            };
            if word.as_str() >= from && !each(&word, &count) {
                break;
            }
        }
        Ok(())
    }
}
