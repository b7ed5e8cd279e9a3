//! Distinct flash items of a whole archive. Texts wait in a temporary file; in memory an item costs its
//! hash, a place in that file and 24 bytes for each page it stands in.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use xxhash_rust::xxh3::Xxh3;

use crate::fold;
use crate::ids::short;
use crate::record::{FlashItem, Moment, Sighting, Span, Writing};

/// What makes two items the same: title and text up to script, width, case and blanks, and the date.
pub(crate) fn content(title: &str, text: &str, date: Option<Moment>) -> u64 {
    let date = match date {
        None => String::new(),
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.to_string(),
    };
    fold::hash([title, text, &date])
}

/// Collects items as they are read; gives each of them once, in the order first seen.
pub(crate) struct Flashes {
    spill: BufWriter<File>,
    written: u64,
    /// Index into `items` by content.
    known: HashMap<u64, u32>,
    items: Vec<Item>,
    /// Paths that hold items, and the index of each sighting's.
    paths: Vec<String>,
    sightings: u64,
    /// Items that are other writings of another.
    writings: u64,
}

/// One item in one writing.
struct Item {
    /// Hash of the title and text as they are written.
    written: u64,
    /// Bytes of the spill file; those of a dump's record where there is one, for it says more.
    from: u64,
    length: u32,
    from_dump: bool,
    seen: Vec<(u32, Span)>,
    /// Other writings of a first one, as indexes; few items have any.
    others: Vec<u32>,
}

/// A hash of a title and a text exactly as they are written.
fn writing(item: &FlashItem) -> u64 {
    let mut hash = Xxh3::new();
    for part in [&item.title, &item.text] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    hash.digest()
}

impl Flashes {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            spill: BufWriter::new(tempfile::tempfile()?),
            written: 0,
            known: HashMap::new(),
            items: Vec::new(),
            paths: Vec::new(),
            sightings: 0,
            writings: 0,
        })
    }

    /// Adds an item as one place shows it. The item has its id already; returned is the id of the
    /// writing that the place has.
    pub(crate) fn add(
        &mut self,
        content: u64,
        mut item: FlashItem,
        from_dump: bool,
    ) -> io::Result<String> {
        let sightings = std::mem::take(&mut item.seen_in);
        let written = writing(&item);
        let first = self.known.get(&content).copied();
        let place = match first {
            None => {
                let place = self.push(&item, written, from_dump)?;
                self.known.insert(content, place);
                place
            }
            Some(first) if from_dump && !self.items[first as usize].from_dump => {
                // The dump's record says more: it stands for the item, whatever the pages write.
                let spilled = self.spill(&item)?;
                let known = &mut self.items[first as usize];
                (known.from, known.length, known.from_dump) = (spilled.0, spilled.1, true);
                known.written = written;
                first
            }
            Some(first) if from_dump || self.items[first as usize].written == written => first,
            Some(first) => {
                item.id = short('f', written);
                let others = self.items[first as usize].others.iter();
                let same = |other: &&u32| self.items[**other as usize].written == written;
                match others.copied().find(|other| same(&other)) {
                    Some(other) => other,
                    None => {
                        let other = self.push(&item, written, false)?;
                        self.items[first as usize].others.push(other);
                        self.writings += 1;
                        other
                    }
                }
            }
        };
        for sighting in sightings {
            let path = self.path(sighting.path)?;
            self.items[place as usize].seen.push((path, sighting.span));
            self.sightings += 1;
        }
        Ok(item.id)
    }

    fn push(&mut self, item: &FlashItem, written: u64, from_dump: bool) -> io::Result<u32> {
        let (from, length) = self.spill(item)?;
        let place = u32::try_from(self.items.len()).map_err(io::Error::other)?;
        let (seen, others) = (Vec::new(), Vec::new());
        self.items.push(Item { written, from, length, from_dump, seen, others });
        Ok(place)
    }

    /// Writes an item to the spill file; returns where it begins and its length.
    fn spill(&mut self, item: &FlashItem) -> io::Result<(u64, u32)> {
        let bytes = serde_json::to_vec(item)?;
        self.spill.write_all(&bytes)?;
        let from = self.written;
        self.written += bytes.len() as u64;
        Ok((from, u32::try_from(bytes.len()).map_err(io::Error::other)?))
    }

    pub(crate) fn distinct(&self) -> u64 {
        self.items.len() as u64 - self.writings
    }

    pub(crate) fn seen(&self) -> u64 {
        self.sightings
    }

    /// Items come page by page, so a path is new or the last one.
    fn path(&mut self, path: String) -> io::Result<u32> {
        if self.paths.last() != Some(&path) {
            self.paths.push(path);
        }
        u32::try_from(self.paths.len() - 1).map_err(io::Error::other)
    }

    /// Gives every item with every place where it stands and every other writing of it.
    pub(crate) fn drain(self) -> io::Result<impl Iterator<Item = io::Result<FlashItem>>> {
        let Self { spill, items, paths, .. } = self;
        let file = spill.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut spilled = Spilled { reader: BufReader::new(file), at: 0, paths };
        spilled.reader.seek(SeekFrom::Start(0))?;
        let mut other = vec![false; items.len()];
        for place in items.iter().flat_map(|item| &item.others) {
            other[*place as usize] = true;
        }
        Ok((0..items.len()).filter(move |place| !other[*place]).map(move |place| {
            let mut item = spilled.read(&items[place])?;
            for place in &items[place].others {
                let FlashItem { id, column, title, text, outlet, seen_in, .. } =
                    spilled.read(&items[*place as usize])?;
                item.writings.push(Writing { id, column, title, text, outlet, seen_in });
            }
            Ok(item)
        }))
    }
}

/// The spill file, read back.
struct Spilled {
    reader: BufReader<File>,
    at: u64,
    paths: Vec<String>,
}

impl Spilled {
    fn read(&mut self, entry: &Item) -> io::Result<FlashItem> {
        let step = i64::try_from(entry.from).unwrap_or(i64::MAX)
            - i64::try_from(self.at).unwrap_or(i64::MAX);
        self.reader.seek_relative(step)?;
        let mut bytes = vec![0; entry.length as usize];
        self.reader.read_exact(&mut bytes)?;
        self.at = entry.from + u64::from(entry.length);
        let mut item: FlashItem = serde_json::from_slice(&bytes)?;
        item.seen_in = entry
            .seen
            .iter()
            .map(|&(path, span)| Sighting { path: self.paths[path as usize].clone(), span })
            .collect();
        Ok(item)
    }
}
