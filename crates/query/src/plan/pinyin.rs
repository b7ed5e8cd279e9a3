//! Latin letters that no text contains, read as the pinyin of a word or as its initials.
//!
//! Letters are only read as words of titles, tags and sources, and only these fields are then
//! searched for the words; bodies are never searched by sound. The words come from the term
//! dictionaries of the index; words that only bodies have are not taken.

use std::collections::HashMap;

use wensou_text::is_pinyin_syllable;

use super::pinyin_letters::{MIN_INITIALS, MIN_SPELLING, plain_letters, sounds_like};
use crate::error::Error;
use crate::lang::{FieldClause, Node, NodeKind, Phrase, Query, Scope, Span, Value};
use crate::rank::TermStatistics;

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

/// Which texts of a query are read as pinyin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readable {
    /// Latin words that no document contains, and runs of syllables that no document has as words.
    Everything,
    /// Only runs of syllables. Documents that have all of them only where longer words start do not
    /// contain these words, although they match: nearly every English text has words that start
    /// with `bi` and `te`.
    RunsOfSyllables,
}

/// Replaces each text that is [`Readable`] and sounds like words of the index. Returns the query,
/// which searches for these words instead, and how each replaced text was read. `None` if nothing
/// is replaced.
pub(crate) fn read_as_pinyin(
    statistics: &dyn TermStatistics,
    is_missing: IsMissing<'_>,
    readable: Readable,
    query: &Query,
) -> Result<Option<(Query, Vec<Reading>)>, Error> {
    let mut rewriter =
        Rewriter { statistics, is_missing, readable, in_title: false, readings: Vec::new() };
    let root = rewriter.rewrite_node(&query.root)?;
    let query = Query { root, text: query.text.clone(), warnings: Vec::new() };
    Ok((!rewriter.readings.is_empty()).then_some((query, rewriter.readings)))
}

/// Rewrites a query, and collects how its words were read.
struct Rewriter<'r> {
    statistics: &'r dyn TermStatistics,
    is_missing: IsMissing<'r>,
    readable: Readable,
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
            let is_readable = |letters: &String| {
                self.readable == Readable::Everything || is_pinyin_syllable(letters)
            };
            let run: Vec<String> = letters.take_while(is_readable).collect();
            // The number of nodes that are rewritten as one.
            let mut taken = 0;
            for length in (2..=run.len()).rev() {
                let clauses = &nodes[at..at + length];
                let span = Span::new(clauses[0].span.start, clauses[length - 1].span.end);
                let joined = run[..length].concat();
                let together = Node { kind: NodeKind::And(clauses.to_vec()), span };
                if joined.len() < MIN_SPELLING || !self.is_missing(&as_whole_words(together))? {
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
        match letters_of(node).filter(|_| self.readable == Readable::Everything) {
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

/// A node that matches the documents of `node`, except those that have a word of it only where a
/// longer word starts: a NOT excludes no such documents, so two of them do not match any.
fn as_whole_words(node: Node) -> Node {
    let not = |node: Node| Node { span: node.span, kind: NodeKind::Not(Box::new(node)) };
    not(not(node))
}

/// The plain letters of a clause that can be pinyin: without tones, and with ü as v.
fn letters_of(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Term(term) if !term.prefix => plain_letters(&term.text),
        _ => None,
    }
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
