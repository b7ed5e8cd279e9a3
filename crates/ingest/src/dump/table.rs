//! Reads tables with a header: CSV and TSV.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use serde_json::Value;

use super::sink::{End, Flow, Sink};
use super::text_reader::TextReader;
use crate::fields::field_map::FieldMap;
use crate::fields::key_reader::RawFields;
use crate::fields::keys;

/// The separators that tables have.
const SEPARATORS: [u8; 4] = *b",;\t|";
/// Maximum number of columns that are read.
const MAX_COLUMNS: usize = 4096;
/// The CSV reader reads whole buffers, so it may be ahead of the end of a row, but by less than
/// this many bytes.
const MAX_READ_AHEAD: u64 = 256 << 10;

/// Passes every row to `sink`. If no separator is given, the header shows it.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>, separator: Option<u8>) -> Flow {
    let head = match file.fill_buf() {
        Ok(buffer) => buffer.split(|byte| *byte == b'\n').next().unwrap_or_default(),
        Err(error) => {
            let line = 1;
            return sink.failed(line, &error);
        }
    };
    let separator = separator.unwrap_or_else(|| separator_of(head, &sink.options.map));
    let (left, budget) = (Cell::new(0), sink.max_record_bytes() as u64 + MAX_READ_AHEAD);
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(RowBudget { file, left: &left });
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
        match fields(columns, &row) {
            Ok(fields) if fields.is_empty() => {}
            Ok(fields) => {
                let span = rows.get_mut().file.span(start, end);
                // The cells of the row without separators, by which a repeated row is recognised.
                let bytes = row.as_slice();
                sink.record(&fields, bytes, span, line)?;
            }
            Err(what) => sink.malformed(line, what)?,
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
        let text = String::from_utf8_lossy(cell);
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
}

impl Read for RowBudget<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.unwrap_or(0));
        match left {
            Some(_) => Ok(read),
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
