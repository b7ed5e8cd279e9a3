//! The queries of analysed text: which documents have a word, and which terms score.

use tantivy::query::{BooleanQuery, EmptyQuery, Query};
use wensou_index::{Index, Part, Unit};
use wensou_text::is_han;

use super::analyze::{AnalysedText, MatchMode, Origin, QueryWord, Variant, WeightedTerm};
use crate::exec::filter;
use crate::exec::postings_query::{Leaf, PostingsQuery};

/// Builds queries over some fields, for documents of both kinds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextQueries<'a> {
    pub(crate) index: &'a Index,
    pub(crate) fields: &'a [Part],
}

impl TextQueries<'_> {
    /// Documents that have the key characters in sequence in one of the fields. Scores nothing.
    pub(crate) fn sequence(self, key: &[char]) -> Box<dyn Query> {
        self.leaf_query(Leaf::Sequence(key.to_vec()))
    }

    /// Documents that have the variant. Scores nothing.
    pub(crate) fn variant(self, variant: &Variant) -> Box<dyn Query> {
        match variant.mode {
            MatchMode::Characters => self.sequence(&variant.key),
            MatchMode::Word | MatchMode::Value => self.word(&variant.text),
            MatchMode::Dated(from, until) => {
                filter::dates(self.index.fields().date, Some(from), Some(until))
            }
            MatchMode::WordOrEmbedded => {
                any(vec![self.word(&variant.text), self.sequence(&variant.key)])
            }
        }
    }

    /// Documents that have the word in one of its variants. Scores nothing.
    pub(crate) fn any_variant(self, word: &QueryWord) -> Box<dyn Query> {
        any(word.variants.iter().map(|variant| self.variant(variant)).collect())
    }

    /// Documents that have any part of a text: two neighbouring characters of a word that is no
    /// stop word, a Latin word or a number, or a single character if the text has no more. Scores
    /// nothing.
    ///
    /// It looks for bigrams, not words: how a question is cut into words must not decide what
    /// answers it.
    pub(crate) fn any_term_of(self, text: &AnalysedText) -> Box<dyn Query> {
        let typed = || text.terms.iter().filter(|term| term.origin == Origin::Typed);
        let meaningful = text.words.iter().any(|word| !word.stop);
        // Skips a bigram of two stop words, but not one at the edge of a stop word.
        let min_weight = if meaningful { 0.5 } else { 0.0 };
        let wanted = |wanted: Unit| {
            let terms = typed().filter(move |term| term.kind == wanted && term.weight > min_weight);
            terms.map(|term| term.text.as_str())
        };
        let mut queries: Vec<Box<dyn Query>> = Vec::new();
        queries.extend(
            wanted(Unit::Gram).map(|bigram| self.sequence(&bigram.chars().collect::<Vec<_>>())),
        );
        let latin = wanted(Unit::Word).filter(|word| !word.chars().any(is_han));
        queries.extend(latin.map(|word| self.word(word)));
        let words = text.words.iter().filter(|word| !word.stop);
        let alone = words.flat_map(|word| &word.variants).filter(|variant| {
            variant.origin != Origin::Typed
                || variant.mode == MatchMode::WordOrEmbedded
                || variant.mode == MatchMode::Characters && variant.key.len() == 1
        });
        queries.extend(alone.map(|variant| self.variant(variant)));
        if queries.is_empty() {
            queries
                .extend(wanted(Unit::Char).map(|c| self.sequence(&c.chars().collect::<Vec<_>>())));
        }
        any(queries)
    }

    fn word(self, text: &str) -> Box<dyn Query> {
        self.leaf_query(Leaf::Word(text.to_owned()))
    }

    /// Documents with a word that starts with `prefix`. Scores nothing.
    pub(crate) fn word_prefix(self, prefix: &str) -> Box<dyn Query> {
        self.leaf_query(Leaf::Prefix(prefix.to_owned()))
    }

    fn leaf_query(self, leaf: Leaf) -> Box<dyn Query> {
        let postings = self.index.postings().clone();
        Box::new(PostingsQuery { postings, fields: self.fields.to_vec(), leaf })
    }

    /// The terms to score in each of the fields. `weight` is the weight of a kind of term in a
    /// field; terms of weight 0 are left out.
    pub(crate) fn scored(
        self,
        terms: &[WeightedTerm],
        weight: impl Fn(Part, Unit) -> f32,
    ) -> Vec<ScoredTerm> {
        let mut scored = Vec::new();
        for term in terms {
            for field in self.fields.iter().copied() {
                let weight = weight(field, term.kind) * term.weight;
                if weight > 0.0 {
                    scored.push(ScoredTerm {
                        field,
                        kind: term.kind,
                        text: term.text.clone(),
                        weight,
                        origin: term.origin,
                    });
                }
            }
        }
        scored
    }
}

/// A term that is scored in one field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScoredTerm {
    pub(crate) field: Part,
    pub(crate) kind: Unit,
    pub(crate) text: String,
    pub(crate) weight: f32,
    pub(crate) origin: Origin,
}

/// The union of queries; no query is needed around a single one.
pub(crate) fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}
