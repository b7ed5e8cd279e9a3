//! From merged lists to the file: a thread packs them while the next ones are merged, and another
//! one writes.

use std::io;
use std::thread;

use crossbeam_channel::bounded;

use super::UnitKey;
use super::file::Writer;
use super::list::{List, Slices};

/// Numbers that are handed on together, about: to wake a thread costs as much as to pack some
/// hundred lists.
const NUMBERS: usize = 1 << 16;
/// Batches that there are: each thread has one, and one waits.
const BATCHES: usize = 4;

/// Lists, one behind the other.
#[derive(Debug, Default)]
struct Batch {
    numbers: Vec<u32>,
    more: Vec<u32>,
    gaps: Vec<u32>,
    /// Where each list ends.
    ends: Vec<(UnitKey, [usize; 3])>,
    /// The lists as they are written, and how many documents and bytes each has.
    packed: Vec<u8>,
    sizes: Vec<(usize, usize)>,
}

impl Batch {
    fn push(&mut self, key: UnitKey, list: &List) {
        let Self { numbers, more, gaps, ends, .. } = self;
        numbers.extend_from_slice(&list.numbers);
        more.extend_from_slice(&list.more);
        gaps.extend_from_slice(&list.gaps);
        ends.push((key, [numbers.len(), more.len(), gaps.len()]));
    }

    fn is_full(&self) -> bool {
        self.numbers.len() + self.gaps.len() >= NUMBERS
    }

    fn clear(&mut self) {
        let Self { numbers, more, gaps, ends, packed, sizes } = self;
        [numbers, more, gaps].into_iter().for_each(Vec::clear);
        ends.clear();
        packed.clear();
        sizes.clear();
    }

    fn pack(&mut self) {
        let Self { numbers, more, gaps, ends, packed, sizes } = self;
        let mut starts = [0; 3];
        for (_, ends) in &*ends {
            let [of_numbers, of_more, of_gaps] = [0, 1, 2].map(|kind| starts[kind]..ends[kind]);
            let (documents, start) = (of_numbers.len(), packed.len());
            let list = Slices {
                numbers: &numbers[of_numbers],
                more: &more[of_more],
                gaps: &gaps[of_gaps],
            };
            list.encode(packed);
            sizes.push((documents, packed.len() - start));
            starts = *ends;
        }
    }

    /// Writes what is packed.
    fn write(&self, writer: &mut Writer) -> io::Result<()> {
        let mut rest = self.packed.as_slice();
        for ((key, _), (documents, bytes)) in self.ends.iter().zip(&self.sizes) {
            let (list, after) = rest.split_at(*bytes);
            writer.list(*key, *documents, list)?;
            rest = after;
        }
        Ok(())
    }
}

/// Writes the lists that `merge` hands to its sink.
pub(super) fn packed(
    mut writer: Writer,
    merge: impl FnOnce(&mut dyn FnMut(UnitKey, &List) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<Writer> {
    let (full, to_pack) = bounded::<Batch>(BATCHES);
    let (packed, to_write) = bounded::<Batch>(BATCHES);
    let (written, empty) = bounded::<Batch>(BATCHES);
    for _ in 1..BATCHES {
        // There is room for them all.
        let _ = written.send(Batch::default());
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            for mut batch in to_pack {
                batch.pack();
                if packed.send(batch).is_err() {
                    break;
                }
            }
        });
        let writing = scope.spawn(move || {
            for mut batch in to_write {
                batch.write(&mut writer)?;
                batch.clear();
                // Who merges no more wants none.
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
        let wrote = writing.join().unwrap_or_else(|_| Err(stopped()));
        // Its error first: it is why merging was stopped.
        let writer = wrote?;
        merged.map(|()| writer)
    })
}

fn stopped() -> io::Error {
    io::Error::other("writing postings ended early")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Part;

    /// Lists of more numbers than a few batches have, some of none, some of one document.
    fn lists() -> Vec<(UnitKey, List)> {
        let list = |number: u32| {
            let mut list = List::default();
            let documents = (0..number * number % 1009).map(|at| (at / 3, at % 3));
            list.fill_placed(documents.collect::<Vec<_>>().into_iter());
            list
        };
        let key =
            |number| UnitKey::pair(Part::Body, '甲', char::from_u32(0x4e00 + number).unwrap());
        (0..2000).map(|number| (key(number), list(number))).collect()
    }

    fn finished(writer: Writer, path: &std::path::Path) -> Vec<u8> {
        let tables = [vec![0; 4], vec![0; 4]];
        writer.finish(tables, &Default::default(), [0; 2], Default::default()).unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn lists_are_written_as_they_would_be_one_by_one() {
        let (folder, lists) = (tempfile::tempdir().unwrap(), lists());
        let path = folder.path().join("alone");
        let mut writer = Writer::create(&path).unwrap();
        for (key, list) in &lists {
            let mut bytes = Vec::new();
            list.as_slices().encode(&mut bytes);
            writer.list(*key, list.numbers.len(), &bytes).unwrap();
        }
        let wanted = finished(writer, &path);
        let path = folder.path().join("packed");
        let writer = packed(Writer::create(&path).unwrap(), |sink| {
            lists.iter().try_for_each(|(key, list)| sink(*key, list))
        });
        assert!(finished(writer.unwrap(), &path) == wanted);
        let numbers: usize =
            lists.iter().map(|(_, list)| list.numbers.len() + list.gaps.len()).sum();
        assert!(numbers > 2 * BATCHES * NUMBERS, "{numbers}");
    }

    #[test]
    fn what_ends_a_merge_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer::create(&folder.path().join("pairs")).unwrap();
        let ended = packed(writer, |sink| {
            lists().iter().try_for_each(|(key, list)| sink(*key, list))?;
            Err(io::Error::other("a run is damaged"))
        });
        assert_eq!(ended.err().map(|error| error.to_string()).as_deref(), Some("a run is damaged"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_ends_it() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let lists = lists();
        let ended = packed(Writer::into(full), |sink| {
            lists.iter().try_for_each(|(key, list)| sink(*key, list))
        });
        let error = ended.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
    }
}
