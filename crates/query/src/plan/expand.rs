//! Expansions: variants of words that were not typed, but that a person would expect to be found as
//! well.
//!
//! They are other names and regional words from the tables, numbers however they are written, Latin
//! words that a page has run together, and, for a typed date, the dates of documents. An expansion
//! is a variant of the words that it expands, so NOT and parentheses keep their meaning. An
//! expansion scores at most the fraction [`EXPANSION_WEIGHT`] of what the typed words score. There
//! are two exceptions: the value of a number scores as a typed number does, and a date scores
//! nothing. Quoted phrases have no expansions.

use std::ops::Range;

use wensou_index::TermKind;
use wensou_text::{Folded, Key, Relation, Segmenter, TokenKind, key_of};

use super::expand_numbers::add_numbers_and_dates;
use super::stop_words::{Neighbours, StopWords};
use crate::lang::{Node, NodeKind};
use crate::plan::analyze::{
    AnalysedText, MatchMode, Origin, QueryWord, Requirement, TextTables, UnigramPolicy, Variant,
    WeightedTerm, stop_flags, terms,
};
use crate::rank::{EXPANSION_WEIGHT, LATIN_WEIGHT, kind_weight};

/// The most words of a query that are looked up together in the tables of synonyms, as one name.
const MAX_NAME_WORDS: usize = 6;

/// Looks up the idf of a term in the body.
pub(crate) type IdfLookup<'i> = &'i dyn Fn(TermKind, &str) -> f32;

/// An analysed text whose expansions have been added, but not yet weighted: their weights depend on
/// document frequencies, and a plan asks for all of those together.
#[derive(Debug)]
pub(crate) struct ExpandedText {
    pub(crate) text: AnalysedText,
    expansions: Vec<Expansion>,
}

/// The terms of one expansion. All of them together may score at most the fraction
/// [`EXPANSION_WEIGHT`] of what the expanded words score: a Chinese name has more terms than a
/// ticker symbol, and a rarer name is no stronger evidence than the name that was typed.
#[derive(Debug)]
struct Expansion {
    /// The terms of each expanded word, as typed.
    expanded_words: Vec<Vec<WeightedTerm>>,
    /// All terms of the expansion, with the weights that they would have if they were typed.
    terms: Vec<WeightedTerm>,
    /// The terms that the text did not have before, as a range of the text's terms.
    added: Range<usize>,
}

impl From<AnalysedText> for ExpandedText {
    /// A text without expansions.
    fn from(text: AnalysedText) -> Self {
        Self { text, expansions: Vec::new() }
    }
}

impl ExpandedText {
    /// The terms whose idf in the body determines the weights of the expansions.
    pub(super) fn terms_needing_idf(&self) -> impl Iterator<Item = &WeightedTerm> {
        let expansions = self.expansions.iter();
        expansions.flat_map(|it| it.expanded_words.iter().flatten().chain(&it.terms))
    }

    /// The text with its expansions weighted.
    pub(super) fn weighted(mut self, idf: IdfLookup<'_>) -> AnalysedText {
        for Expansion { expanded_words, terms, added } in self.expansions {
            let typed = expanded_words.iter().map(|terms| max_contribution(terms, idf));
            let typed = typed.fold(0.0, |sum, of_word| sum + of_word);
            let scale = EXPANSION_WEIGHT
                * (typed / max_contribution(&terms, idf).max(f32::MIN_POSITIVE)).min(1.0);
            self.text.terms[added].iter_mut().for_each(|term| term.weight *= scale);
        }
        self.text
    }
}

/// For each node of a group, its text with expansions; `None` if the node is not a term.
pub(crate) type TextsOfNodes = Vec<Option<ExpandedText>>;

/// Analyses and expands the words of a group. Neighbouring words are considered together:
/// `bitcoin cash` is one name, and a page may write `stability ai` as one word. If `dated` is set,
/// dates among the words are expanded to documents of these dates.
pub(crate) fn expanded_texts(
    nodes: &[Node],
    tables: TextTables<'_>,
    requirement: Requirement,
    dated: bool,
) -> TextsOfNodes {
    let typed_at = |at: Option<usize>| match at.and_then(|at| nodes.get(at)).map(|node| &node.kind)
    {
        Some(NodeKind::Term(term)) => term.text.as_str(),
        Some(NodeKind::Phrase(phrase)) => phrase.text.as_str(),
        _ => "",
    };
    let mut texts: TextsOfNodes = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| match &node.kind {
            NodeKind::Term(term) => {
                let neighbours = Neighbours {
                    before: typed_at(at.checked_sub(1)),
                    after: typed_at(at.checked_add(1)),
                };
                let requirement = match requirement {
                    // A prefix is required in full, even if the text is a question.
                    Requirement::Words if term.prefix => Requirement::Everything,
                    requirement => requirement,
                };
                let segmenter = tables.segmenter;
                let text = &term.text;
                Some(AnalysedText::with_neighbours(text, neighbours, segmenter, requirement).into())
            }
            _ => None,
        })
        .collect();
    let expands = |node: &Node| matches!(&node.kind, NodeKind::Term(term) if !term.prefix);
    let mut from = 0;
    for run in nodes.chunk_by(|a, b| expands(a) && expands(b)) {
        let until = from + run.len();
        if expands(&run[0]) {
            let mut run: Vec<&mut ExpandedText> = texts[from..until].iter_mut().flatten().collect();
            expand(&mut run, tables, dated);
        }
        from = until;
    }
    texts
}

/// Whether a group has text other than stop words outside NOT; `texts` are those of its nodes. A
/// phrase, a scope and a group inside it count as such text.
pub(crate) fn has_text(nodes: &[Node], texts: &[Option<ExpandedText>]) -> bool {
    let of_node = |(at, node): (usize, &Node)| match &node.kind {
        NodeKind::Term(term) => {
            let text = texts.get(at).and_then(Option::as_ref);
            term.prefix || text.is_some_and(|text| text.text.has_content())
        }
        NodeKind::Not(_) | NodeKind::Field(_) | NodeKind::All => false,
        _ => true,
    };
    nodes.iter().enumerate().any(of_node)
}

/// A word of a run of neighbouring texts: the index of its text, and of the word in that text.
type WordRef = (usize, usize);

/// A variant that was not typed, and the words of a run that it expands. A document that has the
/// variant counts as having these words.
pub(super) type FoundVariant = (Range<usize>, Variant);

/// Adds the expansions of a run of neighbouring texts. They include dates if `dated` is set.
fn expand(run: &mut [&mut ExpandedText], tables: TextTables<'_>, dated: bool) {
    let word_refs: Vec<WordRef> = run
        .iter()
        .enumerate()
        .flat_map(|(text, it)| (0..it.text.words.len()).map(move |word| (text, word)))
        .collect();
    let mut found: Vec<FoundVariant> = Vec::new();
    {
        let words: Vec<&QueryWord> =
            word_refs.iter().map(|(text, word)| &run[*text].text.words[*word]).collect();
        add_synonyms(&words, tables, &mut found);
        add_joined_words(&words, &mut found);
        let typed: Vec<&str> = run.iter().map(|it| it.text.typed.as_str()).collect();
        add_numbers_and_dates(&typed, &words, tables.segmenter, &mut found);
        if !dated {
            found.retain(|(_, variant)| variant.origin != Origin::Date);
        }
    }
    for (words, variant) in found {
        // A variant x may expand several words, such as a and b. (a OR x) AND (b OR x) equals
        // (a AND b) OR x, so each of the words gets the variant.
        for (text, word) in &word_refs[words.clone()] {
            let variants = &mut run[*text].text.words[*word].variants;
            if !variants.iter().any(|old| old.key == variant.key && old.mode == variant.mode) {
                variants.push(variant.clone());
            }
        }
        // Only the first of the texts gets the terms, so that they are scored once.
        let (first, _) = word_refs[words.start];
        let Some(terms) = expansion_terms(&run[first].text, &variant, tables.segmenter) else {
            continue;
        };
        let expanded_words = {
            let terms_of_word = |(text, word): &WordRef| {
                let text = &run[*text].text;
                terms_of(&text.words[*word].typed, tables.segmenter, text.unigrams)
            };
            word_refs[words].iter().map(terms_of_word).collect()
        };
        add_terms(run[first], terms, &variant, expanded_words);
    }
}

/// Adds synonyms. Of the sequences of words that start at a word, the longest is looked up first,
/// because a name may consist of several words.
fn add_synonyms(words: &[&QueryWord], tables: TextTables<'_>, found: &mut Vec<FoundVariant>) {
    let synonyms = tables.synonyms;
    let mut start = 0;
    while start < words.len() {
        let longest = (start + 1..=words.len().min(start + MAX_NAME_WORDS)).rev();
        let known = longest
            .filter_map(|end| {
                let words = words[start..end].iter();
                // A name with symbols is not the name without them.
                if words.clone().any(|word| word.variants[0].mode == MatchMode::ExactWord) {
                    return None;
                }
                // What was typed, because the halves of a word that was cut after a numeral are
                // found as more than that.
                let key: Vec<char> = words.flat_map(|word| key_of(&word.typed)).collect();
                (key.len() <= synonyms.max_key_len()).then_some((end, key))
            })
            .find(|(_, key)| synonyms.synonyms_of(key).next().is_some());
        let Some((end, key)) = known else {
            start += 1;
            continue;
        };
        for (word, relation) in synonyms.synonyms_of(&key) {
            found.extend(
                name_variant(word, relation, tables.segmenter).map(|variant| (start..end, variant)),
            );
        }
        start = end;
    }
}

/// The variant of a name in a table: a word if it is one Latin word, else its characters.
fn name_variant(name: &str, relation: Relation, segmenter: &Segmenter) -> Option<Variant> {
    let origin = Origin::Synonym(relation);
    let folded = Folded::new(name);
    let mut words: Vec<Option<Variant>> = Vec::new();
    segmenter.words(&folded, |token| {
        words.push(Variant::new(&token.text, token.kind, origin));
    });
    let mode = match words.as_slice() {
        [Some(word)] => word.mode,
        _ => MatchMode::Characters,
    };
    let key = key_of(name);
    let text = match (mode, words.pop().flatten()) {
        (MatchMode::Characters, _) | (_, None) => name.to_owned(),
        (_, Some(word)) => word.text,
    };
    (!key.is_empty()).then_some(Variant { text, key, mode, origin })
}

/// Adds two or three neighbouring words of letters and digits, joined.
fn add_joined_words(words: &[&QueryWord], found: &mut Vec<FoundVariant>) {
    let latin = |word: &&QueryWord| {
        let typed = &word.variants[0];
        matches!(typed.mode, MatchMode::Word | MatchMode::WordOrEmbedded) && !word.stop
    };
    for count in [2, 3] {
        for (start, words) in words.windows(count).enumerate() {
            let text: String = words.iter().map(|word| word.variants[0].text.as_str()).collect();
            // Two numbers side by side do not form a word.
            let mixed = text.chars().any(char::is_alphabetic);
            if words.iter().all(latin) && mixed {
                let variant = Variant::new(&text, TokenKind::Latin, Origin::Joined);
                found.extend(variant.map(|variant| (start..start + count, variant)));
            }
        }
    }
}

/// The terms of a text, as if it were typed.
fn terms_of(text: &str, segmenter: &Segmenter, unigrams: UnigramPolicy) -> Vec<WeightedTerm> {
    let folded = Folded::new(text);
    let key = Key::new(&folded);
    let stop_words = StopWords::new(&folded, Neighbours::default());
    let stops = stop_flags(&folded, &key, segmenter, stop_words);
    terms(&folded, &key, &stops, segmenter, unigrams)
}

/// The most that terms can add to a score, term frequencies aside.
fn max_contribution(terms: &[WeightedTerm], idf: IdfLookup<'_>) -> f32 {
    let contribution =
        |term: &WeightedTerm| term.weight * kind_weight(term.kind) * idf(term.kind, &term.text);
    terms.iter().fold(0.0, |sum, term| sum + contribution(term))
}

/// The terms of a variant, with the weights that they would have if the variant were typed. `None`
/// for variants of which no term is scored.
fn expansion_terms(
    text: &AnalysedText,
    variant: &Variant,
    segmenter: &Segmenter,
) -> Option<Vec<WeightedTerm>> {
    match variant.mode {
        MatchMode::ExactWord if variant.origin == Origin::Number => {
            Some(terms_of(&variant.text, segmenter, text.unigrams))
        }
        MatchMode::Dated(..) | MatchMode::Exact | MatchMode::ExactWord => None,
        MatchMode::Value | MatchMode::Word | MatchMode::WordOrEmbedded => {
            Some(vec![WeightedTerm {
                kind: TermKind::Word,
                text: variant.text.clone(),
                weight: LATIN_WEIGHT,
                origin: variant.origin,
            }])
        }
        MatchMode::Characters => Some(terms_of(&variant.text, segmenter, text.unigrams)),
    }
}

/// Adds those terms of an expansion to a text that the text does not have yet.
fn add_terms(
    expanded: &mut ExpandedText,
    terms: Vec<WeightedTerm>,
    variant: &Variant,
    expanded_words: Vec<Vec<WeightedTerm>>,
) {
    let ExpandedText { text, expansions } = expanded;
    let is_new = |term: &&WeightedTerm| {
        !text.terms.iter().any(|old| old.kind == term.kind && old.text == term.text)
    };
    let new: Vec<WeightedTerm> = terms.iter().filter(is_new).cloned().collect();
    let start = text.terms.len();
    text.terms.extend(new.into_iter().map(|term| WeightedTerm { origin: variant.origin, ..term }));
    // The value of a number is a single term, which scores as a typed number does: its weight is
    // not scaled.
    if variant.mode != MatchMode::Value {
        expansions.push(Expansion { expanded_words, terms, added: start..text.terms.len() });
    }
}
