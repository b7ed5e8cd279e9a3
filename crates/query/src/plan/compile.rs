//! Compiles the syntax tree to match expressions and words: operators, groups and filters.
//! `compile_text` compiles the texts in them.
//!
//! The compiler needs no statistics: what depends on document frequencies is left to `weigh`.

use std::borrow::Cow;

use wensou_index::TextField;

use super::analyze::{Requirement, TextTables};
use super::clause_context::ClauseContext;
use super::expand::{self, ExpandedText, TextsOfNodes};
use super::expr::MatchExpr;
use super::outline::Outline;
use super::query_plan::{Mode, PlannedWord};
use super::{field_expr, questions};
use crate::error::Error;
use crate::lang::{Diagnostic, Node, NodeKind, Scope, Span};

/// Loads the tables of an index. A query of filters alone never calls it.
pub(crate) type LoadTables<'t> = &'t dyn Fn() -> Result<TextTables<'t>, Error>;

/// A compiled query. What depends on document frequencies is still missing; `weigh` adds it.
pub(super) struct Compiled {
    pub(super) match_expr: MatchExpr,
    /// In relaxed mode, the part of `match_expr` that requires at least one of the words that a hit
    /// may lack; `None` if there is no such part, or more than one.
    pub(super) any_word: Option<MatchExpr>,
    pub(super) words: Vec<PlannedWord>,
    pub(super) texts: Vec<ScoredText>,
    /// As [`Plan::may_lack_words`](super::query_plan::Plan::may_lack_words).
    pub(super) may_lack_words: bool,
    /// As [`Plan::has_date_filter`](super::query_plan::Plan::has_date_filter).
    pub(super) has_date_filter: bool,
}

/// A text that is scored, and the fields that it is scored in.
pub(super) struct ScoredText {
    pub(super) expanded: ExpandedText,
    pub(super) fields: Vec<TextField>,
}

/// Compiles one query, and collects its words, texts and mistakes meanwhile.
pub(super) struct Compiler<'q, 't> {
    /// The query as typed, for diagnostics.
    pub(super) typed: &'q str,
    pub(super) load_tables: LoadTables<'t>,
    pub(super) mode: Mode,
    pub(super) words: Vec<PlannedWord>,
    pub(super) texts: Vec<ScoredText>,
    pub(super) may_lack_words: bool,
    has_date_filter: bool,
    /// In relaxed mode, the expressions of the texts of the current group. A document must match
    /// one of them.
    pub(super) alternatives: Vec<MatchExpr>,
    /// For each group that had alternatives, the expression that requires one of them.
    any_word_exprs: Vec<MatchExpr>,
    /// The first text that consists of punctuation only.
    pub(super) punctuation_only: Option<Span>,
    /// The mistakes found so far. With any, the query is not answered.
    pub(super) errors: Vec<Diagnostic>,
    pub(super) outline: Outline,
}

/// The expression that a node requires documents to match; `None` if it requires nothing.
pub(super) type RequiredExpr = Option<MatchExpr>;

impl<'q, 't> Compiler<'q, 't> {
    /// A compiler that writes what it understands into `outline`.
    pub(super) fn new(
        typed: &'q str,
        load_tables: LoadTables<'t>,
        mode: Mode,
        outline: Outline,
    ) -> Self {
        Self {
            typed,
            load_tables,
            mode,
            words: Vec::new(),
            texts: Vec::new(),
            may_lack_words: mode == Mode::Relaxed,
            has_date_filter: false,
            alternatives: Vec::new(),
            any_word_exprs: Vec::new(),
            punctuation_only: None,
            errors: Vec::new(),
            outline,
        }
    }

    /// Compiles a whole query.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] with the mistakes of the query, also if nothing in it can be searched for;
    /// or an error of the tables.
    pub(super) fn compile(mut self, root: &Node) -> Result<(Compiled, Outline), Error> {
        let context = ClauseContext {
            fields: &TextField::ALL,
            positive: true,
            required: true,
            strict: false,
            group_has_text: false,
        };
        let required = self.compile_and(std::slice::from_ref(root), context)?;
        if let Some(span) = self.punctuation_only
            && required.is_none()
            && self.texts.is_empty()
        {
            self.errors.push(Diagnostic::nothing_searchable(self.typed, span));
        }
        if !self.errors.is_empty() {
            return Err(Error::Query(self.errors));
        }
        // With alternatives in several groups, no single part requires one of all these words.
        let any_word = self.any_word_exprs.pop().filter(|_| self.any_word_exprs.is_empty());
        let compiled = Compiled {
            any_word,
            match_expr: required.unwrap_or(MatchExpr::All),
            words: self.words,
            texts: self.texts,
            may_lack_words: self.may_lack_words,
            has_date_filter: self.has_date_filter,
        };
        Ok((compiled, self.outline))
    }

    fn compile_node(
        &mut self,
        node: &Node,
        context: ClauseContext<'_>,
    ) -> Result<RequiredExpr, Error> {
        match &node.kind {
            NodeKind::All => {
                self.outline.write_line(|| "everything".to_owned());
                Ok(Some(MatchExpr::All))
            }
            NodeKind::And(nodes) => {
                self.in_group("all of", |compiler| compiler.compile_and(nodes, context))
            }
            NodeKind::Or(nodes) => {
                self.in_group("any of", |compiler| compiler.compile_or(nodes, context))
            }
            NodeKind::Not(inner) => {
                let excluded = self.compile_not(inner, context)?;
                Ok(excluded.map(|excluded| MatchExpr::and_not(MatchExpr::All, excluded)))
            }
            NodeKind::Required(inner) => {
                let context = ClauseContext { required: true, strict: true, ..context };
                self.in_group("required", |compiler| compiler.compile_node(inner, context))
            }
            NodeKind::Scoped { scope, node } => {
                let (field, name) = match scope {
                    Scope::Title => (TextField::Title, "in the title"),
                    Scope::Body => (TextField::Body, "in the body"),
                };
                let context = ClauseContext { fields: &[field], strict: true, ..context };
                self.in_group(name, |compiler| compiler.compile_node(node, context))
            }
            NodeKind::Term(_) => self.compile_and(std::slice::from_ref(node), context),
            NodeKind::Phrase(phrase) => self.compile_phrase(node, phrase, context),
            NodeKind::Field(clause) => {
                self.outline.write_clause(clause, node);
                self.has_date_filter |= field_expr::is_date_range(clause);
                let undated = self.mode == Mode::Undated;
                Ok(Some(field_expr::clause(clause, undated)))
            }
        }
    }

    /// Writes the line `name` to the outline, and calls `compile`. The lines that `compile` writes
    /// are indented below that line.
    fn in_group<T>(&mut self, name: &str, compile: impl FnOnce(&mut Self) -> T) -> T {
        self.outline.open_group(name);
        let compiled = compile(self);
        self.outline.close_group();
        compiled
    }

    fn compile_and(
        &mut self,
        nodes: &[Node],
        context: ClauseContext<'_>,
    ) -> Result<RequiredExpr, Error> {
        // A `+` on one member of a group makes the text without `+` in that group optional.
        let has_plus = nodes.iter().any(|node| matches!(node.kind, NodeKind::Required(_)));
        let outer_alternatives = std::mem::take(&mut self.alternatives);
        let (nodes, texts) = self.texts_of_group(nodes, context, has_plus)?;
        let group_has_text = expand::has_text(&nodes, &texts);
        let required = context.required && !has_plus;
        let context = ClauseContext { required, group_has_text, ..context };
        let (mut included, excluded) = self.compile_members(&nodes, texts, context)?;
        let alternatives = std::mem::replace(&mut self.alternatives, outer_alternatives);
        if !alternatives.is_empty() {
            let any_word = MatchExpr::any_of(alternatives);
            self.any_word_exprs.push(any_word.clone());
            included.push(any_word);
        }
        Ok(match (included.is_empty(), excluded.is_empty()) {
            (true, true) => None,
            (false, true) => Some(MatchExpr::all_of(included)),
            (_, false) => {
                Some(MatchExpr::and_not(MatchExpr::all_of(included), MatchExpr::any_of(excluded)))
            }
        })
    }

    /// Analyses the texts of a group. Returns the nodes of the group, in which the nodes of a
    /// question are joined into one, and the text of each node. `has_plus` says whether the group
    /// has a `+`.
    fn texts_of_group<'n>(
        &mut self,
        nodes: &'n [Node],
        context: ClauseContext<'_>,
        has_plus: bool,
    ) -> Result<(Cow<'n, [Node]>, TextsOfNodes), Error> {
        if !nodes.iter().any(|node| matches!(node.kind, NodeKind::Term(_))) {
            return Ok((nodes.into(), Vec::new()));
        }
        let requirement = match self.mode {
            Mode::Strict | Mode::Undated if context.required && !has_plus => Requirement::Words,
            Mode::Relaxed if context.strict && !has_plus => Requirement::Words,
            _ => Requirement::Optional,
        };
        let tables = (self.load_tables)()?;
        let relaxed = self.mode == Mode::Relaxed && !context.strict;
        let joined = match context.positive && !has_plus {
            true => {
                questions::join_words_of_questions(self.typed, nodes, tables.segmenter, relaxed)
            }
            false => None,
        };
        let nodes = joined.map_or_else(|| nodes.into(), Cow::from);
        // Words that name a date also match documents of that date. In `title:` and `body:` they do
        // not, because the date of a document is not in these fields. Below a NOT they do not,
        // because a NOT excludes only documents that have the words.
        let dated = context.positive && context.fields == TextField::ALL;
        let mut texts = expand::expanded_texts(&nodes, tables, requirement, dated);
        if context.positive {
            questions::make_noun_optional(&mut texts);
        }
        Ok((nodes, texts))
    }

    /// Compiles the members of a group. Returns the expressions that documents must match, and
    /// those that they must not match.
    fn compile_members(
        &mut self,
        nodes: &[Node],
        mut texts: TextsOfNodes,
        context: ClauseContext<'_>,
    ) -> Result<(Vec<MatchExpr>, Vec<MatchExpr>), Error> {
        let (mut included, mut excluded) = (Vec::new(), Vec::new());
        for (at, node) in nodes.iter().enumerate() {
            let member = match &node.kind {
                NodeKind::Not(inner) => {
                    excluded.extend(self.compile_not(inner, context)?);
                    continue;
                }
                NodeKind::Term(term) => match texts.get_mut(at).and_then(Option::take) {
                    Some(text) => self.compile_text(node, text, term.prefix, context),
                    None => None,
                },
                _ => self.compile_node(node, context)?,
            };
            included.extend(member);
        }
        Ok((included, excluded))
    }

    fn compile_or(
        &mut self,
        nodes: &[Node],
        context: ClauseContext<'_>,
    ) -> Result<RequiredExpr, Error> {
        let mut members = Vec::with_capacity(nodes.len());
        // Whether an alternative requires nothing, so that every document matches the OR.
        let mut unconstrained = false;
        for node in nodes {
            // Each alternative is a group of its own.
            match self.compile_and(std::slice::from_ref(node), context)? {
                Some(member) => members.push(member),
                None => unconstrained = true,
            }
        }
        Ok((!unconstrained).then(|| MatchExpr::any_of(members)))
    }

    /// The expression for the documents that a NOT excludes; `None` if it excludes none.
    fn compile_not(
        &mut self,
        inner: &Node,
        context: ClauseContext<'_>,
    ) -> Result<RequiredExpr, Error> {
        let context = ClauseContext { positive: false, required: true, strict: true, ..context };
        // A NOT is never relaxed: it excludes only documents that have every word in it.
        let mode = std::mem::replace(&mut self.mode, Mode::Strict);
        let excluded = self
            .in_group("not", |compiler| compiler.compile_and(std::slice::from_ref(inner), context));
        self.mode = mode;
        excluded
    }
}
