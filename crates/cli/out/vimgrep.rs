//! Prints matches as `path:line:column:text`, which editors read: Vim's quickfix list, Emacs's grep
//! mode, VS Code's terminal.

use std::collections::HashMap;
use std::io;

use wensou_ingest::{OriginalLines, Record, Span, decode, original_lines};
use wensou_query::{Highlighter, Hit};

use super::{Terminal, attributes, sanitize};
use crate::open_index::OpenIndex;
use crate::original_file::original_member;

/// Maximum number of characters of a line that are printed. Of a longer line, the characters around
/// the match are printed.
const MAX_LINE_CHARS: usize = 400;
/// Of a line longer than [`MAX_LINE_CHARS`], at most this many characters before the match are
/// printed.
const CHARS_BEFORE_MATCH: usize = 80;

/// Number of hits whose texts are in memory at once.
const HITS_AT_ONCE: usize = 500;

/// Prints one line for each match in the hits. A record without a match in its file, such as one
/// whose text is escaped there, has one line for its beginning. If a file is not found, or the text
/// of any hit in it cannot be read, each hit in it has one line with its title.
pub(crate) fn print(
    terminal: &mut Terminal,
    index: &OpenIndex,
    highlighter: &Highlighter,
    hits: &[Hit],
) -> anyhow::Result<()> {
    for hits in hits.chunks(HITS_AT_ONCE) {
        for (hit, located) in hits.iter().zip(locate(index, hits)) {
            let path = sanitize::line(&located.path);
            match located.lines {
                Some(lines) => print_matches(terminal, &path, &lines, highlighter)?,
                None => terminal.line(format_args!("{path}:1:1:{}", title(&hit.record)))?,
            }
        }
    }
    Ok(())
}

/// The text of a hit in its file.
struct Located {
    /// The path that opens the file from the working folder.
    path: String,
    /// `None` if the file is not found, or if the text of any hit in it cannot be read.
    lines: Option<OriginalLines>,
}

/// Reads the texts of these hits. Every file is read once, even if several of the hits are in it.
fn locate(index: &OpenIndex, hits: &[Hit]) -> Vec<Located> {
    let mut by_path: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, hit) in hits.iter().enumerate() {
        by_path.entry(attributes::path(&hit.record)).or_default().push(number);
    }
    let mut located: Vec<Located> = hits
        .iter()
        .map(|hit| Located { path: attributes::path(&hit.record).to_owned(), lines: None })
        .collect();
    for (path, numbers) in by_path {
        let Some((file, member)) = original_member(index, path) else { continue };
        let display_path = match member {
            Some(member) => format!("{}!/{member}", file.display()),
            None => file.display().to_string(),
        };
        let span_of = |hit: &Hit| {
            let (_, span) = attributes::location(&hit.record);
            span
        };
        let spans: Vec<Span> = numbers.iter().map(|number| span_of(&hits[*number])).collect();
        let read = original_lines(&file, member, &spans).ok();
        let mut read = read.into_iter().flatten();
        for number in numbers {
            located[number] = Located { path: display_path.clone(), lines: read.next() };
        }
    }
    located
}

/// Prints the matches in the text of one hit, or its beginning if there are none.
fn print_matches(
    terminal: &mut Terminal,
    path: &str,
    lines: &OriginalLines,
    highlighter: &Highlighter,
) -> io::Result<()> {
    let text = decode(&lines.bytes).unwrap_or_default();
    let mut matched = false;
    for (number, line) in (lines.line..).zip(text.lines()) {
        // The bytes before the text of the hit in its first line.
        let before = if number == lines.line { lines.before } else { 0 };
        for [start, _] in highlighter.highlight(line).highlights {
            matched = true;
            let byte_offset = line.char_indices().nth(start).map_or(line.len(), |(at, _)| at);
            let column = before + byte_offset as u64 + 1;
            terminal.line(format_args!("{path}:{number}:{column}:{}", cut(line, start)))?;
        }
    }
    if matched {
        return Ok(());
    }
    let text = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let (number, column) = (lines.line, lines.before + 1);
    terminal.line(format_args!("{path}:{number}:{column}:{}", cut(text, 0)))
}

fn title(record: &Record) -> String {
    sanitize::line(attributes::title(record)).into_owned()
}

/// A line without control characters; of a line that is too long, the part around character `at`.
fn cut(line: &str, at: usize) -> String {
    let start = match line.chars().nth(MAX_LINE_CHARS) {
        Some(_) => at.saturating_sub(CHARS_BEFORE_MATCH),
        None => 0,
    };
    let part: String = line.chars().skip(start).take(MAX_LINE_CHARS).collect();
    sanitize::line(&part).into_owned()
}
