//! The file of a run: its sorted posting lists, in the order of their keys.
//!
//! ```text
//! list = tag u8 | key delta | number of documents | first doc id | [counts] | numbers
//! ```
//!
//! The tag has the widths of the three arrays of a [`PostingList`], two bits each, and a bit that
//! says whether any document has tf > 1. If this bit is set, the counts follow the first doc id:
//! the number of extra tfs and the number of position deltas. Otherwise there are no extra tfs, and
//! one position delta for each document of a bigram. The fields between the tag and the numbers are
//! varints. The numbers of an array take as many bytes as its greatest needs: one, two or four. A
//! run is read once, so speed matters more than size.

use std::fs::File;
use std::io::{self, Seek, Write};

use crate::codec::posting_list::PostingList;
use crate::codec::varint::{read_varint, write_varint};
use crate::term::{DocId, TermKey};

/// The number of bytes of lists that are written at once.
const BUFFER: usize = 1 << 18;

/// Writes the posting lists of a run.
pub(super) struct RunWriter {
    file: File,
    /// The key of the last list.
    last: u64,
    /// Bytes that are not written yet.
    bytes: Vec<u8>,
}

impl RunWriter {
    /// Writes into an empty file.
    pub(super) fn new(file: File) -> Self {
        Self { file, last: 0, bytes: Vec::with_capacity(2 * BUFFER) }
    }

    /// Writes a list unless it is empty. Sets the first doc id in `list` to 0, because it is
    /// written separately.
    pub(super) fn push(&mut self, key: TermKey, list: &mut PostingList) -> io::Result<()> {
        let Some(first) = list.doc_deltas.first_mut() else { return Ok(()) };
        // The lowest bit of an element says whether tf > 1; the bits above it are the delta.
        let document = *first >> 1;
        *first &= 1;
        let widths = [&list.doc_deltas, &list.extra_tfs, &list.position_deltas]
            .map(|numbers| Width::of(numbers));
        let has_extra_tfs = !list.extra_tfs.is_empty();
        let [docs_width, tfs_width, deltas_width] = widths.map(|width| width as u8);
        let tag = u8::from(has_extra_tfs) << 6 | deltas_width << 4 | tfs_width << 2 | docs_width;
        self.push_header(tag, key, list.doc_deltas.len(), document);
        if has_extra_tfs {
            write_varint(list.extra_tfs.len() as u64, &mut self.bytes);
            write_varint(list.position_deltas.len() as u64, &mut self.bytes);
        }
        for (numbers, width) in
            [&list.doc_deltas, &list.extra_tfs, &list.position_deltas].into_iter().zip(widths)
        {
            width.write(numbers, &mut self.bytes);
        }
        self.flush_if_at_least(BUFFER)
    }

    /// Writes a list of one document with one position, or without positions. Most lists of a run
    /// are of this kind.
    pub(super) fn push_one(
        &mut self,
        key: TermKey,
        document: DocId,
        position: Option<u32>,
    ) -> io::Result<()> {
        let width = Width::of(position.as_slice());
        self.push_header((width as u8) << 4, key, 1, document);
        // The list has one doc-id delta, which is written as 0: the header has the doc id, and the
        // lowest bit says that tf is 1.
        self.bytes.push(0);
        width.write(position.as_slice(), &mut self.bytes);
        self.flush_if_at_least(BUFFER)
    }

    fn push_header(&mut self, tag: u8, key: TermKey, documents: usize, first: u32) {
        self.bytes.push(tag);
        write_varint(key.0 - self.last, &mut self.bytes);
        self.last = key.0;
        write_varint(documents as u64, &mut self.bytes);
        write_varint(u64::from(first), &mut self.bytes);
    }

    /// Writes the buffer if it has at least this many bytes.
    fn flush_if_at_least(&mut self, bytes: usize) -> io::Result<()> {
        if self.bytes.len() >= bytes {
            self.file.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    /// Writes what is left in the buffer, and rewinds the file.
    pub(super) fn finish(mut self) -> io::Result<File> {
        self.flush_if_at_least(0)?;
        self.file.rewind()?;
        Ok(self.file)
    }
}

/// The number of bytes of each number of an array.
#[derive(Debug, Clone, Copy)]
enum Width {
    One,
    Two,
    Four,
}

impl Width {
    /// The width of the greatest number.
    fn of(numbers: &[u32]) -> Self {
        // The bitwise or of all numbers has as many bits as the greatest.
        match numbers.iter().fold(0, |all, number| all | number) {
            ..0x100 => Self::One,
            0x100..0x1_0000 => Self::Two,
            _ => Self::Four,
        }
    }

    /// The width that the lowest two bits of `bits` stand for; `None` if they stand for none.
    fn from_tag(bits: u8) -> Option<Self> {
        [Self::One, Self::Two, Self::Four].get(usize::from(bits & 3)).copied()
    }

    fn byte_len(self) -> usize {
        1 << self as usize
    }

    fn write(self, numbers: &[u32], out: &mut Vec<u8>) {
        if matches!(self, Self::One) {
            out.extend(numbers.iter().map(|number| *number as u8));
            return;
        }
        let start = out.len();
        out.resize(start + numbers.len() * self.byte_len(), 0);
        let target = &mut out[start..];
        match self {
            // `One` was written above, so this is `Two`.
            Self::One | Self::Two => {
                for (target, number) in target.chunks_exact_mut(2).zip(numbers) {
                    target.copy_from_slice(&(*number as u16).to_le_bytes());
                }
            }
            Self::Four => {
                for (target, number) in target.chunks_exact_mut(4).zip(numbers) {
                    target.copy_from_slice(&number.to_le_bytes());
                }
            }
        }
    }

    fn read(self, bytes: &[u8], numbers: &mut Vec<u32>) {
        match self {
            Self::One => numbers.extend(bytes.iter().map(|byte| u32::from(*byte))),
            Self::Two => numbers.extend(
                bytes.chunks_exact(2).map(|two| u32::from(u16::from_le_bytes([two[0], two[1]]))),
            ),
            Self::Four => numbers.extend(
                bytes
                    .chunks_exact(4)
                    .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])),
            ),
        }
    }
}

/// The header of a list in the file of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListHeader {
    pub(super) key: u64,
    first: DocId,
    doc_deltas: ArrayHeader,
    extra_tfs: ArrayHeader,
    position_deltas: ArrayHeader,
}

/// How many numbers an array of a list has, and how wide they are.
#[derive(Debug, Clone, Copy)]
struct ArrayHeader {
    count: usize,
    width: Width,
}

impl ArrayHeader {
    /// Length of all numbers, in bytes.
    fn byte_len(self) -> usize {
        self.count.saturating_mul(self.width.byte_len())
    }
}

impl ListHeader {
    /// No header is longer than this, in bytes: a tag, and five varints of at most nine bytes each.
    pub(super) const MAX_BYTES: usize = 1 + 5 * 9;

    /// Reads a header and advances `bytes` past it. `last` is the key of the previous list.
    pub(super) fn read(last: u64, bytes: &mut &[u8]) -> Option<Self> {
        let (tag, remaining) = bytes.split_first()?;
        *bytes = remaining;
        let key = last.checked_add(read_varint(bytes)?)?;
        let documents = read_varint(bytes).filter(|documents| *documents > 0)? as usize;
        let first = read_varint(bytes)? as u32;
        let (mut tfs, mut deltas) = (0, if TermKey(key).is_bigram() { documents } else { 0 });
        if tag >> 6 & 1 == 1 {
            tfs = read_varint(bytes)? as usize;
            deltas = read_varint(bytes)? as usize;
        }
        Some(Self {
            key,
            first,
            doc_deltas: ArrayHeader { count: documents, width: Width::from_tag(*tag)? },
            extra_tfs: ArrayHeader { count: tfs, width: Width::from_tag(tag >> 2)? },
            position_deltas: ArrayHeader { count: deltas, width: Width::from_tag(tag >> 4)? },
        })
    }

    /// Length of the numbers of all arrays, in bytes.
    pub(super) fn byte_len(&self) -> usize {
        [self.doc_deltas, self.extra_tfs, self.position_deltas]
            .map(ArrayHeader::byte_len)
            .iter()
            .fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    /// Appends the list of this run to `list`, which has the documents of earlier runs. The numbers
    /// are the first [`ListHeader::byte_len`] of `bytes`.
    pub(super) fn append_to(&self, bytes: &[u8], list: &mut PostingList) {
        let starts = [list.doc_deltas.len(), list.extra_tfs.len(), list.position_deltas.len()];
        let (doc_deltas, remaining) = bytes.split_at(self.doc_deltas.byte_len());
        let (extra_tfs, deltas) = remaining.split_at(self.extra_tfs.byte_len());
        self.doc_deltas.width.read(doc_deltas, &mut list.doc_deltas);
        self.extra_tfs.width.read(extra_tfs, &mut list.extra_tfs);
        self.position_deltas.width.read(deltas, &mut list.position_deltas);
        list.join(starts, self.first);
    }
}

/// The file of a run with these lists.
#[cfg(test)]
pub(crate) fn file_of(lists: &[(TermKey, PostingList)]) -> File {
    let mut out = RunWriter::new(tempfile::tempfile().unwrap());
    for (key, list) in lists {
        out.push(*key, &mut list.clone()).unwrap();
    }
    out.finish().unwrap()
}
