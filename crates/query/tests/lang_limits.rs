//! The limits of depth and length, and texts that once took other parsers exponential time. No time
//! is measured: with an exponential parser, the test of these texts would not end.

use wensou_query::lang::{Clock, Code, MAX_DEPTH, MAX_LENGTH, parse, parse_lenient};

fn clock() -> Clock {
    Clock { today: "2023-05-17".parse().expect("a date") }
}

/// The codes of all mistakes of a query.
fn codes(query: &str) -> Vec<Code> {
    parse(query, &clock()).err().unwrap_or_default().iter().map(|error| error.code).collect()
}

#[test]
fn depth_is_limited_whatever_nests() {
    for (open, operand, close) in [
        ("(", "減半", ")"),
        ("-", "減半", ""),
        ("NOT ", "減半", ""),
        ("title:(", "減半", ")"),
        ("(a OR ", "減半", ")"),
        ("(a ", "減半", " b)"),
    ] {
        let nested = |depth| [open.repeat(depth), operand.into(), close.repeat(depth)].concat();
        assert_eq!(codes(&nested(MAX_DEPTH)), [], "{open}");
        assert_eq!(codes(&nested(MAX_DEPTH + 1)), [Code::TooLarge], "{open}");
        assert_eq!(codes(&nested(400)), [Code::TooLarge], "{open}");
    }
}

#[test]
fn nesting_that_is_too_deep_is_reported_once_and_left_out() {
    let deep = [&"(".repeat(100), "a", &")".repeat(100)].concat();
    let (query, errors) = parse_lenient(&format!("比特幣 {deep} 減半 {deep} tga:x"), &clock());
    let codes: Vec<Code> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [Code::TooLarge, Code::UnknownField]);
    assert_eq!(query.to_string(), "比特幣 減半 tga\\:x");
}

#[test]
fn length_is_limited_in_characters() {
    assert_eq!(codes(&"幣".repeat(MAX_LENGTH)), []);
    let long = "幣".repeat(MAX_LENGTH + 1);
    assert_eq!(codes(&long), [Code::TooLarge]);
    let (query, _) = parse_lenient(&long, &clock());
    assert_eq!(query.to_string(), "幣".repeat(MAX_LENGTH));
    assert_eq!(query.text, long);
}

#[test]
fn no_text_takes_exponential_time() {
    for piece in [
        "(",
        ")",
        "((a OR b) ",
        "(a (",
        "-",
        "+-",
        "NOT ",
        "AND ",
        "OR ",
        "|",
        "\"",
        "“",
        "”",
        "\\",
        "*",
        "*a",
        "?a ",
        "^1",
        "[ TO ",
        "[a TO b",
        "[",
        "tga:",
        "tga: ",
        "tag:",
        "tag:,",
        "tag:(",
        "tag:a,",
        "title:(",
        "title:",
        "date:",
        "date:..",
        "date:. . ",
        "a or ",
        "~5",
        "\"a\"~5",
        "/",
        "/ /",
        "=",
        "a:b:",
        "（",
        "－（",
    ] {
        let typed: String = piece.chars().cycle().take(MAX_LENGTH).collect();
        let (query, _) = parse_lenient(&typed, &clock());
        // The printed query adds a few characters to each piece, and does not grow with nesting.
        assert!(query.to_string().len() <= 8 * typed.len(), "{piece}");
    }
}
