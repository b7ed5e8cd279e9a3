//! Builds the syntax tree from tokens, by recursive descent.
//!
//! There is one parser. It always recovers and keeps what it understood; strict and lenient parsing
//! differ only in what they do with the mistakes that it finds.

use super::ast::{Node, NodeKind};
use super::date::Clock;
use super::diagnostic::{Code, Diagnostic};
use super::lex::{Lexed, lex};
use super::mistake;
use super::span::Span;
use super::token::{Token, TokenKind};
use super::value;

/// How deep groups and prefix operators may nest.
pub const MAX_DEPTH: usize = 32;

/// What the parser understood of a text, and every diagnostic about it.
pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Parses a text. Never fails: mistakes are among the diagnostics that it returns.
pub(super) fn parse_any(text: &str, clock: &Clock) -> Parsed {
    let Lexed { tokens, mistakes: diagnostics, open_quote } = lex(text);
    let tokens = tokens.into_iter().peekable();
    let mut parser = Parser { text, clock, tokens, open_quote, diagnostics, groups: 0, depth: 0 };
    let everything = Node { kind: NodeKind::All, span: Span::default() };
    let root = parser.or().unwrap_or(everything);
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(Diagnostic::span);
    let (errors, warnings) = diagnostics.into_iter().partition(|found| found.code.is_error());
    Parsed { root, errors, warnings }
}

/// A parser of one text. Each grammar rule is a method that consumes the tokens of the rule.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    clock: &'t Clock,
    pub(super) tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    /// As [`Lexed::open_quote`].
    open_quote: bool,
    /// The mistakes of the lexer, then the mistakes and warnings of the parser.
    diagnostics: Vec<Diagnostic>,
    /// The number of open parentheses.
    groups: usize,
    /// The number of open parentheses and prefix operators.
    depth: usize,
}

/// Why the method of a grammar rule returned no node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing was typed.
    Absent,
    /// What was typed has been reported as a mistake, and none of it could be kept.
    Reported,
}

impl Parser<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Consumes and returns the next token if `wanted` accepts its kind.
    fn eat(&mut self, wanted: fn(&TokenKind) -> bool) -> Option<Token> {
        self.tokens.next_if(|token| wanted(&token.kind))
    }

    /// `and { OR and }`
    fn or(&mut self) -> Result<Node, Gap> {
        let mut operators: Vec<Span> = Vec::new();
        let mut operands = vec![self.and()];
        while let Some(operator) = self.eat(|kind| matches!(kind, TokenKind::Or)) {
            operators.push(operator.span);
            operands.push(self.and());
        }
        if operators.is_empty() {
            return operands.remove(0);
        }
        self.report_missing_operands(&operators, &operands);
        combine(operands.into_iter().flatten().collect(), NodeKind::Or).ok_or(Gap::Reported)
    }

    /// `unary { [AND] unary }`
    fn and(&mut self) -> Result<Node, Gap> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut gap = Gap::Absent;
        // The last `AND`, until its right operand comes.
        let mut pending: Option<Span> = None;
        while let Some(token) = self.tokens.peek() {
            let span = token.span;
            match &token.kind {
                TokenKind::And => {
                    self.tokens.next();
                    if nodes.is_empty() && gap == Gap::Absent {
                        self.report(mistake::no_left_operand(self.text, span));
                        gap = Gap::Reported;
                    } else if let Some(earlier) = pending.replace(span) {
                        self.report(mistake::no_right_operand(self.text, earlier));
                    }
                }
                TokenKind::Close if self.groups == 0 => {
                    self.tokens.next();
                    self.report(mistake::stray_parenthesis(self.text, span));
                    gap = Gap::Reported;
                }
                kind if kind.starts_operand() => {
                    pending = None;
                    match self.unary() {
                        Ok(node) => nodes.push(node),
                        Err(_) => gap = Gap::Reported,
                    }
                }
                _ => break,
            }
        }
        if let Some(operator) = pending {
            self.report(mistake::no_right_operand(self.text, operator));
        }
        self.report_lower_case_operators(&nodes);
        combine(nodes, NodeKind::And).ok_or(gap)
    }

    /// `{ NOT | - | + } primary`
    fn unary(&mut self) -> Result<Node, Gap> {
        let Some(operator) = self.eat(|kind| matches!(kind, TokenKind::Not | TokenKind::Plus))
        else {
            return self.primary();
        };
        if !self.tokens.peek().is_some_and(|next| next.kind.starts_operand()) {
            self.report(mistake::no_right_operand(self.text, operator.span));
            return Err(Gap::Reported);
        }
        let node = self.nested(operator.span, Self::unary)?;
        let (span, node) = (operator.span.to(node.span), Box::new(without_plus(node)));
        let kind = match operator.kind {
            TokenKind::Plus => NodeKind::Required(node),
            _ => NodeKind::Not(node),
        };
        Ok(Node { kind, span })
    }

    /// An operand without a prefix operator.
    fn primary(&mut self) -> Result<Node, Gap> {
        let Some(Token { kind, span }) = self.tokens.next() else { return Err(Gap::Absent) };
        let node = |kind| Ok(Node { kind, span });
        match kind {
            TokenKind::Term(term) => node(NodeKind::Term(term)),
            TokenKind::Phrase(phrase) => node(NodeKind::Phrase(phrase)),
            TokenKind::Field { name, values } => {
                let mistakes = &mut self.diagnostics;
                let clause = value::clause(self.text, name, values, self.clock, mistakes);
                self.report_space_in_range(name);
                clause.map_or(Err(Gap::Reported), |clause| node(NodeKind::Field(clause)))
            }
            TokenKind::Open => self.nested(span, |parser| parser.group(span)),
            TokenKind::Scope(scope) => {
                let inner = self.primary()?;
                let span = span.to(inner.span);
                Ok(Node { kind: NodeKind::Scoped { scope, node: Box::new(inner) }, span })
            }
            _ => Err(Gap::Reported),
        }
    }

    /// Parses a group after its `(`, up to and including its `)`.
    fn group(&mut self, open: Span) -> Result<Node, Gap> {
        self.groups += 1;
        let inner = self.or();
        self.groups -= 1;
        let close = self.eat(|kind| matches!(kind, TokenKind::Close));
        let whole = close.as_ref().map_or(open, |close| open.to(close.span));
        match (&close, &inner) {
            (Some(_), Err(Gap::Absent)) => self.report(mistake::empty_group(self.text, whole)),
            (None, _) if !self.open_quote => self.report(mistake::unclosed_group(self.text, open)),
            _ => {}
        }
        let node = inner.map_err(|_| Gap::Reported)?;
        Ok(Node { span: node.span.to(whole), ..node })
    }

    /// Calls `inner` one level deeper. At [`MAX_DEPTH`], skips the operand instead, and reports the
    /// first operand that is skipped. `at` is the operator or parenthesis that opens the level,
    /// which has been consumed.
    fn nested(
        &mut self,
        at: Span,
        inner: impl FnOnce(&mut Self) -> Result<Node, Gap>,
    ) -> Result<Node, Gap> {
        if self.depth == MAX_DEPTH {
            if !self.diagnostics.iter().any(|known| known.code == Code::TooLarge) {
                self.report(mistake::too_deep(self.text, at, MAX_DEPTH));
            }
            let opened = at.of(self.text).ends_with(['(', '（']);
            self.skip_operand(opened);
            return Err(Gap::Reported);
        }
        self.depth += 1;
        let node = inner(self);
        self.depth -= 1;
        node
    }

    /// Skips one operand without parsing it; `opened` says whether its `(` has been consumed. This
    /// is a loop, because the operand may be nested too deeply for recursion.
    fn skip_operand(&mut self, opened: bool) {
        let mut open = usize::from(opened);
        loop {
            match self.tokens.next().map(|token| token.kind) {
                None => return,
                Some(TokenKind::Open) => open += 1,
                Some(TokenKind::Close) => open = open.saturating_sub(1),
                Some(TokenKind::Not | TokenKind::Plus | TokenKind::Scope(_)) => continue,
                Some(_) => {}
            }
            if open == 0 {
                return;
            }
        }
    }
}

/// Combines nodes into one with `make`; `None` if there are no nodes. A single node is returned as
/// it is, but without its `+`.
fn combine(mut nodes: Vec<Node>, make: fn(Vec<Node>) -> NodeKind) -> Option<Node> {
    if nodes.len() < 2 {
        return nodes.pop().map(without_plus);
    }
    let span = nodes.iter().map(|node| node.span).reduce(Span::to)?;
    Some(Node { kind: make(nodes), span })
}

/// Removes the `+` of a node where it means nothing: of the only node of a group, which is required
/// anyway, and of the operand of a prefix operator.
fn without_plus(node: Node) -> Node {
    match node.kind {
        NodeKind::Required(inner) => Node { span: node.span, ..*inner },
        _ => node,
    }
}
