//! Weights: the second step of planning, which needs document frequencies.
//!
//! Collects every term whose frequency the plan depends on, asks for all of them in one batch, and
//! fills in the weights of expansions, needles and scored terms.

use foldhash::HashMap;
use wensou_index::{TermKind, TextField};

use super::analyze::{MatchMode, Variant, WeightedTerm, is_two_char_han_word};
use super::compile::{Compiled, ScoredText};
use super::expr::MatchExpr;
use super::needle::Needle;
use super::query_plan::{Covering, CoveringUnit, Plan, PlannedWord, ScoredTerm};
use crate::error::Error;
use crate::rank::proximity::QueryBigrams;
use crate::rank::{
    self, CoverageScale, FieldTerm, IdfMass, SHORT_WORD_WEIGHT, TermStatistics, bm25,
};

/// Completes a compiled query.
///
/// # Errors
///
/// If the statistics cannot be read.
pub(super) fn weigh(compiled: Compiled, statistics: &dyn TermStatistics) -> Result<Plan, Error> {
    let Compiled { match_expr, any_word, mut words, texts, may_lack_words, has_date_filter } =
        compiled;
    let texts_of = texts.iter().map(|text| &text.expanded.text);
    let mut bigrams = QueryBigrams::new(texts_of.map(|text| (&*text.key, &*text.stops)));
    let idfs = TermIdfs::fetch(terms_to_weigh(&words, &texts, &bigrams), statistics)?;
    let idf_in_body = |kind, text: &str| idfs.idf(TextField::Body, kind, text);
    let idf_of = |bigram: &[char; 2]| idf_in_body(TermKind::Bigram, &String::from_iter(bigram));
    let bigram_idfs: Vec<f32> = bigrams.bigrams().iter().map(idf_of).collect();
    bigrams.weigh(bigram_idfs.into_iter());
    let needles = words.iter().enumerate().flat_map(|(number, word)| {
        let of_variant = move |variant: &Variant| {
            let terms = terms_of_variant(variant);
            let variant_idfs = terms.map(|(kind, text)| idf_in_body(kind, &text));
            Needle::of(variant, number, variant_idfs.fold(0.0, f32::max))
        };
        word.word.variants.iter().filter_map(of_variant)
    });
    let needles: Vec<Needle> = needles.collect();
    for needle in &needles {
        // The first needle of a word is that of the typed variant.
        let idf = &mut words[needle.word].idf;
        if *idf == 0.0 {
            *idf = needle.weight;
        }
    }
    bigrams.set_words(words.iter().map(|PlannedWord { word, idf, .. }| {
        (word.variants.iter().map(|variant| &*variant.key), *idf)
    }));
    let covering = Covering { any_word, ..covering(&words) };
    let (mut scored_terms, mut weighted) = (Vec::new(), Vec::new());
    for ScoredText { expanded, fields } in texts {
        let text = expanded.weighted(&idf_in_body);
        scored_terms.extend(idfs.scored_terms(&text.terms, &fields));
        weighted.push(text);
    }
    // If the query has several words, stop words aside, Chinese words of two characters are scored
    // by their bigrams alone. Scoring them as words, too, has not helped in any of the judged sets,
    // and costs a second posting list.
    if words.iter().filter(|word| !word.word.stop).count() > 1 {
        scored_terms.retain(|term| !is_two_char_han_word(term.kind, &term.text));
    }
    Ok(Plan {
        match_expr,
        scored_terms,
        words,
        needles,
        texts: weighted,
        bigrams,
        covering,
        may_lack_words,
        has_date_filter,
    })
}

/// What adds to the coverage of a document: each word of a relaxed query that the document may
/// lack, with the idf of the word as its mass. The words of a date are one unit with less mass than
/// every other word: a document that only has the date never comes before a document with one of
/// the other words.
fn covering(words: &[PlannedWord]) -> Covering {
    // The mass of a date is at most this fraction of the mass of the most common other word.
    const MAX_DATE_FRACTION: f32 = 0.25;
    let date_of = |word: &PlannedWord| {
        let mut modes = word.word.variants.iter().map(|variant| variant.mode);
        modes.find(|mode| matches!(mode, MatchMode::Dated(..)))
    };
    let covering_words: Vec<&PlannedWord> = words.iter().filter(|word| word.covers).collect();
    let not_of_dates = covering_words.iter().filter(|word| date_of(word).is_none());
    let min_idf = not_of_dates.map(|word| word.idf).reduce(f32::min);
    let mut units = Vec::new();
    for run in covering_words.chunk_by(|a, b| date_of(a).is_some() && date_of(a) == date_of(b)) {
        let idf = run.iter().map(|word| word.idf).fold(0.0, f32::max);
        let idf = match (date_of(run[0]), min_idf) {
            (Some(_), Some(min_idf)) => idf.min(min_idf * MAX_DATE_FRACTION),
            _ => idf,
        };
        let expr = MatchExpr::all_of(run.iter().map(|word| word.expr.clone()).collect());
        units.push(CoveringUnit { expr, mass: IdfMass::of(idf) });
    }
    let all = units.iter().map(|unit| unit.mass).sum();
    let min_word_mass = min_idf.map(IdfMass::of).unwrap_or_default();
    let scale = CoverageScale::new(all, min_word_mass, units.len());
    Covering { any_word: None, units, scale }
}

/// Every term whose document frequency a plan needs; some come more than once.
fn terms_to_weigh(
    words: &[PlannedWord],
    texts: &[ScoredText],
    bigrams: &QueryBigrams,
) -> Vec<FieldTerm> {
    let mut terms = Vec::new();
    let mut add = |field, kind, text: String| terms.push(FieldTerm { field, kind, text });
    for ScoredText { expanded, fields } in texts {
        for term in &expanded.text.terms {
            fields.iter().for_each(|field| add(*field, term.kind, term.text.clone()));
        }
        expanded
            .terms_needing_idf()
            .for_each(|term| add(TextField::Body, term.kind, term.text.clone()));
    }
    let variants = words.iter().flat_map(|word| &word.word.variants);
    variants.flat_map(terms_of_variant).for_each(|(kind, text)| add(TextField::Body, kind, text));
    bigrams
        .bigrams()
        .iter()
        .for_each(|bigram| add(TextField::Body, TermKind::Bigram, bigram.iter().collect()));
    terms
}

/// The terms of a variant: the word itself, if it is matched as a word or as a value; else its
/// bigrams, or its unigram if it has only one character. The highest idf among them is the weight
/// of the variant's needle.
fn terms_of_variant(variant: &Variant) -> Box<dyn Iterator<Item = (TermKind, String)> + '_> {
    match (variant.mode, variant.key.as_slice()) {
        (MatchMode::Dated(..), _) => Box::new(std::iter::empty()),
        (MatchMode::Word | MatchMode::Value, _) => {
            Box::new(std::iter::once((TermKind::Word, variant.text.clone())))
        }
        (_, [one]) => Box::new(std::iter::once((TermKind::Unigram, one.to_string()))),
        (_, key) => Box::new(key.windows(2).map(|two| (TermKind::Bigram, two.iter().collect()))),
    }
}

/// The inverse document frequencies of the terms of a plan: by field and kind, then by text.
struct TermIdfs(HashMap<(TextField, TermKind), HashMap<String, f32>>);

impl TermIdfs {
    fn fetch(mut terms: Vec<FieldTerm>, statistics: &dyn TermStatistics) -> Result<Self, Error> {
        terms.sort_unstable();
        terms.dedup();
        let idfs = bm25::idfs(statistics, &terms)?;
        let mut by_kind: HashMap<_, HashMap<String, f32>> = HashMap::default();
        for (FieldTerm { field, kind, text }, idf) in terms.into_iter().zip(idfs) {
            by_kind.entry((field, kind)).or_default().insert(text, idf);
        }
        Ok(Self(by_kind))
    }

    fn idf(&self, field: TextField, kind: TermKind, text: &str) -> f32 {
        let idfs = self.0.get(&(field, kind));
        idfs.and_then(|idfs| idfs.get(text)).copied().unwrap_or_default()
    }

    /// The terms of a text in each of the fields; terms of weight 0 are left out.
    fn scored_terms(&self, terms: &[WeightedTerm], fields: &[TextField]) -> Vec<ScoredTerm> {
        let mut scored = Vec::new();
        for term in terms {
            for field in fields.iter().copied() {
                let mut weight = rank::weight(field, term.kind) * term.weight;
                if is_two_char_han_word(term.kind, &term.text) {
                    weight *= SHORT_WORD_WEIGHT;
                }
                if weight > 0.0 {
                    scored.push(ScoredTerm {
                        field,
                        kind: term.kind,
                        text: term.text.clone(),
                        weight,
                        idf: self.idf(field, term.kind, &term.text),
                        origin: term.origin,
                    });
                }
            }
        }
        scored
    }
}
