//! Writes a postings file, section by section.

use std::io::{self, Write};

use xxhash_rust::xxh3::xxh3_64;

use super::columns::{Column, ColumnSource};
use crate::codec::length::encode_length;
use crate::footer::Footer;
use crate::pages::PageHasher;
use crate::read::columns::encode_date;
use crate::read::dictionary::DictionaryWriter;
use crate::term::{DocId, Kind, TERMINATED, TermKey};

/// Posting lists are collected until they have this many bytes, and written together, because most
/// of them have only a few bytes.
const BUFFER: usize = 1 << 18;

/// The id of the document with this index in its file.
///
/// # Errors
///
/// If the file would have too many documents: every id is less than [`TERMINATED`].
pub(crate) fn doc_id(index: usize) -> io::Result<DocId> {
    let doc = DocId::try_from(index).ok().filter(|doc| *doc < TERMINATED);
    doc.ok_or_else(|| {
        io::Error::other(format!("a postings file has at most {TERMINATED} documents"))
    })
}

/// The length codes of all documents, and the totals of the footer.
#[derive(Debug, Default)]
pub(crate) struct DocumentTotals {
    /// The length codes of all documents, by field.
    lengths: [Vec<u8>; 3],
    docs_by_kind: [u64; 2],
    /// See [`Footer::date_bounds`].
    date_bounds: [u64; 2],
    /// See [`Footer::total_lengths`].
    pub(crate) total_lengths: [[u64; 3]; 2],
}

impl DocumentTotals {
    pub(crate) fn num_docs(&self) -> usize {
        self.lengths[0].len()
    }

    /// Adds the next document with the lengths of its fields in key characters.
    pub(crate) fn push(&mut self, kind: Kind, lengths: [usize; 3], date: Option<i64>) {
        for (field, length) in lengths.into_iter().enumerate() {
            self.total_lengths[kind as usize][field] += length as u64;
        }
        self.push_encoded(kind, lengths.map(|length| encode_length(kind, length)), date);
    }

    /// Adds the next document with its length codes. The caller sets `total_lengths`.
    pub(crate) fn push_encoded(&mut self, kind: Kind, codes: [u8; 3], date: Option<i64>) {
        for (lengths, code) in self.lengths.iter_mut().zip(codes) {
            lengths.push(code);
        }
        let date = encode_date(date);
        if date != 0 {
            let [oldest, newest] = self.date_bounds;
            let oldest = if oldest == 0 { date } else { oldest.min(date) };
            self.date_bounds = [oldest, newest.max(date)];
        }
        self.docs_by_kind[kind as usize] += 1;
    }
}

/// Writes a file: posting lists as they arrive, in the order of their keys, then all other
/// sections.
pub(crate) struct FileWriter<W> {
    out: W,
    pages: PageHasher,
    /// The number of bytes that have been written.
    written: u64,
    dictionary: DictionaryWriter,
    /// Lists that have not been written yet.
    buffer: Vec<u8>,
}

impl<W: Write> FileWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            pages: PageHasher::default(),
            written: 0,
            dictionary: DictionaryWriter::default(),
            buffer: Vec::with_capacity(BUFFER),
        }
    }

    /// Adds the encoded list of a term.
    pub(crate) fn push_list(
        &mut self,
        key: TermKey,
        doc_freq: usize,
        list: &[u8],
    ) -> io::Result<()> {
        let offset = self.written + self.buffer.len() as u64;
        self.dictionary.push(key, doc_freq as u32, offset, list.len());
        self.buffer.extend_from_slice(list);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer)?;
        buffer.clear();
        self.buffer = buffer;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pages.update(bytes);
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Writes the other sections and the footer, and returns the output. `words` and `paths` are
    /// the encoded tables of words and of paths.
    pub(crate) fn finish(
        mut self,
        [words, paths]: [Vec<u8>; 2],
        documents: &DocumentTotals,
        columns: &mut dyn ColumnSource,
    ) -> io::Result<W> {
        self.flush()?;
        let lists = self.written;
        let DictionaryWriter { entries, index, .. } = std::mem::take(&mut self.dictionary);
        for bytes in [&entries, &index, &words, &paths].into_iter().chain(&documents.lengths) {
            self.write(bytes)?;
        }
        for column in Column::ALL {
            columns.read(column, &mut |bytes| self.write(bytes))?;
        }
        let sums = self.pages.finish();
        self.out.write_all(&sums)?;
        let footer = Footer {
            lists,
            dictionary: entries.len() as u64,
            dictionary_index: index.len() as u64,
            words: words.len() as u64,
            paths: paths.len() as u64,
            num_docs: documents.num_docs() as u64,
            docs_by_kind: documents.docs_by_kind,
            total_lengths: documents.total_lengths,
            date_bounds: documents.date_bounds,
            page_sums_hash: xxh3_64(&sums),
        };
        self.out.write_all(&footer.to_bytes())?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_id_is_less_than_the_number_that_ends_a_list() {
        let end = TERMINATED as usize;
        assert_eq!(doc_id(0).unwrap(), 0);
        assert_eq!(doc_id(end - 1).unwrap(), TERMINATED - 1);
        assert!(doc_id(end).is_err());
        assert!(doc_id(usize::MAX).is_err());
    }
}
