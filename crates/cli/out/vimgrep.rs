//! Prints matches as `path:line:column:text`, which editors read: Vim's quickfix list, Emacs's grep
//! mode, VS Code's terminal.

use std::collections::HashMap;
use std::io;
use std::ops::Range;

use serde_json::json;
use wensou_index::RecordExt;
use wensou_ingest::{Markup, OriginalLines, Record, Span, decode, original_lines};
use wensou_query::{Highlighter, Hit};

use super::locate::locate;
use super::visible_text::VisibleText;
use super::{Terminal, attributes, sanitize};
use crate::open_index::OpenIndex;
use crate::original_file::{note_on_unknown_files, original_member};

/// Maximum number of characters of a line that are printed. Of a longer line, the characters around
/// the match are printed.
const MAX_LINE_CHARS: usize = 400;
/// Of a line longer than [`MAX_LINE_CHARS`], at most this many characters before the match are
/// printed.
const CHARS_BEFORE_MATCH: usize = 80;

/// What to do about files that no index on this machine knows.
const HELP: &str = "name the folder of the index with --index, on the machine where it is";

/// Number of hits whose texts are in memory at once.
const HITS_AT_ONCE: usize = 500;

/// Prints one line for each match in the hits. A record without a match in its file, such as one
/// whose text is escaped there, has one line for its beginning. If a file is not found or not
/// known, or the text of any hit in it cannot be read, each hit in it has one line with its title.
pub(crate) fn print(
    terminal: &mut Terminal,
    index: &OpenIndex,
    highlighter: &Highlighter,
    hits: &[Hit],
) -> anyhow::Result<()> {
    let paths = hits.iter().map(|hit| attributes::path(&hit.record));
    if let Some(note) = note_on_unknown_files(index, paths) {
        // In JSON, as all messages about a search for programs.
        let message = format!("{note}, and every line and column is 1");
        terminal.notice_json(&json!({ "severity": "note", "message": message, "help": HELP }));
    }
    for hits in hits.chunks(HITS_AT_ONCE) {
        for (hit, located) in hits.iter().zip(read_texts(index, hits)) {
            let path = sanitize::line(&located.path);
            match located.lines {
                Some(lines) => print_matches(terminal, &path, &lines, &hit.record, highlighter)?,
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
fn read_texts(index: &OpenIndex, hits: &[Hit]) -> Vec<Located> {
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
    record: &Record,
    highlighter: &Highlighter,
) -> io::Result<()> {
    let text = decode(&lines.bytes).unwrap_or_default();
    let matches = matches_in_file(&text, record, highlighter);
    let (mut number, mut line_start) = (lines.line, 0);
    let mut line = first_line(&text);
    for found in &matches {
        // The line that the match starts on.
        while found.start > line_start + line.len() {
            let Some(length) = text[line_start..].find('\n') else { break };
            line_start += length + 1;
            number += 1;
            line = first_line(&text[line_start..]);
        }
        // The bytes before the text of the hit in its first line.
        let before = if number == lines.line { lines.before } else { 0 };
        let column = before + (found.start - line_start) as u64 + 1;
        let part = cut(line, found.start - line_start);
        terminal.line(format_args!("{path}:{number}:{column}:{part}"))?;
    }
    if !matches.is_empty() {
        return Ok(());
    }
    let text = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let (number, column) = (lines.line, lines.before + 1);
    terminal.line(format_args!("{path}:{number}:{column}:{}", cut(text, 0)))
}

/// The matches of a record in its text of the file, as ranges of bytes, in order. A range may end
/// inside the last character of the match.
///
/// In an HTML page, these are the matches in title and body of the record: its markup also has
/// words, and divides those of the text. In other files, every match in a line counts, also one in
/// a header or a field of a dump; those of the record that continue on the next line are added.
fn matches_in_file(text: &str, record: &Record, highlighter: &Highlighter) -> Vec<Range<usize>> {
    let html = Markup::of(text) == Markup::Html || has_html_name(attributes::path(record));
    let of_record = locate(&VisibleText::of(text, html), &record.texts(), highlighter);
    if html {
        return of_record;
    }
    let continues = |found: &Range<usize>| text.as_bytes()[found.clone()].contains(&b'\n');
    let wrapped: Vec<Range<usize>> = of_record.into_iter().filter(continues).collect();
    let mut matches = matches_in_lines(text, highlighter);
    // Both are in the order of their starts. A match in a line that is a part of one on two lines
    // is not a match of its own.
    let mut of_two_lines = wrapped.iter().peekable();
    matches.retain(|found| {
        while of_two_lines.next_if(|wrapped| wrapped.end <= found.start).is_some() {}
        of_two_lines.peek().is_none_or(|wrapped| found.end <= wrapped.start)
    });
    matches.extend(wrapped);
    matches.sort_unstable_by_key(|found| found.start);
    matches
}

/// The matches in each line, as ranges of bytes of the text.
fn matches_in_lines(text: &str, highlighter: &Highlighter) -> Vec<Range<usize>> {
    let (mut matches, mut line_start) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let highlights = highlighter.highlight(line.trim_end_matches(['\r', '\n'])).highlights;
        if !highlights.is_empty() {
            let offsets = line.char_indices().map(|(at, _)| line_start + at);
            let offsets: Vec<usize> = offsets.chain([line_start + line.len()]).collect();
            matches.extend(highlights.iter().map(|[start, end]| offsets[*start]..offsets[*end]));
        }
        line_start += line.len();
    }
    matches
}

/// Whether a file has the name of an HTML page. The text of a flash item is a part of its page, and
/// may not begin as a page does.
fn has_html_name(path: &str) -> bool {
    let Some((_, extension)) = path.rsplit_once('.') else { return false };
    ["html", "htm", "xhtml", "shtml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

fn title(record: &Record) -> String {
    sanitize::line(attributes::title(record)).into_owned()
}

/// The first line of a text, without its end.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// A line without control characters; of a line that is too long, the part around byte `at`.
fn cut(line: &str, at: usize) -> String {
    let before = line.get(..at).unwrap_or_default().char_indices();
    let start = match line.chars().nth(MAX_LINE_CHARS) {
        Some(_) => before.rev().take(CHARS_BEFORE_MATCH).last().map_or(0, |(start, _)| start),
        None => 0,
    };
    let part: String = line[start..].chars().take(MAX_LINE_CHARS).collect();
    sanitize::line(&part).into_owned()
}
