//! Collects the occurrences of flash items. Their number grows with that of the pages, so they are
//! sorted by item in a temporary file: in sorted runs, which are merged while the items are
//! emitted.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;

use serde::{Deserialize, Serialize};

use crate::record::{Occurrence, Span};
use crate::temporary::front_coding::FrontCoded;
use crate::temporary::record_log::{LogReader, RecordLog};

/// Maximum occurrences in a run: 32 bytes each, and half as much again for sorting, 3 MiB in all.
const MAX_RUN_ENTRIES: usize = 1 << 16;
/// Maximum bytes of paths in a run.
const MAX_RUN_PATH_BYTES: usize = 4 << 20;
/// Buffer size of each run during the merge.
const READ_BYTES: usize = 1 << 13;

/// The numbers of an item and its variant; the variants of one item are emitted one after another.
pub(crate) type VariantKey = (u32, u32);

/// Accepts occurrences in the order of the walk.
pub(crate) struct OccurrenceSorter {
    runs: RecordLog,
    /// Where each run begins in `runs`, and its number of entries.
    starts: Vec<(u64, usize)>,
    run: Vec<RunEntry>,
    paths: RunPaths,
    max_entries: usize,
    count: u64,
}

/// The paths of a run, concatenated, and the end offset of each.
#[derive(Default)]
struct RunPaths {
    text: String,
    ends: Vec<usize>,
}

impl RunPaths {
    /// The number of a path. Items arrive page by page, so it is either new or the last one.
    fn number(&mut self, path: &str) -> io::Result<u32> {
        if self.ends.is_empty() || self.get(self.ends.len() - 1) != path {
            self.text.push_str(path);
            self.ends.push(self.text.len());
        }
        u32::try_from(self.ends.len() - 1).map_err(io::Error::other)
    }

    fn get(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[number]]
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// An occurrence in the current run.
struct RunEntry {
    key: VariantKey,
    /// Number of the path in [`RunPaths`].
    path: u32,
    span: Span,
}

/// An occurrence as stored: its path is front-coded against the previous one.
#[derive(Serialize, Deserialize)]
struct StoredEntry<'a> {
    key: VariantKey,
    #[serde(borrow)]
    path: FrontCoded<'a>,
    start: u64,
    length: u64,
}

impl OccurrenceSorter {
    pub(crate) fn new() -> io::Result<Self> {
        Self::with_max_entries(MAX_RUN_ENTRIES)
    }

    /// A sorter with runs of at most `max_entries` occurrences.
    fn with_max_entries(max_entries: usize) -> io::Result<Self> {
        Ok(Self {
            runs: RecordLog::new()?,
            starts: Vec::new(),
            run: Vec::new(),
            paths: RunPaths::default(),
            max_entries,
            count: 0,
        })
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn push(&mut self, key: VariantKey, path: &str, span: Span) -> io::Result<()> {
        let path = self.paths.number(path)?;
        self.run.push(RunEntry { key, path, span });
        self.count += 1;
        if self.run.len() >= self.max_entries || self.paths.text.len() >= MAX_RUN_PATH_BYTES {
            self.write_run()?;
        }
        Ok(())
    }

    /// Sorts and writes the current run.
    fn write_run(&mut self) -> io::Result<()> {
        // The sort is stable, so the occurrences of a variant stay in the order of the walk.
        self.run.sort_by_key(|entry| entry.key);
        self.starts.push((self.runs.end_offset(), self.run.len()));
        let (mut previous, mut bytes) = ("", Vec::new());
        for entry in &self.run {
            let path = self.paths.get(entry.path as usize);
            let Span { start, end } = entry.span;
            let length = end.wrapping_sub(start);
            let path_code = FrontCoded::new(previous, path);
            let stored = StoredEntry { key: entry.key, path: path_code, start, length };
            bytes = postcard::to_extend(&stored, bytes).map_err(io::Error::other)?;
            self.runs.push(&bytes)?;
            bytes.clear();
            previous = path;
        }
        self.run.clear();
        self.paths.clear();
        Ok(())
    }

    /// Starts the merge of all runs.
    pub(crate) fn finish(mut self) -> io::Result<OccurrenceMerge> {
        if !self.run.is_empty() {
            self.write_run()?;
        }
        let log = self.runs.finish()?;
        let mut sorted = OccurrenceMerge { runs: Vec::new(), smallest: BinaryHeap::new() };
        for (number, (next_offset, remaining)) in self.starts.into_iter().enumerate() {
            let (path, key, span) = (String::new(), (0, 0), Span::default());
            let reader = log.reader(READ_BYTES);
            let mut run = RunReader { reader, next_offset, remaining, path, key, span };
            if run.advance()? {
                sorted.smallest.push(Reverse((run.key, number)));
            }
            sorted.runs.push(run);
        }
        Ok(sorted)
    }
}

/// Merges the runs; returns the occurrences of one variant after another.
pub(crate) struct OccurrenceMerge {
    runs: Vec<RunReader>,
    /// The key of the current occurrence of each unfinished run, and the number of the run; the
    /// smallest is on top. Of equal keys, the one of the earlier run is on top, because its
    /// occurrence is earlier in the walk.
    smallest: BinaryHeap<Reverse<(VariantKey, usize)>>,
}

/// A run being read, and its current occurrence.
struct RunReader {
    reader: LogReader,
    /// Offset of the next occurrence.
    next_offset: u64,
    /// Number of occurrences after the current one.
    remaining: usize,
    path: String,
    key: VariantKey,
    span: Span,
}

impl RunReader {
    /// Advances to the next occurrence; returns whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        if self.remaining == 0 {
            return Ok(false);
        }
        let (record, next_offset) = self.reader.record(self.next_offset)?;
        let StoredEntry { key, path, start, length } =
            postcard::from_bytes(record).map_err(io::Error::other)?;
        path.restore(&mut self.path);
        (self.key, self.next_offset) = (key, next_offset);
        self.remaining -= 1;
        self.span = Span { start, end: start.wrapping_add(length) };
        Ok(true)
    }
}

impl OccurrenceMerge {
    /// The occurrences of one variant, in the order of the walk. Must be called for all variants
    /// with occurrences, in the order of their keys.
    pub(crate) fn occurrences_of(&mut self, key: VariantKey) -> io::Result<Vec<Occurrence>> {
        let mut occurrences = Vec::new();
        while let Some(mut top) = self.smallest.peek_mut() {
            let Reverse((next_key, number)) = *top;
            if next_key != key {
                break;
            }
            let run = &mut self.runs[number];
            occurrences.push(Occurrence { path: run.path.clone(), span: run.span });
            if run.advance()? {
                *top = Reverse((run.key, number));
            } else {
                // The run is exhausted: free its buffer.
                run.reader.close();
                PeekMut::pop(top);
            }
        }
        Ok(occurrences)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorting_on_disk_equals_sorting_in_memory(
            added in prop::collection::vec((0..6_u32, 0..3_u32, 0..4_usize, 0..500_u64), 0..120),
            max_entries in 1..40_usize,
        ) {
            let paths = ["a/甲.txt", "a/乙.txt", "b", ""];
            let mut occurrences = OccurrenceSorter::with_max_entries(max_entries).unwrap();
            let mut wanted: BTreeMap<VariantKey, Vec<Occurrence>> = BTreeMap::new();
            for (item, variant, path, start) in added {
                let span = Span { start, end: start * 3 };
                let (key, path) = ((item, item + variant), paths[path]);
                occurrences.push(key, path, span).unwrap();
                wanted.entry(key).or_default().push(Occurrence { path: path.to_owned(), span });
            }
            prop_assert_eq!(occurrences.count(), wanted.values().map(|added| added.len() as u64).sum::<u64>());
            let mut sorted = occurrences.finish().unwrap();
            for item in 0..6 {
                for variant in 0..3 {
                    let key = (item, item + variant);
                    let wanted = wanted.remove(&key).unwrap_or_default();
                    prop_assert_eq!(sorted.occurrences_of(key).unwrap(), wanted);
                }
            }
            prop_assert!(sorted.smallest.is_empty());
        }
    }

    #[test]
    fn long_paths_end_a_run() {
        let mut occurrences = OccurrenceSorter::new().unwrap();
        // About a quarter of the bytes of paths that a run can have: 甲 has three bytes.
        let path = |number: usize| format!("{number}{}", "甲".repeat(MAX_RUN_PATH_BYTES / 12));
        for number in 0..9 {
            occurrences.push((0, 0), &path(number), Span::default()).unwrap();
        }
        assert!(occurrences.starts.len() > 1);
        let sorted = occurrences.finish().unwrap().occurrences_of((0, 0)).unwrap();
        let has_path = |(number, occurrence): (usize, &Occurrence)| occurrence.path == path(number);
        assert!(sorted.iter().enumerate().all(has_path));
        assert_eq!(sorted.len(), 9);
    }
}
