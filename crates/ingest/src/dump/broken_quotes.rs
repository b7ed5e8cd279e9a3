//! Recognises rows of a table in which a quotation mark is missing, so that a cell has taken in the
//! rows after it, and splits them again.

use std::ops::Range;

use csv::ByteRecord;

/// A line that was split off a row.
pub(super) struct LineRow {
    pub(super) cells: ByteRecord,
    /// Where the line is in the row.
    pub(super) range: Range<usize>,
    /// The number of lines of the row before this one.
    pub(super) lines_before: u64,
}

/// Whether a quotation mark of a row does not end its cell, or does not end at all.
pub(super) fn has_broken_quote(row: &[u8], separator: u8) -> bool {
    let mut remaining = row.trim_ascii();
    loop {
        let after = match remaining.strip_prefix(b"\"") {
            Some(quoted) => match quoted_end(quoted, separator) {
                Some(end) => &quoted[end + 1..],
                None => return true,
            },
            None => remaining,
        };
        match memchr::memchr2(separator, b'\n', after) {
            Some(at) => remaining = &after[at + 1..],
            None => return false,
        }
    }
}

/// The offset of the quotation mark that ends a cell; `None` if something else than the end of the
/// cell follows the first mark that is not doubled.
fn quoted_end(quoted: &[u8], separator: u8) -> Option<usize> {
    let mut from = 0;
    loop {
        let end = from + memchr::memchr(b'"', &quoted[from..])?;
        let after = &quoted[end + 1..];
        if after.starts_with(b"\"") {
            from = end + 2;
            continue;
        }
        // Some programs write spaces after the mark.
        let next = after.iter().find(|byte| **byte != b' ');
        return match next {
            None | Some(b'\r' | b'\n') => Some(end),
            Some(byte) => (*byte == separator).then_some(end),
        };
    }
}

/// The lines of a row with a broken quotation mark as rows of their own, if each line has as many
/// cells as the table has columns. There are at most [`MAX_LINES`].
pub(super) fn lines_as_rows(row: &[u8], separator: u8, columns: usize) -> Option<Vec<LineRow>> {
    let (mut rows, mut start) = (Vec::new(), 0);
    for (lines_before, line) in (0..).zip(row.split_inclusive(|byte| *byte == b'\n')) {
        let range = start..start + line.len();
        start = range.end;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        let cells = cells_of_line(line, separator);
        if cells.len() != columns || rows.len() == MAX_LINES {
            return None;
        }
        rows.push(LineRow { cells, range, lines_before });
    }
    (columns > 1 && rows.len() > 1).then_some(rows)
}

/// A row of more lines is read as it is: as rows of their own, short lines would take a hundred
/// times as much memory as their text.
const MAX_LINES: usize = 100_000;

/// The cells of a line. A quotation mark that does not end its cell in the line is left out.
fn cells_of_line(line: &[u8], separator: u8) -> ByteRecord {
    let mut cells = ByteRecord::new();
    let mut remaining = Some(line);
    while let Some(cell) = remaining {
        let quoted = cell.strip_prefix(b"\"").unwrap_or_default();
        let (cell, after) = match quoted_end(quoted, separator) {
            Some(end) => {
                let text = quoted[..end].to_vec();
                let mut undoubled = Vec::with_capacity(text.len());
                let mut bytes = text.iter();
                while let Some(byte) = bytes.next() {
                    undoubled.push(*byte);
                    if *byte == b'"' {
                        bytes.next();
                    }
                }
                (undoubled, &quoted[end + 1..])
            }
            None => {
                let bare = cell.strip_prefix(b"\"").unwrap_or(cell);
                let end = memchr::memchr(separator, bare).unwrap_or(bare.len());
                (bare[..end].to_vec(), &bare[end..])
            }
        };
        cells.push_field(&cell);
        remaining = memchr::memchr(separator, after).map(|at| &after[at + 1..]);
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_with_a_broken_quotation_mark_are_split() {
        for row in
            ["甲,\"乙\n丙\"\n", "甲,\"乙\"\"\n\"\"丙\",\"\"\r\n", "甲 \"x\" y,乙", "\"甲\n乙\" ,丙"]
        {
            assert!(!has_broken_quote(row.as_bytes(), b','), "{row}");
        }
        for (row, expected) in [
            ("甲,\"乙\n丙,\"丁\"\n", Some("甲|乙/丙|丁")),
            ("甲,\"乙\n丙,丁\n\n戊,己", Some("甲|乙/丙|丁/戊|己")),
            ("甲,\"乙\n丙,\"丁,\"\"x\"\"\"\n", Some("甲|乙/丙|丁,\"x\"")),
            ("甲,\"乙\n丙\" 丁\n", None),
            ("甲,\"乙\n丙\n", None),
        ] {
            assert!(has_broken_quote(row.as_bytes(), b','), "{row}");
            let columns = 2;
            let rows = lines_as_rows(row.as_bytes(), b',', columns).map(|rows| {
                let text = |row: &LineRow| {
                    let cells: Vec<_> = row.cells.iter().map(String::from_utf8_lossy).collect();
                    cells.join("|")
                };
                rows.iter().map(text).collect::<Vec<_>>().join("/")
            });
            assert_eq!(rows.as_deref(), expected, "{row}");
        }
    }
}
