//! What a query says, independent of how it was typed.

use jiff::civil::Date;

use super::field::FieldName;
use super::span::Span;

/// One node of a query, and the range of the typed query that it was read from.
///
/// Equality ignores spans: two ways to type the same query are equal.
#[derive(Clone, Debug)]
pub struct Node {
    /// What the node says.
    pub kind: NodeKind,
    /// Bytes of the typed query, parentheses and operators of the node included.
    pub span: Span,
}

/// What a node says.
///
/// The parser guarantees these shapes, and [`Display`](std::fmt::Display) relies on them: `And` and
/// `Or` have two children or more; `Required` occurs only directly below an `And`; `All` occurs
/// only at the root. A group stays a node of its own (`(a b) c` is an `And` in an `And`), because a
/// `+` affects only its own group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind {
    /// Matches what all children match.
    And(Vec<Node>),
    /// Matches what any of the children matches.
    Or(Vec<Node>),
    /// Matches everything that the child does not match.
    Not(Box<Node>),
    /// `+x`: must match. In the same group, text clauses without a `+` then affect only the rank.
    Required(Box<Node>),
    /// A word or an unspaced run of text.
    Term(Term),
    /// An exact character sequence, or words near each other.
    Phrase(Phrase),
    /// A filter on a field.
    Field(FieldClause),
    /// `title:…` or `body:…`: the text clauses below search that field only. If scopes are nested,
    /// the inner one applies.
    Scoped {
        /// The field that is searched.
        scope: Scope,
        /// What is searched there.
        node: Box<Node>,
    },
    /// The empty query: everything.
    All,
}

/// A field of text that a search can be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The title.
    Title,
    /// The body.
    Body,
}

/// A word or an unspaced run, as typed but without escapes; not folded. Two kinds of terms contain
/// spaces: a text that is not in the query language (see [`plain`](crate::plain)), and a question
/// whose words the planner has joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The text; never empty. It can be nothing but punctuation (`-` alone).
    pub text: String,
    /// Whether a `*` was typed at the end: then the term stands for any word that starts with
    /// `text`, which has at least two characters.
    pub prefix: bool,
}

/// Quoted text, as typed but without escapes; not folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The text between the quotes; never only spaces.
    pub text: String,
    /// `~N`: the phrase then asks for its words within N characters, in any order, instead of the
    /// exact sequence.
    pub near: Option<u32>,
}

/// A filter on a field. A list of values means any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldClause {
    /// A whole tag, or the start of one.
    Tag(Vec<Value>),
    /// The source that an article or a flash item names.
    Source(Vec<Value>),
    /// Who wrote, translated or edited an article.
    Author(Vec<Value>),
    /// The site of a page: its name or its host.
    Site(Vec<Value>),
    /// The address of a page, with or without its scheme.
    Url(Vec<Value>),
    /// The category of an article.
    Category(Vec<Value>),
    /// The kind of document.
    Kind(Vec<Kind>),
    /// A document's id.
    Id(Vec<Value>),
    /// The path of a page in the archive.
    Path(Vec<Value>),
    /// A property that the document has.
    Has(Vec<Has>),
    /// The script that the document is written in.
    Script(Vec<Script>),
    /// The date, for `date:`, `since:` and `until:` alike.
    Date(DateFilter),
}

impl FieldClause {
    /// The field that is filtered, `Date` for `since:` and `until:` too.
    pub fn name(&self) -> FieldName {
        match self {
            Self::Tag(_) => FieldName::Tag,
            Self::Source(_) => FieldName::Source,
            Self::Author(_) => FieldName::Author,
            Self::Site(_) => FieldName::Site,
            Self::Url(_) => FieldName::Url,
            Self::Category(_) => FieldName::Category,
            Self::Kind(_) => FieldName::Kind,
            Self::Id(_) => FieldName::Id,
            Self::Path(_) => FieldName::Path,
            Self::Has(_) => FieldName::Has,
            Self::Script(_) => FieldName::Script,
            Self::Date(_) => FieldName::Date,
        }
    }
}

/// One value of a field, as typed but without quotes and escapes; not folded.
///
/// Equality ignores the span.
#[derive(Clone, Debug)]
pub struct Value {
    /// The text; never only spaces.
    pub text: String,
    /// Whether a `*` was typed at the end: then the value stands for any value that starts with
    /// `text`, which has at least two characters.
    pub prefix: bool,
    /// Bytes of the typed query, quotes included.
    pub span: Span,
}

/// What `kind:` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `article`, 文章.
    Article,
    /// `flash`, 快訊, 快讯.
    Flash,
}

/// What `has:` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Has {
    /// `tags`: at least one tag.
    Tags,
    /// `date`: a date, stated or inferred.
    Date,
    /// `source`: a named source (an outlet, for a flash item).
    Source,
    /// `author`: a named author.
    Author,
    /// `category`: a category.
    Category,
    /// `related`: stubs of related articles.
    Related,
    /// `flash`: flash items in the article's page.
    Flash,
    /// `url`: an address.
    Url,
}

/// What `script:` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Script {
    /// `hans`: simplified.
    Hans,
    /// `hant`: traditional.
    Hant,
    /// `mixed`: both in one text.
    Mixed,
}

/// Which dates a query admits: civil days in the archive's time zone, already resolved against the
/// [`Clock`](super::Clock).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateFilter {
    /// A half-open interval. At least one end is given; if both are, `from < until`.
    Range {
        /// The first day of the interval; `None` if it has no start.
        from: Option<Date>,
        /// The first day after the interval; `None` if it has no end.
        until: Option<Date>,
    },
    /// `none`: documents without a date.
    None,
    /// `any`: documents with a date, stated or inferred.
    Any,
    /// `inferred`: documents whose date was inferred.
    Inferred,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.prefix) == (&other.text, other.prefix)
    }
}

impl Eq for Value {}

impl Scope {
    /// The scope that a field such as `title:` limits a search to; `None` for filters.
    pub(super) fn of(name: FieldName) -> Option<Self> {
        match name {
            FieldName::Title => Some(Self::Title),
            FieldName::Body => Some(Self::Body),
            _ => None,
        }
    }

    /// The name of the field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "body",
        }
    }
}
