//! Writing lists on a thread of their own, while the next ones are merged: to pack a list takes as long as to merge it.

use std::io;
use std::thread;

use crossbeam_channel::bounded;

use super::UnitKey;
use super::file::Writer;
use super::list::{List, Slices};

/// Numbers that are handed on together, about: to wake a thread costs as much as to pack some hundred lists.
const NUMBERS: usize = 1 << 16;
/// Batches that there are: one is merged into, one waits, one is packed.
const BATCHES: usize = 3;

/// Lists, one behind the other.
#[derive(Debug, Default)]
struct Batch {
    numbers: Vec<u32>,
    more: Vec<u32>,
    gaps: Vec<u32>,
    /// Where each list ends.
    ends: Vec<(UnitKey, [usize; 3])>,
}

impl Batch {
    fn push(&mut self, key: UnitKey, list: &List) {
        let Self { numbers, more, gaps, ends } = self;
        numbers.extend_from_slice(&list.numbers);
        more.extend_from_slice(&list.more);
        gaps.extend_from_slice(&list.gaps);
        ends.push((key, [numbers.len(), more.len(), gaps.len()]));
    }

    fn is_full(&self) -> bool {
        self.numbers.len() + self.gaps.len() >= NUMBERS
    }

    fn clear(&mut self) {
        let Self { numbers, more, gaps, ends } = self;
        [numbers, more, gaps].into_iter().for_each(Vec::clear);
        ends.clear();
    }

    /// Writes the lists.
    fn write(&self, writer: &mut Writer) -> io::Result<()> {
        let mut starts = [0; 3];
        for (key, ends) in &self.ends {
            let [numbers, more, gaps] = [0, 1, 2].map(|kind| starts[kind]..ends[kind]);
            let list = Slices {
                numbers: &self.numbers[numbers],
                more: &self.more[more],
                gaps: &self.gaps[gaps],
            };
            writer.list(*key, list)?;
            starts = *ends;
        }
        Ok(())
    }
}

/// Writes the lists that `merge` hands to its sink.
pub(super) fn packed(
    mut writer: Writer,
    merge: impl FnOnce(&mut dyn FnMut(UnitKey, &List) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<Writer> {
    let (full, to_write) = bounded::<Batch>(BATCHES);
    let (emptied, empty) = bounded::<Batch>(BATCHES);
    for _ in 1..BATCHES {
        // There is room for them all.
        let _ = emptied.send(Batch::default());
    }
    thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for mut batch in to_write {
                batch.write(&mut writer)?;
                batch.clear();
                // Who merges no more wants none.
                let _ = emptied.send(batch);
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
        let wrote = writing.join().unwrap_or_else(|_| Err(io::Error::other("packing panicked")));
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
        (0..1500).map(|number| (key(number), list(number))).collect()
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
            writer.list(*key, list.as_slices()).unwrap();
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
            lists.iter().cycle().try_for_each(|(key, list)| sink(*key, list))
        });
        let error = ended.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
    }
}
