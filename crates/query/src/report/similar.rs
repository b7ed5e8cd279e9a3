//! More like this: documents of both kinds that share the key terms of a given one.

use std::collections::HashMap;

use foldhash::HashSet;

use wensou_index::{RecordExt, TermKind, TextField, Texts};
use wensou_ingest::Record;
use wensou_text::{Folded, Segmenter, TokenKind};

use crate::engine::IdLookup;
use crate::error::Error;
use crate::exec::doc_id::DocAddress;
use crate::exec::top_k::{Count, DistinctHits, Sort, TopK};
use crate::haystack::Haystack;
use crate::index_ref::IndexRef;
use crate::options::Options;
use crate::plan::Covering;
use crate::plan::analyze::{Origin, Variant, term_kind_of};
use crate::plan::expr::FilterField;
use crate::plan::needle::Needle;
use crate::plan::stop_words::is_stop;
use crate::plan::{MatchExpr, Plan, ScoredTerm, text_expr};
use crate::rank::proximity::QueryBigrams;
use crate::rank::{self, FieldTerm, TermStatistics, bm25};
use crate::report::hits::Hit;
use crate::report::snippet::{highlight_all, snippet};
use crate::runner::Runner;

/// Maximum number of key terms of the given document.
const MAX_KEY_TERMS: usize = 25;

/// If the given document has at least this many key terms, a similar one must share at least
/// [`MIN_SHARED`].
const ENOUGH_KEY_TERMS: usize = 6;
/// Minimum number of shared key terms, if the given document has [`ENOUGH_KEY_TERMS`].
const MIN_SHARED: usize = 2;

/// How much an occurrence of a word counts in the title or in a tag.
const TITLE_AND_TAG_WEIGHT: f32 = 3.0;
/// How much an occurrence of a word counts in the body.
const BODY_WEIGHT: f32 = 1.0;

/// The documents most like the one with this id, best first. The document itself and its
/// near-duplicates are left out, and so are the flash items of its own page if it is an article.
/// Other near-duplicates are one hit. [`Hit::shared_terms`] lists the key terms that both have. An
/// unknown id gives no hits. Of `options`, only `limit`, `offset` and `snippet` have an effect.
///
/// # Errors
///
/// If the index fails.
pub fn similar<'i>(
    index: impl Into<IndexRef<'i>>,
    id: &str,
    options: &Options,
) -> Result<Vec<Hit>, Error> {
    let runner = Runner::new(index);
    let IdLookup::One(address) = runner.engine().lookup(id)? else { return Ok(Vec::new()) };
    let record = runner.engine().record(address)?;
    let key_terms = key_terms(&runner, &record.texts())?;
    if key_terms.is_empty() {
        return Ok(Vec::new());
    }
    let plan = plan(&key_terms, &record, runner.statistics())?;
    let engine = runner.engine();
    let wanted = options.offset.saturating_add(options.limit);
    let groups = engine.groups()?;
    let own_group: HashSet<u32> = groups.group_of(address).into_iter().collect();
    let excluded_groups = Some(&own_group);
    let top_k = TopK {
        hits: Some(DistinctHits { groups, excluded_groups, wanted }),
        ..TopK::documents(0, Count::Nothing, Sort::Rank)
    };
    let (_, mut found) = engine.search(&plan, &top_k)?;
    found.drain(..options.offset.min(found.len()));
    let addresses: Vec<DocAddress> = found.iter().map(|found| found.address).collect();
    let near_duplicates = engine.near_duplicates(&addresses, &plan.match_expr, None)?;
    let needles = &plan.needles;
    found
        .iter()
        .zip(near_duplicates)
        .map(|(found, near_duplicates)| {
            let record = runner.engine().record(found.address)?;
            let texts = record.texts();
            let all = format!("{}\n{}\n{}", texts.title, texts.tags.join("\n"), texts.body);
            let shared = Haystack::new(&all).words_found(needles);
            Ok(Hit {
                title: highlight_all(&texts.title, needles),
                snippet: snippet(&texts.body, needles, options.snippet),
                missing: Vec::new(),
                backfilled: false,
                near_duplicates,
                shared_terms: shared
                    .into_iter()
                    .map(|number| key_terms[number].written.clone())
                    .collect(),
                score: found.score,
                record,
            })
        })
        .collect()
}

/// A word that tells what a document is about.
struct KeyTerm {
    /// The word as the document first writes it.
    written: String,
    variant: Variant,
    /// The kind of term that it is indexed as.
    kind: TermKind,
    /// Its tf-idf in the document, times the square of its rarity in Chinese at large.
    weight: f32,
}

/// The key terms of a document, highest weight first.
fn key_terms(runner: &Runner<'_>, texts: &Texts) -> Result<Vec<KeyTerm>, Error> {
    let segmenter = runner.tables()?.segmenter;
    let mut words: HashMap<String, WordCount> = HashMap::new();
    count_words(&texts.title, TITLE_AND_TAG_WEIGHT, segmenter, &mut words);
    for tag in &texts.tags {
        count_words(tag, TITLE_AND_TAG_WEIGHT, segmenter, &mut words);
    }
    count_words(&texts.body, BODY_WEIGHT, segmenter, &mut words);
    let (mut candidates, mut terms) = (Vec::new(), Vec::new());
    for (word, WordCount { count, written, kind }) in words {
        let Some(variant) = Variant::new(&word, kind, Origin::Typed) else { continue };
        let kind = term_kind_of(kind, &word);
        // In a small archive a word can be rare by chance, so its rarity in Chinese at large counts
        // too.
        let rarity = segmenter.rarity(&word);
        candidates.push((KeyTerm { written, variant, kind, weight: 1.0 + count.ln() }, rarity));
        terms.push(FieldTerm { field: TextField::Body, kind, text: word });
    }
    let statistics = runner.statistics();
    let (documents, doc_freqs) = (statistics.documents(), statistics.doc_freqs(&terms)?);
    // A word that no other document has finds nothing.
    let shared = candidates.into_iter().zip(doc_freqs).filter(|(_, doc_freq)| *doc_freq > 1);
    let mut key_terms: Vec<KeyTerm> = shared
        .map(|((word, rarity), doc_freq)| {
            let weight = word.weight * bm25::idf(doc_freq, documents) * rarity * rarity;
            KeyTerm { weight, ..word }
        })
        .collect();
    key_terms
        .sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.variant.text.cmp(&b.variant.text)));
    key_terms.truncate(MAX_KEY_TERMS);
    Ok(key_terms)
}

/// How often a document has a word.
struct WordCount {
    /// Occurrences, weighted by the field that they are in.
    count: f32,
    /// The word as the document first writes it.
    written: String,
    kind: TokenKind,
}

/// Adds `weight` to the count of each word of a text that can be a key term: no stop words, no
/// single Chinese characters or letters, no numbers.
fn count_words(
    text: &str,
    weight: f32,
    segmenter: &Segmenter,
    words: &mut HashMap<String, WordCount>,
) {
    let folded = Folded::new(text);
    segmenter.words(&folded, |token| {
        let min_chars = match token.kind {
            TokenKind::Han | TokenKind::Latin => 2,
            TokenKind::Other => 1,
            // Documents share years and amounts by chance.
            TokenKind::Number | TokenKind::Value => return,
        };
        if is_stop(&token.text) || token.text.chars().count() < min_chars {
            return;
        }
        let chars = token.chars.start as usize..token.chars.end as usize;
        let written = || text[folded.original_bytes(chars)].to_owned();
        let new = || WordCount { count: 0.0, written: written(), kind: token.kind };
        words.entry(token.text.to_string()).or_insert_with(new).count += weight;
    });
}

/// The plan that finds documents with the key terms of a record.
fn plan(
    key_terms: &[KeyTerm],
    record: &Record,
    statistics: &dyn TermStatistics,
) -> Result<Plan, Error> {
    // [`Needle::word`] is the index of a key term here.
    let needle = |(at, term): (usize, &KeyTerm)| Needle::of(&term.variant, at, term.weight);
    Ok(Plan {
        match_expr: match_expr(key_terms, record),
        scored_terms: scored_terms(key_terms, statistics)?,
        words: Vec::new(),
        // Documents are not ranked by coverage.
        covering: Covering::default(),
        needles: key_terms.iter().enumerate().filter_map(needle).collect(),
        texts: Vec::new(),
        // No proximity score: that key terms are close together does not make a document similar.
        bigrams: QueryBigrams::default(),
        may_lack_words: false,
        has_date_filter: false,
    })
}

/// Documents that share enough key terms, except the record itself and the flash items of its page.
fn match_expr(key_terms: &[KeyTerm], record: &Record) -> MatchExpr {
    let min_shared = if key_terms.len() < ENOUGH_KEY_TERMS { 1 } else { MIN_SHARED };
    let shared = key_terms
        .iter()
        .map(|term| text_expr::one_variant(&TextField::ALL, &term.variant))
        .collect();
    let has_id = |id: &str| MatchExpr::with_value(FilterField::Id, id);
    let mut excluded = vec![has_id(record.id())];
    if let Record::Article(article) = record {
        excluded.extend(article.flashes.iter().map(|id| has_id(id)));
    }
    MatchExpr::and_not(MatchExpr::MinShouldMatch(min_shared, shared), MatchExpr::any_of(excluded))
}

/// The key terms in each field, weighted in proportion to [`KeyTerm::weight`]. The key term of the
/// highest weight has the weight of a typed word, whatever kind of term it is.
fn scored_terms(
    key_terms: &[KeyTerm],
    statistics: &dyn TermStatistics,
) -> Result<Vec<ScoredTerm>, Error> {
    let in_fields = || key_terms.iter().flat_map(|term| TextField::ALL.map(|field| (term, field)));
    let terms: Vec<FieldTerm> = in_fields()
        .map(|(KeyTerm { variant, kind, .. }, field)| FieldTerm {
            field,
            kind: *kind,
            text: variant.text.clone(),
        })
        .collect();
    let idfs = bm25::idfs(statistics, &terms)?;
    let max_weight = key_terms.first().map_or(1.0, |term| term.weight);
    let scored = in_fields().zip(idfs).map(|((term, field), idf)| ScoredTerm {
        field,
        kind: term.kind,
        text: term.variant.text.clone(),
        weight: rank::weight(field, TermKind::Word) * term.weight / max_weight,
        idf,
        origin: Origin::Typed,
    });
    Ok(scored.collect())
}
