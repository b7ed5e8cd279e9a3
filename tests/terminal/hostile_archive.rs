//! Output to a terminal if every name and text of the archive has characters that act on a
//! terminal.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use serde_json::Value;

use crate::pty::Pty;
use crate::util::Dir;

/// A colour, concealed text, a window title with a bell, C1 controls, characters that set the
/// direction, a line separator, a tag character, DEL and a vertical tab. A file name may contain
/// all of them.
const HOSTILE: &str = "\u{1b}[31m\u{1b}[8m\u{1b}]0;own\u{7}\u{9b}2J\u{85}\u{202e}\u{2066}\u{2028}\u{e0041}\u{7f}\u{b}";
/// Printed to the terminal at the end of a run, followed by the exit status and `]`.
const END_MARKER: &str = "[the end: ";
/// No redirection of the shell: both output streams of a run reach the terminal.
const BOTH_STREAMS: &str = "";
/// A redirection of the shell with which only standard output reaches the terminal.
const ONLY_STDOUT: &str = "2> errors";
/// Maximum time to wait for a run. Only a failing test waits this long.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// A name or text that contains [`HOSTILE`].
fn hostile_text(name: &str) -> String {
    format!("{name}{HOSTILE}尾")
}

/// The most hostile id that a dump may have: control characters in ids are refused, but not
/// direction characters.
fn hostile_id(name: &str) -> String {
    format!("{name}\u{202e}\u{2066}\u{e0041}尾")
}

/// A folder with an archive whose names and texts are hostile.
fn archive() -> Dir {
    let dir = Dir::new();
    let record = |id: &str, kind: &str| {
        serde_json::json!({
            "id": hostile_id(id), "kind": kind, "title": hostile_text("標題減半"),
            "text": format!("{}\n第二段減半。", hostile_text("正文減半").repeat(40)),
            "tags": [hostile_text("標籤"), "減半"], "source": hostile_text("來源"),
            "author": hostile_text("作者"), "category": hostile_text("分類"),
            "url": hostile_text("https://a.example/"), "date": "2024-04-20T08:00:00",
        })
        .to_string()
    };
    let records = [record("h1", "article"), record("h2", "flash"), record("h3", "article")];
    dir.write(&hostile_text("archive/dump").replace("尾", ".jsonl"), records.join("\n"));
    // Not too many hostile characters, or the page would not be text.
    let clean = "網頁的內容,比特幣減半。".repeat(40);
    let page =
        format!("{}\r\n\r\n{clean}{}\r\n", hostile_text("網頁減半"), hostile_text("內容減半"));
    dir.write(&format!("archive/{}/{}.txt", hostile_text("d"), hostile_text("p")), page);
    // Files that are skipped or reported by name.
    dir.write(&format!("archive/{}.txt", hostile_text("empty")), "");
    dir.write(&format!("archive/{}.jsonl", hostile_text("broken")), format!("{{\"id\": {HOSTILE}"));
    let lossy = [clean.as_bytes(), b"\x9b2J\xff", clean.as_bytes()].concat();
    dir.write(&format!("archive/{}.txt", hostile_text("lossy")), lossy);
    dir.write("queries.txt", format!("減半\ntga:{HOSTILE}\n{HOSTILE}\n"));
    dir
}

/// Whether a character acts on a terminal: a control other than tab, line feed and carriage return,
/// or an invisible character that sets the direction, separates lines, or is a tag or a byte order
/// mark.
fn acts_on_a_terminal(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// What a run without colours writes to a terminal. `redirection` is [`BOTH_STREAMS`] or
/// [`ONLY_STDOUT`].
fn terminal_output(dir: &Dir, args: &[&str], redirection: &str) -> String {
    let mut command = CommandBuilder::new("sh");
    command.cwd(dir.path());
    command.arg("-c");
    command.arg(format!("\"$0\" --color never \"$@\" {redirection}; printf '{END_MARKER}%s]' $?"));
    command.arg(env!("CARGO_BIN_EXE_wensou"));
    // wensou has no flag `--config`. In `args`, `--config FILE` stands for the environment variable
    // that names the config file.
    let config = args.iter().position(|arg| *arg == "--config");
    let is_config = |at: usize| config.is_some_and(|config| at == config || at == config + 1);
    command.args((0..args.len()).filter(|at| !is_config(*at)).map(|at| args[at]));
    for name in ["WENSOU_INDEX", "WENSOU_CONFIG", "NO_COLOR", "PAGER", "LESS", "WENSOU_TZ"] {
        command.env_remove(name);
    }
    if let Some(at) = config {
        command.env("WENSOU_CONFIG", args[at + 1]);
    }
    command.env("RUST_BACKTRACE", "0");
    command.env("XDG_CONFIG_HOME", dir.path().join("config"));
    // A pager that prints everything at once; plain `cat` would not be run.
    command.env("WENSOU_PAGER", "cat -");
    let pty = Pty::start(command);
    let started = Instant::now();
    loop {
        let raw = pty.raw.lock().unwrap().clone();
        let text = String::from_utf8(raw);
        if let Ok(text) = &text
            && text.ends_with(']')
            && let Some(end) = text.rfind(END_MARKER)
        {
            // The terminal adds carriage returns.
            return text[..end].replace("\r\n", "\n");
        }
        assert!(started.elapsed() < MAX_WAIT, "{args:?} does not end: {text:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// As [`terminal_output`]. Panics if the output could act on the terminal.
fn harmless_output(dir: &Dir, args: &[&str], redirection: &str) -> String {
    let displayed = terminal_output(dir, args, redirection);
    let bad: Vec<char> =
        displayed.chars().filter(|c| *c == '\r' || acts_on_a_terminal(*c)).collect();
    assert!(bad.is_empty(), "{args:?} wrote {bad:?} to the terminal:\n{displayed:?}");
    assert!(!displayed.contains("panicked"), "{args:?}: {displayed}");
    displayed
}

/// What a run writes to a pipe.
fn piped(dir: &Dir, args: &[&str]) -> String {
    let args = [&["--color", "never"], args].concat();
    String::from_utf8(dir.command(&args).output().unwrap().stdout).unwrap()
}

/// The JSON values in a text.
fn json_values(text: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(text).into_iter();
    values.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}: {text:?}"))
}

/// The folder of [`archive`], with an index of it.
fn indexed() -> Dir {
    let dir = archive();
    let displayed =
        harmless_output(&dir, &["index", "archive", "--quiet", "--log", "log"], BOTH_STREAMS);
    assert!(displayed.contains("skipped ") && displayed.contains("empty␛[31m"), "{displayed}");
    assert!(!fs::read_to_string(dir.path().join("log")).unwrap().contains(acts_on_a_terminal));
    dir
}

#[test]
fn tsv_and_ids_have_no_raw_controls_on_a_terminal() {
    let dir = indexed();
    let id = hostile_id("h1");
    let pages = dir.ids(&["網頁減半"]);
    let page = pages.iter().find(|id| !id.starts_with('h')).unwrap();
    let all = "id,kind,title,date,source,category,tags,path,span,score,snippet,seen_in,missing";
    for args in [
        &["search", "-f", "tsv", "減半"][..],
        &["search", "-f", "tsv", "--fields", all, "減半"],
        &["search", "-f", "ids", "減半"],
        &["search", "--batch", "queries.txt", "-f", "ids"],
        &["similar", "-f", "tsv", &id],
        &["similar", "-f", "ids", &id],
        &["tags", "-f", "tsv"],
        &["timeline", "-f", "tsv", "減半"],
        &["show", "--raw", &id],
        &["show", "--raw", page],
    ] {
        let displayed = harmless_output(&dir, args, ONLY_STDOUT);
        let raw = piped(&dir, args);
        assert_eq!(displayed.chars().count(), raw.chars().count(), "{args:?}");
        for (displayed, raw) in displayed.chars().zip(raw.chars()) {
            assert!(
                displayed == raw || raw == '\r' || acts_on_a_terminal(raw),
                "{displayed:?} {raw:?}"
            );
        }
        // `show --raw` prints a line of a dump, where control characters are JSON escapes.
        let escaped = args.contains(&"--raw") && args.contains(&id.as_str());
        if args[0] != "timeline" && !escaped {
            assert!(raw.contains('\u{202e}'), "{args:?} is not raw in a pipe: {raw:?}");
            // Ids have no control characters.
            if args.contains(&"ids") {
                continue;
            }
            for part in ["\u{1b}[31m", "\u{1b}]0;own\u{7}", "\u{9b}2J"] {
                assert!(raw.contains(part), "{args:?} is not raw in a pipe: {raw:?}");
            }
            assert!(displayed.contains("␛]0;own␇\u{fffd}2J"), "{args:?}: {displayed:?}");
        }
    }
}

#[test]
fn json_has_no_c1_controls_or_directions_on_a_terminal() {
    let dir = indexed();
    let id = hostile_id("h1");
    for args in [
        &["search", "-f", "json", "減半"][..],
        &["search", "-f", "jsonl", "減半"],
        &["search", "-f", "json", "--fields", "title,tags", "減半"],
        &["search", "-f", "jsonl", "--fields", "title,tags", "減半"],
        &["search", "-f", "json", "--facet", "tag", "減半"],
        &["search", "-f", "jsonl", "--facet", "tag,source,category", "減半"],
        &["search", "--batch", "queries.txt"],
        &["export"],
        &["tags", "-f", "json"],
        &["tags", "-f", "jsonl"],
        &["timeline", "-f", "json", "減半"],
        &["timeline", "-f", "jsonl", "減半"],
        &["stats", "-f", "json"],
        &["explain", "-f", "json", "減半", "--id", &id],
        &["show", "-f", "json", &id],
        &["similar", "-f", "json", &id],
        &["similar", "-f", "jsonl", &id],
        &["config", "-f", "json"],
    ] {
        let displayed = harmless_output(&dir, args, ONLY_STDOUT);
        let raw = piped(&dir, args);
        assert_eq!(json_values(&displayed), json_values(&raw), "{args:?}");
        if !matches!(args[0], "timeline" | "config") {
            for part in ["\\u001b]0;own", "\u{9b}2J", "\u{202e}", "\u{e0041}"] {
                assert!(raw.contains(part), "{args:?} is not raw in a pipe: {raw:?}");
            }
            assert!(
                displayed.contains("\\u009b2J") && displayed.contains("\\udb40\\udc41"),
                "{displayed}"
            );
        }
    }
}

#[test]
fn output_and_messages_cannot_act_on_a_terminal() {
    let dir = indexed();
    let id = hostile_id("h1");
    let missing = hostile_text("no");
    let tag = format!("tag:「{}」", hostile_text("標籤"));
    let config = dir
        .write("hostile.toml", "[queries]\nbad = \"tga:\\u001B]0;own\\u0007\\u009B2J\\u202E\"\n");
    let config = config.to_str().unwrap();
    let unknown =
        dir.write(&format!("{}.toml", hostile_text("c")), format!("x = '{}'", "\u{9b}\u{202e}"));
    let unknown = unknown.to_str().unwrap();
    for args in [
        &["search", "減半"][..],
        &["search", "減半", "--facet", "tag,source,category,kind,month"],
        &["search", "減半 zzzz", &missing],
        &["search", &tag],
        &["search", "-f", "jsonl", &format!("tga:{HOSTILE}")],
        &["search", &format!("tga:{HOSTILE}")],
        &["search", "--batch", &missing],
        &["search", "-f", "json", "--fields", &missing, "減半"],
        &["similar", &id],
        &["tags"],
        &["tags", "--prefix", "標"],
        &["timeline", "減半"],
        &["stats", "--skipped"],
        &["explain", "減半", &tag, "--id", &id],
        &["show", &id],
        &["show", "--no-pager", &id],
        &["show", &hostile_id("h2")],
        &["show", "-f", "cite", &id],
        &["show", "h"],
        &["show", &missing],
        &["export", "--index", &missing],
        &["config"],
        &["config", "--config", config],
        &["config", "--config", unknown],
        &["config", "--config", &missing],
        &["config", "--path", "--config", unknown],
        &["search", "--config", config, "@bad"],
        &["search", "--config", config, "-f", "jsonl", "@bad"],
        &["index", &missing, "--quiet"],
        &["index", "archive", "--strict", "--quiet"],
        &["index", "archive", "--words", &missing, "--quiet"],
        &["index", "archive", "--rebuild", "--log", &format!("{missing}/log")],
        &["check", "--quick"],
        &["check", "--quick", "--index", &missing],
        &["eval", "--queries", &missing, "--qrels", &missing],
        &["man", "--dir", &hostile_text("man")],
        &["man", &missing],
        // clap reports these mistakes, and quotes the argument.
        &["search", "--sort", &missing],
        &[&missing],
    ] {
        let displayed = harmless_output(&dir, args, BOTH_STREAMS);
        assert!(!displayed.is_empty(), "{args:?}");
    }
    for args in [&["check"][..], &["check", "-f", "json"]] {
        harmless_output(&dir, args, ONLY_STDOUT);
    }
}

#[test]
fn a_file_that_was_skipped_can_be_named_on_a_terminal() {
    let dir = indexed();
    let displayed = harmless_output(&dir, &["stats", "--skipped"], BOTH_STREAMS);
    for name in ["broken", "empty", "lossy"] {
        assert!(displayed.contains(&format!("{name}␛[31m␛[8m␛]0;own␇\u{fffd}2J")), "{displayed}");
    }
    assert!(displayed.contains("some bytes are invalid"), "{displayed}");
}

#[test]
fn shells_are_offered_no_names_that_act_on_a_terminal() {
    let dir = indexed();
    for word in ["tag:", "source:", "h"] {
        let verb = if word == "h" { "show" } else { "search" };
        let mut command = dir.command(&["--", "wensou", verb, word]);
        let answer = command.env("WENSOU_COMPLETE", "fish").output().unwrap();
        let answer = String::from_utf8(answer.stdout).unwrap();
        assert!(!answer.contains(acts_on_a_terminal), "{word}: {answer:?}");
        // The tag 減半 is the only value without characters that act on a terminal.
        assert_eq!(answer.contains("減半"), word == "tag:", "{answer:?}");
    }
}

#[test]
fn help_and_scripts_are_printed_as_they_are() {
    let dir = Dir::new();
    for args in [
        &["completions", "bash"][..],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["man"],
        &["man", "query"],
        &["search", "--help"],
    ] {
        let raw = piped(&dir, args);
        // `--help` is wrapped to the width of the terminal.
        if args[0] != "search" {
            assert_eq!(terminal_output(&dir, args, BOTH_STREAMS), raw, "{args:?}");
        }
        assert!(!raw.contains(acts_on_a_terminal), "{args:?}");
    }
    assert!(!Path::new("errors").exists(), "a run wrote outside of its own folder");
}
