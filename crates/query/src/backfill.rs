//! Backfill: if too few documents have every word of a query, the documents that lack words follow
//! them, those with the highest coverage first.

use foldhash::HashSet;

use crate::engine::Engine;
use crate::error::Error;
use crate::exec::MAX_COMBINED_MEMBERS;
use crate::exec::doc_id::DocAddress;
use crate::exec::groups::Groups;
use crate::exec::top_k::{Count, DistinctHits, ScoredDoc, TopK};
use crate::plan::{Covering, MatchExpr, Plan};
use crate::rank::Coverage;
use crate::rank::proximity::RERANK_DEPTH;

/// The documents with the highest coverage among those that lack words.
pub(crate) struct Backfill {
    /// The relaxed plan that found them.
    pub(crate) plan: Plan,
    /// These documents, the best first. There is at least one.
    pub(crate) found: Vec<ScoredDoc>,
}

/// Finds the documents with the highest coverage of a relaxed query, without the `complete` ones:
/// enough for `wanted` hits, if there are that many. `None` if there are no such documents.
///
/// Documents with a high coverage are few and are found quickly, so they are looked for first:
/// if there are enough of them, no other document can be among the first.
pub(crate) fn backfill(
    engine: &dyn Engine,
    mut plan: Plan,
    complete: CompleteDocs<'_>,
    wanted: usize,
    top_k: TopK<'_>,
) -> Result<Option<Backfill>, Error> {
    let documents = engine.statistics().documents() as usize;
    let wanted = wanted.min(documents);
    let excluded_groups = Some(&complete.groups_with_document);
    let hits = complete.groups.map(|groups| DistinctHits { groups, excluded_groups, wanted });
    // At least `RERANK_DEPTH` documents, so that the same ones are reranked whatever the offset of
    // the search is. Where near-duplicates are shown as one hit, `hits.wanted` makes the search
    // return further documents until there are enough hits.
    let limit = if hits.is_some() { RERANK_DEPTH } else { wanted.max(RERANK_DEPTH) };
    let (excluded_docs, count) = (complete.documents.as_slice(), Count::Nothing);
    let top_k = TopK { limit, hits, excluded_docs, count, ..top_k };
    // A cluster orders documents by coverage itself, in one request.
    let mut attempts = match engine.is_remote() {
        true => Vec::new(),
        false => attempts_by_coverage(&plan),
    };
    let whole_expr = plan.match_expr.clone();
    // The last attempt accepts any coverage.
    attempts.push((None, whole_expr.clone()));
    let last = attempts.len() - 1;
    for (attempt, (min_coverage, expr)) in attempts.into_iter().enumerate() {
        plan.match_expr = expr;
        let top_k = TopK { min_coverage, ..top_k };
        let (_, mut found) = engine.first_hits(&plan, &top_k)?;
        // Reranking leaves documents of a higher coverage first, so later attempts are not needed
        // once there are enough.
        if top_k.hits_among(&found) < wanted && attempt < last {
            continue;
        }
        engine.rerank(&plan, &mut found)?;
        // The caller also lists the near-duplicates that match the plan, whatever their coverage.
        plan.match_expr = whole_expr;
        if top_k.hits.is_none() {
            found.truncate(wanted);
        }
        return Ok((!found.is_empty()).then_some(Backfill { plan, found }));
    }
    Ok(None)
}

/// The documents that have every word, if they are few.
#[derive(Default)]
pub(crate) struct CompleteDocs<'g> {
    /// All of them, ascending. If they make as many hits as were wanted, some or all may be
    /// missing: then no backfill follows.
    documents: Vec<DocAddress>,
    /// The number of hits that the documents make.
    pub(crate) hits: usize,
    /// The groups of near-duplicates, if each group is shown as one hit.
    groups: Option<Groups<'g>>,
    /// The groups that have one of the documents.
    groups_with_document: HashSet<u32>,
}

impl<'g> CompleteDocs<'g> {
    /// The documents that a search for every word has `found`.
    pub(crate) fn of(top_k: &TopK<'g>, found: &[ScoredDoc]) -> Self {
        let Count::Hits(counter) = top_k.count else {
            let mut documents: Vec<_> = found.iter().map(|doc| doc.address).collect();
            documents.sort_unstable();
            return Self { documents, hits: found.len(), ..Self::default() };
        };
        let (documents, groups) = (counter.few_docs(), counter.groups());
        let groups_with_document = documents.iter().filter_map(|at| groups.group_of(*at)).collect();
        Self { documents, hits: counter.hits(), groups: Some(groups), groups_with_document }
    }
}

/// The coverages to look for one after the other, from the highest down. Each has the expression of
/// the other conditions that documents must match. Leaves out coverages that only documents with
/// every word reach, and coverages that every document with a word reaches. Returns none if more
/// than [`MAX_COMBINED_MEMBERS`] units (words, or all words of a date) add to the coverage: with so
/// many units, a search does not leave out candidates of too little mass early.
fn attempts_by_coverage(plan: &Plan) -> Vec<(Option<Coverage>, MatchExpr)> {
    let Covering { any_word, units, scale } = &plan.covering;
    let masses = || units.iter().map(|unit| unit.mass.in_1024ths());
    let Some(lightest) = masses().min().filter(|_| units.len() <= MAX_COMBINED_MEMBERS) else {
        return Vec::new();
    };
    let max_incomplete_mass = masses().sum::<u32>() - lightest;
    // A document with one of these coverages has a word, so `any_word` need not be matched as well.
    let other_conditions = match any_word {
        Some(any_word) => plan.match_expr.replace_required(any_word, &MatchExpr::All),
        None => plan.match_expr.clone(),
    };
    let wanted_masses = lightest + 1..=max_incomplete_mass;
    let levels = scale.levels();
    let levels = levels.filter(|(_, min_mass)| wanted_masses.contains(&min_mass.in_1024ths()));
    levels.map(|(level, _)| (Some(level), other_conditions.clone())).collect()
}
