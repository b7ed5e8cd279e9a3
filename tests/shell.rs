//! Completions and manual pages.

use std::process::Command;

use crate::util::{Dir, golden};

fn dir() -> Dir {
    let dir = Dir::new();
    dir.write(
        "archive/d.jsonl",
        "{\"id\":\"abc1\",\"title\":\"題\",\"text\":\"文\",\"tags\":[\"BTC\",\"以太坊 價格\",\"以太坊\"],\"source\":\"鏈聞\"}\n\
         {\"id\":\"abc2\",\"title\":\"題\",\"text\":\"文\",\"tags\":[\"bch\"]}\n",
    );
    dir.index();
    dir
}

/// The candidates for the last of these words, by the engine itself.
fn candidates(dir: &Dir, words: &[&str]) -> Vec<String> {
    let mut command = dir.command(&["--"]);
    command
        .args(words)
        .env("WENSOU_COMPLETE", "bash")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn the_index_completes_values_and_ids() {
    let dir = dir();
    let search = |word: &str| candidates(&dir, &["wensou", "search", word]);
    assert_eq!(search("tag:b"), ["tag:bch", "tag:BTC"]);
    assert_eq!(search("tag:BTC,以"), ["tag:BTC,以太坊", "tag:BTC,「以太坊 價格」"]);
    assert_eq!(search("source:链"), ["source:鏈聞"], "in either script");
    assert_eq!(search("kind:f"), ["kind:flash"]);
    assert_eq!(search("ti"), ["title:"]);
    assert_eq!(search("tag:nosuch"), Vec::<String>::new());
    assert_eq!(candidates(&dir, &["wensou", "show", "abc"]), ["abc1", "abc2"]);
    assert_eq!(candidates(&dir, &["wensou", "similar", "abc2"]), ["abc2"]);
    assert_eq!(candidates(&dir, &["wensou", "timel"]), ["timeline"]);
    // What is completed is what is found.
    assert_eq!(dir.ids(&["tag:「以太坊", "價格」"]), ["abc1"]);
}

#[test]
fn a_completion_without_an_index_is_silent() {
    let dir = Dir::new();
    assert_eq!(candidates(&dir, &["wensou", "search", "tag:b"]), Vec::<String>::new());
    assert_eq!(candidates(&dir, &["wensou", "show", "a"]), Vec::<String>::new());
}

#[test]
fn saved_queries_complete() {
    let dir = dir();
    let config = dir.write("config.toml", "[queries]\nweekly = \"date:7d\"\nwork = \"tag:BTC\"\n");
    let mut command = dir.command(&["--", "wensou", "search", "@we"]);
    command
        .env("WENSOU_CONFIG", config)
        .env("WENSOU_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "2");
    assert_eq!(String::from_utf8(command.output().unwrap().stdout).unwrap(), "@weekly");
}

/// In a real bash, which cuts words at colons.
#[test]
fn bash_completes_behind_a_colon() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("SKIPPED: there is no bash");
        return;
    }
    let dir = dir();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_wensou")).parent().unwrap();
    let script = dir.ok(&["completions", "bash"])
        + r#"
try() {
    COMP_LINE="$1"; COMP_POINT=${#1}; COMP_TYPE=9; COMPREPLY=()
    COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
    _wensou
    local IFS='|'; echo "$1 => ${COMPREPLY[*]}"
}
try "wensou tim"
try "wensou search ta"
try "wensou search 減半 tag:以"
try "wensou show abc"
"#;
    let mut command = Command::new("bash");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    command.arg("-c").arg(script).current_dir(dir.path()).env("PATH", path);
    command.env_remove("WENSOU_INDEX").env("XDG_CONFIG_HOME", dir.path());
    let output = command.output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "wensou tim => timeline\nwensou search ta => tag:\n\
         wensou search 減半 tag:以 => 以太坊|「以太坊 價格」\nwensou show abc => abc1|abc2\n"
    );
}

#[test]
fn every_shell_gets_its_script() {
    let dir = Dir::new();
    for (shell, word) in [("bash", "complete -o"), ("zsh", "#compdef wensou"), ("fish", "complete")]
    {
        assert!(dir.ok(&["completions", shell]).contains(word), "{shell}");
    }
}

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
