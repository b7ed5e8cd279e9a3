//! Manual pages.

use crate::util::{Dir, golden};

#[test]
fn every_verb_has_a_page_with_its_flags_and_the_language_has_one() {
    let dir = Dir::new();
    dir.ok(&["man", "--dir", "pages"]);
    let help = dir.ok(&["--help"]);
    let verbs: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 14, "{verbs:?}");
    for verb in &verbs {
        let page =
            std::fs::read_to_string(dir.path().join(format!("pages/wensou-{verb}.1"))).unwrap();
        let help = dir.ok(&[verb, "--help"]);
        for flag in help.lines().filter_map(|line| line.trim_start().split_once("--")) {
            let (before, flag) = flag;
            if before.is_empty() || before.starts_with('-') && before.len() <= 4 {
                let name: String =
                    flag.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                let written = format!("\\-\\-{}", name.replace('-', "\\-"));
                assert!(page.contains(&written), "--{name} in the page of {verb}");
            }
        }
    }
    let query = std::fs::read_to_string(dir.path().join("pages/wensou-query.7")).unwrap();
    let grammar = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/query/GRAMMAR.md");
    let plain = query.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "");
    for heading in std::fs::read_to_string(grammar).unwrap().lines() {
        if let Some(title) = heading.strip_prefix("## ") {
            assert!(plain.contains(&title.replace('`', "")), "{title}");
        }
    }
    assert_eq!(dir.ok(&["man", "query"]), query);
    assert_eq!(dir.run(&["man", "nosuchverb"]).code, 2);
    golden("help.txt", &help);
}
