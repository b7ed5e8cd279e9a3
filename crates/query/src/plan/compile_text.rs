//! The part of the compiler that compiles texts and quoted phrases.

use wensou_text::has_symbols;

use super::analyze::{AnalysedText, QueryWord, Requirement, WordRole};
use super::clause_context::ClauseContext;
use super::compile::{Compiler, RequiredExpr, ScoredText};
use super::expand::ExpandedText;
use super::expr::MatchExpr;
use super::query_plan::{Mode, PlannedWord};
use super::text_expr;
use crate::error::Error;
use crate::lang::{Diagnostic, Node, Phrase};

impl Compiler<'_, '_> {
    /// Compiles the words of one text. If `prefix` is set, the last word of the text stands for
    /// every word that starts with it. What a relaxed query requires of the text is not returned,
    /// but added to `alternatives`.
    pub(super) fn compile_text(
        &mut self,
        node: &Node,
        expanded: ExpandedText,
        prefix: bool,
        context: ClauseContext<'_>,
    ) -> RequiredExpr {
        let text = &expanded.text;
        self.outline.write_text(text, prefix, context);
        if text.words.is_empty() {
            // Punctuation such as the dash of `a - b` requires nothing; as a whole query it is a
            // mistake.
            self.punctuation_only.get_or_insert(node.span);
            return None;
        }
        let relaxed = context.positive && self.mode == Mode::Relaxed && !context.strict;
        let last = text.words.len() - 1;
        let mut required_words = Vec::new();
        for (number, word) in text.words.iter().enumerate() {
            let role = text.role(number, prefix, context.group_has_text);
            if role == WordRole::RankedOnly {
                continue;
            }
            let expr = match prefix && number == last {
                true => text_expr::prefix(context.fields, word),
                false if context.positive => text_expr::any_variant(context.fields, word),
                false => text_expr::any_whole_variant(context.fields, word),
            };
            if context.positive {
                let word = word.clone();
                let covers = relaxed;
                // `weigh` fills in the idf.
                self.words.push(PlannedWord { word, expr: expr.clone(), covers, idf: 0.0 });
            }
            match role == WordRole::Optional {
                true => self.may_lack_words = true,
                false => required_words.push(expr),
            }
        }
        let required = match context.required {
            false => None,
            true if required_words.is_empty() => None,
            true if relaxed => {
                self.alternatives.push(text_expr::any_term(context.fields, text));
                None
            }
            true if text.question => {
                self.may_lack_words |= context.positive;
                Some(text_expr::any_term(context.fields, text))
            }
            true => Some(MatchExpr::all_of(required_words)),
        };
        if context.positive {
            self.texts.push(ScoredText { expanded, fields: context.fields.to_vec() });
        }
        required
    }

    /// Compiles a quoted phrase: as an exact sequence, or as words near each other.
    pub(super) fn compile_phrase(
        &mut self,
        node: &Node,
        phrase: &Phrase,
        context: ClauseContext<'_>,
    ) -> Result<RequiredExpr, Error> {
        let requirement =
            if context.required { Requirement::Everything } else { Requirement::Optional };
        let text = AnalysedText::new(&phrase.text, (self.load_tables)()?.segmenter, requirement);
        let folded = wensou_text::fold(&phrase.text);
        let exact = phrase.near.is_none() && has_symbols(&folded);
        let whole = match exact {
            true => Some(QueryWord::exact(&phrase.text, &folded)),
            false => QueryWord::sequence(&phrase.text, &text.key),
        };
        self.outline.write_phrase(&text, whole.as_ref(), phrase.near, context.required);
        let Some(whole) = whole.filter(|_| phrase.near.is_none() || !text.words.is_empty()) else {
            self.errors.push(Diagnostic::nothing_searchable(self.typed, node.span));
            return Ok(None);
        };
        let expr = match phrase.near {
            None => text_expr::any_variant(context.fields, &whole),
            Some(distance) => text_expr::near(context.fields, &text.words, distance as usize),
        };
        if context.positive {
            let words = match phrase.near {
                None => vec![whole],
                Some(_) => text.words.clone(),
            };
            self.words.extend(words.into_iter().map(|word| {
                // A relaxed query requires a phrase just as a strict one does, so the words of the
                // phrase add no coverage.
                let expr = text_expr::any_variant(context.fields, &word);
                PlannedWord { word, expr, covers: false, idf: 0.0 }
            }));
            let fields = context.fields.to_vec();
            self.texts.push(ScoredText { expanded: text.into(), fields });
        }
        Ok(context.required.then_some(expr))
    }
}
