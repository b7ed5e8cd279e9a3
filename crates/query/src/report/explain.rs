//! Explains why a query finds what it finds, and why a hit has its rank.

use foldhash::HashSet;
use wensou_index::{TermKind, TextField};
use wensou_ingest::Record;

use crate::engine::IdLookup;
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::rerank::reranked_count;
use crate::exec::top_k::{Count, Recency, ScoredDoc, TopK};
use crate::index_ref::IndexRef;
use crate::lang::Query;
use crate::plan::analyze::{Origin, Variant, WeightedTerm};
use crate::plan::{Mode, Plan, ScoredTerm, text_expr};
use crate::rank::{self, FieldTerm, bm25};
use crate::report::clauses::{Clause, count_clauses, query_of};
use crate::runner::{Answer, Completeness, Runner, default_sort};

/// The rank of a document is reported only if the document is among this many first documents. The
/// rank itself counts hits: near-duplicates are several documents, but one hit.
const MAX_RANK: usize = 10_000;

/// How a query was understood, and what it found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation {
    /// The query in canonical form.
    pub canonical: String,
    /// The query as folded text.
    pub folded: String,
    /// The words and quoted phrases of the query, in order; the stop words that only affect the
    /// rank come last.
    pub words: Vec<ExplainedWord>,
    /// What a document must match, clause by clause.
    pub clauses: Vec<Clause>,
    /// The compiled query: one line for each operator or leaf, indented by two spaces a level.
    pub compiled: String,
    /// The terms of the query's texts that are scored, highest weight times idf first.
    pub scored: Vec<ExplainedTerm>,
    /// The number of documents that match.
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
    /// Whether the word is a stop word: it affects the rank a little, and a document need not have
    /// it.
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
    /// letters), `exact` (with its symbols), `exact word`, `value` or `date`.
    pub match_mode: &'static str,
    /// Why it counts as finding the word.
    pub origin: Origin,
    /// The number of documents that have it.
    pub documents: usize,
}

/// A term of a query's texts, see [`Explanation::scored`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExplainedTerm {
    /// The kind of term: bigram, word or unigram.
    pub kind: TermKind,
    /// The term.
    pub text: String,
    /// Its weight in the body. For a term that is typed once and is no stop word it is 1 for a
    /// Chinese word, 2 for a Latin word or a number, 0.5 for a bigram that is no word, 1.5 for a
    /// bigram that is a word, 0.8 for a unigram that is no word, and 1.8 for a unigram that is a
    /// word. Where a Chinese word of two characters is scored as a word, scoring doubles this
    /// weight.
    pub weight: f32,
    /// Its inverse document frequency over both kinds of document.
    pub idf: f32,
    /// Why the query has it.
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
    /// Its rank among the hits, from 1; `None` if it does not match, or is not among the first ten
    /// thousand documents. A near-duplicate has the rank of the hit that stands for its group.
    pub rank: Option<usize>,
    /// If it is a near-duplicate of a hit, and displayed under that hit, the id of the hit.
    pub near_duplicate_of: Option<String>,
    /// Whether it lacks words of the query, and follows the hits that have all of them.
    pub backfilled: bool,
    /// Its score, as `search` prints it; 0 if `rank` is `None`.
    pub score: f32,
    /// The BM25 score of each term in each field, highest first.
    pub term_scores: Vec<TermScore>,
    /// The score of its best passage; `None` if the hit was not reranked. The same holds for
    /// `runs`, `lead` and `words`.
    pub passage: Option<f32>,
    /// The score of unbroken runs of the query.
    pub runs: Option<f32>,
    /// The score of the lead, the start of its body; `None` also if the lead has nothing of the
    /// query.
    pub lead: Option<f32>,
    /// The score for having words of the query; `None` also if all hits have all words.
    pub words: Option<f32>,
    /// The factor for its age, by which the sum of all these scores is multiplied; 1 unless newer
    /// documents are preferred.
    pub recency: f32,
    /// What it gains for being newer than other hits at the top, which decides between nearly equal
    /// scores; `None` if it gains nothing.
    pub newness: Option<f32>,
}

/// What one term in one field adds to the score of a document.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TermScore {
    /// The field.
    pub field: TextField,
    /// The kind of term.
    pub kind: TermKind,
    /// The term.
    pub text: String,
    /// Why it is scored.
    pub origin: Origin,
    /// The score that it adds.
    pub score: f32,
}

/// Explains a query and, if `id` names a document, its rank. `recency` is that of
/// [`crate::Options`].
///
/// # Errors
///
/// As [`crate::search`]; [`Error::IdMissingOrAmbiguous`] if no document has the id, or more than
/// one has.
pub fn explain<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    id: Option<&str>,
    recency: Option<Recency>,
) -> Result<Explanation, Error> {
    let runner = Runner::new(index);
    // The document that is asked about may lack words and follow the hits that have all of them.
    let completeness = match id {
        Some(_) => Completeness::Backfilled(MAX_RANK),
        None => Completeness::Relaxed,
    };
    let answer = runner.answer(query, completeness, |plan| TopK {
        recency,
        ..TopK::documents(MAX_RANK, Count::Documents, default_sort(plan))
    })?;
    let clauses = count_clauses(&runner, query)?;
    let hit = match id {
        None => None,
        Some(id) => match runner.engine().lookup(id)? {
            IdLookup::One(address) => Some(
                HitExplainer { runner: &runner, answer: &answer }
                    .explain(query, &clauses, address)?,
            ),
            _ => return Err(Error::IdMissingOrAmbiguous { id: id.to_owned() }),
        },
    };
    let Answer { plan, total, relaxed, .. } = answer;
    Ok(Explanation {
        canonical: query.to_string(),
        folded: wensou_text::fold(&query.text),
        words: words(&runner, &plan)?,
        compiled: runner.outline(query)?,
        scored: scored_terms(&runner, &plan)?,
        clauses,
        total,
        relaxed,
        hit,
    })
}

/// The words of a plan, in order, then the stop words that a document need not have.
fn words(runner: &Runner<'_>, plan: &Plan) -> Result<Vec<ExplainedWord>, Error> {
    let variant = |variant: &Variant| -> Result<ExplainedVariant, Error> {
        Ok(ExplainedVariant {
            text: variant.text.clone(),
            match_mode: variant.mode.as_str(),
            origin: variant.origin,
            documents: runner.engine().count(&text_expr::one_variant(&TextField::ALL, variant))?,
        })
    };
    let words = || plan.words.iter().map(|planned| &planned.word);
    let stops = plan.texts.iter().flat_map(|text| &text.words).filter(|word| word.stop);
    // Stop words that are required are among the words already.
    let stops = stops.filter(|stop| !words().any(|word| word == *stop));
    words()
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

/// The terms of the texts of a plan, highest weight times idf in the body first.
fn scored_terms(runner: &Runner<'_>, plan: &Plan) -> Result<Vec<ExplainedTerm>, Error> {
    // A term is scored in several fields, but listed once, with its weight apart from that of a
    // field. Planning has left some terms of the texts out, see `weigh`.
    let is_scored = |term: &&WeightedTerm| {
        plan.scored_terms.iter().any(|it| it.kind == term.kind && it.text == term.text)
    };
    let terms = || plan.texts.iter().flat_map(|text| &text.terms).filter(is_scored);
    let in_body: Vec<FieldTerm> = terms()
        .map(|term| FieldTerm { field: TextField::Body, kind: term.kind, text: term.text.clone() })
        .collect();
    let idfs = bm25::idfs(runner.statistics(), &in_body)?;
    let explained = terms().zip(idfs).map(|(term, idf)| ExplainedTerm {
        kind: term.kind,
        text: term.text.clone(),
        weight: term.weight * rank::kind_weight(term.kind),
        idf,
        origin: term.origin,
    });
    let mut explained: Vec<ExplainedTerm> = explained.collect();
    explained.sort_by(|a, b| (b.weight * b.idf).total_cmp(&(a.weight * a.idf)));
    Ok(explained)
}

/// Explains the rank of one document in an answer.
struct HitExplainer<'a> {
    runner: &'a Runner<'a>,
    answer: &'a Answer,
}

impl HitExplainer<'_> {
    fn explain(
        &self,
        query: &Query,
        clauses: &[Clause],
        address: DocAddress,
    ) -> Result<ExplainedHit, Error> {
        let runner = self.runner;
        let has = |found: &[ScoredDoc]| found.iter().any(|found| found.address == address);
        let backfill = self.answer.backfill.as_ref().filter(|backfill| has(&backfill.found));
        // `preceding` is the number of documents that come before those of `found`.
        let (plan, found, preceding) = match backfill {
            Some(backfill) => (&backfill.plan, &backfill.found, self.answer.found.len()),
            None => (&self.answer.plan, &self.answer.found, 0),
        };
        let record = runner.engine().record(address)?;
        let clauses = clauses
            .iter()
            .map(|clause| {
                let query = query_of(query, vec![clause.node.clone()]);
                let expr = runner.matching(&query, Mode::Strict)?.expr;
                runner.engine().matches(&expr, address)
            })
            .collect::<Result<_, Error>>()?;
        let at = found.iter().position(|found| found.address == address);
        let displayed = at.map(|at| self.displayed_hit(preceding + at)).transpose()?;
        let duplicate_of = displayed.map(|(_, hit)| hit).filter(|hit| *hit != address);
        let reranked = at.is_some_and(|at| at < reranked_count(plan, found.len()));
        let rerank_score = match reranked {
            true => Some(runner.engine().rerank_score(plan, address)?),
            false => None,
        };
        Ok(ExplainedHit {
            record,
            clauses,
            rank: displayed.map(|(rank, _)| rank),
            near_duplicate_of: duplicate_of.map(|hit| runner.engine().id(hit)).transpose()?,
            backfilled: backfill.is_some(),
            score: at.map_or(0.0, |at| found[at].score),
            term_scores: self.term_scores(plan, address)?,
            passage: rerank_score.map(|score| score.proximity.passage),
            runs: rerank_score.map(|score| score.proximity.runs),
            lead: rerank_score.map(|score| score.proximity.lead).filter(|lead| *lead > 0.0),
            words: rerank_score.map(|score| score.words).filter(|words| *words > 0.0),
            newness: at.map(|at| found[at].newness).filter(|newness| *newness > 0.0),
            recency: at.map_or(1.0, |at| found[at].recency),
        })
    }

    /// The hit that the document at index `at` of the ranking is displayed as: its rank, from 1,
    /// and its document. The first document of a group of near-duplicates is the hit for the whole
    /// group.
    fn displayed_hit(&self, at: usize) -> Result<(usize, DocAddress), Error> {
        let groups = self.runner.engine().groups()?;
        let backfilled = self.answer.backfill.iter().flat_map(|backfill| &backfill.found);
        let found: Vec<DocAddress> =
            self.answer.found.iter().chain(backfilled).map(|found| found.address).collect();
        let group = groups.group_of(found[at]);
        let is_same = |other: &DocAddress| group.is_some() && groups.group_of(*other) == group;
        let first = found[..at].iter().position(is_same).unwrap_or(at);
        let mut seen = HashSet::default();
        let hits = found[..first].iter().filter(|other| match groups.group_of(**other) {
            Some(group) => seen.insert(group),
            None => true,
        });
        Ok((hits.count() + 1, found[first]))
    }

    /// The score of each term in each field of a document, highest first.
    fn term_scores(&self, plan: &Plan, address: DocAddress) -> Result<Vec<TermScore>, Error> {
        let scores = self.runner.engine().term_scores(plan, address)?;
        let terms = plan.scored_terms.iter().zip(scores);
        let term_score = |(term, score): (&ScoredTerm, Option<f32>)| {
            Some(TermScore {
                field: term.field,
                kind: term.kind,
                text: term.text.clone(),
                origin: term.origin,
                score: score?,
            })
        };
        let mut term_scores: Vec<TermScore> = terms.filter_map(term_score).collect();
        term_scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(term_scores)
    }
}
