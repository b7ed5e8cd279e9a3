//! How mistakes and hints are shown: as a drawing of the query, whose carets stand in the right
//! columns of a terminal even after Han text, and as JSON.
//!
//! The drawings are in `lang_errors.txt`. `just golden` renews them.

use wensou_query::lang::{Clock, Diagnostic, Span, Style, parse, parse_lenient};

const DRAWINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lang_errors.txt");

fn clock() -> Clock {
    Clock { today: "2023-05-17".parse().expect("a date") }
}

fn drawings() -> String {
    std::fs::read_to_string(DRAWINGS).expect("the drawings are beside this file")
}

#[test]
fn mistakes_are_drawn_as_in_the_file() {
    let expected = drawings();
    let mut actual = String::new();
    for line in expected.lines() {
        if line.is_empty() || line.starts_with('#') {
            actual += &format!("{line}\n");
        } else if let Some(query) = line.strip_prefix("> ") {
            let (parsed, errors) = parse_lenient(query, &clock());
            actual += &format!("{line}\n");
            for diagnostic in errors.iter().chain(&parsed.warnings) {
                actual += &diagnostic.render(query, Style::PLAIN);
            }
        }
    }
    if std::env::var_os("WENSOU_BLESS").is_some() {
        std::fs::write(DRAWINGS, &actual).expect("the drawings can be written");
        return;
    }
    for (at, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(expected, actual, "line {} of lang_errors.txt", at + 1);
    }
    assert_eq!(expected.lines().count(), actual.lines().count(), "lines of lang_errors.txt");
}

#[test]
fn every_code_of_the_parser_is_drawn() {
    let drawn = drawings();
    // Q011 and W002 to W009 need an index; some of them are drawn below. Q014 needs the config
    // file.
    for code in (1..=13).filter(|code| *code != 11).map(|code| format!("error[Q{code:03}]")) {
        assert!(drawn.contains(&code), "{code}");
    }
    assert!(drawn.contains("warning[W001]"));
}

#[test]
fn a_query_that_is_too_long_is_drawn_around_its_limit() {
    let query = "減".repeat(4100);
    let errors = parse(&query, &clock()).expect_err("it is too long");
    assert_eq!(
        errors[0].render(&query, Style { colour: false, columns: 40 }),
        "\
error[Q012]: the query has more than 4096 characters
  │ …減減減減減減減減減
  │            ^^^^^^^^
  = help: put long lists of queries into a file and run it with `--batch`
"
    );
}

#[test]
fn diagnostics_that_need_an_index_are_drawn() {
    let query = "減半 「，。」 tag:BCT date:2024";
    let span_of = |typed: &str| {
        let start = query.find(typed).expect("it is in the query");
        Span::new(start, start + typed.len())
    };
    let nearest = [("BTC".to_owned(), 812), ("BCH".to_owned(), 40)];
    let diagnostics = [
        Diagnostic::nothing_searchable(query, span_of("「，。」")),
        Diagnostic::no_such_tag(query, span_of("BCT"), "BCT", &nearest),
        Diagnostic::no_such_tag(query, span_of("BCT"), "BCT", &[]),
        Diagnostic::range_after_newest(query, span_of("date:2024"), "2023-03-14"),
        Diagnostic::undated_left_out(query, span_of("date:2024"), 3),
        Diagnostic::undated_left_out(query, span_of("date:2024"), 1),
        Diagnostic::stale_index("12 pages changed"),
    ];
    let drawn: String = diagnostics.iter().map(|one| one.render(query, Style::PLAIN)).collect();
    assert_eq!(
        drawn,
        "\
error[Q011]: there is nothing to search for in `「，。」`
  │ 減半 「，。」 tag:BCT date:2024
  │      ^^^^^^^^
  = help: spaces and punctuation are not indexed: search for a word, a number or a tag
warning[W002]: no document has the tag `BCT`
  │ 減半 「，。」 tag:BCT date:2024
  │                   ^^^
  = help: similar tags: BTC (812), BCH (40)
warning[W002]: no document has the tag `BCT`
  │ 減半 「，。」 tag:BCT date:2024
  │                   ^^^
  = help: `wensou tags` lists the tags
warning[W003]: the newest item is dated 2023-03-14, before this range starts
  │ 減半 「，。」 tag:BCT date:2024
  │                       ^^^^^^^^^
  = help: `--as-of newest` counts days back from there
warning[W004]: 3 undated items left out
  │ 減半 「，。」 tag:BCT date:2024
  │                       ^^^^^^^^^
  = help: use `date:none` instead of the range to see them
warning[W004]: 1 undated item left out
  │ 減半 「，。」 tag:BCT date:2024
  │                       ^^^^^^^^^
  = help: use `date:none` instead of the range to see them
warning[W005]: the index is stale: 12 pages changed
  = help: run `wensou index --rebuild`
"
    );
}

#[test]
fn json_has_the_location_in_characters_and_in_bytes() {
    let errors = parse("減半 類型：快汛", &clock()).expect_err("an unknown kind");
    assert_eq!(
        serde_json::to_value(&errors).expect("it serializes"),
        serde_json::json!([{
            "severity": "error",
            "code": "Q009",
            "message": "unknown value `快汛` of `kind:`",
            "help": "did you mean `快訊`? `kind:` takes article, 文章, flash, 快訊, 快讯",
            "span": {"chars": {"start": 6, "end": 8}, "bytes": {"start": 16, "end": 22}},
        }])
    );
    let stale = serde_json::to_value(Diagnostic::stale_index("x")).expect("it serializes");
    assert_eq!(
        stale,
        serde_json::json!({
            "severity": "warning",
            "code": "W005",
            "message": "the index is stale: x",
            "help": "run `wensou index --rebuild`",
            "span": null,
        })
    );
}
