//! The laws of the query language.

use jiff::civil::date;
use wensou_query::lang::{
    Clock, Diagnostic, Node, NodeKind, Style, parse, parse_lenient, saved_name,
};
use wensou_query::plain;

/// Panics if `data` breaks a law: its first byte is the width of the terminal, the rest the query.
pub fn check(data: &[u8]) {
    let Some((columns, typed)) = data.split_first() else { return };
    let typed = &*String::from_utf8_lossy(typed);
    let clock = Clock { today: date(2023, 5, 17) };
    let (query, errors) = parse_lenient(typed, &clock);
    let printed = query.to_string();
    // A printed query can be longer than the typed one, and so longer than a query may be.
    if printed.chars().count() <= wensou_query::lang::MAX_LENGTH {
        let again = parse(&printed, &clock).expect("a printed query parses");
        assert_eq!(again.root, query.root, "printed as {printed}");
        assert_eq!(again.to_string(), printed, "a printed query prints as itself");
    }
    match parse(typed, &clock) {
        Ok(strict) => assert!(errors.is_empty() && strict.root == query.root),
        Err(strict) => assert_eq!(strict, errors),
    }
    assert!(errors.is_sorted_by_key(Diagnostic::span), "mistakes are in the order of their spans");
    for found in errors.iter().chain(&query.warnings) {
        let location = found.location.expect("each mistake has a location");
        assert!(typed.get(location.bytes.start..location.bytes.end).is_some(), "inside the text");
        assert_eq!(location.bytes.in_chars(typed), location.chars);
    }
    // Only the first two are rendered, the second in colour: rendering takes longer than parsing.
    for (found, colour) in errors.iter().chain(&query.warnings).zip([false, true]) {
        let drawn = found.render(typed, Style { colour, columns: usize::from(*columns) });
        assert!(drawn.contains('^') && drawn.ends_with('\n'));
        let harmless = |c: char| !c.is_control() || c == '\n' || (colour && c == '\x1b');
        assert!(drawn.chars().all(harmless), "no control character reaches the terminal");
    }
    check_spans(&query.root, typed);
    assert_eq!(plain(typed).text, typed, "a text without highlights is kept as it is");
    // The name of a saved query at the start of the text: looking for it must not panic.
    let _ = saved_name(typed);
}

/// Checks that a node lies in the text, and that its children lie in it.
fn check_spans(node: &Node, typed: &str) {
    assert!(typed.get(node.span.start..node.span.end).is_some(), "inside the text");
    let children = match &node.kind {
        NodeKind::And(nodes) | NodeKind::Or(nodes) => nodes.as_slice(),
        NodeKind::Not(inner) | NodeKind::Required(inner) => std::slice::from_ref(&**inner),
        NodeKind::Scoped { node, .. } => std::slice::from_ref(&**node),
        _ => &[],
    };
    for child in children {
        assert!(node.span.start <= child.span.start && child.span.end <= node.span.end);
        check_spans(child, typed);
    }
}
