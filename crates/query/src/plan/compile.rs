//! From the nodes of the syntax tree to tantivy queries.

use tantivy::query::{AllQuery, BooleanQuery, Occur, Query as TantivyQuery};
use wensou_index::{Analysis, Index, Part, Unit};

use super::analyze::{AnalysedText, MatchMode, QueryWord, Requirement, Variant};
use super::needle::Needle;
use super::queries::{ScoredTerm, TextQueries, any};
use super::{Mode, expand};
use crate::error::Error;
use crate::exec::near;
use crate::lang::{Diagnostic, Node, NodeKind, Phrase, Span};
use crate::rank;
use crate::rank::bm25::Statistics;

/// What the nodes above a clause say about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClauseContext<'p> {
    pub(super) fields: &'p [Part],
    /// Not below a NOT: the text is scored and highlighted.
    pub(super) positive: bool,
    /// Whether a document without the text is excluded.
    pub(super) required: bool,
}

pub(super) struct Compiler<'a> {
    pub(super) index: &'a Index,
    /// The query as typed, for diagnostics.
    pub(super) typed: &'a str,
    /// Loaded when the first word needs it.
    pub(super) analysis: Option<&'a Analysis>,
    pub(super) statistics: &'a Statistics<'a>,
    pub(super) mode: Mode,
    pub(super) scored_terms: Vec<ScoredTerm>,
    /// In relaxed mode: a query for each word. Hits are ordered by how many of them match.
    pub(super) covering: Vec<Box<dyn TantivyQuery>>,
    pub(super) needles: Vec<Needle>,
    pub(super) words: Vec<QueryWord>,
    pub(super) texts: Vec<AnalysedText>,
    pub(super) may_lack_words: bool,
    pub(super) has_date_filter: bool,
    /// In relaxed mode: queries for the words of the current group. One of them must match.
    pub(super) alternatives: Vec<Box<dyn TantivyQuery>>,
    /// The first word that is nothing but punctuation.
    pub(super) punctuation_only: Option<Span>,
    pub(super) errors: Vec<Diagnostic>,
}

type MatchQuery = Option<Box<dyn TantivyQuery>>;

impl<'a> Compiler<'a> {
    fn analysis(&mut self) -> Result<&'a Analysis, Error> {
        match self.analysis {
            Some(analysis) => Ok(analysis),
            None => Ok(self.analysis.insert(self.index.analysis()?)),
        }
    }

    /// The query that a node requires documents to match; `None` if it requires nothing.
    fn compile_node(
        &mut self,
        node: &Node,
        context: ClauseContext<'_>,
    ) -> Result<MatchQuery, Error> {
        match &node.kind {
            NodeKind::All => Ok(Some(Box::new(AllQuery))),
            NodeKind::And(nodes) => self.compile_and(nodes, context),
            NodeKind::Or(nodes) => self.compile_or(nodes, context),
            NodeKind::Not(inner) => {
                let Some(inner) = self.compile_not(inner, context)? else { return Ok(None) };
                Ok(Some(Box::new(BooleanQuery::new(vec![
                    (Occur::Must, Box::new(AllQuery) as Box<dyn TantivyQuery>),
                    (Occur::MustNot, inner),
                ]))))
            }
            NodeKind::Required(inner) => {
                self.compile_node(inner, ClauseContext { required: true, ..context })
            }
            NodeKind::Scoped { scope, node } => {
                let field = match scope {
                    crate::lang::Scope::Title => Part::Title,
                    crate::lang::Scope::Body => Part::Body,
                };
                self.compile_node(node, ClauseContext { fields: &[field], ..context })
            }
            NodeKind::Term(_) => self.compile_and(std::slice::from_ref(node), context),
            NodeKind::Phrase(phrase) => self.compile_phrase(node, phrase, context),
            NodeKind::Field(clause) => Ok(Some(self.compile_field(clause))),
        }
    }

    pub(super) fn compile_and(
        &mut self,
        nodes: &[Node],
        context: ClauseContext<'_>,
    ) -> Result<MatchQuery, Error> {
        // A `+` on one member of a group makes the unmarked text of that group optional.
        let marked = nodes.iter().any(|node| matches!(node.kind, NodeKind::Required(_)));
        let outer = std::mem::take(&mut self.alternatives);
        let words = nodes.iter().any(|node| matches!(node.kind, NodeKind::Term(_)));
        let requirement = match self.mode {
            Mode::Strict | Mode::Undated if context.required && !marked => Requirement::Words,
            _ => Requirement::Optional,
        };
        let mut texts = match words {
            true => expand::texts(nodes, self.analysis()?, requirement, &|kind, text| {
                self.statistics.idf(Part::Body, kind, text)
            }),
            false => Vec::new(),
        };
        let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let context = ClauseContext { required: context.required && !marked, ..context };
            let query = match &node.kind {
                NodeKind::Not(inner) => {
                    clauses.extend(
                        self.compile_not(inner, context)?.map(|query| (Occur::MustNot, query)),
                    );
                    continue;
                }
                NodeKind::Term(term) => match texts.get_mut(at).and_then(Option::take) {
                    Some(text) => self.compile_text(node, text, term.prefix, context)?,
                    None => None,
                },
                _ => self.compile_node(node, context)?,
            };
            clauses.extend(query.map(|query| (Occur::Must, query)));
        }
        let alternatives = std::mem::replace(&mut self.alternatives, outer);
        if !alternatives.is_empty() {
            clauses.push((Occur::Must, any(alternatives)));
        }
        Ok(match clauses.as_slice() {
            [] => None,
            [(Occur::Must, _)] => clauses.pop().map(|(_, query)| query),
            _ => {
                if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
                    clauses.push((Occur::Must, Box::new(AllQuery)));
                }
                Some(Box::new(BooleanQuery::new(clauses)))
            }
        })
    }

    fn compile_or(
        &mut self,
        nodes: &[Node],
        context: ClauseContext<'_>,
    ) -> Result<MatchQuery, Error> {
        let mut queries = Vec::with_capacity(nodes.len());
        let mut unconstrained = false;
        for node in nodes {
            // Each alternative is a group of its own.
            match self.compile_and(std::slice::from_ref(node), context)? {
                Some(query) => queries.push(query),
                None => unconstrained = true,
            }
        }
        Ok((!unconstrained).then(|| any(queries)))
    }

    fn compile_not(
        &mut self,
        inner: &Node,
        context: ClauseContext<'_>,
    ) -> Result<MatchQuery, Error> {
        let context = ClauseContext { positive: false, required: true, ..context };
        let mode = std::mem::replace(&mut self.mode, Mode::Strict);
        let query = self.compile_and(std::slice::from_ref(inner), context)?;
        self.mode = mode;
        Ok(query)
    }

    /// Compiles the words of one text.
    fn compile_text(
        &mut self,
        node: &Node,
        text: AnalysedText,
        prefix: bool,
        context: ClauseContext<'_>,
    ) -> Result<MatchQuery, Error> {
        if text.words.is_empty() {
            // The dash of `a - b` asks for nothing; as a whole query it is a mistake.
            self.punctuation_only.get_or_insert(node.span);
            return Ok(None);
        }
        let queries = TextQueries { index: self.index, fields: context.fields };
        let meaningful = text.words.iter().any(|word| !word.stop);
        let last = text.words.len() - 1;
        let mut wanted = Vec::new();
        for (number, word) in text.words.iter().enumerate() {
            let begins = prefix && number == last;
            let query =
                if begins { prefix_query(queries, word) } else { queries.any_variant(word) };
            let optional = word.stop && meaningful && !begins;
            if optional {
                continue;
            }
            if context.positive {
                self.add_needles(word);
                if self.mode == Mode::Relaxed {
                    self.covering.push(query.box_clone());
                }
                self.words.push(word.clone());
            }
            wanted.push(query);
        }
        let relaxed = context.positive && self.mode == Mode::Relaxed;
        let matched = match context.required {
            false => None,
            true if relaxed => {
                self.alternatives.push(queries.any_term_of(&text));
                None
            }
            true if text.question => {
                self.may_lack_words |= context.positive;
                Some(queries.any_term_of(&text))
            }
            true => Some(all(wanted)),
        };
        if context.positive {
            self.scored_terms.extend(queries.scored(&text.terms, rank::weight));
            self.texts.push(text);
        }
        Ok(matched)
    }

    fn compile_phrase(
        &mut self,
        node: &Node,
        phrase: &Phrase,
        context: ClauseContext<'_>,
    ) -> Result<MatchQuery, Error> {
        let requirement =
            if context.required { Requirement::Everything } else { Requirement::Optional };
        let text = AnalysedText::new(&phrase.text, self.analysis()?.segmenter(), requirement);
        if text.key.is_empty() {
            self.errors.push(Diagnostic::nothing_searchable(self.typed, node.span));
            return Ok(None);
        }
        let queries = TextQueries { index: self.index, fields: context.fields };
        let matched = match phrase.near {
            None => queries.sequence(&text.key),
            Some(distance) => near::query(self.index, queries, &text.words, distance as usize),
        };
        if context.positive {
            match phrase.near {
                None => {
                    if let Some(word) = QueryWord::sequence(&phrase.text, &text.key) {
                        self.add_needles(&word);
                        self.words.push(word);
                    }
                }
                Some(_) => {
                    for word in &text.words {
                        self.add_needles(word);
                        self.words.push(word.clone());
                    }
                }
            }
            self.scored_terms.extend(queries.scored(&text.terms, rank::weight));
            self.texts.push(text);
        }
        Ok(context.required.then_some(matched))
    }

    /// Adds the needles that highlight a word.
    fn add_needles(&mut self, word: &QueryWord) {
        let number = self.words.len();
        for variant in &word.variants {
            let weight = self.rarity_of(variant);
            self.needles.extend(Needle::of(variant, number, weight));
        }
    }

    /// How rare a variant is: the idf of its rarest bigram, or of the word itself.
    fn rarity_of(&self, variant: &Variant) -> f32 {
        let idf = |kind, text: &str| self.statistics.idf(Part::Body, kind, text);
        match (variant.mode, variant.key.as_slice()) {
            (MatchMode::Dated(..), _) => 0.0,
            (MatchMode::Word | MatchMode::Value, _) => idf(Unit::Word, &variant.text),
            (_, [one]) => idf(Unit::Char, &one.to_string()),
            (_, key) => {
                let bigrams = key.windows(2).map(|bigram| bigram.iter().collect::<String>());
                bigrams.fold(0.0, |rarest, bigram| idf(Unit::Gram, &bigram).max(rarest))
            }
        }
    }
}

fn all(mut queries: Vec<Box<dyn TantivyQuery>>) -> Box<dyn TantivyQuery> {
    if queries.len() == 1 {
        return queries.remove(0);
    }
    Box::new(BooleanQuery::intersection(queries))
}

/// Documents with a word that starts with a variant of `word`.
fn prefix_query(queries: TextQueries<'_>, word: &QueryWord) -> Box<dyn TantivyQuery> {
    any(word
        .variants
        .iter()
        .map(|variant| match variant.mode {
            MatchMode::Characters => queries.sequence(&variant.key),
            MatchMode::Word | MatchMode::Value | MatchMode::Dated(..) => {
                queries.word_prefix(&variant.text)
            }
            MatchMode::WordOrEmbedded => {
                any(vec![queries.word_prefix(&variant.text), queries.sequence(&variant.key)])
            }
        })
        .collect())
}
