//! The engine of an index on this machine. The executor finds and scores documents; what reports
//! need besides, such as records and ids, is read from the index.

use std::collections::BTreeMap;

use foldhash::HashMap;
use wensou_index::{Lookup, PROVENANCE_INFERRED};
use wensou_ingest::Record;

use super::facet_counter::FacetCounter;
use super::{DayCounts, EachWord, Engine, Facet, IdLookup};
use crate::error::Error;
use crate::exec::Executor;
use crate::exec::columns::civil_time;
use crate::exec::doc_id::DocAddress;
use crate::exec::groups::Groups;
use crate::exec::matched_docs::MatchedDocs;
use crate::exec::rerank::RerankScore;
use crate::exec::segment::Segment;
use crate::exec::top_k::{ScoredDoc, TopK};
use crate::lang::Diagnostic;
use crate::plan::analyze::TextTables;
use crate::plan::expr::FilterField;
use crate::plan::{MatchExpr, Plan};
use crate::rank::TermStatistics;

impl Engine for Executor<'_> {
    fn statistics(&self) -> &dyn TermStatistics {
        self.index_statistics()
    }

    fn tables(&self) -> Result<TextTables<'_>, Error> {
        let analysis = self.index().analysis()?;
        Ok(TextTables { segmenter: analysis.segmenter(), synonyms: analysis.synonyms() })
    }

    fn stale_warning(&self) -> Option<Diagnostic> {
        let stale = self.index().meta().stale()?;
        Some(Diagnostic::stale_index(stale.to_string()))
    }

    fn begin_query(&self) {
        Executor::begin_query(self);
    }

    fn first_hits(&self, plan: &Plan, top_k: &TopK<'_>) -> Result<(usize, Vec<ScoredDoc>), Error> {
        Executor::first_hits(self, plan, top_k)
    }

    fn rerank(&self, plan: &Plan, found: &mut [ScoredDoc]) -> Result<(), Error> {
        Executor::rerank(self, plan, found)
    }

    fn count(&self, expr: &MatchExpr) -> Result<usize, Error> {
        Executor::count(self, expr)
    }

    fn matches(&self, expr: &MatchExpr, address: DocAddress) -> Result<bool, Error> {
        Executor::matches(self, expr, address)
    }

    fn term_scores(&self, plan: &Plan, address: DocAddress) -> Result<Vec<Option<f32>>, Error> {
        Executor::term_scores(self, plan, address)
    }

    fn rerank_score(&self, plan: &Plan, address: DocAddress) -> Result<RerankScore, Error> {
        Executor::rerank_score(self, plan, address)
    }

    fn groups(&self) -> Result<Groups<'_>, Error> {
        Ok(Groups::Local(self.index().duplicates()?))
    }

    fn near_duplicates(
        &self,
        addresses: &[DocAddress],
        expr: &MatchExpr,
        matched: Option<&MatchedDocs>,
    ) -> Result<Vec<Vec<String>>, Error> {
        let index = self.index();
        let others = addresses.iter().map(|address| {
            let mut members = index.near_duplicates(*address)?;
            members.retain(|member| member != address);
            Ok(members)
        });
        let mut others = others.collect::<Result<Vec<Vec<DocAddress>>, Error>>()?;
        match matched {
            Some(matched) => {
                others.iter_mut().for_each(|others| others.retain(|it| matched.contains(*it)));
            }
            None if *expr == MatchExpr::All => {}
            None => {
                let mut all: Vec<DocAddress> = others.iter().flatten().copied().collect();
                all.sort_unstable();
                let matching = self.matching(expr, &all)?;
                let is_matching = |it: &DocAddress| matching.binary_search(it).is_ok();
                others.iter_mut().for_each(|others| others.retain(is_matching));
            }
        }
        let ids_of = |others: Vec<DocAddress>| {
            let ids = others.into_iter().map(|it| Ok(index.id(it)?));
            let mut ids = ids.collect::<Result<Vec<String>, Error>>()?;
            // Sort by id and not by address: after an update, the addresses of documents are not
            // those that a whole build gives them.
            ids.sort_unstable();
            Ok(ids)
        };
        others.into_iter().map(ids_of).collect()
    }

    fn record(&self, address: DocAddress) -> Result<Record, Error> {
        Ok(self.index().record(address)?)
    }

    fn id(&self, address: DocAddress) -> Result<String, Error> {
        Ok(self.index().id(address)?)
    }

    fn lookup(&self, id: &str) -> Result<IdLookup, Error> {
        Ok(match self.index().lookup(id)? {
            Lookup::Found(address) => IdLookup::One(address),
            Lookup::Missing => IdLookup::Missing,
            Lookup::Ambiguous(ids) => IdLookup::Ambiguous(ids),
        })
    }

    fn ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
        Ok(self.index().ids(prefix, limit)?)
    }

    fn for_each_record(&self, each: &mut dyn FnMut(Record) -> bool) -> Result<(), Error> {
        for address in self.index().in_walk_order()? {
            if !each(self.index().record(address)?) {
                break;
            }
        }
        Ok(())
    }

    fn facet_counts(&self, expr: &MatchExpr, facet: Facet) -> Result<HashMap<String, u64>, Error> {
        let mut counts = HashMap::default();
        for segment in self.segments() {
            let segment = segment?;
            let mut counter = FacetCounter::new(facet, &segment)?;
            self.for_each_window(expr, &segment, |window| {
                window.iter().for_each(|doc| counter.add(doc));
            })?;
            counter.add_to(&mut counts);
        }
        Ok(counts)
    }

    fn day_counts(&self, expr: &MatchExpr) -> Result<(DayCounts, u64), Error> {
        let (mut days, mut undated) = (DayCounts::new(), 0);
        for segment in self.segments() {
            let segment = segment?;
            let (dates, provenances) = (segment.dates()?, segment.numbers("provenance")?);
            let mut add = |doc| match dates.of(doc).and_then(civil_time) {
                None => undated += 1,
                Some(at) => {
                    let inferred = provenances.of(doc) == Some(PROVENANCE_INFERRED);
                    days.entry(at.date()).or_default()[usize::from(inferred)] += 1;
                }
            };
            self.for_each_window(expr, &segment, |window| window.iter().for_each(&mut add))?;
        }
        Ok((days, undated))
    }

    /// Each segment stores its oldest and its newest date. Only if documents of a segment were
    /// deleted are the dates of its documents read.
    fn date_bounds(&self) -> Result<Option<[i64; 2]>, Error> {
        let mut bounds: Option<[i64; 2]> = None;
        for segment in Segment::all(self.index()) {
            if let Some([oldest, newest]) = segment?.date_bounds()? {
                let [oldest_so_far, newest_so_far] = bounds.unwrap_or([oldest, newest]);
                bounds = Some([oldest_so_far.min(oldest), newest_so_far.max(newest)]);
            }
        }
        Ok(bounds)
    }

    fn values(&self, field: FilterField) -> Result<Vec<(String, u64)>, Error> {
        let fields = self.index().fields();
        let field = match field {
            FilterField::Tag => fields.tag,
            FilterField::Source => fields.source,
            FilterField::Author => fields.author,
            FilterField::Site => fields.site,
            FilterField::Category => fields.category,
            _ => return Ok(Vec::new()),
        };
        let mut values: BTreeMap<String, u64> = BTreeMap::new();
        self.index().for_each_term(field, |value, documents| {
            *values.entry(value.to_owned()).or_default() += documents;
        })?;
        Ok(values.into_iter().collect())
    }

    fn for_each_word_from(&self, from: &str, each: EachWord<'_>) -> Result<(), Error> {
        self.index().postings().for_each_word_from(from, |word, count_in| each(word, &count_in));
        Ok(self.index().verify_reads()?)
    }
}
