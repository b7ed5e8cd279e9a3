//! Why a query finds what it finds, and why a hit has its rank.

use tantivy::query::EnableScoring;
use tantivy::{DocAddress, DocSet};
use wensou_index::{Index, Lookup, Part, Unit};
use wensou_ingest::Record;

use crate::error::Error;
use crate::exec::term_scorer::term_score;
use crate::exec::top_k::{Recency, ScoredDoc, Sort, TopK};
use crate::lang::Query;
use crate::plan::analyze::{MatchMode, Origin, Variant};
use crate::plan::queries::TextQueries;
use crate::plan::{Mode, Plan, plan};
use crate::rank;
use crate::rank::bm25::Statistics;
use crate::report::clauses::{Clause, clauses, query_of};

/// The rank of a document is looked for among this many hits.
const MAX_RANK: usize = 10_000;

/// How a query was understood, and what it found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation {
    /// The query in canonical form.
    pub canonical: String,
    /// The query as folded text.
    pub folded: String,
    /// The words and quoted phrases of the query, in order, including those that only affect the
    /// rank.
    pub words: Vec<ExplainedWord>,
    /// What a document must match, clause by clause.
    pub clauses: Vec<Clause>,
    /// The compiled query: one line for each operator or leaf, indented by two spaces a level.
    pub compiled: String,
    /// The terms that are scored, highest weight times idf first.
    pub scored: Vec<ExplainedTerm>,
    /// Documents that match.
    pub total: usize,
    /// Whether no document has every word, and the hits are those that have some.
    pub relaxed: bool,
    /// The document that was asked about.
    pub hit: Option<ExplainedHit>,
}

/// One word of a query, or a quoted phrase.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedWord {
    /// As typed.
    pub typed: String,
    /// Whether it is a stop word: it affects the rank a little, and a document need not have it.
    pub stop: bool,
    /// The variants that count as finding it: the word itself first, then its expansions.
    pub variants: Vec<ExplainedVariant>,
}

/// One variant of a word.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedVariant {
    /// The folded text that is matched.
    pub text: String,
    /// How it is matched: `characters`, `word`, `word or glued` (also inside a run of Latin
    /// letters), `value` or `date`.
    pub match_mode: &'static str,
    /// Why it counts as the word.
    pub origin: Origin,
    /// Documents that have it.
    pub documents: usize,
}

/// A term that is scored.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedTerm {
    /// The kind of term: bigram, word or unigram.
    pub kind: Unit,
    /// The term.
    pub text: String,
    /// Its weight in the body; 1 for a bigram or word that is typed once.
    pub weight: f32,
    /// Its inverse document frequency over both kinds of document.
    pub idf: f32,
    /// Why it is scored.
    pub origin: Origin,
}

/// Why one document has its rank.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedHit {
    /// The document.
    pub record: Record,
    /// For each clause of the query, whether the document matches it.
    pub clauses: Vec<bool>,
    /// Its rank, from 1; `None` if it does not match, or is below the first ten thousand.
    pub rank: Option<usize>,
    /// Its score, as `search` prints it; 0 if it does not match.
    pub score: f32,
    /// The BM25 score of each term in each field, highest first.
    pub term_scores: Vec<TermScore>,
    /// The score of its best passage; `None` if the hit was not ranked again.
    pub passage: Option<f32>,
    /// The score of unbroken runs of the query; `None` if the hit was not ranked again.
    pub runs: Option<f32>,
    /// The factor for its age, applied to the sum; 1 unless newer documents are preferred.
    pub recency: f32,
}

/// What one term in one field adds to the score of a document.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TermScore {
    /// The field.
    pub field: Part,
    /// The kind of term.
    pub kind: Unit,
    /// The term.
    pub text: String,
    /// Why it is scored.
    pub origin: Origin,
    /// The score that it adds.
    pub score: f32,
}

/// Explains a query and, if `id` names a document, its rank. `recency` as in [`crate::Options`].
///
/// # Errors
///
/// As [`crate::search`]; [`Error::NoSuchId`] if no document has the id, or more than one has.
pub fn explain(
    index: &Index,
    query: &Query,
    id: Option<&str>,
    recency: Option<Recency>,
) -> Result<Explanation, Error> {
    let statistics = Statistics::new(index);
    let strict = plan(index, &statistics, query, Mode::Strict)?;
    let found = run_plan(index, &statistics, &strict, recency)?;
    let (plan, (total, found), relaxed) = match found.0 {
        0 if strict.words.len() > 1 => {
            let plan = plan(index, &statistics, query, Mode::Relaxed)?;
            let found = run_plan(index, &statistics, &plan, recency)?;
            (plan, found, true)
        }
        _ => (strict, found, false),
    };
    let clauses = clauses(index, query)?;
    let hit = match id {
        None => None,
        Some(id) => match index.lookup(id)? {
            Lookup::Found(address) => {
                let explainer = HitExplainer { index, statistics: &statistics, plan: &plan };
                Some(explainer.explain(query, &clauses, address, &found)?)
            }
            _ => return Err(Error::NoSuchId { id: id.to_owned() }),
        },
    };
    Ok(Explanation {
        canonical: query.to_string(),
        folded: wensou_text::fold(&query.text),
        words: words(index, &plan)?,
        compiled: crate::plan::describe(index, query)?,
        scored: scored(&statistics, &plan)?,
        clauses,
        total,
        relaxed,
        hit,
    })
}

fn run_plan(
    index: &Index,
    statistics: &Statistics<'_>,
    plan: &Plan,
    recency: Option<Recency>,
) -> Result<(usize, Vec<ScoredDoc>), Error> {
    let sort = if plan.texts.is_empty() { Sort::Newest } else { Sort::Rank };
    let top_k = TopK { limit: MAX_RANK, count: true, sort, recency };
    let (total, mut found) = top_k.search(index, statistics, &plan.ranked_query())?;
    if sort == Sort::Rank {
        rank::rerank(index, statistics, &plan.texts, &mut found)?;
    }
    Ok((total, found))
}

fn words(index: &Index, plan: &Plan) -> Result<Vec<ExplainedWord>, Error> {
    let queries = TextQueries { index, fields: &Part::ALL };
    let variant = |variant: &Variant| -> Result<ExplainedVariant, Error> {
        let query = queries.variant(variant);
        let count = index.searcher().search(&query, &tantivy::collector::Count);
        Ok(ExplainedVariant {
            text: variant.text.clone(),
            match_mode: mode_name(variant.mode),
            origin: variant.origin,
            documents: count?,
        })
    };
    let stops = plan.texts.iter().flat_map(|text| &text.words).filter(|word| word.stop);
    // Stop words that are required are among the words already.
    let stops = stops.filter(|word| !plan.words.contains(word));
    plan.words
        .iter()
        .chain(stops)
        .map(|word| {
            Ok(ExplainedWord {
                typed: word.typed.clone(),
                stop: word.stop,
                variants: word.variants.iter().map(variant).collect::<Result<_, Error>>()?,
            })
        })
        .collect()
}

pub(crate) fn mode_name(mode: MatchMode) -> &'static str {
    match mode {
        MatchMode::Characters => "characters",
        MatchMode::Word => "word",
        MatchMode::WordOrEmbedded => "word or glued",
        MatchMode::Value => "value",
        MatchMode::Dated(..) => "date",
    }
}

fn scored(statistics: &Statistics<'_>, plan: &Plan) -> Result<Vec<ExplainedTerm>, Error> {
    let mut terms: Vec<ExplainedTerm> = Vec::new();
    for term in plan.texts.iter().flat_map(|text| &text.terms) {
        terms.push(ExplainedTerm {
            kind: term.kind,
            text: term.text.clone(),
            weight: term.weight * rank::kind_weight(term.kind),
            idf: statistics.idf(Part::Body, term.kind, &term.text),
            origin: term.origin,
        });
    }
    terms.sort_by(|a, b| (b.weight * b.idf).total_cmp(&(a.weight * a.idf)));
    Ok(terms)
}

struct HitExplainer<'a> {
    index: &'a Index,
    statistics: &'a Statistics<'a>,
    plan: &'a Plan,
}

impl HitExplainer<'_> {
    fn explain(
        &self,
        query: &Query,
        clauses: &[Clause],
        address: DocAddress,
        found: &[ScoredDoc],
    ) -> Result<ExplainedHit, Error> {
        let record = self.index.record(address)?;
        let clauses = clauses
            .iter()
            .map(|clause| {
                let query = query_of(query, vec![clause.node.clone()]);
                let plan = plan(self.index, self.statistics, &query, Mode::Strict)?;
                self.matches(plan.match_query.as_ref(), address)
            })
            .collect::<Result<_, Error>>()?;
        let at = found.iter().position(|found| found.address == address);
        let mut term_scores = Vec::new();
        let reader = self.index.searcher().segment_reader(address.segment_ord);
        for term in &self.plan.scored_terms {
            let of = |term| term_score(self.index, self.statistics, reader, term, address.doc_id);
            if let Some(score) = of(term)? {
                term_scores.push(TermScore {
                    field: term.field,
                    kind: term.kind,
                    text: term.text.clone(),
                    origin: term.origin,
                    score,
                });
            }
        }
        term_scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        let score = at.map_or(0.0, |at| found[at].score);
        let reranked = at.filter(|at| *at < rank::RERANK_DEPTH && found.len() > 1);
        let proximity = match reranked {
            Some(_) => {
                Some(rank::proximity(self.index, self.statistics, &self.plan.texts, address)?)
            }
            None => None,
        };
        Ok(ExplainedHit {
            record,
            clauses,
            rank: at.map(|at| at + 1),
            score,
            term_scores,
            passage: proximity.map(|proximity| proximity.passage),
            runs: proximity.map(|proximity| proximity.runs),
            recency: at.map_or(1.0, |at| found[at].recency),
        })
    }

    fn matches(
        &self,
        query: &dyn tantivy::query::Query,
        address: DocAddress,
    ) -> Result<bool, Error> {
        let index_error = |error| Error::from(wensou_index::Error::from(error));
        let searcher = self.index.searcher();
        let weight =
            query.weight(EnableScoring::disabled_from_searcher(searcher)).map_err(index_error)?;
        let reader = searcher.segment_reader(address.segment_ord);
        let mut scorer = weight.scorer(reader, 1.0).map_err(index_error)?;
        if scorer.doc() < address.doc_id {
            scorer.seek(address.doc_id);
        }
        Ok(scorer.doc() == address.doc_id)
    }
}
