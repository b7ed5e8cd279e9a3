//! Output to a terminal: width, colour, hostile text, broken pipes.

#[cfg(unix)]
mod hostile_archive;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use unicode_width::UnicodeWidthStr;

use crate::util::Dir;

/// The index of a record whose texts have control characters.
fn hostile() -> Dir {
    let dir = Dir::new();
    let record = serde_json::json!({
        "id": "h-1",
        "title": "紅色\u{1b}[31m警報\u{7}",
        "text": "終端\u{1b}]0;owned\u{7}控制\u{202e}序列\u{9b}2J的文章,足夠長以便換行。".repeat(6),
        "tags": ["\u{1b}[5m"],
    });
    dir.write("archive/hostile.jsonl", record.to_string());
    dir.index();
    dir
}

#[test]
fn text_from_pages_cannot_act_on_a_terminal() {
    let dir = hostile();
    for args in [
        &["search", "文章", "--color", "always"][..],
        &["show", "h-1", "--color", "always"],
        &["tags", "--color", "always"],
    ] {
        let displayed = dir.ok(args);
        let mut remainder = displayed.as_str();
        // The colours that wensou adds are the only escape sequences.
        while let Some(at) = remainder.find('\u{1b}') {
            let sequence = &remainder[at + 1..];
            let end = sequence.find('m').expect("a colour sequence ends with m");
            let inside = &sequence[..end];
            assert!(
                inside.starts_with('[')
                    && inside[1..].chars().all(|c| c.is_ascii_digit() || c == ';'),
                "{inside:?}"
            );
            remainder = &sequence[end..];
        }
        assert!(!displayed.contains(['\u{7}', '\u{9b}', '\u{202e}']), "{displayed:?}");
    }
}

#[test]
fn explain_replaces_direction_characters_in_an_id() {
    let dir = Dir::new();
    // Ids of dumps may have direction characters, but no control characters.
    let id = "h\u{202e}1";
    let record = serde_json::json!({"id": id, "title": "標題減半", "text": "正文減半。"});
    dir.write("archive/hostile.jsonl", record.to_string());
    dir.index();
    let explained = dir.ok(&["explain", "減半", "--id", id]);
    assert!(explained.contains("h\u{fffd}1"), "{explained:?}");
    assert!(!explained.contains('\u{202e}'), "{explained:?}");
}

#[test]
fn json_keeps_the_text_as_it_is() {
    let hit = &hostile().hits(&["警報"])[0];
    assert_eq!(hit["title"], "紅色\u{1b}[31m警報\u{7}");
}

#[test]
fn no_line_of_search_or_show_is_wider_than_the_terminal() {
    let dir = hostile();
    for columns in ["40", "80", "200"] {
        for args in [["search", "文章"], ["show", "h-1"]] {
            let output = dir.command(&args).env("COLUMNS", columns).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            for line in text.lines() {
                assert!(line.width() <= columns.parse().unwrap(), "{columns}: {line}");
            }
        }
    }
}

#[test]
fn a_pipe_gets_colour_only_if_a_flag_asks_for_it() {
    let dir = hostile();
    assert!(!dir.ok(&["search", "文章"]).contains('\u{1b}'));
    assert!(dir.ok(&["search", "文章", "--color", "always"]).contains("\u{1b}["));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = Dir::new();
    let lines: Vec<String> = (0..5_000)
        .map(|number| serde_json::json!({"id": format!("n{number}"), "title": "標題", "text": "正文".repeat(50)}).to_string())
        .collect();
    dir.write("archive/many.jsonl", lines.join("\n"));
    dir.index();
    let mut child =
        dir.command(&["export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}
