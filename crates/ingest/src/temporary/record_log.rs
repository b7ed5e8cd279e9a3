//! A temporary file for data that grows with the archive, so that the data takes no memory. The
//! file has records, which are read back by their offsets; here a record is any string of bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes to write at a time.
const WRITE_BYTES: usize = 1 << 16;
/// Bytes of the length before each record.
const LENGTH_BYTES: usize = 4;

/// Writes records.
pub(crate) struct RecordLog {
    file: File,
    /// Bytes that are not yet in the file.
    pending: Vec<u8>,
    /// Number of bytes in the file.
    written: u64,
}

/// A complete log. Clones share the file.
#[derive(Clone)]
pub(crate) struct FinishedLog {
    file: Arc<Mutex<File>>,
    length: u64,
}

/// Reads records, in any order; fastest in the order in which they were written.
#[derive(Clone)]
pub(crate) struct LogReader {
    log: FinishedLog,
    /// The bytes of the file that were read last.
    window: Vec<u8>,
    /// File offset of the window.
    window_start: u64,
    /// Bytes to read at a time.
    read_bytes: usize,
}

impl RecordLog {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, pending: Vec::new(), written: 0 })
    }

    /// Appends a record; returns its offset.
    pub(crate) fn push(&mut self, record: &[u8]) -> io::Result<u64> {
        let at = self.end_offset();
        let length = u32::try_from(record.len()).map_err(io::Error::other)?;
        self.pending.extend_from_slice(&length.to_le_bytes());
        self.pending.extend_from_slice(record);
        if self.pending.len() >= WRITE_BYTES {
            self.flush()?;
        }
        Ok(at)
    }

    /// Offset of the next record.
    pub(crate) fn end_offset(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.pending)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        // Do not keep the capacity of one long record.
        self.pending.shrink_to(2 * WRITE_BYTES);
        Ok(())
    }

    /// Ends writing.
    pub(crate) fn finish(mut self) -> io::Result<FinishedLog> {
        self.flush()?;
        Ok(FinishedLog { file: Arc::new(Mutex::new(self.file)), length: self.written })
    }
}

impl FinishedLog {
    /// A reader that reads `read_bytes` bytes at a time, or more for longer records.
    pub(crate) fn reader(&self, read_bytes: usize) -> LogReader {
        LogReader { log: self.clone(), window: Vec::new(), window_start: 0, read_bytes }
    }
}

impl LogReader {
    /// The record at offset `at`, and the offset of the next one.
    pub(crate) fn record(&mut self, at: u64) -> io::Result<(&[u8], u64)> {
        let prefix = self.bytes(at, LENGTH_BYTES)?;
        let length = u32::from_le_bytes(prefix.try_into().map_err(io::Error::other)?) as usize;
        let from = at + LENGTH_BYTES as u64;
        let record = self.bytes(from, length)?;
        Ok((record, from + length as u64))
    }

    /// Frees the window of a reader that is no longer needed.
    pub(crate) fn close(&mut self) {
        self.window = Vec::new();
    }

    /// The `length` bytes at offset `at`, read into the window if they are not in it.
    fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let end = at + length as u64;
        if at < self.window_start || end > self.window_start + self.window.len() as u64 {
            self.load(at, length)?;
        }
        // Inside the window, so it fits in `usize`.
        let start = (at - self.window_start) as usize;
        self.window.get(start..start + length).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads the window at offset `at`: `length` bytes or more.
    fn load(&mut self, at: u64, length: usize) -> io::Result<()> {
        let remaining = self.log.length.saturating_sub(at);
        let wanted = (length.max(self.read_bytes) as u64).min(remaining);
        self.window.clear();
        self.window.shrink_to(2 * self.read_bytes);
        self.window_start = at;
        let file = self.log.file.lock().unwrap_or_else(PoisonError::into_inner);
        (&*file).seek(SeekFrom::Start(at))?;
        (&*file).take(wanted).read_to_end(&mut self.window)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_record_is_read_back_in_any_order(
            lengths in prop::collection::vec(0..200_usize, 1..60),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
            read_bytes in 1..300_usize,
        ) {
            let mut log = RecordLog::new().unwrap();
            let records: Vec<Vec<u8>> =
                (0..).zip(&lengths).map(|(number, length)| vec![number; *length]).collect();
            let offsets: Vec<u64> = records.iter().map(|record| log.push(record).unwrap()).collect();
            let end = log.end_offset();
            let finished = log.finish().unwrap();
            let mut reader = finished.reader(read_bytes);
            let shuffled = order.iter().map(|index| index.index(records.len()));
            for number in (0..records.len()).chain(shuffled) {
                let next = offsets.get(number + 1).copied().unwrap_or(end);
                prop_assert_eq!(reader.record(offsets[number]).unwrap(), (&*records[number], next));
            }
            prop_assert!(reader.record(end).is_err());
        }
    }

    #[test]
    fn more_bytes_than_a_buffer_are_read_back() {
        let mut log = RecordLog::new().unwrap();
        let record = |number: u8| vec![number; 3 * WRITE_BYTES / 2 / usize::from(number)];
        let offsets: Vec<u64> = (1..9).map(|number| log.push(&record(number)).unwrap()).collect();
        let mut reader = log.finish().unwrap().reader(1 << 10);
        for (number, at) in (1..9).zip(offsets) {
            assert_eq!(reader.record(at).unwrap().0, record(number));
        }
    }
}
