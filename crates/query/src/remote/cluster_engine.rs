//! The state of the engine of an index on a cluster: the index, and the documents that it has sent.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::{ClusterIndex, Hit, PageOptions, field};
use wensou_index::{Analysis, RecordExt};

use super::dsl::{Translator, verified_parts};
use super::prefetched::PrefetchedAnswers;
use super::request::{Source, Total};
use super::statistics::ClusterStatistics;
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::document::Document;
use crate::exec::groups::ClusterGroups;
use crate::plan::MatchExpr;
use crate::rank::bm25::LengthNorms;

/// Matches that one request returns without paging.
const FEW_MATCHES: usize = 200;

/// Matches in a page.
const PAGE: usize = 1000;

/// Finds candidates on the cluster, and ranks them here.
pub(crate) struct ClusterEngine<'c> {
    pub(super) index: &'c ClusterIndex,
    pub(super) statistics: ClusterStatistics<'c>,
    analysis: OnceCell<Analysis>,
    norms: OnceCell<[LengthNorms; 3]>,
    /// The documents that the cluster has sent. Their numbers are their addresses.
    documents: RefCell<Vec<Rc<Document>>>,
    numbers: RefCell<HashMap<String, u32>>,
    pub(super) groups: ClusterGroups,
    /// The ids of the documents that match the expression, of each group that was asked for.
    pub(super) members: RefCell<(MatchExpr, HashMap<String, Vec<String>>)>,
    pub(super) translator: RefCell<Translator>,
    pub(super) prefetched: PrefetchedAnswers,
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
            prefetched: PrefetchedAnswers::default(),
        }
    }

    pub(super) fn analysis(&self) -> Result<&Analysis, Error> {
        if let Some(analysis) = self.analysis.get() {
            return Ok(analysis);
        }
        let analysis = self.index.description().to_analysis()?;
        Ok(self.analysis.get_or_init(|| analysis))
    }

    /// The keys by which documents sort as the walk found their records.
    pub(super) fn order_of_walk(&self) -> Value {
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

    /// Forgets the documents that were kept.
    pub(super) fn forget(&self) {
        self.documents.borrow_mut().clear();
        self.numbers.borrow_mut().clear();
        self.groups.clear();
        *self.members.borrow_mut() = (MatchExpr::All, HashMap::default());
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
