//! The wording of the mistakes that lexer and parser find, except those of reserved syntax, which
//! are in [`reserved`](super::reserved).
//!
//! The diagnostic that a function returns says in one line what is wrong and, as help, what to type
//! instead. The parameter `text` is always the whole typed query; spans are bytes of it.

use super::chars::{closer_of, is_space};
use super::date::DateError;
use super::diagnostic::{Code, Diagnostic};
use super::field::FieldName;
use super::print::quoted;
use super::span::Span;
use super::suggest::closest;

pub(super) fn unclosed_quote(text: &str, opener: Span) -> Diagnostic {
    let quote = opener.of(text);
    let closer = quote.chars().next().and_then(closer_of).unwrap_or('"');
    let help = format!("close it with `{closer}`; for the character itself type \\{quote}");
    Diagnostic::at(
        Code::UnmatchedQuote,
        text,
        opener,
        format!("nothing closes the quote `{quote}`"),
    )
    .with_help(help)
}

pub(super) fn stray_quote(text: &str, closer: Span) -> Diagnostic {
    let quote = closer.of(text);
    let message = format!("the quote `{quote}` closes nothing");
    Diagnostic::at(Code::UnmatchedQuote, text, closer, message)
        .with_help(format!("for the character itself type \\{quote}"))
}

pub(super) fn unclosed_group(text: &str, open: Span) -> Diagnostic {
    Diagnostic::at(Code::UnmatchedParenthesis, text, open, "nothing closes the parenthesis")
        .with_help("add `)`; for the character itself type \\(")
}

pub(super) fn stray_parenthesis(text: &str, close: Span) -> Diagnostic {
    Diagnostic::at(Code::UnmatchedParenthesis, text, close, "the parenthesis closes nothing")
        .with_help("remove it; for the character itself type \\)")
}

pub(super) fn unknown_field(text: &str, name: Span, word: Span) -> Diagnostic {
    let typed = name.of(text);
    let quote_it = format!("to search for the text itself, quote it: {}", quoted(word.of(text)));
    let help = match closest(&super::chars::fold_width_and_case(typed), FieldName::all()) {
        Some(field) => format!("did you mean `{field}`? {quote_it}"),
        None => format!("the fields are {}; {quote_it}", list(FieldName::all())),
    };
    Diagnostic::at(Code::UnknownField, text, name, format!("unknown field `{typed}`"))
        .with_help(help)
}

pub(super) fn empty_phrase(text: &str, phrase: Span) -> Diagnostic {
    Diagnostic::at(Code::Empty, text, phrase, "there is nothing between the quotes")
        .with_help("leave them out; for the character itself type \\\"")
}

pub(super) fn empty_group(text: &str, group: Span) -> Diagnostic {
    Diagnostic::at(Code::Empty, text, group, "there is nothing between the parentheses")
        .with_help("leave them out; for the character itself type \\(")
}

/// `span` is the field with its colon, a comma of its list, or a value of escaped spaces only.
pub(super) fn empty_value(text: &str, name: FieldName, span: Span) -> Diagnostic {
    let example = match name {
        FieldName::Tag => "tag:BTC",
        FieldName::Date => "date:2023-05",
        FieldName::Since => "since:2023-05",
        FieldName::Until => "until:2023-05",
        FieldName::Kind => "kind:flash",
        FieldName::Source => "source:財聯社",
        FieldName::Author => "author:林知遠",
        FieldName::Site => "site:example.org",
        FieldName::Url => "url:example.org/a",
        FieldName::Category => "category:Info",
        FieldName::Title => "title:減半",
        FieldName::Body => "body:減半",
        FieldName::Id => "id:…",
        FieldName::Path => "path:…",
        FieldName::Has => "has:tags",
        FieldName::Script => "script:hant",
    };
    let typed = span.of(text);
    let (message, sign) = match typed.chars().next() {
        Some(',' | '，') => (format!("a value is missing in the list of `{name}:`"), "comma"),
        _ => (format!("`{name}:` without a value"), "colon"),
    };
    let space_follows = text
        .get(span.end..)
        .is_some_and(|remaining| remaining.chars().next().is_some_and(is_space));
    let help = match space_follows {
        true => format!("leave no space after the {sign}, as in `{example}`"),
        false => format!("put one right after the {sign}, as in `{example}`"),
    };
    Diagnostic::at(Code::Empty, text, span, message).with_help(help)
}

pub(super) fn date(text: &str, name: FieldName, span: Span, error: &DateError) -> Diagnostic {
    let forms =
        "dates are 2023, 2023-05, 2023-05-17, 2023-Q2, 2023年5月, today, 上月, 7d (also w, mo, y)";
    let (code, help) = match error {
        DateError::NotADate { meant: Some(word), .. } => {
            (Code::NotADate, format!("did you mean `{word}`? {forms}"))
        }
        DateError::NotADate { .. } => (Code::NotADate, forms.to_owned()),
        DateError::NoDateAfterSign { .. } => {
            (Code::NotADate, format!("leave no space after it, as in `{name}:>=2023-05`"))
        }
        DateError::Ambiguous { count, .. } => (
            Code::AmbiguousUnit,
            format!("for months type `{name}:{count}mo`; days are the smallest unit"),
        ),
        DateError::Reversed { swapped, .. } => {
            (Code::ReversedRange, format!("did you mean `{name}:{swapped}`?"))
        }
    };
    Diagnostic::at(code, text, span, error.to_string()).with_help(help)
}

pub(super) fn list_of_dates(text: &str, name: FieldName, values: &[Span]) -> Diagnostic {
    let clauses: Vec<String> =
        values.iter().map(|value| format!("{name}:{}", value.of(text))).collect();
    let all = values.iter().copied().reduce(Span::to).unwrap_or_default();
    let message = format!("`{name}:` takes one date or range, not a list");
    Diagnostic::at(Code::NotADate, text, all, message)
        .with_help(format!("for either, type ({})", clauses.join(" OR ")))
}

pub(super) fn space_in_range(text: &str, sign: Span) -> Diagnostic {
    let message = "a date range cannot contain spaces".to_owned();
    Diagnostic::at(Code::NotADate, text, sign, message)
        .with_help("write it as one word, as in `date:2023-01..2023-06`")
}

pub(super) fn no_left_operand(text: &str, operator: Span) -> Diagnostic {
    no_operand(text, operator, "before")
}

pub(super) fn no_right_operand(text: &str, operator: Span) -> Diagnostic {
    no_operand(text, operator, "after")
}

fn no_operand(text: &str, operator: Span, side: &str) -> Diagnostic {
    let typed = operator.of(text);
    let message = format!("there is nothing {side} `{typed}`");
    let help = match typed.chars().all(char::is_alphabetic) {
        true => format!("to search for the word itself, quote it: {}", quoted(typed)),
        false => format!("for the character itself type \\{typed}"),
    };
    Diagnostic::at(Code::NoOperand, text, operator, message).with_help(help)
}

pub(super) fn no_distance(text: &str, sign: Span) -> Diagnostic {
    Diagnostic::at(
        Code::NoOperand,
        text,
        sign,
        format!("there is no number after `{}`", sign.of(text)),
    )
    .with_help("give the distance in characters, as in `\"以太坊 質押\"~20`")
}

pub(super) fn unknown_value(
    text: &str,
    name: FieldName,
    value: Span,
    typed: &str,
    known: &[&str],
    meant: Option<&str>,
) -> Diagnostic {
    let all = list(known.iter().copied());
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`? `{name}:` takes {all}"),
        None => format!("`{name}:` takes {all}"),
    };
    let message = format!("unknown value `{typed}` of `{name}:`");
    Diagnostic::at(Code::UnknownValue, text, value, message).with_help(help)
}

pub(super) fn broad_wildcard(text: &str, word: Span, stem: &str) -> Diagnostic {
    let message = format!("`{}` would match too much", word.of(text));
    Diagnostic::at(Code::BroadWildcard, text, word, message).with_help(format!(
        "type at least 2 characters before the `*`, or leave the `*` out: {}",
        quoted(stem)
    ))
}

pub(super) fn too_long(text: &str, excess: Span, limit: usize) -> Diagnostic {
    let message = format!("the query has more than {limit} characters");
    Diagnostic::at(Code::TooLarge, text, excess, message)
        .with_help("put long lists of queries into a file and run it with `--batch`")
}

pub(super) fn too_deep(text: &str, at: Span, limit: usize) -> Diagnostic {
    let message = format!("the query is nested more than {limit} deep");
    Diagnostic::at(Code::TooLarge, text, at, message).with_help("leave out some parentheses")
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
