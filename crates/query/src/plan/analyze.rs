//! From typed text to the words that must be found and the terms that are scored.
//!
//! Queries are folded and segmented as documents are. A [`QueryWord`] is one word of the query with
//! all its variants, each of which counts as finding the word. A [`Variant`] is found by its
//! characters (Chinese: anywhere, across word boundaries) or as a word of the index (Latin and
//! numbers).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wensou_index::{TermKind, TextField, is_indexed_word};
use wensou_text::{Folded, Key, Segmenter, Synonyms, TokenKind, is_han};

use crate::plan::stop_words::{Neighbours, StopWords, is_question_word, is_stop};
use crate::plan::typed_words::typed_words;
pub(crate) use crate::plan::variant::{MIN_EMBEDDED, MatchMode, Origin, Variant};
use crate::rank::{LATIN_WEIGHT, STOP_WEIGHT, kind_weight};

/// A text of at least this many words, stop words aside, is taken for a sentence rather than a list
/// of words: a hit need not have all of them.
const MIN_SENTENCE_WORDS: usize = 7;

/// If a text has spaces, the parts between them must have at least this many words on average, stop
/// words aside, for the text to be a sentence.
const MIN_PART_WORDS: usize = 3;

/// The tables that cut a query into words, as they did for documents, and say which words mean the
/// same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextTables<'t> {
    pub(crate) segmenter: &'t Segmenter,
    pub(crate) synonyms: &'t Synonyms,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QueryWord {
    /// As it was typed.
    pub(crate) typed: String,
    /// The word itself first, then its expansions.
    pub(crate) variants: Vec<Variant>,
    /// Whether it is a stop word, which a document need not have.
    pub(crate) stop: bool,
    /// Whether it is part of a noun that asks for something, such as 時間 in RCEP生效時間 (see
    /// `questions`). A document need not have it either.
    pub(crate) optional: bool,
}

/// A term of the index that the query scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WeightedTerm {
    pub(crate) kind: TermKind,
    pub(crate) text: String,
    pub(crate) weight: f32,
    pub(crate) origin: Origin,
}

/// How much of a text a hit must have. For a text inside an OR, this is what the text's alternative
/// requires; a hit may match another alternative instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// All of it.
    Everything,
    /// Every word but stop words; if the text is a question, some of them.
    Words,
    /// Any part of it, or none.
    Optional,
}

/// Which single characters are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UnigramPolicy {
    /// All of them: a hit that lacks words of a text may still have some of their characters.
    All,
    /// Only those that are words by themselves. A hit that has a longer word has all characters of
    /// the word, and their frequencies say nothing that those of the word's bigrams do not. If the
    /// text is optional and has only one word, a hit that lacks the word is not better for having
    /// some of its characters.
    WordsOnly,
}

/// What a document needs of a word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordRole {
    /// A document must have the word.
    Required,
    /// The word is searched for, but a document may lack it.
    Optional,
    /// The word only affects the rank.
    RankedOnly,
}

/// A piece of typed text, analysed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AnalysedText {
    pub(crate) typed: String,
    pub(crate) words: Vec<QueryWord>,
    /// Which unigrams are among the terms.
    pub(crate) unigrams: UnigramPolicy,
    /// The scored terms of what was typed, each once, then those of expansions.
    pub(crate) terms: Vec<WeightedTerm>,
    /// The key characters of the whole text.
    pub(crate) key: Vec<char>,
    /// For each key character, whether it belongs to a stop word.
    pub(crate) stops: Vec<bool>,
    /// Whether the text is a question, or as long as one: then a hit need not have every word.
    pub(crate) question: bool,
}

impl AnalysedText {
    /// As [`AnalysedText::with_neighbours`], for a text that stands alone.
    pub(crate) fn new(typed: &str, segmenter: &Segmenter, requirement: Requirement) -> Self {
        Self::with_neighbours(typed, Neighbours::default(), segmenter, requirement)
    }

    /// Analyses text as documents are analysed. A text of punctuation alone has no words. The texts
    /// beside it decide whether its English function words are stop words. `requirement` decides
    /// which unigrams are scored; only with [`Requirement::Words`] can the text be a question.
    pub(crate) fn with_neighbours(
        typed: &str,
        neighbours: Neighbours<'_>,
        segmenter: &Segmenter,
        requirement: Requirement,
    ) -> Self {
        let folded = Folded::new(typed);
        let key = Key::new(&folded);
        let stop_words = StopWords::new(&folded, neighbours);
        let words = typed_words(&folded, segmenter).into_iter().map(|word| QueryWord {
            typed: typed[folded.original_bytes(word.chars.clone())].to_owned(),
            stop: stop_words.contains(&word.variants[0].text, word.chars.clone())
                && !counts_with_number(&folded, &word.variants[0].text, word.chars.end),
            optional: false,
            variants: word.variants,
        });
        let words: Vec<QueryWord> = words.collect();
        let folded_words = words.iter().map(|word| (word.variants[0].text.as_str(), word.stop));
        // The text is one node of the query. If it has spaces, they do not separate words of a
        // list: the text was taken as it is, spaces included (see `lang::plain`), or is a question
        // that words were joined to (see `questions`).
        let parts = 1;
        let question = requirement == Requirement::Words && is_question(typed, folded_words, parts);
        let unigrams = match requirement {
            Requirement::Optional if words.len() > 1 => UnigramPolicy::All,
            _ if question => UnigramPolicy::All,
            Requirement::Optional | Requirement::Everything | Requirement::Words => {
                UnigramPolicy::WordsOnly
            }
        };
        let stops = stop_flags(&folded, &key, segmenter, stop_words);
        let terms = terms(&folded, &key, &stops, segmenter, unigrams);
        let key = key.chars().to_vec();
        Self { typed: typed.to_owned(), words, unigrams, terms, key, stops, question }
    }

    /// Whether the text has a word that is not a stop word.
    pub(crate) fn has_content(&self) -> bool {
        self.words.iter().any(|word| !word.stop)
    }

    /// The role of the word with the index `number`. `prefix` says whether the last word stands for
    /// every word that starts with it. `group_has_text` says whether the group has text other than
    /// stop words, in this text or elsewhere. A question requires only a part of its words,
    /// whatever their roles.
    pub(crate) fn role(&self, number: usize, prefix: bool, group_has_text: bool) -> WordRole {
        let word = &self.words[number];
        if prefix && number + 1 == self.words.len() {
            WordRole::Required
        } else if word.stop && group_has_text {
            WordRole::RankedOnly
        } else if word.optional {
            WordRole::Optional
        } else {
            WordRole::Required
        }
    }
}

/// Whether a text is a question, or as long as one. `words` are all its words, folded, each with
/// whether it is a stop word; `parts` is the number of its parts that spaces separate.
pub(super) fn is_question<'w>(
    typed: &str,
    words: impl Iterator<Item = (&'w str, bool)>,
    parts: usize,
) -> bool {
    let mut content_words = 0;
    for (word, stop) in words {
        // With spaces around it, a Latin question word may be a keyword, such as the WHO.
        if stop && is_question_word(word) && (parts == 1 || word.chars().any(is_han)) {
            return true;
        }
        content_words += usize::from(!stop);
    }
    // Many short parts are a list of words, however many there are.
    let sentence = content_words >= MIN_SENTENCE_WORDS.max(parts * MIN_PART_WORDS);
    sentence || typed.trim_end().ends_with(['?', '\u{ff1f}', '吗', '嗎', '呢'])
}

impl QueryWord {
    /// A quoted phrase with symbols that count, as one word. `folded` is the folded phrase.
    pub(crate) fn exact(typed: &str, folded: &str) -> Self {
        Self {
            typed: typed.to_owned(),
            variants: vec![Variant::exact(folded, MatchMode::Exact)],
            stop: false,
            optional: false,
        }
    }

    /// A quoted phrase as one word; `None` without key characters.
    pub(crate) fn sequence(typed: &str, key: &[char]) -> Option<Self> {
        let variant = Variant {
            text: key.iter().collect(),
            key: key.to_vec(),
            mode: MatchMode::Characters,
            origin: Origin::Typed,
        };
        (!key.is_empty()).then(|| Self {
            typed: typed.to_owned(),
            variants: vec![variant],
            stop: false,
            optional: false,
        })
    }
}

/// The terms of a text: bigrams, unigrams as the policy says, and the words of the segmenter. The
/// weight is the number of times that the query has the term. Stop words count less, and words of
/// letters or digits count more ([`LATIN_WEIGHT`]). `stops` is the result of [`stop_flags`].
pub(crate) fn terms(
    folded: &Folded<'_>,
    key: &Key,
    stops: &[bool],
    segmenter: &Segmenter,
    unigrams: UnigramPolicy,
) -> Vec<WeightedTerm> {
    let mut weights: BTreeMap<(TermKind, String), f32> = BTreeMap::new();
    let mut add = |kind, text: String, weight| *weights.entry((kind, text)).or_default() += weight;
    let factor = |stop: bool| if stop { STOP_WEIGHT } else { 1.0 };
    for (at, bigram) in key.chars().windows(2).enumerate() {
        // A bigram of two Latin letters says nothing that the word of these letters does not say.
        if bigram.iter().any(|c| is_han(*c)) {
            let weight = (factor(stops[at]) + factor(stops[at + 1])) / 2.0;
            add(TermKind::Bigram, bigram.iter().collect(), weight);
        }
    }
    let mut words = Vec::new();
    segmenter.segment(folded, |token| words.push((term_kind_of(token.kind, &token.text), token)));
    for (at, c) in key.chars().iter().enumerate().filter(|(_, c)| is_han(**c)) {
        let start = key.folded_range(at..at + 1).start as u32;
        let is_word = || {
            words.iter().any(|(kind, word)| *kind == TermKind::Unigram && word.chars.start == start)
        };
        if unigrams == UnigramPolicy::All || is_word() {
            add(TermKind::Unigram, c.to_string(), factor(stops[at]));
        }
    }
    for (kind, word) in words {
        let base = if word.kind == TokenKind::Han { 1.0 } else { LATIN_WEIGHT };
        let first = key.range_of(word.chars.start as usize..word.chars.end as usize).start;
        let is_stop_here = || !word.whole || stops.get(first).copied().unwrap_or(true);
        let weight = base * factor(is_stop(&word.text) && is_stop_here());
        // Scoring multiplies the weight of each term by that of its kind, which is divided out here
        // so that a word counts as a word, whatever kind of term it is. A Chinese word of two
        // characters is scored twice: as its bigram, whose weight for being a bigram was added
        // above, and as a word. (`weigh` keeps only the bigram if the query has several words.)
        let scored_as = match is_two_char_han_word(kind, &word.text) {
            true => TermKind::Bigram,
            false => kind,
        };
        add(scored_as, word.text.to_string(), weight / kind_weight(scored_as));
        if scored_as != kind {
            add(kind, word.text.into_owned(), weight);
        }
    }
    let weights = weights.into_iter();
    weights
        .map(|((kind, text), weight)| WeightedTerm { kind, text, weight, origin: Origin::Typed })
        .collect()
}

/// Whether a term is a Chinese word of two characters, whose bigram is scored as well.
pub(crate) fn is_two_char_han_word(kind: TermKind, text: &str) -> bool {
    kind == TermKind::Word && text.chars().count() == 2 && text.chars().all(is_han)
}

/// The kind of term that a word is indexed as in the body. Only a Chinese word of one character is
/// not indexed as a word there.
pub(crate) fn term_kind_of(kind: TokenKind, word: &str) -> TermKind {
    match is_indexed_word(TextField::Body, kind, word) {
        true => TermKind::Word,
        false => TermKind::Unigram,
    }
}

/// Whether a word says which of several are counted by the number that follows at character `end`:
/// 前3季 are not 3季.
fn counts_with_number(folded: &Folded<'_>, word: &str, end: usize) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || "零一二两三四五六七八九十百千廿卅".contains(c);
    matches!(word, "前" | "后")
        && end < folded.char_count()
        && folded.slice(end..end + 1).starts_with(is_number)
}

/// For each key character, whether it belongs to a stop word.
pub(super) fn stop_flags(
    folded: &Folded<'_>,
    key: &Key,
    segmenter: &Segmenter,
    stop_words: StopWords<'_>,
) -> Vec<bool> {
    let mut by_char = vec![false; folded.char_count()];
    segmenter.words(folded, |token| {
        let chars = token.chars.start as usize..token.chars.end as usize;
        if stop_words.contains(&token.text, chars.clone()) {
            by_char[chars].fill(true);
        }
    });
    (0..key.chars().len()).map(|at| by_char[key.folded_range(at..at + 1).start]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_scored_where_a_hit_may_lack_words() {
        let segmenter = Segmenter::standard();
        let unigrams = |typed: &str, requirement: Requirement| -> Vec<String> {
            let terms = AnalysedText::new(typed, &segmenter, requirement).terms;
            let unigrams = terms.into_iter().filter(|term| term.kind == TermKind::Unigram);
            unigrams.map(|term| term.text).collect()
        };
        for requirement in [Requirement::Everything, Requirement::Words] {
            assert_eq!(unigrams("比特币价格", requirement), [""; 0]);
            assert_eq!(unigrams("币", requirement), ["币"], "a word of its own");
            assert_eq!(unigrams("他买比特币", requirement), ["买", "他"]);
        }
        let weight = |typed: &str| {
            let terms = AnalysedText::new(typed, &segmenter, Requirement::Words).terms;
            terms.into_iter().find(|term| term.text == "人").map(|term| term.weight)
        };
        assert_eq!(weight("人和机器人"), weight("人"), "the 人 in 机器人 is not a word of its own");
        assert_eq!(
            unigrams("比特币价格", Requirement::Optional),
            ["价", "币", "格", "比", "特"],
            "a hit may lack one of several words"
        );
        assert_eq!(
            unigrams("比特币", Requirement::Optional),
            [""; 0],
            "a word that is typed alone"
        );
        assert_eq!(unigrams("比特币是什么", Requirement::Everything), ["是"]);
        assert_eq!(
            unigrams("比特币是什么", Requirement::Words),
            ["么", "什", "币", "是", "比", "特"],
            "what answers a question may lack words"
        );
    }
}
