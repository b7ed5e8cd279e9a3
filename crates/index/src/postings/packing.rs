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
