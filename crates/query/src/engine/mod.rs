//! The engine that runs plans on an index. There is one for an index on this machine, and one for
//! an index on a cluster.
//!
//! Planning, reports and the order of steps are the same for both. An [`Engine`] finds documents,
//! scores them, counts them and reads them. `local` implements it for an index on this machine,
//! `crate::remote` for one on a cluster.

mod facet_counter;
mod local;

use std::collections::BTreeMap;
use std::fmt;

use foldhash::HashMap;
use jiff::civil::Date;
use wensou_index::TextField;
use wensou_ingest::Record;

use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::groups::Groups;
use crate::exec::matched_docs::MatchedDocs;
use crate::exec::rerank::RerankScore;
use crate::exec::top_k::{ScoredDoc, Sort, TopK};
use crate::lang::Diagnostic;
use crate::plan::analyze::TextTables;
use crate::plan::expr::FilterField;
use crate::plan::{MatchExpr, Plan};
use crate::rank::TermStatistics;

/// The outcome of looking up an id or a prefix of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdLookup {
    /// The document with this id, or the only one whose id starts with what was looked up.
    One(DocAddress),
    /// No id is or starts with what was looked up.
    Missing,
    /// Several ids start with what was looked up: the first ten of them.
    Ambiguous(Vec<String>),
}

/// For each day, the number of documents whose date is stated, and the number of those whose date
/// was inferred.
pub(crate) type DayCounts = BTreeMap<Date, [u64; 2]>;

/// A callback for each word: takes the word, and a function that counts the documents that have it
/// in a field. Returns whether to go on.
pub(crate) type EachWord<'e> = &'e mut dyn FnMut(&str, &dyn Fn(TextField) -> u64) -> bool;

/// What documents can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Tags.
    Tag,
    /// Sources of articles, outlets of flash items.
    Source,
    /// Categories.
    Category,
    /// `article` and `flash`.
    Kind,
    /// Months as `2023-05`; documents without a date are counted as `none`.
    Month,
}

impl Facet {
    /// Every facet, in the order of the variants.
    pub const ALL: [Facet; 5] =
        [Facet::Tag, Facet::Source, Facet::Category, Facet::Kind, Facet::Month];

    /// The name of the facet.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Facet::Tag => "tag",
            Facet::Source => "source",
            Facet::Category => "category",
            Facet::Kind => "kind",
            Facet::Month => "month",
        }
    }
}

/// Finds, scores, counts and reads the documents of an index.
///
/// An address is only valid for the engine that returned it, until
/// [`Engine::invalidate_addresses`] is called.
pub(crate) trait Engine: fmt::Debug {
    /// The statistics of the index that planning and scoring need.
    fn statistics(&self) -> &dyn TermStatistics;

    /// The segmenter and the synonyms of the index, see [`TextTables`].
    fn tables(&self) -> Result<TextTables<'_>, Error>;

    /// A warning if the index is stale: built with another text analysis than the program's, or
    /// with tables of the user that have changed since.
    fn stale_warning(&self) -> Option<Diagnostic>;

    /// Forgets the documents of earlier answers. Addresses that were returned before this call must
    /// not be used after it.
    fn invalidate_addresses(&self) {}

    /// Forgets what the engine keeps only while the plans of one query run.
    fn begin_query(&self) {}

    /// Whether each call is a request to another machine, so that few large requests are better
    /// than many small ones.
    fn is_remote(&self) -> bool {
        false
    }

    /// Announces the two searches that may follow: one for the documents with every word, and one
    /// for those that are closest to having every word. An engine that is
    /// [remote](Engine::is_remote) can answer both in one request.
    fn prefetch(
        &self,
        _strict: (&Plan, &TopK<'_>),
        _relaxed: (&Plan, &TopK<'_>),
    ) -> Result<(), Error> {
        Ok(())
    }

    /// The number of documents that match a plan (see [`TopK::count`]), and the first of them in
    /// the order of [`TopK::sort`].
    fn first_hits(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<(usize, Vec<ScoredDoc>), Error>;

    /// Ranks the first of `found` again. Adds two numbers to the score of each of these hits. One
    /// is the proximity score. The other depends on the plan: if hits may lack words, it is a score
    /// for the words that the hit has, else the newness of the hit. Sorts these hits again, by
    /// coverage and then by the new scores.
    fn rerank(&self, plan: &Plan, found: &mut [ScoredDoc]) -> Result<(), Error>;

    /// As [`Engine::first_hits`], but if hits are sorted by rank, the first ones are reranked.
    fn search(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<(usize, Vec<ScoredDoc>), Error> {
        let (total, mut found) = self.first_hits(plan, top_k)?;
        if top_k.sort == Sort::Rank {
            self.rerank(plan, &mut found)?;
        }
        Ok((total, found))
    }

    /// The number of documents that match.
    fn count(&self, expr: &MatchExpr) -> Result<usize, Error>;

    /// Whether a document matches.
    fn matches(&self, expr: &MatchExpr, address: DocAddress) -> Result<bool, Error>;

    /// For each scored term of a plan, what it adds to the score of a document; `None` if the
    /// document lacks it.
    fn term_scores(&self, plan: &Plan, address: DocAddress) -> Result<Vec<Option<f32>>, Error>;

    /// What reranking adds to the BM25 score of a document among the first hits of a plan.
    fn rerank_score(&self, plan: &Plan, address: DocAddress) -> Result<RerankScore, Error>;

    /// The groups of near-duplicates. For an index on a cluster, only the groups of documents that
    /// the cluster has sent.
    fn groups(&self) -> Result<Groups<'_>, Error>;

    /// For each document, the ids of its near-duplicates that match `expr`, without its own, in the
    /// order of bytes. `matched` are the documents that match `expr`, if a search has found them.
    fn near_duplicates(
        &self,
        addresses: &[DocAddress],
        expr: &MatchExpr,
        matched: Option<&MatchedDocs>,
    ) -> Result<Vec<Vec<String>>, Error>;

    /// The record of a document.
    fn record(&self, address: DocAddress) -> Result<Record, Error>;

    /// The id of a document.
    fn id(&self, address: DocAddress) -> Result<String, Error>;

    /// Finds a document by its whole id, or else by a prefix of its id.
    fn lookup(&self, id: &str) -> Result<IdLookup, Error>;

    /// The first `limit` ids that start with `prefix`, in the order of bytes.
    fn ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Error>;

    /// Calls `each` with every record, until `each` returns `false`. Records come in the order of
    /// the walk, in which the build found the files of the archive.
    fn for_each_record(&self, each: &mut dyn FnMut(Record) -> bool) -> Result<(), Error>;

    /// For each value of a facet, the number of documents among those that match. Values of tags,
    /// sources and categories are the folded form, [`FACET_SEPARATOR`] and the original form.
    ///
    /// [`FACET_SEPARATOR`]: wensou_index::FACET_SEPARATOR
    fn facet_counts(&self, expr: &MatchExpr, facet: Facet) -> Result<HashMap<String, u64>, Error>;

    /// The matching documents by day, and the number of those without a date.
    fn day_counts(&self, expr: &MatchExpr) -> Result<(DayCounts, u64), Error>;

    /// The oldest and the newest date of all documents, in seconds of civil time (without a time
    /// zone) since 1970-01-01T00:00:00. `None` if all documents are undated.
    fn date_bounds(&self) -> Result<Option<[i64; 2]>, Error>;

    /// Every value of a field, with the number of documents that have it, in the order of bytes.
    /// The field must be that of tags, sources, authors, sites or categories.
    fn values(&self, field: FilterField) -> Result<Vec<(String, u64)>, Error>;

    /// Calls `each` with every word of the index from `from` on, in the order of bytes, until
    /// `each` returns `false`. An index on a cluster has only the words of titles and tags.
    fn for_each_word_from(&self, from: &str, each: EachWord<'_>) -> Result<(), Error>;
}
