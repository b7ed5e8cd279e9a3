//! Completions: the candidates of the program, and what real shells make of them.

use std::process::Command;

use portable_pty::CommandBuilder;

use crate::pty::Pty;
use crate::util::{Dir, report_skipped};

/// The index of two articles with tags.
fn indexed() -> Dir {
    let dir = Dir::new();
    dir.write(
        "archive/d.jsonl",
        "{\"id\":\"abc1\",\"title\":\"題\",\"text\":\"文\",\"tags\":[\"BTC\",\"以太坊 價格\",\"以太坊\",\"Baby Doge\"],\"source\":\"鏈聞\"}\n\
         {\"id\":\"abc2\",\"title\":\"題\",\"text\":\"文\",\"tags\":[\"bch\",\"Q*T\"]}\n",
    );
    dir.index();
    dir
}

/// The completions that the program offers for the last of these words, as zsh asks for them.
fn candidates(dir: &Dir, words: &[&str]) -> Vec<String> {
    let mut command = dir.command(&["--"]);
    command.args(words).env("WENSOU_COMPLETE", "zsh");
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
}

#[test]
fn the_index_completes_values_and_ids() {
    let dir = indexed();
    let search = |word: &str| candidates(&dir, &["wensou", "search", word]);
    assert_eq!(search("tag:b"), ["tag:bch", "tag:btc"], "candidates begin with what was typed");
    assert_eq!(
        search("tag:BTC,以"),
        ["tag:BTC,以太坊"],
        "to complete to 「以太坊 價格」, the shell would drop the 以 that was typed"
    );
    assert_eq!(search("tag:BTC,「以"), ["tag:BTC,「以太坊」", "tag:BTC,「以太坊 價格」"]);
    assert_eq!(search("source:链"), ["source:链闻"], "in either script");
    assert_eq!(search("kind:f"), ["kind:flash"]);
    assert_eq!(search("ti"), ["title:"]);
    assert_eq!(search("+ti"), ["+title:"]);
    assert!(
        !search("-ti").contains(&"-title:".to_owned()),
        "before `--`, a word that begins with a dash is an option"
    );
    assert_eq!(candidates(&dir, &["wensou", "search", "--", "-ti"]), ["-title:"]);
    assert_eq!(search("減半 -(ti"), ["減半 -(title:"]);
    assert_eq!(search("減半 source"), ["減半 source:"]);
    assert_eq!(search("減半 @"), Vec::<String>::new(), "a saved query can only be the first word");
    assert_eq!(search("tag:「以太坊 價"), ["tag:「以太坊 價格」"]);
    assert_eq!(search("tag:nosuch"), Vec::<String>::new());
    assert_eq!(candidates(&dir, &["wensou", "show", "abc"]), ["abc1", "abc2"]);
    assert_eq!(candidates(&dir, &["wensou", "similar", "abc2"]), ["abc2"]);
    assert_eq!(candidates(&dir, &["wensou", "timel"]), ["timeline"]);
    // The completed value finds the document, also if the shell splits it at the space.
    assert_eq!(dir.ids(&["tag:「以太坊", "價格」"]), ["abc1"]);
}

#[test]
fn every_value_that_is_offered_is_accepted() {
    let dir = indexed();
    for field in ["kind:", "has:", "script:", "date:"] {
        let values = candidates(&dir, &["wensou", "search", field]);
        assert!(values.len() > 1, "{field} {values:?}");
        for value in values {
            assert!(dir.run(&["search", &value]).code <= 1, "{value}");
        }
    }
}

#[test]
fn a_completion_without_an_index_is_silent() {
    let dir = Dir::new();
    assert_eq!(candidates(&dir, &["wensou", "search", "tag:b"]), Vec::<String>::new());
    assert_eq!(candidates(&dir, &["wensou", "show", "a"]), Vec::<String>::new());
}

#[test]
fn saved_queries_complete() {
    let dir = indexed();
    let config = dir.write("config.toml", "[queries]\nweekly = \"date:7d\"\nwork = \"tag:BTC\"\n");
    let mut command = dir.command(&["--", "wensou", "search", "@we"]);
    command.env("WENSOU_CONFIG", config).env("WENSOU_COMPLETE", "zsh");
    assert_eq!(String::from_utf8(command.output().unwrap().stdout).unwrap(), "@weekly\n");
}

/// Types lines into a shell, presses Tab after each line, and checks the completed line. `lines`
/// are pairs of a typed and a completed line; `setup` is typed first.
fn assert_completed(mut shell: CommandBuilder, dir: &Dir, setup: &str, lines: &[(&str, &str)]) {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_wensou")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    shell.cwd(dir.path());
    shell.env("PATH", path);
    shell.env("TERM", "xterm-256color");
    // In another locale, line editors take each byte for a character.
    shell.env("LC_ALL", "C.UTF-8");
    shell.env("HOME", dir.path());
    for variable in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
        shell.env(variable, dir.path());
    }
    for variable in ["WENSOU_INDEX", "WENSOU_CONFIG", "INPUTRC", "ZDOTDIR"] {
        shell.env_remove(variable);
    }
    let mut pty = Pty::start(shell);
    pty.send(setup);
    pty.wait_until("prompt", |screen| screen.trim() == "ready>");
    for (typed, completed) in lines {
        pty.send(typed);
        pty.wait_until(typed, |screen| screen.trim_end().ends_with(typed.trim_end()));
        pty.send("\t");
        // Completed lines fit into the 80 columns of the screen, so each completed line is the
        // first line there.
        pty.wait_until(completed, |screen| {
            let first_line = screen.lines().next();
            first_line.is_some_and(|line| line.trim_end() == format!("ready> {completed}"))
        });
        // Ctrl-U clears the line, and the command `clear` the candidates below it.
        pty.send("\x15clear\r");
        pty.wait_until("prompt", |screen| screen.trim() == "ready>");
    }
}

/// The command of a shell. If the shell is not installed, says that the test is skipped, and
/// returns `None`.
fn shell(name: &str, args: &[&str]) -> Option<CommandBuilder> {
    if Command::new(name).arg("--version").output().is_err() {
        report_skipped(&format!("there is no {name}"));
        return None;
    }
    let mut command = CommandBuilder::new(name);
    command.args(args);
    Some(command)
}

/// Typed and completed lines, which are the same in every shell except for one in fish. Completion
/// must keep every character that was typed, with and without quotes.
const LINES: [(&str, &str); 9] = [
    ("wensou timel", "wensou timeline"),
    ("wensou search so", "wensou search source:"),
    ("wensou search 減半 tag:BT", "wensou search 減半 tag:BTC"),
    ("wensou search '減半 tag:BT", "wensou search '減半 tag:BTC'"),
    ("wensou search \"減半 -tag:BT", "wensou search \"減半 -tag:BTC\""),
    ("wensou search source:链", "wensou search source:链闻"),
    ("wensou search tag:Ba", "wensou search tag:「Baby\\ Doge」"),
    ("wensou search 'BTC tag:Q", "wensou search 'BTC tag:「Q*T」'"),
    ("wensou similar abc2", "wensou similar abc2"),
];

#[test]
fn bash_completes_a_line() {
    let Some(bash) = shell("bash", &["--norc", "--noprofile", "-i"]) else { return };
    let setup = "PS1='ready> '; bind 'set enable-bracketed-paste off'; \
                 source <(wensou completions bash); clear\r";
    let dir = indexed();
    assert_completed(bash, &dir, setup, &LINES);
    let Some(bash) = shell("bash", &["--norc", "--noprofile", "-i"]) else { return };
    // Of more than one candidate, bash inserts the common prefix, and deletes nothing that was
    // typed. The last line has one candidate: outside quotation marks, the star in it is escaped.
    let further_lines = [
        ("wensou search tag:b", "wensou search tag:b"),
        ("wensou search '減半 ta", "wensou search '減半 tag:"),
        ("wensou show a", "wensou show abc"),
        ("wensou search tag:Q", "wensou search tag:「Q\\*T」"),
    ];
    assert_completed(bash, &dir, setup, &further_lines);
}

#[test]
fn zsh_completes_a_line() {
    let Some(zsh) = shell("zsh", &["-f", "-i"]) else { return };
    let setup = "PS1='ready> '; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; \
                 source <(wensou completions zsh); clear\r";
    assert_completed(zsh, &indexed(), setup, &LINES);
}

#[test]
fn fish_completes_a_line() {
    let Some(fish) = shell("fish", &["--no-config", "-i"]) else { return };
    let setup =
        "function fish_prompt; echo 'ready> '; end; wensou completions fish | source; clear\r";
    let mut lines = LINES;
    // fish replaces the quotes by backslashes if the completion has a star.
    let star = lines.iter_mut().find(|(typed, _)| typed.contains("tag:Q")).unwrap();
    star.1 = r"wensou search BTC\ tag:「Q\*T」";
    assert_completed(fish, &indexed(), setup, &lines);
}

#[test]
fn every_shell_gets_its_script() {
    let dir = Dir::new();
    for (shell, word) in [("bash", "complete -o"), ("zsh", "#compdef wensou"), ("fish", "complete")]
    {
        assert!(dir.ok(&["completions", shell]).contains(word), "{shell}");
    }
}
