//! Sets and removes filters by editing the text of the query, so that the query line always shows
//! them and the user can edit them.
//!
//! A filter is removed by its span, which the parser gives. There are several ways to add a filter
//! to the text: each is tried, the outcome is parsed, and the first outcome with the intended
//! meaning is used.

use wensou_query::lang::{
    Clock, Code, Diagnostic, FieldClause, Kind, Node, NodeKind, Query, Span, Value, parse_lenient,
};

/// The one kind that the query is restricted to, if any.
pub(crate) fn kind(text: &str, clock: &Clock) -> Option<Kind> {
    let (query, _) = parse_lenient(text, clock);
    required_filters(&query.root).find_map(|(clause, _)| match clause {
        FieldClause::Kind(kinds) if kinds.len() == 1 => Some(kinds[0]),
        _ => None,
    })
}

/// Restricts the query to a kind, or removes that restriction.
pub(crate) fn set_kind(text: &str, kind: Option<Kind>, clock: &Clock) -> String {
    let text = without_filters(text, clock, |clause| matches!(clause, FieldClause::Kind(_)));
    match kind {
        Some(kind) => with_filter(&text, &FieldClause::Kind(vec![kind]).to_string(), clock),
        None => text,
    }
}

/// Restricts the query to a value of `date:` (`7d`, `2023-03`, `none`), or removes that
/// restriction. Replaces `date:`, `since:` and `until:`.
pub(crate) fn set_date(text: &str, date: Option<&str>, clock: &Clock) -> String {
    let text = without_filters(text, clock, |clause| matches!(clause, FieldClause::Date(_)));
    match date {
        Some(date) => with_filter(&text, &format!("date:{date}"), clock),
        None => text,
    }
}

/// Restricts the query to a tag, unless it already is.
pub(crate) fn add_tag(text: &str, tag: &str, clock: &Clock) -> String {
    let value = Value { text: tag.to_owned(), prefix: false, span: Span::default() };
    let wanted = FieldClause::Tag(vec![value]);
    let (query, _) = parse_lenient(text, clock);
    if required_filters(&query.root).any(|(clause, _)| *clause == wanted) {
        return text.to_owned();
    }
    with_filter(text, &wanted.to_string(), clock)
}

/// The filters that every hit must match, with their spans.
fn required_filters(root: &Node) -> impl Iterator<Item = (&FieldClause, Span)> {
    let nodes = match &root.kind {
        NodeKind::And(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(root),
    };
    nodes.iter().filter_map(|node| {
        let inner = match &node.kind {
            NodeKind::Required(inner) => &inner.kind,
            kind => kind,
        };
        match inner {
            NodeKind::Field(clause) => Some((clause, node.span)),
            _ => None,
        }
    })
}

/// The text without the filters that `unwanted` selects. A filter that is negated, or an operand of
/// `OR`, stays: it does not restrict all hits to its values.
fn without_filters(text: &str, clock: &Clock, unwanted: fn(&FieldClause) -> bool) -> String {
    let (query, _) = parse_lenient(text, clock);
    let mut spans: Vec<Span> = required_filters(&query.root)
        .filter(|(clause, _)| unwanted(clause))
        .map(|(_, span)| span)
        .collect();
    spans.sort();
    let mut text = text.to_owned();
    for span in spans.into_iter().rev() {
        let before = text[..span.start].trim_end();
        let after = text[span.end..].trim_start();
        // Also remove an AND that would be left without an operand.
        let (before, after) = match (before.strip_suffix("AND"), after.strip_prefix("AND")) {
            (Some(before), _) if ends_with_space(before) => (before.trim_end(), after),
            (_, Some(after)) if before.is_empty() && starts_with_space(after) => {
                (before, after.trim_start())
            }
            _ => (before, after),
        };
        let space = if before.is_empty() || after.is_empty() { "" } else { " " };
        text = format!("{before}{space}{after}");
    }
    text
}

/// Whether a text ends with a space, or is empty.
fn ends_with_space(text: &str) -> bool {
    text.chars().next_back().is_none_or(char::is_whitespace)
}

/// Whether a text starts with a space, or is empty.
fn starts_with_space(text: &str) -> bool {
    text.chars().next().is_none_or(char::is_whitespace)
}

/// The query `text` with the filter `clause` added, which every hit must match. If the filter comes
/// last, a space follows, so that what is typed next does not become part of the filter. If no way
/// to write the filter has the intended meaning, it is added at the end.
fn with_filter(text: &str, clause: &str, clock: &Clock) -> String {
    let text = text.trim();
    let candidates = [
        format!("{text} {clause} "),
        // In parentheses: otherwise an OR would take the filter as part of its last operand.
        format!("({text}) {clause} "),
        // Before the text: an open quote or parenthesis would enclose a filter after it.
        format!("{clause} {text}"),
        format!("{clause} ({text})"),
        // An open quote would enclose a closing parenthesis, so leave the parenthesis open, too.
        format!("{clause} ({text}"),
    ];
    let (before, errors_before) = parse_lenient(text, clock);
    let (clause, _) = parse_lenient(clause, clock);
    let has_intended_meaning = |candidate: &&String| {
        let (after, errors_after) = parse_lenient(candidate, clock);
        errors_after.len() <= errors_before.len() && adds(&before, &after, &clause)
    };
    let is_unclosed = |error: &Diagnostic| {
        matches!(error.code, Code::UnmatchedQuote | Code::UnmatchedParenthesis)
    };
    // After an open quote or parenthesis, try the first two candidates last: they put the filter at
    // the end.
    let tried_last_count = if errors_before.iter().any(is_unclosed) { 2 } else { 0 };
    let (tried_last, tried_first) = candidates.split_at(tried_last_count);
    let candidate = tried_first.iter().chain(tried_last).find(has_intended_meaning);
    candidate.unwrap_or(&candidates[0]).trim_start().to_owned()
}

/// Whether `after` means `before AND clause`.
fn adds(before: &Query, after: &Query, clause: &Query) -> bool {
    let NodeKind::And(nodes) = &after.root.kind else {
        return before.root.kind == NodeKind::All && after.root == clause.root;
    };
    let is_before = |others: &[Node]| match &before.root.kind {
        NodeKind::And(children) if children == others => true,
        _ => others == std::slice::from_ref(&before.root),
    };
    match nodes.as_slice() {
        [others @ .., last] if *last == clause.root && is_before(others) => true,
        [first, others @ ..] => *first == clause.root && is_before(others),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock { today: "2023-05-17".parse().unwrap() }
    }

    #[test]
    fn a_filter_by_kind_is_added_replaced_and_removed() {
        let clock = clock();
        for (text, article, flash, none) in [
            ("", "kind:article ", "kind:flash ", ""),
            ("減半", "減半 kind:article ", "減半 kind:flash ", "減半"),
            (
                "減半 kind:flash 比特幣",
                "減半 比特幣 kind:article ",
                "減半 比特幣 kind:flash ",
                "減半 比特幣",
            ),
            // Fields and their values have Chinese names, too.
            ("類型:快訊 減半", "減半 kind:article ", "減半 kind:flash ", "減半"),
            ("減半 AND kind:flash", "減半 kind:article ", "減半 kind:flash ", "減半"),
            ("kind:flash AND 減半", "減半 kind:article ", "減半 kind:flash ", "減半"),
            (
                "減半 OR 質押",
                "(減半 OR 質押) kind:article ",
                "(減半 OR 質押) kind:flash ",
                "減半 OR 質押",
            ),
            // With ideographic spaces.
            ("減半　質押　", "減半　質押 kind:article ", "減半　質押 kind:flash ", "減半　質押　"),
            // A negated filter stays: it does not restrict the hits to its kind.
            (
                "-kind:flash 減半",
                "-kind:flash 減半 kind:article ",
                "-kind:flash 減半 kind:flash ",
                "-kind:flash 減半",
            ),
        ] {
            assert_eq!(set_kind(text, Some(Kind::Article), &clock), article, "{text}");
            assert_eq!(set_kind(text, Some(Kind::Flash), &clock), flash, "{text}");
            assert_eq!(set_kind(text, None, &clock), none, "{text}");
            assert_eq!(kind(article, &clock), Some(Kind::Article), "{text}");
        }
    }

    #[test]
    fn an_open_quote_or_parenthesis_does_not_swallow_a_filter() {
        let clock = clock();
        for (text, edited) in [
            ("\"比特幣", "kind:flash \"比特幣"),
            ("(比特幣 OR 減半", "kind:flash (比特幣 OR 減半"),
            ("比特幣 OR \"減半", "kind:flash (比特幣 OR \"減半"),
        ] {
            let found = set_kind(text, Some(Kind::Flash), &clock);
            assert_eq!(kind(&found, &clock), Some(Kind::Flash), "{found}");
            assert_eq!(found, edited);
        }
    }

    #[test]
    fn a_date_filter_replaces_all_filters_by_date() {
        let clock = clock();
        assert_eq!(set_date("減半", Some("7d"), &clock), "減半 date:7d ");
        assert_eq!(set_date("date:7d 減半", Some("2023"), &clock), "減半 date:2023 ");
        assert_eq!(
            set_date("since:2023-01 減半 日期：2023年3月 until:2023-06", Some("none"), &clock),
            "減半 date:none "
        );
        assert_eq!(set_date("減半 date:inferred kind:flash", None, &clock), "減半 kind:flash");
    }

    #[test]
    fn a_tag_is_quoted_where_it_must_be_and_added_once() {
        let clock = clock();
        assert_eq!(add_tag("減半", "BTC", &clock), "減半 tag:BTC ");
        let quoted = add_tag("減半", "Akash Network", &clock);
        assert_eq!(quoted, "減半 tag:\"Akash Network\" ");
        assert_eq!(add_tag(&quoted, "Akash Network", &clock), quoted);
        let awkward = add_tag("", "a,b:\"c\"(d)*", &clock);
        let (query, errors) = parse_lenient(&awkward, &clock);
        assert!(errors.is_empty(), "{awkward}");
        assert!(
            matches!(&query.root.kind, NodeKind::Field(FieldClause::Tag(values)) if values[0].text == "a,b:\"c\"(d)*")
        );
    }
}
