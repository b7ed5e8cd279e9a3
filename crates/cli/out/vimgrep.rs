//! Prints matches as `path:line:column:text`, which editors read: Vim's quickfix list, Emacs's grep
//! mode, VS Code's terminal.

use wensou_index::Index;
use wensou_ingest::{Record, decode, original_lines};
use wensou_query::{Highlighter, Hit};

use super::{Terminal, json, sanitize};
use crate::lookup::source_member;

/// The most characters of a line that are printed. Of a longer one, those around the match are.
const LONGEST: usize = 400;
/// Characters before the match in a line that is cut.
const BEFORE: usize = 80;

/// Prints one line for each match in the hits. A record without a match in its file, where the
/// text is escaped for example, has one line for its beginning.
pub(crate) fn print(
    terminal: &mut Terminal,
    index: &Index,
    highlighter: &Highlighter,
    hits: &[Hit],
) -> anyhow::Result<()> {
    for hit in hits {
        let (path, span) = json::location(&hit.record);
        let found = source_member(index, path);
        let shown = match &found {
            Some((file, Some(member))) => format!("{}!/{member}", file.display()),
            Some((file, None)) => file.display().to_string(),
            None => path.to_owned(),
        };
        let shown = sanitize::line(&shown);
        let lines = found.and_then(|(file, member)| original_lines(&file, member, span).ok());
        let Some(lines) = lines else {
            terminal.line(format_args!("{shown}:1:1:{}", title(&hit.record)))?;
            continue;
        };
        let text = decode(&lines.bytes).unwrap_or_default();
        let mut matched = false;
        for (number, line) in (lines.line..).zip(text.lines()) {
            let before = if number == lines.line { lines.before } else { 0 };
            let marked = highlighter.mark(line);
            for [start, _] in marked.highlights {
                matched = true;
                let bytes = line.char_indices().nth(start).map_or(line.len(), |(at, _)| at);
                let column = before + bytes as u64 + 1;
                terminal.line(format_args!("{shown}:{number}:{column}:{}", cut(line, start)))?;
            }
        }
        if !matched {
            let text = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let (number, column) = (lines.line, lines.before + 1);
            terminal.line(format_args!("{shown}:{number}:{column}:{}", cut(text, 0)))?;
        }
    }
    Ok(())
}

fn title(record: &Record) -> String {
    sanitize::line(json::title(record)).into_owned()
}

/// A line without control characters; if it is too long, what is around character `at`.
fn cut(line: &str, at: usize) -> String {
    let start = match line.chars().nth(LONGEST) {
        Some(_) => at.saturating_sub(BEFORE),
        None => 0,
    };
    let part: String = line.chars().skip(start).take(LONGEST).collect();
    sanitize::line(&part).into_owned()
}
