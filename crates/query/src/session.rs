//! Searching: plan, match, rank, and cut a snippet for each hit.

use wensou_index::RecordExt;
use wensou_text::{fold, has_symbols};

use crate::collapse::collapse;
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::matched_docs::MatchedDocs;
use crate::exec::repeats::RepeatCounter;
use crate::exec::top_k::{Count, DistinctHits, ScoredDoc, Sort, TopK};
use crate::index_ref::IndexRef;
use crate::lang::Query;
use crate::missing_words::missing_words;
use crate::options::Options;
use crate::plan::pinyin::{Readable, Reading, relax_to_any_text};
use crate::plan::{MatchExpr, Mode, Plan, PlannedWord};
use crate::rank::proximity::RERANK_DEPTH;
use crate::report::hits::{Hit, Results};
use crate::report::snippet::{highlight_all, snippet};
use crate::report::warnings::warnings;
use crate::runner::{Answer, Completeness, Runner, default_sort};

/// If fewer documents than this match, the documents that have only some of the words are counted
/// as well.
const FEW_DOCUMENTS: usize = 3;

/// Searches an index. For many queries, create a [`Session`] once.
///
/// # Errors
///
/// [`Error::Query`] if nothing in the query can be searched for; index errors.
pub fn search<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    options: &Options,
) -> Result<Results, Error> {
    Session::new(index)?.search(query, options)
}

/// The ids and scores of the first hits. Reads no records but those that ranking needs.
///
/// # Errors
///
/// As [`search`].
pub fn ids<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    options: &Options,
) -> Result<Vec<(String, f32)>, Error> {
    Session::new(index)?.ids(query, options)
}

/// A query that searches for words in place of the Latin letters that were read as pinyin, and how
/// the letters were read.
pub type Reread = (Query, Vec<Reading>);

/// Reads the Latin letters of a query as pinyin, if no document has every word of the query. The
/// start of a longer word does not count as a syllable such as the `bi` of `bi te bi`. Returns
/// `None` if the query is to be answered as typed: a document has every word, or no reading finds
/// anything.
///
/// # Errors
///
/// As [`search`].
pub fn read_pinyin<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
) -> Result<Option<Reread>, Error> {
    let runner = Runner::new(index);
    if runner.count(query, Mode::Strict)? > 0 {
        let reread = runner.read_as_pinyin(query, Readable::RunsOfSyllables)?;
        return match reread {
            Some((query, _)) if runner.count(&query, Mode::Strict)? == 0 => Ok(None),
            reread => Ok(reread),
        };
    }
    let reread = runner.read_as_pinyin(query, Readable::Everything)?;
    let Some((reread, readings)) = reread else { return Ok(None) };
    let any_text = relax_to_any_text(&reread);
    for query in [Some(reread), any_text].into_iter().flatten() {
        if runner.engine().count(&runner.strict_or_relaxed_expr(&query)?)? > 0 {
            return Ok(Some((query, readings)));
        }
    }
    Ok(None)
}

/// An index made ready for many queries, with a cache of posting lists.
#[derive(Debug)]
pub struct Session<'i> {
    runner: Runner<'i>,
}

impl<'i> Session<'i> {
    /// Creates a session.
    ///
    /// # Errors
    ///
    /// None so far: nothing is read before the first query.
    pub fn new(index: impl Into<IndexRef<'i>>) -> Result<Self, Error> {
        Ok(Self { runner: Runner::new(index) })
    }

    /// As [`search`].
    ///
    /// # Errors
    ///
    /// As [`search`].
    pub fn search(&self, query: &Query, options: &Options) -> Result<Results, Error> {
        self.runner.engine().invalidate_addresses();
        let ((answer, Collapsed { total_hits, matched }), reread) =
            self.answer_or_reread(query, options, |query| self.collapsed_answer(query, options))?;
        let (reread, readings) = reread.unzip();
        let Answer { plan, total, found, relaxed, backfill } = answer;
        let undated = match plan.has_date_filter {
            true => self.runner.count(query, Mode::Undated)?,
            false => 0,
        };
        // `before` is the number of hits that precede those of `found`.
        let after_offset = |found: &[ScoredDoc], before: usize| {
            let skipped = options.offset.saturating_sub(before).min(found.len());
            found[skipped..].to_vec()
        };
        let (complete, backfilled) = (after_offset(&found, 0), false);
        let mut hits = self.hits((&plan, matched.as_ref()), &complete, backfilled, options)?;
        if let Some(backfill) = &backfill {
            let (closest, backfilled) = (after_offset(&backfill.found, found.len()), true);
            hits.extend(self.hits((&backfill.plan, None), &closest, backfilled, options)?);
        }
        let partial = match total {
            1..FEW_DOCUMENTS if plan.words.len() > 1 && !relaxed && backfill.is_none() => {
                let relaxed_total = self.runner.count(query, Mode::Relaxed)?;
                (relaxed_total > total).then_some(relaxed_total)
            }
            _ => None,
        };
        let warnings = warnings(&self.runner, query, undated, total > 0 && !relaxed)?;
        let readings = readings.unwrap_or_default();
        Ok(Results { total, total_hits, hits, relaxed, readings, reread, partial, warnings })
    }

    /// As [`ids`].
    ///
    /// # Errors
    ///
    /// As [`search`].
    pub fn ids(&self, query: &Query, options: &Options) -> Result<Vec<(String, f32)>, Error> {
        let [mut ids, incomplete] = self.split_ids(query, options)?;
        ids.extend(incomplete);
        Ok(ids)
    }

    /// As [`Session::ids`], with one hit for each group of near-duplicates: its id and score, and
    /// the ids of all others of the group, also of those that do not match. [`Options::pinyin`] has
    /// no effect.
    ///
    /// # Errors
    ///
    /// As [`search`].
    pub fn collapsed_ids(
        &self,
        query: &Query,
        options: &Options,
    ) -> Result<Vec<(String, f32, Vec<String>)>, Error> {
        self.runner.engine().invalidate_addresses();
        let (Answer { found, backfill, .. }, _) = self.collapsed_answer(query, options)?;
        let backfilled = backfill.into_iter().flat_map(|backfill| backfill.found);
        let hits = found.into_iter().chain(backfilled).skip(options.offset);
        let hits: Vec<ScoredDoc> = hits.collect();
        let addresses: Vec<DocAddress> = hits.iter().map(|hit| hit.address).collect();
        let others = self.runner.engine().near_duplicates(&addresses, &MatchExpr::All, None)?;
        let with_others = |(hit, others): (ScoredDoc, _)| {
            Ok((self.runner.engine().id(hit.address)?, hit.score, others))
        };
        hits.into_iter().zip(others).map(with_others).collect()
    }

    /// As [`Session::ids`], in two lists: the hits that have every word, and those that lack some.
    ///
    /// # Errors
    ///
    /// As [`search`].
    pub fn split_ids(
        &self,
        query: &Query,
        options: &Options,
    ) -> Result<[Vec<(String, f32)>; 2], Error> {
        self.runner.engine().invalidate_addresses();
        let ((Answer { found, relaxed, backfill, .. }, ()), _) =
            self.answer_or_reread(query, options, |query| {
                let mut answer = self.answer(query, options, wanted(options), Count::Nothing)?;
                answer.found.truncate(wanted(options));
                Ok((answer, ()))
            })?;
        let id_and_score =
            |found: &ScoredDoc| Ok((self.runner.engine().id(found.address)?, found.score));
        let ids = |found: &[ScoredDoc], skip: usize| -> Result<Vec<_>, Error> {
            found.iter().skip(skip).map(id_and_score).collect()
        };
        let found_ids = ids(&found, options.offset)?;
        match backfill {
            None if relaxed => Ok([Vec::new(), found_ids]),
            None => Ok([found_ids, Vec::new()]),
            Some(backfill) => {
                let skip = options.offset.saturating_sub(found.len());
                Ok([found_ids, ids(&backfill.found, skip)?])
            }
        }
    }

    /// Answers a query with `answer`. If [`Options::pinyin`] is set and no document has every word,
    /// answers the query read as pinyin instead, as [`read_pinyin`] does, and returns that reading,
    /// too. `T` is the type of what `answer` returns beside its [`Answer`].
    fn answer_or_reread<T>(
        &self,
        query: &Query,
        options: &Options,
        answer: impl Fn(&Query) -> Result<(Answer, T), Error>,
    ) -> Result<((Answer, T), Option<Reread>), Error> {
        let (as_typed, beside_it) = answer(query)?;
        let no_match = as_typed.total == 0 || as_typed.relaxed;
        let readable = if no_match { Readable::Everything } else { Readable::RunsOfSyllables };
        if options.pinyin
            && let Some((reread, readings)) = self.runner.read_as_pinyin(query, readable)?
        {
            let (as_reread, beside_reread) = answer(&reread)?;
            // Documents that match as typed give way only to documents that have all that was read.
            if as_reread.total > 0 && (no_match || !as_reread.relaxed) {
                return Ok(((as_reread, beside_reread), Some((reread, readings))));
            }
            let any_text = relax_to_any_text(&reread).filter(|_| no_match && !options.strict);
            if let Some(reread) = any_text {
                let (mut with_any_text, beside_it) = answer(&reread)?;
                if with_any_text.total > 0 {
                    with_any_text.relaxed = true;
                    with_any_text.plan.may_lack_words = true;
                    return Ok(((with_any_text, beside_it), Some((reread, readings))));
                }
            }
        }
        Ok(((as_typed, beside_it), None))
    }

    /// As [`Session::answer`], with one hit for each group of near-duplicates unless
    /// [`Options::all`] is set.
    fn collapsed_answer(
        &self,
        query: &Query,
        options: &Options,
    ) -> Result<(Answer, Collapsed), Error> {
        let wanted = wanted(options);
        if options.all {
            let mut answer = self.answer(query, options, wanted, Count::Documents)?;
            answer.found.truncate(wanted);
            let total_hits = answer.total;
            return Ok((answer, Collapsed { total_hits, matched: None }));
        }
        let groups = self.runner.engine().groups()?;
        let repeats = RepeatCounter::new(groups, wanted);
        let mut answer = self.answer(query, options, wanted, Count::Hits(&repeats))?;
        collapse(&mut answer, groups);
        answer.found.truncate(wanted);
        if let Some(backfill) = &mut answer.backfill {
            backfill.found.truncate(wanted - answer.found.len());
        }
        answer.backfill = answer.backfill.filter(|backfill| !backfill.found.is_empty());
        let total_hits = repeats.hits();
        Ok((answer, Collapsed { total_hits, matched: repeats.into_matched() }))
    }

    /// The first `wanted` hits, including those that the offset skips, and perhaps some more.
    /// `count` says what is counted: with [`Count::Nothing`], [`Answer::total`] only says whether
    /// anything matches.
    fn answer(
        &self,
        query: &Query,
        options: &Options,
        wanted: usize,
        count: Count<'_>,
    ) -> Result<Answer, Error> {
        let completeness = match (options.strict, options.backfill) {
            (true, _) => Completeness::Strict,
            (false, true) => Completeness::Backfilled(wanted),
            (false, false) => Completeness::Relaxed,
        };
        self.runner.answer(query, completeness, |plan| {
            let sort = options.sort.unwrap_or(default_sort(plan));
            // Rerank the same hits, whatever the offset is: otherwise a hit could be returned for
            // two offsets or for none.
            let depth = if sort == Sort::Rank { RERANK_DEPTH } else { 0 };
            let hits = match count {
                Count::Hits(repeats) => Some(DistinctHits::of(repeats.groups(), wanted)),
                Count::Nothing | Count::Documents => None,
            };
            let limit = if hits.is_some() { depth } else { wanted.max(depth) };
            TopK { hits, recency: options.recency, ..TopK::documents(limit, count, sort) }
        })
    }

    /// Reads the documents that a plan has found, as hits. `matched` are all documents that match
    /// the plan, if they are known. `backfilled` says whether the hits lack words and follow those
    /// with all words.
    fn hits(
        &self,
        (plan, matched): (&Plan, Option<&MatchedDocs>),
        found: &[ScoredDoc],
        backfilled: bool,
        options: &Options,
    ) -> Result<Vec<Hit>, Error> {
        let near_duplicates = match options.all {
            true => vec![Vec::new(); found.len()],
            false => {
                let addresses: Vec<DocAddress> = found.iter().map(|hit| hit.address).collect();
                let engine = self.runner.engine();
                engine.near_duplicates(&addresses, &plan.match_expr, matched)?
            }
        };
        let with_duplicates = found.iter().zip(near_duplicates);
        with_duplicates.map(|hit| self.hit(plan, hit, backfilled, options)).collect()
    }

    /// Reads a document as a hit with these near-duplicates.
    fn hit(
        &self,
        plan: &Plan,
        (found, near_duplicates): (&ScoredDoc, Vec<String>),
        backfilled: bool,
        options: &Options,
    ) -> Result<Hit, Error> {
        let record = self.runner.engine().record(found.address)?;
        let texts = record.texts();
        let mut missing = match plan.may_lack_words {
            true => missing_words(plan, &record, &texts),
            false => Vec::new(),
        };
        if plan.may_lack_words {
            // The text may contain only the letters or digits of a word with symbols, such as
            // `C++`. So whether the document has such a word is asked of the index.
            let with_symbols = |word: &PlannedWord| has_symbols(&fold(&word.word.typed));
            self.add_unmatched(plan, found, with_symbols, &mut missing)?;
        }
        if backfilled && missing.is_empty() {
            // The text has every word, but not where the query asks for it, as in another field.
            self.add_unmatched(plan, found, |_| true, &mut missing)?;
        }
        Ok(Hit {
            title: highlight_all(&texts.title, &plan.needles),
            snippet: snippet(&texts.body, &plan.needles, options.snippet),
            missing,
            backfilled,
            near_duplicates,
            shared_terms: Vec::new(),
            score: found.score,
            record,
        })
    }
}

/// What a search counts besides [`Answer::total`].
struct Collapsed {
    /// The number of hits that all matching documents make: near-duplicates are one hit unless
    /// [`Options::all`] is set.
    total_hits: usize,
    /// All matching documents, if they are known.
    matched: Option<MatchedDocs>,
}

/// The number of hits to find: those to return, and those that the offset skips.
fn wanted(options: &Options) -> usize {
    options.offset.saturating_add(options.limit)
}

impl Session<'_> {
    /// Adds to `missing` the words that a document does not match, as typed, each once. Considers
    /// only words that `is_considered` accepts.
    fn add_unmatched(
        &self,
        plan: &Plan,
        found: &ScoredDoc,
        is_considered: impl Fn(&PlannedWord) -> bool,
        missing: &mut Vec<String>,
    ) -> Result<(), Error> {
        for word in plan.words.iter().filter(|word| is_considered(word)) {
            let typed = &word.word.typed;
            if !missing.contains(typed)
                && !self.runner.engine().matches(&word.expr, found.address)?
            {
                missing.push(typed.clone());
            }
        }
        Ok(())
    }
}
