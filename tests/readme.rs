//! The commands in README.md do what README.md says, and print the output that it shows.

use std::fs;
use std::path::{Path, PathBuf};

use crate::util::{Dir, copy_folder, is_renewing, mask, sample_archive};

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// A folder like a checkout, with the sample archive and its index.
fn checkout() -> Dir {
    let dir = Dir::new();
    copy_folder(&sample_archive(), &dir.path().join("data/archive"));
    dir.index_archive("data/archive");
    dir
}

/// What a command line prints to stdout and stderr, in the order in which a terminal shows it.
fn output(dir: &Dir, line: &str) -> String {
    let output = dir.shell(&format!("exec 2>&1; {line}")).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The lines that a transcript should show: the output, or, if the documented lines end with an
/// ellipsis, as many lines of the output as stand before the ellipsis, and the ellipsis.
fn transcript(documented: &[&str], output: &str) -> Vec<String> {
    let printed = output.trim_end().lines().map(str::to_owned);
    match documented.split_last() {
        Some((last, before)) if last.trim() == "…" => {
            printed.take(before.len()).chain([(*last).to_owned()]).collect()
        }
        _ => printed.collect(),
    }
}

/// Runs every line `$ wensou …` of the `console` blocks and compares the output with the lines that
/// follow. If [`is_renewing`], writes the output into README.md instead where it differs.
#[test]
fn every_transcript_is_what_the_program_prints() {
    let dir = checkout();
    let text = fs::read_to_string(readme()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut renewed: Vec<String> = Vec::new();
    let mut wrong = String::new();
    let mut at = 0;
    let mut in_console = false;
    while let Some(line) = lines.get(at) {
        renewed.push((*line).to_owned());
        at += 1;
        match (in_console, line.strip_prefix("$ ")) {
            (false, _) => in_console = *line == "```console",
            (true, None) => in_console = *line != "```",
            (true, Some(command)) => {
                let following = &lines[at..];
                let end =
                    following.iter().position(|line| line.starts_with("$ ") || *line == "```");
                let documented = &following[..end.unwrap()];
                let empty_at_end =
                    documented.iter().rev().take_while(|line| line.is_empty()).count();
                let documented = &documented[..documented.len() - empty_at_end];
                let expected = transcript(documented, &output(&dir, command));
                let same = mask(&documented.join("\n")) == mask(&expected.join("\n"));
                match same {
                    true => renewed.extend(documented.iter().map(|line| (*line).to_owned())),
                    false => {
                        wrong += &format!("$ {command}\n{}\n", expected.join("\n"));
                        renewed.extend(expected);
                    }
                }
                at += documented.len();
            }
        }
    }
    if is_renewing() {
        return fs::write(readme(), renewed.join("\n") + "\n").unwrap();
    }
    assert!(
        wrong.is_empty(),
        "README.md is out of date: run `just golden`. It should show\n{wrong}"
    );
}

/// Whether a line is a search that can be run as it stands.
fn is_example(line: &str) -> bool {
    line.starts_with("wensou search ") && !line.contains("QUERY") && !line.contains("--index")
}

/// Every search in a `sh` block has hits in the sample archive.
#[test]
fn every_example_finds_something() {
    let dir = checkout();
    dir.write("queries.txt", "減半\n質押\n");
    let config = "[queries]\nweekly = \"-tag:廣告\"\n";
    dir.write("config/wensou/config.toml", config);
    let text = fs::read_to_string(readme()).unwrap();
    let mut in_shell = false;
    let mut examples = 0;
    for line in text.lines() {
        match line {
            "```sh" => in_shell = true,
            "```" => in_shell = false,
            _ if in_shell && is_example(line) => {
                let status = dir.shell(line).status().unwrap();
                assert!(status.success(), "{line}");
                examples += 1;
            }
            _ => {}
        }
    }
    assert!(examples >= 10, "only {examples} examples");
}
