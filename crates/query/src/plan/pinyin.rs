//! Latin letters that no text contains, read as the pinyin of a word or as its initials.
//!
//! Letters are only read as words of titles, tags and sources, and only these fields are then
//! searched for the words; bodies are never searched by sound. The words come from the term
//! dictionaries of the index; words that only bodies have are not taken.

use std::collections::HashMap;

use pinyin::{ToPinyin, ToPinyinMulti};
use unicode_normalization::UnicodeNormalization;
use wensou_text::is_han;

use crate::error::Error;
use crate::lang::{FieldClause, Node, NodeKind, Phrase, Query, Scope, Span, Value};
use crate::rank::TermStatistics;

/// Fewer letters are not read as the initials of a word, because too many words have them.
const MIN_INITIALS: usize = 3;
/// Fewer letters are not read as the pinyin of a whole word, because they spell too many words.
const MIN_SPELLING: usize = 4;

/// The most words that one reading may stand for; the most frequent ones are taken.
const MAX_WORDS: usize = 5;

/// How letters were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The letters that were typed, in lower case.
    pub typed: String,
    /// The words that the letters were read as, folded.
    pub words: Vec<String>,
}

/// The most words in a row that are read as the syllables of one word.
const MAX_SYLLABLES: usize = 8;

/// Whether no document matches a node by its letters.
pub(crate) type IsMissing<'m> = &'m dyn Fn(&Node) -> Result<bool, Error>;

/// Relaxes a query in which words were read as pinyin: of the texts in the outermost group of the
/// query, a document needs only one. It still needs every other node of that group, such as the
/// filters. `None` if the group has fewer than two texts, or a `+`.
pub(crate) fn relax_to_any_text(query: &Query) -> Option<Query> {
    let NodeKind::And(nodes) = &query.root.kind else { return None };
    let is_text =
        |node: &&Node| matches!(node.kind, NodeKind::Term(_) | NodeKind::Or(_) | NodeKind::And(_));
    let (texts, mut others): (Vec<&Node>, Vec<&Node>) = nodes.iter().partition(is_text);
    if texts.len() < 2 || nodes.iter().any(|node| matches!(node.kind, NodeKind::Required(_))) {
        return None;
    }
    let with_span = |kind| Node { kind, span: query.root.span };
    let any = with_span(NodeKind::Or(texts.into_iter().cloned().collect()));
    others.push(&any);
    let root = with_span(NodeKind::And(others.into_iter().cloned().collect()));
    Some(Query { root, text: query.text.clone(), warnings: Vec::new() })
}

/// Replaces each Latin word, and each run of syllables, that no document contains but that sounds
/// like words of the index. Returns the query, which searches for these words instead, and how each
/// replaced text was read. `None` if nothing is replaced.
pub(crate) fn read_as_pinyin(
    statistics: &dyn TermStatistics,
    is_missing: IsMissing<'_>,
    query: &Query,
) -> Result<Option<(Query, Vec<Reading>)>, Error> {
    let mut rewriter = Rewriter { statistics, is_missing, in_title: false, readings: Vec::new() };
    let root = rewriter.rewrite_node(&query.root)?;
    let query = Query { root, text: query.text.clone(), warnings: Vec::new() };
    Ok((!rewriter.readings.is_empty()).then_some((query, rewriter.readings)))
}

/// Rewrites a query, and collects how its words were read.
struct Rewriter<'r> {
    statistics: &'r dyn TermStatistics,
    is_missing: IsMissing<'r>,
    /// Whether the node that is being rewritten is inside `title:`.
    in_title: bool,
    readings: Vec<Reading>,
}

impl Rewriter<'_> {
    /// Rewrites the words of a node, except those in NOT, in quotes and in fields other than
    /// `title:`.
    fn rewrite_node(&mut self, node: &Node) -> Result<Node, Error> {
        let with_span = |kind| Node { kind, span: node.span };
        Ok(match &node.kind {
            NodeKind::And(nodes) => {
                let mut nodes = self.rewrite_clauses(nodes)?;
                match nodes.len() {
                    1 => nodes.remove(0),
                    _ => with_span(NodeKind::And(nodes)),
                }
            }
            NodeKind::Or(nodes) => {
                let nodes = nodes.iter().map(|node| self.rewrite_node(node));
                with_span(NodeKind::Or(nodes.collect::<Result<_, Error>>()?))
            }
            NodeKind::Required(inner) => {
                with_span(NodeKind::Required(Box::new(self.rewrite_node(inner)?)))
            }
            NodeKind::Scoped { scope: Scope::Title, node: inner } if !self.in_title => {
                self.in_title = true;
                let inner = self.rewrite_node(inner);
                self.in_title = false;
                with_span(NodeKind::Scoped { scope: Scope::Title, node: Box::new(inner?) })
            }
            _ => self.rewrite_clause(node)?.unwrap_or_else(|| node.clone()),
        })
    }

    /// Rewrites the clauses of a group. Several clauses in a row become one clause if together they
    /// spell one word, as `bi te bi` does. All others are rewritten one by one.
    fn rewrite_clauses(&mut self, nodes: &[Node]) -> Result<Vec<Node>, Error> {
        let mut rewritten = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            let letters = nodes[at..].iter().take(MAX_SYLLABLES).map_while(letters_of);
            let run: Vec<String> = letters.collect();
            // The number of nodes that are rewritten as one.
            let mut taken = 0;
            for length in (2..=run.len()).rev() {
                let clauses = &nodes[at..at + length];
                let span = Span::new(clauses[0].span.start, clauses[length - 1].span.end);
                let joined = run[..length].concat();
                let together = Node { kind: NodeKind::And(clauses.to_vec()), span };
                if joined.len() < MIN_SPELLING || !self.is_missing(&together)? {
                    continue;
                }
                if let Some(node) =
                    self.rewrite_as_words(run[..length].join(" "), &run[..length], span)?
                {
                    rewritten.push(node);
                    taken = length;
                    break;
                }
            }
            if taken == 0 {
                rewritten.push(self.rewrite_node(&nodes[at])?);
                taken = 1;
            }
            at += taken;
        }
        Ok(rewritten)
    }

    /// Whether no document matches a node by its letters; inside `title:`, no title.
    fn is_missing(&self, node: &Node) -> Result<bool, Error> {
        let scoped = |node: Node| {
            let span = node.span;
            let kind = NodeKind::Scoped { scope: Scope::Title, node: Box::new(node) };
            Node { kind, span }
        };
        match self.in_title {
            true => (self.is_missing)(&scoped(node.clone())),
            false => (self.is_missing)(node),
        }
    }

    /// Rewrites one clause; `None` if it stays as it is.
    fn rewrite_clause(&mut self, node: &Node) -> Result<Option<Node>, Error> {
        match letters_of(node) {
            Some(letters) if letters.len() >= MIN_INITIALS && self.is_missing(node)? => {
                let typed = match &node.kind {
                    NodeKind::Term(term) => term.text.to_lowercase(),
                    _ => letters.clone(),
                };
                self.rewrite_as_words(typed, &[letters], node.span)
            }
            _ => Ok(None),
        }
    }

    /// A node that searches for the words of the index that sound like `letters`. `letters` has one
    /// item for each typed word of a run. Returns `None` if the index has no such words. `typed`
    /// and `span` are the text that the node replaces and its range.
    fn rewrite_as_words(
        &mut self,
        typed: String,
        letters: &[String],
        span: Span,
    ) -> Result<Option<Node>, Error> {
        let words = words_that_sound_like(letters, self.statistics)?;
        if words.is_empty() {
            return Ok(None);
        }
        let with_span = |kind| Node { kind, span };
        let in_title = self.in_title;
        let alternatives = words.iter().flat_map(|word| {
            let value = Value { text: word.clone(), prefix: true, span };
            let phrase = with_span(NodeKind::Phrase(Phrase { text: word.clone(), near: None }));
            match in_title {
                true => vec![phrase],
                false => vec![
                    with_span(NodeKind::Scoped { scope: Scope::Title, node: Box::new(phrase) }),
                    with_span(NodeKind::Field(FieldClause::Tag(vec![value.clone()]))),
                    with_span(NodeKind::Field(FieldClause::Source(vec![value]))),
                ],
            }
        });
        let rewritten = with_span(NodeKind::Or(alternatives.collect()));
        self.readings.push(Reading { typed, words });
        Ok(Some(rewritten))
    }
}

/// The plain letters of a clause that can be pinyin: without tones, and with ü as v.
fn letters_of(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Term(term) if !term.prefix => plain_letters(&term.text),
        _ => None,
    }
}

/// Lower-case letters without tone marks, tone numbers, apostrophes, hyphens and dots (`bǐtèbì`,
/// `bi3te4bi4`, `xi'an`), and with ü as v. `None` if there is anything else.
fn plain_letters(text: &str) -> Option<String> {
    let mut letters = String::new();
    for c in text.nfd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' => letters.push(c),
            '\u{308}' if letters.ends_with('u') => {
                letters.pop();
                letters.push('v');
            }
            // The marks of the four tones, and the breve that is typed for the mark of the third.
            '\u{304}' | '\u{301}' | '\u{30c}' | '\u{306}' | '\u{300}' if !letters.is_empty() => {}
            '0'..='5' if letters.ends_with(|c: char| c.is_ascii_lowercase()) => {}
            '\'' | '’' | 'ʼ' | '‘' | '＇' | '-' | '·' if !letters.is_empty() => {}
            _ => return None,
        }
    }
    (!letters.is_empty()).then_some(letters)
}

/// The words of titles, tags and sources that sound like the typed words, read without the spaces
/// between them; most frequent first. Only a single typed word is also read as initials: initials
/// with spaces between them are too often words of their own.
fn words_that_sound_like(
    typed: &[String],
    statistics: &dyn TermStatistics,
) -> Result<Vec<String>, Error> {
    let letters = typed.concat();
    let may_be_initials = typed.len() == 1;
    let mut found: HashMap<String, u64> = HashMap::new();
    statistics.for_each_pinyin_candidate(&mut |word, documents| {
        if sounds_like(word, &letters, may_be_initials) {
            // Counting takes time, so only the documents of these words are counted.
            let documents = documents();
            if documents > 0 {
                *found.entry(word.to_owned()).or_default() += documents;
            }
        }
    })?;
    let mut found: Vec<(String, u64)> = found.into_iter().collect();
    // The most frequent first; words that are equally frequent in the order of their bytes.
    found.sort_by(|(word_a, a), (word_b, b)| b.cmp(a).then(word_a.cmp(word_b)));
    Ok(found.into_iter().take(MAX_WORDS).map(|(word, _)| word).collect())
}

/// Whether `letters` spell the whole word in pinyin or, if `may_be_initials`, are its initials.
fn sounds_like(word: &str, letters: &str, may_be_initials: bool) -> bool {
    let count = word.chars().count();
    if count < 2 || count > letters.len() || !word.chars().all(is_han) {
        return false;
    }
    // Most words begin with another letter, which is quick to test.
    let begins = |c: char| {
        let mut sounds = c.to_pinyin_multi().into_iter().flatten();
        let first = letters.chars().next();
        sounds.any(|sound| sound.plain().chars().next() == first)
    };
    if !word.chars().next().is_some_and(begins) {
        return false;
    }
    let syllables: Option<Vec<Vec<String>>> = word
        .to_pinyin_multi()
        .map(|sounds| {
            let sounds = sounds?.into_iter().flat_map(|sound| typed_forms(sound.plain()));
            Some(sounds.collect())
        })
        .collect();
    let Some(syllables) = syllables else { return false };
    let initials = may_be_initials
        && letters.len() == count
        && count >= MIN_INITIALS
        && syllables
            .iter()
            .zip(letters.chars())
            .all(|(sounds, letter)| sounds.iter().any(|sound| sound.starts_with(letter)));
    initials || letters.len() >= MIN_SPELLING && spells(&syllables, letters)
}

/// How a sound is typed: ü as v, or as u.
fn typed_forms(sound: &str) -> impl Iterator<Item = String> {
    let forms = match sound.contains('ü') {
        true => [Some(sound.replace('ü', "v")), Some(sound.replace('ü', "u"))],
        false => [Some(sound.to_owned()), None],
    };
    forms.into_iter().flatten()
}

/// Whether two characters have a reading in common, tones aside.
pub(crate) fn sound_alike(one: char, other: char) -> bool {
    let [Some(one), Some(other)] = [one, other].map(|c| c.to_pinyin_multi()) else { return false };
    one.into_iter().any(|sound| other.into_iter().any(|other| other.plain() == sound.plain()))
}

/// Whether the usual readings of two characters are the same, tones aside.
pub(crate) fn usually_sound_alike(one: char, other: char) -> bool {
    let [Some(one), Some(other)] = [one, other].map(|c| c.to_pinyin()) else { return false };
    one.plain() == other.plain()
}

/// Whether one reading of each character, joined, spells the letters.
fn spells(syllables: &[Vec<String>], letters: &str) -> bool {
    match syllables.split_first() {
        None => letters.is_empty(),
        Some((sounds, remaining)) => sounds.iter().any(|sound| {
            letters.strip_prefix(sound.as_str()).is_some_and(|after| spells(remaining, after))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_plain_however_they_are_typed() {
        for (typed, letters) in [
            ("bitebi", "bitebi"),
            ("BiTeBi", "bitebi"),
            ("bǐtèbì", "bitebi"),
            ("bi3te4bi4", "bitebi"),
            ("xi'an", "xian"),
            ("xī’ān", "xian"),
            ("lǜsè", "lvse"),
            ("lüse", "lvse"),
            ("lv4se4", "lvse"),
        ] {
            assert_eq!(plain_letters(typed).as_deref(), Some(letters), "{typed}");
        }
        for typed in ["", "'", "3", "bi6", "gpt9", "比bi", "a.b", "ñandu", "a*"] {
            assert_eq!(plain_letters(typed), None, "{typed}");
        }
    }

    #[test]
    fn words_are_known_by_their_sound_and_their_initials() {
        let may_be_initials = true;
        for (word, letters) in [
            ("比特币", "bitebi"),
            ("比特币", "btb"),
            ("以太坊", "yitaifang"),
            ("以太坊", "ytf"),
            ("银行", "yinhang"),
            ("银行", "yinxing"),
            ("绿色", "lvse"),
            ("绿色", "luse"),
            ("侵略", "qinlve"),
            ("侵略", "qinlue"),
            ("重庆", "chongqing"),
        ] {
            assert!(sounds_like(word, letters, may_be_initials), "{word} {letters}");
        }
        for (word, letters) in [
            ("比特币", "bite"),
            ("比特币", "bitebix"),
            ("比特币", "bt"),
            ("币", "bi"),
            ("银行", "yh"),
            ("btc", "btc"),
            ("", "abc"),
        ] {
            assert!(!sounds_like(word, letters, may_be_initials), "{word} {letters}");
        }
        let may_be_initials = false;
        assert!(!sounds_like("比特币", "btb", may_be_initials));
        assert!(sounds_like("比特币", "bitebi", may_be_initials));
    }
}
