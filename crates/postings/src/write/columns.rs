//! Provides the column values of documents to the writer of a postings file.
//!
//! Documents come one at a time, each with its values of all columns, but a file has one whole
//! column after another. So the values are collected in a temporary file until all documents are
//! known. In memory they would take 29 bytes for each document, and the memory of a build would
//! grow with the archive.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::document::ColumnValues;
use crate::read::columns::{DATE_LEN, NO_ID_NUMBER, NUMBER_LEN, encode_date};

/// A column. The variants are in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    TieBreaker,
    ContentHash,
    IdNumber,
    Date,
}

impl Column {
    pub(crate) const ALL: [Self; 4] =
        [Self::TieBreaker, Self::ContentHash, Self::IdNumber, Self::Date];

    /// The byte range of this column's value in a row.
    fn in_row(self) -> Range<usize> {
        match self {
            Self::TieBreaker => 0..NUMBER_LEN,
            Self::ContentHash => NUMBER_LEN..2 * NUMBER_LEN,
            Self::IdNumber => 2 * NUMBER_LEN..3 * NUMBER_LEN,
            Self::Date => 3 * NUMBER_LEN..ROW_LEN,
        }
    }
}

/// The length in bytes of a row: the encoded values of one document.
const ROW_LEN: usize = 3 * NUMBER_LEN + DATE_LEN;

/// Encodes the values of a document as a row.
fn encode(values: &ColumnValues) -> [u8; ROW_LEN] {
    let ColumnValues { tie_breaker, content_hash, id_number, date } = *values;
    let mut row = [0; ROW_LEN];
    row[Column::TieBreaker.in_row()].copy_from_slice(&tie_breaker.to_le_bytes());
    row[Column::ContentHash.in_row()].copy_from_slice(&content_hash.to_le_bytes());
    let id_number = id_number.unwrap_or(NO_ID_NUMBER);
    row[Column::IdNumber.in_row()].copy_from_slice(&id_number.to_le_bytes());
    row[Column::Date.in_row()].copy_from_slice(&encode_date(date).to_le_bytes()[..DATE_LEN]);
    row
}

/// Provides the columns of a file that is being written.
pub(crate) trait ColumnSource {
    /// Hands the encoded values that all documents have in `column` to `sink`, in one piece or
    /// more.
    fn read(
        &mut self,
        column: Column,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// The number of rows that are in memory at a time. They take 116 KiB.
const ROWS: usize = 4096;

/// Collects column values, row by row, in a nameless temporary file. The file is created only if
/// there are more than [`ROWS`] rows.
#[derive(Debug)]
pub(crate) struct ColumnSpill {
    folder: PathBuf,
    file: Option<File>,
    /// The number of blocks of [`ROWS`] rows that are in the file.
    written_blocks: usize,
    /// The newest rows, which are not in the file.
    rows: Vec<u8>,
}

impl ColumnSpill {
    /// An empty collection, whose temporary file will be in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), file: None, written_blocks: 0, rows: Vec::new() }
    }

    /// Adds the values of the next document.
    pub(crate) fn push(&mut self, values: &ColumnValues) -> io::Result<()> {
        if self.rows.len() >= ROWS * ROW_LEN {
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(tempfile::tempfile_in(&self.folder)?),
            };
            file.write_all(&self.rows)?;
            self.written_blocks += 1;
            self.rows.clear();
        }
        self.rows.extend(encode(values));
        Ok(())
    }
}

impl ColumnSource for ColumnSpill {
    fn read(
        &mut self,
        column: Column,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut values = Vec::with_capacity(ROWS * NUMBER_LEN);
        let mut pass_column_of = |rows: &[u8]| {
            values.clear();
            for row in rows.chunks_exact(ROW_LEN) {
                values.extend_from_slice(&row[column.in_row()]);
            }
            sink(&values)
        };
        if let Some(file) = &mut self.file {
            file.rewind()?;
            let mut rows = vec![0; ROWS * ROW_LEN];
            for _ in 0..self.written_blocks {
                file.read_exact(&mut rows)?;
                pass_column_of(&rows)?;
            }
        }
        pass_column_of(&self.rows)
    }
}

/// Columns from a function that iterates over the column values of all documents. The function is
/// called again for each column, so that no values have to be stored.
pub(crate) struct RecomputedColumns<F>(pub(crate) F);

impl<F, I> ColumnSource for RecomputedColumns<F>
where
    F: FnMut() -> I,
    I: Iterator<Item = io::Result<ColumnValues>>,
{
    fn read(
        &mut self,
        column: Column,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut values = Vec::with_capacity(ROWS * NUMBER_LEN);
        for document in self.0() {
            values.extend_from_slice(&encode(&document?)[column.in_row()]);
            if values.len() >= ROWS * NUMBER_LEN {
                sink(&values)?;
                values.clear();
            }
        }
        sink(&values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(count: usize) -> Vec<ColumnValues> {
        let values = |number: u64| ColumnValues {
            tie_breaker: number * 3,
            content_hash: !number,
            id_number: (!number.is_multiple_of(5)).then_some(number),
            date: (!number.is_multiple_of(7)).then_some(number as i64 - 1000),
        };
        (0..count as u64).map(values).collect()
    }

    fn column(source: &mut dyn ColumnSource, column: Column) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut sink = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        source.read(column, &mut sink).unwrap();
        bytes
    }

    #[test]
    fn columns_are_the_same_from_memory_from_a_file_and_recomputed() {
        for count in [0, 1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS, 3 * ROWS + 5] {
            let documents = documents(count);
            let mut spill = ColumnSpill::new(&std::env::temp_dir());
            documents.iter().for_each(|values| spill.push(values).unwrap());
            assert_eq!(spill.file.is_some(), count > ROWS);
            let mut recomputed = RecomputedColumns(|| documents.iter().map(|values| Ok(*values)));
            for which in Column::ALL {
                let wanted: Vec<u8> = documents
                    .iter()
                    .flat_map(|values| encode(values)[which.in_row()].to_vec())
                    .collect();
                assert!(column(&mut spill, which) == wanted, "{which:?} of {count}");
                assert!(column(&mut recomputed, which) == wanted, "{which:?} of {count}");
            }
        }
    }
}
