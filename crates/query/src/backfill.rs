//! Backfill: the closest documents, where few documents have every word.

use foldhash::HashSet;

use crate::engine::Engine;
use crate::error::Error;
use crate::exec::MAX_COMBINED;
use crate::exec::doc_id::DocAddress;
use crate::exec::groups::Groups;
use crate::exec::top_k::{Count, DistinctHits, ScoredDoc, TopK};
use crate::plan::{Covering, MatchExpr, Plan};
use crate::rank::Coverage;
use crate::rank::proximity::RERANK_DEPTH;

/// Documents that have the most of a query, without those that have every word.
pub(crate) struct Backfill {
    /// The relaxed plan that found them.
    pub(crate) plan: Plan,
    /// At least one document.
    pub(crate) found: Vec<ScoredDoc>,
}

/// The documents that have the most of a relaxed query, without those that have every word.
/// There are enough for `wanted` hits more.
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
    let hits =
        complete.groups.map(|groups| DistinctHits { groups, shown: Some(&complete.shown), wanted });
    // Rerank the same hits, whichever page of them is asked for.
    let limit = if hits.is_some() { RERANK_DEPTH } else { wanted.max(RERANK_DEPTH) };
    let (left_out, count) = (complete.documents.as_slice(), Count::Nothing);
    let top_k = TopK { limit, hits, left_out, count, ..top_k };
    // Another machine finds all documents in one request, ordered by coverage.
    let mut attempts = match engine.is_remote() {
        true => Vec::new(),
        false => close_documents(&plan),
    };
    let whole_expr = plan.match_expr.clone();
    attempts.push((None, whole_expr.clone()));
    let last = attempts.len() - 1;
    for (number, (least, expr)) in attempts.into_iter().enumerate() {
        plan.match_expr = expr;
        let top_k = TopK { least, ..top_k };
        let (_, mut found) = engine.first_hits(&plan, &top_k)?;
        // Reranking keeps documents of a higher coverage first, so others cannot come between.
        if top_k.hits_among(&found) < wanted && number < last {
            continue;
        }
        engine.rerank(&plan, &mut found)?;
        // Near-duplicates are listed if they match the query, whatever their coverage.
        plan.match_expr = whole_expr;
        if top_k.hits.is_none() {
            found.truncate(wanted);
        }
        return Ok((!found.is_empty()).then_some(Backfill { plan, found }));
    }
    Ok(None)
}

/// All documents that have every word, which are few.
#[derive(Default)]
pub(crate) struct CompleteDocs<'g> {
    /// Ascending.
    documents: Vec<DocAddress>,
    pub(crate) hits: usize,
    /// Where near-duplicates are one hit: the groups, and those that the documents are in.
    groups: Option<Groups<'g>>,
    shown: HashSet<u32>,
}

impl<'g> CompleteDocs<'g> {
    /// What a search found. Without the documents, if they are as many hits as were wanted.
    pub(crate) fn of(top_k: &TopK<'g>, found: &[ScoredDoc]) -> Self {
        let Count::Hits(counter) = top_k.count else {
            let mut documents: Vec<_> = found.iter().map(|doc| doc.address).collect();
            documents.sort_unstable();
            return Self { documents, hits: found.len(), ..Self::default() };
        };
        let (documents, groups) = (counter.take_few(), counter.groups());
        let shown = documents.iter().filter_map(|at| groups.group_of(*at)).collect();
        Self { documents, hits: counter.hits(), groups: Some(groups), shown }
    }
}

/// The coverages that documents of a relaxed plan can have, from the highest down, and what else
/// they have to match. Leaves out those that need every word and those that all documents reach.
fn close_documents(plan: &Plan) -> Vec<(Option<Coverage>, MatchExpr)> {
    let Covering { any_word, units, scale } = &plan.covering;
    let masses = || units.iter().map(|unit| unit.mass.units());
    let Some(least) = masses().min().filter(|_| units.len() <= MAX_COMBINED) else {
        return Vec::new();
    };
    let incomplete = masses().sum::<u32>() - least;
    // A document with some coverage has a word.
    let others = match any_word {
        Some(any_word) => plan.match_expr.replace_required(any_word, &MatchExpr::All),
        None => plan.match_expr.clone(),
    };
    let levels = scale.levels();
    let levels = levels.filter(|(_, mass)| (least + 1..=incomplete).contains(&mass.units()));
    levels.map(|(level, _)| (Some(level), others.clone())).collect()
}
