//! Distinct flash items of a whole archive. Texts wait in a temporary file; in memory an item costs its
//! hash, a place in that file and 24 bytes for each page it stands in.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use crate::fold;
use crate::record::{FlashItem, Moment, Sighting, Span};

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
}

struct Item {
    /// Bytes of the spill file; those of a dump's record where there is one, for it says more.
    from: u64,
    length: u32,
    from_dump: bool,
    seen: Vec<(u32, Span)>,
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
        })
    }

    /// Adds an item as one place shows it. The item has its id already.
    pub(crate) fn add(
        &mut self,
        content: u64,
        mut item: FlashItem,
        from_dump: bool,
    ) -> io::Result<()> {
        let sightings = std::mem::take(&mut item.seen_in);
        let place = self.known.get(&content).copied();
        let replaces = place
            .and_then(|place| self.items.get(place as usize))
            .is_some_and(|known| from_dump && !known.from_dump);
        if place.is_none() || replaces {
            let bytes = serde_json::to_vec(&item)?;
            self.spill.write_all(&bytes)?;
            let entry = Item {
                from: self.written,
                length: u32::try_from(bytes.len()).map_err(io::Error::other)?,
                from_dump,
                seen: Vec::new(),
            };
            self.written += bytes.len() as u64;
            match place {
                Some(place) => {
                    let known = &mut self.items[place as usize];
                    let seen = std::mem::take(&mut known.seen);
                    *known = Item { seen, ..entry };
                }
                None => {
                    let next = u32::try_from(self.items.len()).map_err(io::Error::other)?;
                    self.known.insert(content, next);
                    self.items.push(entry);
                }
            }
        }
        let place = self.known[&content] as usize;
        for sighting in sightings {
            let path = self.path(sighting.path)?;
            self.items[place].seen.push((path, sighting.span));
            self.sightings += 1;
        }
        Ok(())
    }

    pub(crate) fn distinct(&self) -> u64 {
        self.items.len() as u64
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

    /// Gives every item with every place where it stands.
    pub(crate) fn drain(self) -> io::Result<impl Iterator<Item = io::Result<FlashItem>>> {
        let Self { spill, items, paths, .. } = self;
        let file = spill.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut reader = BufReader::new(file);
        reader.seek(SeekFrom::Start(0))?;
        let mut at = 0_u64;
        Ok(items.into_iter().map(move |entry| {
            let step = i64::try_from(entry.from).unwrap_or(i64::MAX)
                - i64::try_from(at).unwrap_or(i64::MAX);
            reader.seek_relative(step)?;
            let mut bytes = vec![0; entry.length as usize];
            reader.read_exact(&mut bytes)?;
            at = entry.from + u64::from(entry.length);
            let mut item: FlashItem = serde_json::from_slice(&bytes)?;
            item.seen_in = entry
                .seen
                .iter()
                .map(|&(path, span)| Sighting { path: paths[path as usize].clone(), span })
                .collect();
            Ok(item)
        }))
    }
}
