//! The match expressions of analysed text.

use wensou_index::{TermKind, TextField};
use wensou_text::is_han;

use super::analyze::{AnalysedText, MatchMode, Origin, QueryWord, Variant};
use super::expr::MatchExpr;
use super::needle::{Needle, NeedleKind};

/// A term must weigh more than this for [`any_term`] to look for it, unless the text has only stop
/// words. A bigram of two stop words weighs 0.1, a stop word of two characters 0.3 and one of
/// letters 0.2, but a bigram of a stop word and another word weighs 0.55.
const MIN_TERM_WEIGHT: f32 = 0.5;

/// Documents that have the key characters in sequence in one of the fields.
pub(crate) fn sequence(fields: &[TextField], key: &[char]) -> MatchExpr {
    MatchExpr::Phrase { fields: fields.to_vec(), key: key.iter().collect() }
}

fn word(fields: &[TextField], word: &str) -> MatchExpr {
    MatchExpr::Term { fields: fields.to_vec(), word: word.to_owned() }
}

fn word_prefix(fields: &[TextField], prefix: &str) -> MatchExpr {
    MatchExpr::Prefix { fields: fields.to_vec(), prefix: prefix.to_owned() }
}

/// The needle of a variant in a match expression; `word` is the index of its word among the words
/// of the expression.
fn needle(variant: &Variant, word: usize) -> Option<Needle> {
    // Weights matter only where a snippet is chosen.
    let unused_weight = 1.0;
    Needle::of(variant, word, unused_weight)
}

/// The index of the word in an expression of a single word.
const ONLY_WORD: usize = 0;

/// Documents that have an exact text, the needle, in one of the fields. Without a needle, no
/// document matches.
fn exact(fields: &[TextField], needle: Option<Needle>) -> MatchExpr {
    let exact = |needle| MatchExpr::Exact { fields: fields.to_vec(), needle };
    needle.map_or(MatchExpr::None, exact)
}

/// Documents that have the variant in one of the fields, or there a longer word that starts with
/// its [`Variant::longer_word_prefix`].
pub(crate) fn one_variant(fields: &[TextField], variant: &Variant) -> MatchExpr {
    match variant.longer_word_prefix() {
        Some(start) => {
            let longer = word_prefix(fields, &start);
            MatchExpr::any_of(vec![whole_variant(fields, variant), longer])
        }
        None => whole_variant(fields, variant),
    }
}

/// As [`one_variant`], but a short word of letters or digits is never the start of a longer one.
fn whole_variant(fields: &[TextField], variant: &Variant) -> MatchExpr {
    match variant.mode {
        MatchMode::Characters => sequence(fields, &variant.key),
        MatchMode::Word | MatchMode::Value => word(fields, &variant.text),
        MatchMode::Exact | MatchMode::ExactWord => exact(fields, needle(variant, ONLY_WORD)),
        MatchMode::Dated(from, until) => MatchExpr::dated(Some(from), Some(until)),
        MatchMode::WordOrEmbedded => {
            MatchExpr::any_of(vec![word(fields, &variant.text), sequence(fields, &variant.key)])
        }
    }
}

/// Documents that have the word in one of its variants.
pub(crate) fn any_variant(fields: &[TextField], word: &QueryWord) -> MatchExpr {
    MatchExpr::any_of(word.variants.iter().map(|variant| one_variant(fields, variant)).collect())
}

/// As [`any_variant`], for a word in a NOT: a document is excluded only if it has the word itself,
/// and not because it has a longer word that starts with the word.
pub(super) fn any_whole_variant(fields: &[TextField], word: &QueryWord) -> MatchExpr {
    MatchExpr::any_of(word.variants.iter().map(|variant| whole_variant(fields, variant)).collect())
}

/// Documents with a word that starts with a variant of `word`. A variant that is matched as
/// characters needs no prefix, because it is found inside longer words anyway.
pub(super) fn prefix(fields: &[TextField], word: &QueryWord) -> MatchExpr {
    let of_variant = |variant: &Variant| match variant.mode {
        MatchMode::Characters => sequence(fields, &variant.key),
        MatchMode::Exact | MatchMode::ExactWord => {
            let needle = needle(variant, ONLY_WORD);
            exact(fields, needle.map(|needle| Needle { kind: NeedleKind::ExactPrefix, ..needle }))
        }
        MatchMode::Word | MatchMode::Value | MatchMode::Dated(..) => {
            word_prefix(fields, &variant.text)
        }
        MatchMode::WordOrEmbedded => MatchExpr::any_of(vec![
            word_prefix(fields, &variant.text),
            sequence(fields, &variant.key),
        ]),
    };
    MatchExpr::any_of(word.variants.iter().map(of_variant).collect())
}

/// Documents that have, in one of the fields, a passage of at most `distance` key characters in
/// which all words stand.
pub(super) fn near(fields: &[TextField], words: &[QueryWord], distance: usize) -> MatchExpr {
    let needles = words.iter().enumerate().flat_map(|(number, word)| {
        word.variants.iter().filter_map(move |variant| needle(variant, number))
    });
    MatchExpr::Near {
        fields: fields.to_vec(),
        words: words.iter().map(|word| any_variant(fields, word)).collect(),
        needles: needles.collect(),
        distance,
    }
}

/// Documents that have any part of a text: a bigram, a Latin word or a number, or a variant that
/// bigrams and words do not find. If the text has none of these: documents that have one of its
/// characters. Stop words alone do not count, unless the text has no other words.
///
/// The expression asks for bigrams of Chinese text, not for its words: how a question is cut into
/// words must not decide what answers it.
pub(super) fn any_term(fields: &[TextField], text: &AnalysedText) -> MatchExpr {
    let typed = || text.terms.iter().filter(|term| term.origin == Origin::Typed);
    let meaningful = text.words.iter().any(|word| !word.stop);
    let min_weight = if meaningful { MIN_TERM_WEIGHT } else { 0.0 };
    let terms_of_kind = |kind: TermKind| {
        let terms = typed().filter(move |term| term.kind == kind && term.weight > min_weight);
        terms.map(|term| term.text.as_str())
    };
    let characters = |text: &str| sequence(fields, &text.chars().collect::<Vec<_>>());
    let mut members: Vec<MatchExpr> = terms_of_kind(TermKind::Bigram).map(characters).collect();
    let latin_or_number = terms_of_kind(TermKind::Word).filter(|word| !word.chars().any(is_han));
    members.extend(latin_or_number.map(|text| word(fields, text)));
    // Variants that the terms above do not find: expansions, Latin words inside longer ones, and
    // Chinese words of one character.
    let words = text.words.iter().filter(|word| !word.stop);
    let not_covered = words.flat_map(|word| &word.variants).filter(|variant| {
        variant.origin != Origin::Typed
            || variant.longer_word_prefix().is_some()
            || matches!(
                variant.mode,
                MatchMode::WordOrEmbedded | MatchMode::Exact | MatchMode::ExactWord
            )
            || variant.mode == MatchMode::Characters && variant.key.len() == 1
    });
    members.extend(not_covered.map(|variant| one_variant(fields, variant)));
    if members.is_empty() {
        members.extend(terms_of_kind(TermKind::Unigram).map(characters));
    }
    MatchExpr::any_of(members)
}
