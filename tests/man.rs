//! Manual pages.

use std::process::Command;

use unicode_width::UnicodeWidthStr;

use crate::util::{Dir, assert_golden, report_skipped};

#[test]
fn every_verb_has_a_page_with_its_flags_and_the_query_language_has_a_page() {
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
            // A line that begins with a flag, such as `--tz` or `-n, --limit`; not a text that
            // mentions a flag.
            if before.is_empty() || before.starts_with('-') && before.len() <= 4 {
                let name: String =
                    flag.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                let escaped = format!("\\-\\-{}", name.replace('-', "\\-"));
                assert!(page.contains(&escaped), "--{name} in the page of {verb}");
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
    assert_golden("help.txt", &help);
}

/// The manual pages as files. If the program `reader` is not installed, says that the test is
/// skipped, and returns an empty list.
fn pages(reader: &str, dir: &Dir) -> Vec<std::path::PathBuf> {
    if Command::new(reader).arg("-v").output().is_err() {
        report_skipped(&format!("there is no {reader}"));
        return Vec::new();
    }
    dir.ok(&["man", "--dir", "pages"]);
    let files = std::fs::read_dir(dir.path().join("pages")).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    // The pages of the program, its verbs (14 or more) and the query language.
    assert!(files.len() >= 16);
    files
}

#[test]
fn groff_reads_every_page_without_a_warning_into_80_columns() {
    let dir = Dir::new();
    for page in pages("groff", &dir) {
        // `-P-cbou` makes the output plain text, without bold type and underlines.
        let flags = ["-K", "utf8", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=80n"];
        let output = Command::new("groff").args(flags).arg(&page).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", page.display());
        let text = String::from_utf8(output.stdout).unwrap();
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION"] {
            let is_command = page.extension().is_some_and(|number| number == "1");
            assert!(!is_command || text.contains(section), "{section} in {}", page.display());
        }
        for line in text.lines() {
            assert!(line.width() <= 80, "{}: {line}", page.display());
        }
    }
}

#[test]
fn mandoc_reports_no_problem_in_any_page() {
    let dir = Dir::new();
    for page in pages("mandoc", &dir) {
        let lint = ["-T", "lint", "-W", "warning"];
        let output = Command::new("mandoc").args(lint).arg(&page).output().unwrap();
        let found =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(found, "", "{}", page.display());
    }
}

#[test]
fn every_page_has_the_usual_sections_and_refers_only_to_pages_that_exist() {
    let dir = Dir::new();
    dir.ok(&["man", "--dir", "pages"]);
    let files: Vec<_> = std::fs::read_dir(dir.path().join("pages")).unwrap().flatten().collect();
    let exists = |name: &str| {
        let (name, section) = name.split_once('(').unwrap();
        let file = format!("{name}.{}", section.trim_end_matches(')'));
        files.iter().any(|entry| *entry.file_name() == *file)
    };
    for file in &files {
        let name = file.file_name().into_string().unwrap();
        let page = std::fs::read_to_string(file.path()).unwrap();
        let sections: &[&str] = match name.as_str() {
            "wensou-query.7" => &["SEE ALSO"],
            "wensou-man.1" => &["EXAMPLES", "EXIT STATUS", "SEE ALSO"],
            _ => &["EXAMPLES", "FILES", "ENVIRONMENT", "EXIT STATUS", "SEE ALSO"],
        };
        for section in sections {
            assert!(
                page.contains(&format!("\n.SH \"{section}\""))
                    || page.contains(&format!("\n.SH {section}\n")),
                "{section} in {name}"
            );
        }
        let title = page.lines().find(|line| line.starts_with(".TH")).unwrap();
        // The date begins with the year.
        assert!(title.contains("\"20"), "no date: {title}");
        let plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "");
        for (at, _) in plain.match_indices("wensou") {
            let reference = &plain[at..];
            let end = reference.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(0);
            let after = &reference[end..];
            if ["(1)", "(7)"].iter().any(|section| after.starts_with(section)) {
                assert!(exists(&reference[..end + 3]), "{} in {name}", &reference[..end + 3]);
            }
        }
    }
}

#[test]
fn help_and_manual_page_of_a_verb_have_its_long_description_and_usage() {
    let dir = Dir::new();
    let help = dir.ok(&["completions", "--help"]);
    assert!(help.contains("source <(wensou completions bash)"), "{help}");
    let page = dir.ok(&["man", "search"]);
    assert!(page.contains("Hits that have every word come first"), "{page}");
    assert!(page.contains(r"\fBwensou search\fR [OPTIONS] [QUERY]..."), "{page}");
}

#[test]
fn the_page_of_check_lists_the_exit_status_of_an_index_out_of_date() {
    let dir = Dir::new();
    let has_status_4 = |page: String| page.contains("\n\\fB4\\fR\n");
    assert!(has_status_4(dir.ok(&["man", "check"])));
    assert!(has_status_4(dir.ok(&["man"])), "the page of the program has it, too");
    assert!(!has_status_4(dir.ok(&["man", "search"])));
}
