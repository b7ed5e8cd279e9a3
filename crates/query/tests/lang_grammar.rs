//! Checks the examples of GRAMMAR.md.

use wensou_query::lang::{Clock, parse};

const GRAMMAR: &str = include_str!("../GRAMMAR.md");

fn clock() -> Clock {
    Clock { today: "2023-05-17".parse().expect("a date") }
}

/// A query and its canonical form, from a line that has `query ⇒ canonical form`, in code spans or
/// in a code block.
fn sides(line: &str) -> Option<(&str, &str)> {
    let (typed, canonical) = line.split_once(" ⇒ ")?;
    Some(match canonical.strip_prefix('`') {
        Some(canonical) => (typed.rsplit('`').nth(1)?, canonical.split('`').next()?),
        None => (typed.trim_end_matches(' '), canonical),
    })
}

#[test]
fn canonical_forms_are_as_stated() {
    let mut checked = 0;
    for line in GRAMMAR.lines() {
        let Some((typed, canonical)) = sides(line) else { continue };
        let query = parse(typed, &clock()).expect(typed);
        assert_eq!(query.to_string(), canonical, "{typed}");
        checked += 1;
    }
    assert_eq!(checked, 5, "examples with ⇒ in GRAMMAR.md");
}

#[test]
fn every_code_is_in_the_grammar_and_its_examples_cause_it() {
    let mut codes_in_grammar = Vec::new();
    for line in GRAMMAR.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, code, _, examples, _] = cells.as_slice() else { continue };
        let is_code = code.len() == 4 && code.starts_with(['Q', 'W']);
        if !is_code {
            continue;
        }
        codes_in_grammar.push(*code);
        // The other codes are found with the index, after parsing.
        let by_parsing = code.starts_with('Q') && *code != "Q011" || *code == "W001";
        for typed in examples.split('`').skip(1).step_by(2).filter(|_| by_parsing) {
            let found = match parse(typed, &clock()) {
                Ok(query) => query.warnings,
                Err(errors) => errors,
            };
            let codes: Vec<&str> = found.iter().map(|found| found.code.as_str()).collect();
            assert_eq!(codes, [*code], "{typed}");
        }
    }
    // W006 is a warning of the program about changed files, not of the query language.
    let all = (1..=14)
        .map(|n| format!("Q{n:03}"))
        .chain([1, 2, 3, 4, 5, 7, 8, 9].map(|n| format!("W{n:03}")));
    assert_eq!(codes_in_grammar, all.collect::<Vec<_>>());
}

#[test]
fn the_examples_at_the_top_are_valid() {
    let block = GRAMMAR.split("```").nth(1).expect("there is a block of examples");
    for line in block.lines().filter(|line| !line.is_empty()) {
        let typed = line.split("   ").next().expect("a query, then its meaning");
        assert!(parse(typed, &clock()).is_ok(), "{typed}");
    }
}
