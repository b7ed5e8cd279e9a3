//! Encodes and writes posting lists while they are merged: one thread merges, one encodes, and one
//! writes.

use std::io::{self, Write};
use std::sync::mpsc::sync_channel;
use std::thread;

use super::file::FileWriter;
use crate::codec::posting_list::{ListSlices, PostingList};
use crate::term::TermKey;

/// The number of doc ids and positions after which a batch is handed on. Waking a thread costs as
/// much as encoding a few hundred lists.
const BATCH_NUMBERS: usize = 1 << 16;
/// The number of batches: one for each of the three threads, and one that waits.
const BATCHES: usize = 4;

/// The numbers of many lists, one after another.
#[derive(Debug, Default)]
struct Batch {
    doc_deltas: Vec<u32>,
    extra_tfs: Vec<u32>,
    position_deltas: Vec<u32>,
    /// The key of each list, and where it ends in the three arrays.
    ends: Vec<(TermKey, [usize; 3])>,
    /// The encoded lists, one after another.
    encoded: Vec<u8>,
    /// The number of documents and the number of bytes of each encoded list.
    sizes: Vec<(usize, usize)>,
}

impl Batch {
    fn push(&mut self, key: TermKey, list: &PostingList) {
        let Self { doc_deltas, extra_tfs, position_deltas, ends, .. } = self;
        doc_deltas.extend_from_slice(&list.doc_deltas);
        extra_tfs.extend_from_slice(&list.extra_tfs);
        position_deltas.extend_from_slice(&list.position_deltas);
        ends.push((key, [doc_deltas.len(), extra_tfs.len(), position_deltas.len()]));
    }

    fn is_full(&self) -> bool {
        self.doc_deltas.len() + self.position_deltas.len() >= BATCH_NUMBERS
    }

    fn clear(&mut self) {
        let Self { doc_deltas, extra_tfs, position_deltas, ends, encoded, sizes } = self;
        [doc_deltas, extra_tfs, position_deltas].into_iter().for_each(Vec::clear);
        ends.clear();
        encoded.clear();
        sizes.clear();
    }

    fn encode(&mut self) {
        let Self { doc_deltas, extra_tfs, position_deltas, ends, encoded, sizes } = self;
        let mut starts = [0; 3];
        for (_, ends) in &*ends {
            let [in_docs, in_tfs, in_deltas] = [0, 1, 2].map(|array| starts[array]..ends[array]);
            let (doc_freq, start) = (in_docs.len(), encoded.len());
            let list = ListSlices {
                doc_deltas: &doc_deltas[in_docs],
                extra_tfs: &extra_tfs[in_tfs],
                position_deltas: &position_deltas[in_deltas],
            };
            list.encode(encoded);
            sizes.push((doc_freq, encoded.len() - start));
            starts = *ends;
        }
    }

    /// Writes the encoded lists.
    fn write<W: Write>(&self, writer: &mut FileWriter<W>) -> io::Result<()> {
        let mut remaining = self.encoded.as_slice();
        for ((key, _), (doc_freq, bytes)) in self.ends.iter().zip(&self.sizes) {
            let (list, after) = remaining.split_at(*bytes);
            writer.push_list(*key, *doc_freq, list)?;
            remaining = after;
        }
        Ok(())
    }
}

/// Encodes the lists that `merge` hands to its sink, in the order of their keys, and writes them
/// with `writer`, which is returned.
pub(crate) fn encode_lists<W: Write + Send>(
    mut writer: FileWriter<W>,
    merge: impl FnOnce(&mut dyn FnMut(TermKey, &PostingList) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<FileWriter<W>> {
    let (full, to_encode) = sync_channel::<Batch>(BATCHES);
    let (encoded, to_write) = sync_channel::<Batch>(BATCHES);
    let (written, empty) = sync_channel::<Batch>(BATCHES);
    for _ in 1..BATCHES {
        // All batches but the one that the merging thread fills first. The channel has room for
        // them.
        let _ = written.send(Batch::default());
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            for mut batch in to_encode {
                batch.encode();
                if encoded.send(batch).is_err() {
                    break;
                }
            }
        });
        let writer_thread = scope.spawn(move || {
            for mut batch in to_write {
                batch.write(&mut writer)?;
                batch.clear();
                // The receiver exists until all threads have ended, so this never fails.
                let _ = written.send(batch);
            }
            Ok(writer)
        });
        let mut batch = Batch::default();
        let merged = merge(&mut |key, list| {
            batch.push(key, list);
            if !batch.is_full() {
                return Ok(());
            }
            let next = empty.recv().map_err(|_| stopped())?;
            full.send(std::mem::replace(&mut batch, next)).map_err(|_| stopped())
        });
        let merged = merged.and_then(|()| full.send(batch).map_err(|_| stopped()));
        drop(full);
        let outcome = writer_thread.join().unwrap_or_else(|_| Err(stopped()));
        // An error of the writer takes precedence, because it is why merging stopped.
        let writer = outcome?;
        merged.map(|()| writer)
    })
}

fn stopped() -> io::Error {
    io::Error::other("writing postings stopped early")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::TextField;
    use crate::write::columns::ColumnSpill;

    /// Posting lists that fill more than two rounds of batches; some are empty, some have a single
    /// document.
    fn lists() -> Vec<(TermKey, PostingList)> {
        let list = |number: u32| {
            let mut list = PostingList::default();
            let documents = (0..number * number % 1009).map(|at| (at / 3, at % 3));
            list.fill_with_positions(documents.collect::<Vec<_>>().into_iter());
            list
        };
        let key = |number| {
            TermKey::bigram(TextField::Body, '甲', char::from_u32(0x4e00 + number).unwrap())
        };
        (0..2000).map(|number| (key(number), list(number))).collect()
    }

    fn finished(writer: FileWriter<Vec<u8>>) -> Vec<u8> {
        let mut columns = ColumnSpill::new(&std::env::temp_dir());
        // A table without entries is only its number of blocks.
        let empty_table = || vec![0; 4];
        let tables = [empty_table(), empty_table()];
        writer.finish(tables, &Default::default(), &mut columns).unwrap()
    }

    #[test]
    fn lists_are_written_as_they_would_be_one_by_one() {
        let lists = lists();
        let mut writer = FileWriter::new(Vec::new());
        for (key, list) in &lists {
            let mut bytes = Vec::new();
            list.as_slices().encode(&mut bytes);
            writer.push_list(*key, list.doc_deltas.len(), &bytes).unwrap();
        }
        let wanted = finished(writer);
        let writer = encode_lists(FileWriter::new(Vec::new()), |sink| {
            lists.iter().try_for_each(|(key, list)| sink(*key, list))
        });
        assert!(finished(writer.unwrap()) == wanted);
        let numbers: usize =
            lists.iter().map(|(_, list)| list.doc_deltas.len() + list.position_deltas.len()).sum();
        assert!(numbers > 2 * BATCHES * BATCH_NUMBERS, "{numbers}");
    }

    #[test]
    fn the_error_of_a_merge_is_returned() {
        let ended = encode_lists(FileWriter::new(Vec::new()), |sink| {
            lists().iter().try_for_each(|(key, list)| sink(*key, list))?;
            Err(io::Error::other("a run is damaged"))
        });
        assert_eq!(ended.err().map(|error| error.to_string()).as_deref(), Some("a run is damaged"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let lists = lists();
        let ended = encode_lists(FileWriter::new(full), |sink| {
            lists.iter().try_for_each(|(key, list)| sink(*key, list))
        });
        let error = ended.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
    }
}
