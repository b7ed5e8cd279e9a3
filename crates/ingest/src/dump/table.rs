//! Reads tables with a header: CSV and TSV.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use serde_json::Value;

use super::broken_quotes::{LineRow, has_broken_quote, lines_as_rows};
use super::sink::{End, Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::field_map::FieldMap;
use crate::fields::key_reader::RawFields;
use crate::fields::keys;
use crate::record::Span;

/// The separators that tables have.
const SEPARATORS: [u8; 4] = *b",;\t|";
/// Maximum number of columns that are read.
const MAX_COLUMNS: usize = 4096;
/// The CSV reader reads whole buffers, so it may be ahead of the end of a row, but by less than
/// this many bytes.
const MAX_READ_AHEAD: u64 = 256 << 10;
/// Maximum bytes of earlier rows that are kept, so that not every row moves the bytes after it.
const MAX_KEPT_BYTES: usize = 64 << 10;

/// Passes every row to `sink`. If no separator is given, the header shows it.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>, separator: Option<u8>) -> Flow {
    let head = match file.fill_buf() {
        Ok(buffer) => buffer,
        Err(error) => {
            let line = 1;
            return sink.failed(line, &error);
        }
    };
    let Preamble { rows: mut rows_before, separator: stated, header } =
        preamble(head, &sink.options.map);
    let separator = stated.or(separator).unwrap_or_else(|| separator_of(header, &sink.options.map));
    let (left, budget) = (Cell::new(0), sink.max_record_bytes() as u64 + MAX_READ_AHEAD);
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(RowBudget { file, left: &left, raw: Vec::new(), raw_start: 0 });
    let mut row = ByteRecord::new();
    let mut columns: Option<Vec<String>> = None;
    loop {
        left.set(budget);
        let line = rows.position().line();
        match rows.read_byte_record(&mut row) {
            Ok(false) => return Flow::Continue(()),
            Ok(true) => {}
            Err(_) if left.get() == 0 => {
                let what = format!("a row of more than {} bytes", sink.max_record_bytes());
                return sink.abandon(line, what);
            }
            Err(error) => return sink.failed(line, &io_error(error)),
        }
        let (start, line) = row.position().map_or((0, line), |at| (at.byte(), at.line()));
        let end = rows.position().byte();
        let Some(columns) = &columns else {
            if rows_before > 0 {
                rows_before -= 1;
                continue;
            }
            let names: Vec<String> = cells(&row).take(MAX_COLUMNS).collect();
            let map = &sink.options.map;
            let is_title_or_text =
                |name: &String| keys::is_title_or_text(name) || map.is_title_or_text(name.trim());
            if !names.iter().any(is_title_or_text) {
                sink.malformed(line, no_column_message(&names))?;
                return Flow::Break(End::Failed);
            }
            columns = Some(names);
            continue;
        };
        sink.begin(line)?;
        // Tables that were joined repeat their header.
        if columns.iter().map(String::as_str).eq(cells(&row).take(MAX_COLUMNS)) {
            continue;
        }
        let budget = rows.get_mut();
        let row = TableRow { row: &row, start, end, line };
        read_row(&row, columns, separator, budget, sink)?;
        budget.forget(end);
    }
}

/// The lines before the header of a table.
#[derive(Debug, PartialEq, Eq)]
struct Preamble<'h> {
    /// How many lines there are that are not blank.
    rows: usize,
    /// The separator that one of them states.
    separator: Option<u8>,
    /// The header.
    header: &'h [u8],
}

/// The lines before the header of a table that begins with `head`: `sep=;`, by which Excel is told
/// the separator, and comments.
fn preamble<'h>(head: &'h [u8], map: &FieldMap) -> Preamble<'h> {
    /// Maximum number of such lines.
    const MAX_LINES: usize = 100;
    let mut preamble = Preamble { rows: 0, separator: None, header: head };
    let names_text = |line: &[u8]| {
        let names = line.split(|byte| SEPARATORS.contains(byte));
        names.map(String::from_utf8_lossy).any(|name| {
            let name = name.trim();
            keys::is_title_or_text(name) || map.is_title_or_text(name.trim_start_matches('#'))
        })
    };
    for line in head.split(|byte| *byte == b'\n').take(MAX_LINES) {
        preamble.header = line;
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_end();
        let line =
            line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
        let stated = match line {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
            // A tab at the end of the line was trimmed.
            b"sep=" => Some(b'\t'),
            _ => None,
        };
        // The name of the first column may be `#`.
        let is_comment = line.starts_with(b"#") && !names_text(line);
        if stated.is_none() && !is_comment && !line.is_empty() {
            break;
        }
        preamble.rows += usize::from(!line.is_empty());
        preamble.separator = preamble.separator.or(stated);
    }
    preamble
}

/// A row of a table, and where it is in the text.
struct TableRow<'r> {
    row: &'r ByteRecord,
    start: u64,
    end: u64,
    line: u64,
}

/// Passes a row to `sink`, or the rows that it has taken in because a quotation mark is missing.
fn read_row(
    row: &TableRow<'_>,
    columns: &[String],
    separator: u8,
    budget: &mut RowBudget<'_, '_>,
    sink: &mut Sink<'_>,
) -> Flow {
    let TableRow { row, start, end, line } = *row;
    // Only a row with a cell of several lines can have taken in others.
    let has_lines = row.iter().any(|cell| cell.contains(&b'\n'));
    let raw = budget.raw(start, end);
    let is_broken = has_lines && has_broken_quote(raw, separator);
    if is_broken && let Some(lines) = lines_as_rows(raw, separator, columns.len()) {
        for LineRow { cells, range, lines_before } in lines {
            let span = budget.file.span(start + range.start as u64, start + range.end as u64);
            sink_row(&cells, columns, span, line + lines_before, sink)?;
        }
        return Flow::Continue(());
    }
    let span = budget.file.span(start, end);
    let is_read = sink_row(row, columns, span, line, sink)?;
    if is_broken && is_read {
        let what = "a quotation mark does not end its cell; it was read as one row";
        return sink.malformed(line, what.to_owned());
    }
    Flow::Continue(())
}

/// Passes a row to `sink`. Returns whether it can be read.
fn sink_row(
    row: &ByteRecord,
    columns: &[String],
    span: Span,
    line: u64,
    sink: &mut Sink<'_>,
) -> Flow<bool> {
    match fields(columns, row) {
        Ok(fields) => {
            // The cells of the row without separators, by which a repeated row is recognised.
            let bytes = row.as_slice();
            sink.is_lossy |= memchr::memchr(0, bytes).is_some();
            if !fields.is_empty() {
                sink.record(&fields, bytes, span, line)?;
            }
            Flow::Continue(true)
        }
        Err(what) => {
            sink.malformed(line, what)?;
            Flow::Continue(false)
        }
    }
}

/// The separator by which a header has the most known columns; a comma if there are none.
fn separator_of(header: &[u8], map: &FieldMap) -> u8 {
    let header = String::from_utf8_lossy(header);
    let known = |separator: &u8| {
        let names = header.trim_end().split(char::from(*separator));
        let is_known =
            |name: &&str| keys::is_known(name) || map.is_title_or_text(name.trim_matches('"'));
        names.filter(is_known).count()
    };
    let (mut most_known, mut best) = (0, b',');
    for separator in SEPARATORS {
        let known = known(&separator);
        if known > most_known {
            (most_known, best) = (known, separator);
        }
    }
    best
}

/// The cells of a row as texts.
fn cells(row: &ByteRecord) -> impl Iterator<Item = String> + '_ {
    row.iter().map(|cell| {
        let mut text = String::from_utf8_lossy(cell);
        if text.contains('\0') {
            text.to_mut().retain(|c| c != '\0');
        }
        text.trim().trim_start_matches('\u{feff}').to_owned()
    })
}

/// The values of a row by column.
fn fields(columns: &[String], row: &ByteRecord) -> Result<RawFields, String> {
    let has_surplus_cells =
        cells(row).skip(columns.len()).take(MAX_COLUMNS).any(|cell| !cell.is_empty());
    if has_surplus_cells {
        return Err(format!("{} cells, but the header has {}", row.len(), columns.len()));
    }
    // A cell whose closing quotation mark is missing takes in the rest of the table.
    let last = row.iter().next_back().unwrap_or_default();
    if row.len() < columns.len() && row.len() > 1 && memchr::memchr_iter(b'\n', last).count() > 1 {
        return Err("a quotation mark does not end".to_owned());
    }
    let mut fields = RawFields::new();
    for (column, cell) in columns.iter().zip(cells(row)) {
        if !cell.is_empty() && !column.is_empty() {
            fields.entry(column.clone()).or_insert(Value::String(cell));
        }
    }
    Ok(fields)
}

/// The message about a table without a column of titles or texts, which names its columns.
fn no_column_message(names: &[String]) -> String {
    /// Maximum number of columns that are named.
    const MAX_NAMED_COLUMNS: usize = 8;
    /// Maximum characters of the name of a column that are printed.
    const MAX_NAME_CHARS: usize = 40;
    let clean = |name: &String| -> String {
        name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect()
    };
    let names: Vec<String> = names.iter().take(MAX_NAMED_COLUMNS).map(clean).collect();
    format!(
        "no column of its header holds a title or text ({}); --map text=COLUMN can name one",
        names.join(", ")
    )
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

/// Reads the table, but fails in a row for which the budget of bytes does not suffice, so that no
/// row fills the memory.
struct RowBudget<'b, 'r> {
    file: &'b mut TextReader<'r>,
    /// Bytes that may still be read for the current row.
    left: &'b Cell<u64>,
    /// What has been read since the beginning of the current row, or a little more.
    raw: Vec<u8>,
    /// The offset of `raw` in the text.
    raw_start: u64,
}

impl RowBudget<'_, '_> {
    /// The bytes of the current row.
    fn raw(&self, start: u64, end: u64) -> &[u8] {
        let at = |offset: u64| usize::try_from(offset.saturating_sub(self.raw_start)).ok();
        let range = at(start).zip(at(end)).map(|(start, end)| start..end);
        range.and_then(|range| self.raw.get(range)).unwrap_or_default()
    }

    /// Drops the bytes before `end`, the end of a row, if they are many.
    fn forget(&mut self, end: u64) {
        let bytes = usize::try_from(end.saturating_sub(self.raw_start)).unwrap_or(usize::MAX);
        if (MAX_KEPT_BYTES..=self.raw.len()).contains(&bytes) {
            self.raw.drain(..bytes);
            self.raw_start = end;
        }
    }
}

impl Read for RowBudget<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.raw.extend_from_slice(&buffer[..read]);
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.unwrap_or(0));
        match left {
            Some(_) => Ok(read),
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_before_a_header_may_state_the_separator() {
        for (head, rows, separator) in [
            ("sep=;\na;b", 1, Some(b';')),
            ("\u{feff}\"sep=,\"\r\na;b", 1, Some(b',')),
            ("# exported 2024, by 甲\n\n#\na;b", 2, None),
            ("a;b", 0, None),
        ] {
            let expected = Preamble { rows, separator, header: b"a;b" };
            assert_eq!(preamble(head.as_bytes(), &FieldMap::default()), expected, "{head}");
        }
        assert_eq!(
            preamble("#,title\n1,甲".as_bytes(), &FieldMap::default()).rows,
            0,
            "a column named #"
        );
    }
}
