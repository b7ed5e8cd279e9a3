//! Manual pages.

use std::process::Command;

use unicode_width::UnicodeWidthStr;

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
        if heading == "## For developers" {
            assert!(!plain.contains("For developers") && !plain.contains("src/lang"));
        } else if let Some(title) = heading.strip_prefix("## ") {
            assert!(plain.contains(&title.replace('`', "")), "{title}");
        }
    }
    assert_eq!(dir.ok(&["man", "query"]), query);
    assert_eq!(dir.run(&["man", "nosuchverb"]).code, 2);
    golden("help.txt", &help);
}

/// The pages as files, or nothing, said aloud, where a program that reads them is not installed.
fn pages(reader: &str, dir: &Dir) -> Vec<std::path::PathBuf> {
    if Command::new(reader).arg("-v").output().is_err() {
        eprintln!("SKIPPED: there is no {reader}");
        return Vec::new();
    }
    dir.ok(&["man", "--dir", "pages"]);
    let files = std::fs::read_dir(dir.path().join("pages")).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 16);
    files
}

#[test]
fn groff_reads_every_page_without_a_warning_into_80_columns() {
    let dir = Dir::new();
    for page in pages("groff", &dir) {
        let flags = ["-K", "utf8", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=80n"];
        let output = Command::new("groff").args(flags).arg(&page).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", page.display());
        let text = String::from_utf8(output.stdout).unwrap();
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION"] {
            let verb = page.extension().is_some_and(|section| section == "1");
            assert!(!verb || text.contains(section), "{section} in {}", page.display());
        }
        for line in text.lines() {
            assert!(line.width() <= 80, "{}: {line}", page.display());
        }
    }
}

#[test]
fn mandoc_finds_nothing_wrong_but_the_missing_date() {
    let dir = Dir::new();
    for page in pages("mandoc", &dir) {
        let lint = ["-T", "lint", "-W", "warning"];
        let output = Command::new("mandoc").args(lint).arg(&page).output().unwrap();
        let found =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        // A page has no date of its own: it is as old as its program.
        let other: Vec<&str> =
            found.lines().filter(|line| !line.contains("missing date")).collect();
        assert_eq!(other, Vec::<&str>::new(), "{}", page.display());
    }
}

#[test]
fn a_verb_says_all_about_itself_in_its_help_and_on_its_page() {
    let dir = Dir::new();
    let help = dir.ok(&["completions", "--help"]);
    assert!(help.contains("source <(wensou completions bash)"), "{help}");
    let page = dir.ok(&["man", "search"]);
    assert!(page.contains("Every word must be found"), "{page}");
    assert!(page.contains(r"\fBwensou search\fR [OPTIONS] [QUERY]..."), "{page}");
}
