//! The engine of an index on a cluster: its state, with a cache of the documents that the cluster
//! has sent.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::num::NonZero;
use std::rc::Rc;
use std::thread::ScopedJoinHandle;

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Value, json};
use wensou_cluster::{AllHitsOptions, ClusterIndex, Hit, field};
use wensou_index::{Analysis, RecordExt};

use super::dsl::{Translator, parts_to_verify};
use super::known_members::KnownMembers;
use super::prefetched::PrefetchedResponses;
use super::response::{Hit as SearchHit, Source, Total};
use super::statistics::ClusterStatistics;
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::document::Document;
use crate::exec::groups::ClusterGroups;
use crate::plan::MatchExpr;
use crate::rank::bm25::LengthNorms;

/// If a query of the cluster has at most this many matches, one request fetches them all.
const FEW_MATCHES: usize = 200;

/// If a query has more matches than [`FEW_MATCHES`], each response has this many of them.
const MATCHES_PER_RESPONSE: usize = 1000;

/// The maximum number of threads that analyse documents.
const MAX_THREADS: usize = 8;

/// Fewer documents are not worth a thread: analysing one takes some 100 µs, starting a thread half
/// as long.
const MIN_DOCUMENTS_PER_THREAD: usize = 4;

/// Lets the cluster find candidates, and scores the candidates on this machine.
pub(crate) struct ClusterEngine<'c> {
    pub(super) index: &'c ClusterIndex,
    pub(super) statistics: ClusterStatistics<'c>,
    analysis: OnceCell<Analysis>,
    norms: OnceCell<[LengthNorms; 3]>,
    /// The documents that the cluster has sent. A document's number is its index here; its address
    /// has this number as the document id, and segment 0.
    documents: RefCell<Vec<Rc<Document>>>,
    /// The numbers of documents by the ids of their records.
    numbers_by_id: RefCell<HashMap<String, u32>>,
    /// The group of near-duplicates that each of `documents` is in.
    pub(super) groups: ClusterGroups,
    /// What the cluster has said about the documents of these groups.
    pub(super) members: KnownMembers,
    pub(super) translator: RefCell<Translator>,
    pub(super) prefetched: PrefetchedResponses,
}

impl fmt::Debug for ClusterEngine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterEngine").field("index", self.index.address()).finish_non_exhaustive()
    }
}

impl<'c> ClusterEngine<'c> {
    /// An engine that has not asked the cluster for anything yet.
    pub(crate) fn new(index: &'c ClusterIndex) -> Self {
        Self {
            index,
            statistics: ClusterStatistics(index),
            analysis: OnceCell::new(),
            norms: OnceCell::new(),
            documents: RefCell::default(),
            numbers_by_id: RefCell::default(),
            groups: ClusterGroups::default(),
            members: KnownMembers::default(),
            translator: RefCell::new(Translator::new(index.description())),
            prefetched: PrefetchedResponses::default(),
        }
    }

    /// The text analysis of the index, which is made when it is first needed.
    pub(super) fn analysis(&self) -> Result<&Analysis, Error> {
        if let Some(analysis) = self.analysis.get() {
            return Ok(analysis);
        }
        let analysis = self.index.description().to_analysis()?;
        Ok(self.analysis.get_or_init(|| analysis))
    }

    /// The sort keys that put documents in the order in which the walk found their records.
    pub(super) fn walk_order(&self) -> Value {
        let key = |name: &str| json!({ (name): "asc" });
        match self.index.description().shares {
            // The index is a copy of one local index.
            0 => json!([key(field::ORDINAL), key(field::TIE)]),
            // The index has several shares. Each machine has counted its records from zero, so the
            // file comes before the ordinal. Articles come before flash items.
            _ => json!([key(field::KIND), key(field::WALK), key(field::ORDINAL), key(field::TIE)]),
        }
    }

    /// The length norms of each field.
    pub(super) fn length_norms(&self) -> &[LengthNorms; 3] {
        self.norms.get_or_init(|| LengthNorms::of_fields(&self.statistics))
    }

    /// A document with its text analysed, from what the cluster has sent.
    fn analyse(&self, source: Source) -> Result<Document, Error> {
        Document::new(source.ordinal, source.record, self.analysis()?.segmenter())
    }

    /// Analyses a document that the cluster has sent, and puts it into the cache, unless it is
    /// there already. Returns its address.
    pub(super) fn cache_document(&self, source: &Source) -> Result<DocAddress, Error> {
        if let Some(number) = self.numbers_by_id.borrow().get(source.record.id()) {
            return Ok(DocAddress::new(0, *number));
        }
        let document = self.analyse(source.clone())?;
        Ok(self.add_to_cache(document, source.group.as_deref()))
    }

    /// Adds a document to the cache. `group` is the id that its group has on the cluster.
    fn add_to_cache(&self, document: Document, group: Option<&str>) -> DocAddress {
        let number = self.documents.borrow().len() as u32;
        self.numbers_by_id.borrow_mut().insert(document.record().id().to_owned(), number);
        self.documents.borrow_mut().push(Rc::new(document));
        self.groups.push(group);
        DocAddress::new(0, number)
    }

    /// Analyses documents that the cluster has sent, with several threads, and puts them into the
    /// cache, where [`cache_document`](Self::cache_document) finds them. Analysing 50 documents
    /// takes a fifth of the time of a query. Does nothing if the documents are too few for two
    /// threads: then `cache_document` analyses each when it is needed.
    pub(super) fn cache_documents(&self, hits: &[SearchHit]) -> Result<(), Error> {
        let is_new =
            |source: &&Source| !self.numbers_by_id.borrow().contains_key(source.record.id());
        let sources = hits.iter().map(|hit| &hit.source).filter(is_new);
        let mut sources: Vec<Source> = sources.cloned().collect();
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let documents_per_thread =
            sources.len().div_ceil(threads.min(MAX_THREADS)).max(MIN_DOCUMENTS_PER_THREAD);
        if sources.len() <= documents_per_thread {
            return Ok(());
        }
        let segmenter = self.analysis()?.segmenter();
        let analyse = |sources: Vec<Source>| -> Result<Vec<(Document, Option<String>)>, Error> {
            let analyse = |Source { record, ordinal, group }: Source| {
                Ok((Document::new(ordinal, record, segmenter)?, group))
            };
            sources.into_iter().map(analyse).collect()
        };
        let analysed = std::thread::scope(|scope| {
            let mut workers = Vec::new();
            while !sources.is_empty() {
                let following = sources.split_off(documents_per_thread.min(sources.len()));
                let chunk = std::mem::replace(&mut sources, following);
                workers.push(scope.spawn(|| analyse(chunk)));
            }
            let join = |worker: ScopedJoinHandle<'_, _>| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            workers.into_iter().map(join).collect::<Result<Vec<_>, Error>>()
        })?;
        for (document, group) in analysed.into_iter().flatten() {
            self.add_to_cache(document, group.as_deref());
        }
        Ok(())
    }

    /// A document of the cache. Fails if the address is not valid, see [`Engine`].
    ///
    /// [`Engine`]: crate::engine::Engine
    pub(super) fn document(&self, address: DocAddress) -> Result<Rc<Document>, Error> {
        let documents = self.documents.borrow();
        let document = documents.get(address.doc_id as usize).map(Rc::clone);
        document.ok_or(Error::StaleAddress { number: address.doc_id })
    }

    /// Forgets the documents of the cache, and their groups.
    pub(super) fn forget_cached(&self) {
        self.documents.borrow_mut().clear();
        self.numbers_by_id.borrow_mut().clear();
        self.groups.clear();
        self.members.clear();
    }

    /// Finds the documents that match those parts of an expression that the cluster cannot decide:
    /// the cluster sends all documents that may match, and their texts are compared here. Gives the
    /// translator the ids of the documents that match.
    pub(super) fn verify(&self, expr: &MatchExpr) -> Result<(), Error> {
        for part in parts_to_verify(expr) {
            if self.translator.borrow().verified.iter().any(|(known, _)| known == part) {
                continue;
            }
            let query = self.translator.borrow().query(part);
            let mut ids = Vec::new();
            self.for_each_match(&query, &[field::RECORD, field::ORDINAL], |id, source| {
                let source: Source = serde_json::from_str(source)?;
                if self.analyse(source)?.matches(part) {
                    ids.push(id);
                }
                Ok(())
            })?;
            self.translator.borrow_mut().verified.push((part.clone(), ids));
        }
        Ok(())
    }

    /// Calls `each` with the id and the `fields` of every document that a query matches. A few
    /// documents ([`FEW_MATCHES`]) come in one response, more documents in several.
    pub(super) fn for_each_match(
        &self,
        query: &Value,
        fields: &[&str],
        mut each: impl FnMut(String, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Response {
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
        let mut first_body = body.clone();
        first_body["size"] = json!(FEW_MATCHES);
        first_body["track_total_hits"] = json!(true);
        let Response { hits: Hits { total, hits } } = self.index.search(&first_body)?;
        if total.value <= hits.len() {
            return hits.into_iter().try_for_each(visit);
        }
        let options =
            AllHitsOptions { page_size: MATCHES_PER_RESPONSE, ..AllHitsOptions::default() };
        for hit in self.index.client().all_hits(self.index.documents_index(), body, options)? {
            visit(hit?)?;
        }
        Ok(())
    }
}
