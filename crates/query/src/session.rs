//! Searching: plan, match, rank, and cut a snippet for each hit.

use tantivy::collector::Count;
use wensou_index::{Index, RecordExt, moment_start};
use wensou_ingest::Record;

use crate::error::Error;
use crate::exec::top_k::{Recency, ScoredDoc, Sort, TopK};
use crate::lang::{Diagnostic, Query};
use crate::plan::analyze::{MatchMode, QueryWord};
use crate::plan::needle::Haystack;
use crate::plan::pinyin::{self, Reading};
use crate::plan::{Mode, Plan, plan};
use crate::rank;
use crate::rank::bm25::Statistics;
use crate::report::snippet::{Snippet, highlight_all, snippet};
use crate::report::warnings::warnings;

/// With fewer hits than this, hits that lack a word may be of interest.
const FEW_HITS: usize = 3;

/// What to search for, and how much of it to return.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Return at most this many hits.
    pub limit: usize,
    /// Skip this many hits first.
    pub offset: usize,
    /// The order; `None` means by rank if the query searches for text, else newest first.
    pub sort: Option<Sort>,
    /// Prefer newer documents: see [`Recency`]. Off by default.
    pub recency: Option<Recency>,
    /// If nothing is found, read Latin words as pinyin: see [`Reading`].
    pub pinyin: bool,
    /// The most characters of a snippet.
    pub snippet: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { limit: 10, offset: 0, sort: None, recency: None, pinyin: false, snippet: 120 }
    }
}

/// One hit.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hit {
    /// The whole record.
    pub record: Record,
    /// The score that ranked it; 0 if nothing is scored.
    pub score: f32,
    /// The title with its matches marked.
    pub title: Snippet,
    /// The best passage of the body, or its start if nothing in it matched.
    pub snippet: Snippet,
    /// Words of the query that the document lacks, as typed.
    pub missing: Vec<String>,
    /// Key terms that it shares with the given document, as that one writes them, highest weight
    /// first. Only [`crate::similar`] fills it.
    pub shared: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Results {
    /// Documents that match.
    pub total: usize,
    /// The hits that were asked for, in order.
    pub hits: Vec<Hit>,
    /// Whether no document has every word, and the hits are those with the most words.
    pub relaxed: bool,
    /// If nothing matched what was typed: the readings of it that the hits match.
    pub readings: Vec<Reading>,
    /// If few documents have every word: how many have any of them.
    pub partial: Option<usize>,
    /// What the user should know.
    pub warnings: Vec<Diagnostic>,
}

/// Searches an index. For many queries, create a [`Session`] once.
///
/// # Errors
///
/// [`Error::Query`] if nothing in the query can be searched for; index errors.
pub fn search(index: &Index, query: &Query, options: &Options) -> Result<Results, Error> {
    Session::new(index)?.search(query, options)
}

/// The ids and scores of the first hits. Reads no records but those that ranking needs.
///
/// # Errors
///
/// As [`search`].
pub fn ids(index: &Index, query: &Query, options: &Options) -> Result<Vec<(String, f32)>, Error> {
    Session::new(index)?.ids(query, options)
}

/// An index made ready for many queries, with a cache of posting lists.
#[derive(Debug)]
pub struct Session<'i> {
    index: &'i Index,
    statistics: Statistics<'i>,
}

impl<'i> Session<'i> {
    /// Creates a session.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub fn new(index: &'i Index) -> Result<Self, Error> {
        Ok(Self { index, statistics: Statistics::new(index) })
    }

    /// As [`search`].
    ///
    /// # Errors
    ///
    /// As [`search`].
    pub fn search(&self, query: &Query, options: &Options) -> Result<Results, Error> {
        let searcher = self.searcher(options);
        let mut answer = searcher.answer(query, true)?;
        let mut readings = Vec::new();
        if options.pinyin
            && answer.total == 0
            && let Some((reread, read)) = pinyin::read_as_pinyin(self.index, query)?
        {
            let again = searcher.answer(&reread, true)?;
            if again.total > 0 {
                (answer, readings) = (again, read);
            }
        }
        let Answer { plan, total, found, relaxed } = answer;
        let undated = match plan.has_date_filter {
            true => {
                let plan = searcher.plan(query, Mode::Undated)?;
                self.index.searcher().search(&plan.match_query, &Count)?
            }
            false => 0,
        };
        let hits = found
            .iter()
            .skip(options.offset)
            .map(|found| searcher.hit(&plan, found))
            .collect::<Result<_, _>>()?;
        let partial = match total {
            1..FEW_HITS if plan.words.len() > 1 && !relaxed => {
                let plan = searcher.plan(query, Mode::Relaxed)?;
                let any = self.index.searcher().search(&plan.match_query, &Count)?;
                (any > total).then_some(any)
            }
            _ => None,
        };
        let warnings = warnings(self.index, query, undated)?;
        Ok(Results { total, hits, relaxed, readings, partial, warnings })
    }

    /// As [`ids`].
    ///
    /// # Errors
    ///
    /// As [`search`].
    pub fn ids(&self, query: &Query, options: &Options) -> Result<Vec<(String, f32)>, Error> {
        let answer = self.searcher(options).answer(query, false)?;
        let found = answer.found.iter().skip(options.offset);
        found.map(|found| Ok((self.index.id(found.address)?, found.score))).collect()
    }

    fn searcher<'s>(&'s self, options: &'s Options) -> Searcher<'s> {
        Searcher { index: self.index, statistics: &self.statistics, options }
    }
}

/// The plan that answers a query: strict if any document has every word, else relaxed.
pub(crate) fn answering_plan(index: &Index, query: &Query) -> Result<Plan, Error> {
    let statistics = Statistics::new(index);
    let strict = plan(index, &statistics, query, Mode::Strict)?;
    if strict.words.len() < 2 || index.searcher().search(&strict.match_query, &Count)? > 0 {
        return Ok(strict);
    }
    plan(index, &statistics, query, Mode::Relaxed)
}

/// What a query found, before records are read.
struct Answer {
    plan: Plan,
    total: usize,
    found: Vec<ScoredDoc>,
    relaxed: bool,
}

struct Searcher<'a> {
    index: &'a Index,
    statistics: &'a Statistics<'a>,
    options: &'a Options,
}

impl Searcher<'_> {
    fn plan(&self, query: &Query, mode: Mode) -> Result<Plan, Error> {
        plan(self.index, self.statistics, query, mode)
    }

    /// Runs a query; if no document has every word, runs it again relaxed.
    ///
    /// The total is exact if `count` is set; otherwise it only says whether anything matches.
    fn answer(&self, query: &Query, count: bool) -> Result<Answer, Error> {
        let plan = self.plan(query, Mode::Strict)?;
        let (total, found) = self.run(&plan, count)?;
        // With a single word there is nothing to relax.
        if total > 0 || plan.words.len() < 2 {
            return Ok(Answer { plan, total, found, relaxed: false });
        }
        let plan = self.plan(query, Mode::Relaxed)?;
        let (total, found) = self.run(&plan, count)?;
        Ok(Answer { plan, total, found, relaxed: true })
    }

    fn run(&self, plan: &Plan, count: bool) -> Result<(usize, Vec<ScoredDoc>), Error> {
        let sort = self.options.sort.unwrap_or(match plan.texts.is_empty() {
            true => Sort::Newest,
            false => Sort::Rank,
        });
        let wanted = self.options.offset.saturating_add(self.options.limit);
        // Rank the same hits again whichever page of them is asked for, or pages would not fit
        // together.
        let limit = if sort == Sort::Rank { wanted.max(rank::RERANK_DEPTH) } else { wanted };
        let top_k = TopK { limit, count, sort, recency: self.options.recency };
        let (total, mut found) = top_k.search(self.index, self.statistics, &plan.ranked_query())?;
        if sort == Sort::Rank {
            rank::rerank(self.index, self.statistics, &plan.texts, &mut found)?;
        }
        found.truncate(wanted);
        Ok((total, found))
    }

    fn hit(&self, plan: &Plan, found: &ScoredDoc) -> Result<Hit, Error> {
        let record = self.index.record(found.address)?;
        let texts = record.texts();
        let missing = match plan.may_lack_words {
            true => missing(plan, &record, &[&texts.title, &texts.body, &texts.tags.join("\n")]),
            false => Vec::new(),
        };
        Ok(Hit {
            title: highlight_all(&texts.title, &plan.needles),
            snippet: snippet(&texts.body, &plan.needles, self.options.snippet),
            missing,
            shared: Vec::new(),
            score: found.score,
            record,
        })
    }
}

/// The words that a record lacks, as typed, each once.
fn missing(plan: &Plan, record: &Record, texts: &[&str]) -> Vec<String> {
    let mut has = vec![false; plan.words.len()];
    for text in texts {
        for word in Haystack::new(text).words_found(&plan.needles) {
            has[word] = true;
        }
    }
    let day = record.date().value.map(|moment| moment_start(moment).date());
    let of_its_date = |word: &QueryWord| {
        word.variants.iter().any(|variant| match variant.mode {
            MatchMode::Dated(from, until) => day.is_some_and(|day| from <= day && day < until),
            _ => false,
        })
    };
    let mut missing: Vec<String> = Vec::new();
    for (word, _) in plan.words.iter().zip(has).filter(|(_, has)| !has) {
        if !of_its_date(word) && !missing.contains(&word.typed) {
            missing.push(word.typed.clone());
        }
    }
    missing
}
