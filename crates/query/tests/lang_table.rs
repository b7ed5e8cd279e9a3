//! Runs the strict and the lenient parser on the queries of `lang_table.txt`, whose first lines
//! explain the format, and compares what they say with the table.
//!
//! `WENSOU_BLESS=1 cargo test -p wensou-query --test tests lang_table` rewrites the expectations.
//! Review the diff.

use std::fmt::Write as _;

use wensou_query::lang::{Clock, Diagnostic, parse, parse_lenient};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lang_table.txt");

fn clock() -> Clock {
    Clock { today: "2023-05-17".parse().expect("a date") }
}

/// The lines that the table has for a query: `> query`, and the lines below it.
fn describe(query: &str) -> String {
    let mut out = format!("> {query}\n");
    let location = |found: &Diagnostic| {
        let chars = found.location.map(|location| location.chars).unwrap_or_default();
        format!("{} {}..{}", found.code, chars.start, chars.end)
    };
    let (lenient, mistakes) = parse_lenient(query, &clock());
    match parse(query, &clock()) {
        Ok(strict) => {
            assert_eq!(strict.root, lenient.root, "the parsers disagree on {query:?}");
            assert_eq!(mistakes, [], "the parsers disagree on {query:?}");
            writeln!(out, "= {strict}").expect("writing to a String never fails");
        }
        Err(errors) => {
            assert_eq!(errors, mistakes, "the parsers disagree on {query:?}");
            for error in &errors {
                writeln!(out, "! {}", location(error)).expect("writing to a String never fails");
            }
            writeln!(out, "~ {lenient}").expect("writing to a String never fails");
        }
    }
    for warning in &lenient.warnings {
        writeln!(out, "? {}", location(warning)).expect("writing to a String never fails");
    }
    // If the canonical form is empty, its line is `=` or `~`, without a space after it.
    out.lines().flat_map(|line| [line.trim_end_matches(' '), "\n"]).collect()
}

#[test]
fn both_parsers_agree_with_the_table() {
    let table = std::fs::read_to_string(TABLE).expect("the table is beside this file");
    let mut actual = String::new();
    for line in table.lines() {
        match line.strip_prefix('>') {
            Some(query) => actual += &describe(query.strip_prefix(' ').unwrap_or(query)),
            None if line.is_empty() || line.starts_with('#') => actual += &format!("{line}\n"),
            None => {}
        }
    }
    if std::env::var_os("WENSOU_BLESS").is_some() {
        std::fs::write(TABLE, &actual).expect("the table can be written");
        return;
    }
    for (at, (expected, actual)) in table.lines().zip(actual.lines()).enumerate() {
        assert_eq!(expected, actual, "line {} of lang_table.txt", at + 1);
    }
    assert_eq!(table.lines().count(), actual.lines().count(), "lines of lang_table.txt");
}

#[test]
fn a_canonical_query_is_its_own_canonical_form() {
    let table = std::fs::read_to_string(TABLE).expect("the table is beside this file");
    for canonical in table.lines().filter_map(|line| line.strip_prefix(['=', '~'])) {
        let canonical = canonical.strip_prefix(' ').unwrap_or(canonical);
        let again = parse(canonical, &clock()).expect("a canonical query is valid").to_string();
        assert_eq!(canonical, again);
    }
}
