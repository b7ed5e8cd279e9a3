//! What the parser reports between operands: an `OR` without an operand, a lower-case operator, and
//! spaces around the sign of a date range.

use super::ast::{Node, NodeKind};
use super::chars::is_range_sign;
use super::diagnostic::Diagnostic;
use super::field::FieldName;
use super::mistake;
use super::parse::{Gap, Parser};
use super::span::Span;
use super::token::TokenKind;

impl Parser<'_> {
    /// Reports each `OR` that lacks an operand, once. `operands` has one item more than
    /// `operators`.
    pub(super) fn report_missing_operands(
        &mut self,
        operators: &[Span],
        operands: &[Result<Node, Gap>],
    ) {
        let absent = |at: usize| matches!(operands[at], Err(Gap::Absent));
        // The operator at `at` has the operands at `at` and `at + 1`.
        for (at, operator) in operators.iter().enumerate() {
            // Of two operators in a row, the first is reported: it has no right operand.
            if at == 0 && absent(0) {
                self.report(mistake::no_left_operand(self.text, *operator));
            } else if absent(at + 1) {
                self.report(mistake::no_right_operand(self.text, *operator));
            }
        }
    }

    /// Warns about each `and`, `or` and `not` between two other operands: it is read as a word, but
    /// may have been meant as an operator.
    pub(super) fn report_lower_case_operators(&mut self, nodes: &[Node]) {
        for window in nodes.windows(3) {
            let NodeKind::Term(term) = &window[1].kind else { continue };
            let upper = term.text.to_ascii_uppercase();
            let is_operator = matches!(upper.as_str(), "AND" | "OR" | "NOT");
            // An escaped word is meant as a word.
            if is_operator && !term.prefix && window[1].span.of(self.text) == term.text {
                self.report(Diagnostic::lower_case_operator(self.text, window[1].span));
            }
        }
    }

    /// Reports the sign of `date:2023-01 .. 2023-06`. The lexer reads it as a word of its own,
    /// because spaces separate it from the dates.
    pub(super) fn report_space_in_range(&mut self, name: FieldName) {
        let text = self.text;
        let sign = self.tokens.next_if(|next| {
            name == FieldName::Date
                && matches!(next.kind, TokenKind::Term(_))
                && is_range_sign(next.span.of(text))
        });
        if let Some(sign) = sign {
            self.report(mistake::space_in_range(text, sign.span));
        }
    }
}
