//! Distinct flash items of a whole archive. Texts wait in one temporary file, places in another; in memory an
//! item costs 16 bytes and its place in a table of hashes, some 50 in all.

use std::io;
use std::iter::Peekable;
use std::vec;

use foldhash::HashMap;
use xxhash_rust::xxh3::Xxh3;

use crate::fold;
use crate::ids::short;
use crate::record::{FlashItem, Moment, Writing};
use crate::sightings::{Sightings, Sorted};
use crate::spool::{PieceReader, Spool};

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
    texts: Spool,
    sightings: Sightings,
    /// Index into `items` by content.
    known: HashMap<u64, u32>,
    items: Vec<Item>,
    /// Items that are other writings of another, by that and how they are written; few items have any.
    others: HashMap<(u32, u64), u32>,
}

/// One item in one writing.
struct Item {
    /// Hash of the title and text as they are written.
    written: u64,
    text: Text,
}

/// Where an item's text begins, and whether it is a dump's record, which says more than a page: in one number,
/// for there are many.
#[derive(Clone, Copy)]
struct Text(u64);

impl Text {
    fn new(at: u64, from_dump: bool) -> Self {
        Self(at << 1 | u64::from(from_dump))
    }

    fn at(self) -> u64 {
        self.0 >> 1
    }

    fn is_dumped(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Bytes that are read at once of the texts.
const WINDOW: usize = 1 << 16;

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
            texts: Spool::new()?,
            sightings: Sightings::new()?,
            known: HashMap::default(),
            items: Vec::new(),
            others: HashMap::default(),
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
        let known = self.known.get(&content).copied();
        let first = match known {
            Some(first) => first,
            None => {
                let first = self.push(&item, written, from_dump)?;
                self.known.insert(content, first);
                first
            }
        };
        let standing = &self.items[first as usize];
        let place = if known.is_none() {
            first
        } else if from_dump && !standing.text.is_dumped() {
            // The dump's record says more: it stands for the item, whatever the pages write.
            let text = self.spill(&item, true)?;
            self.items[first as usize] = Item { written, text };
            first
        } else if from_dump || standing.written == written {
            first
        } else {
            item.id = short('f', written);
            match self.others.get(&(first, written)) {
                Some(other) => *other,
                None => {
                    let other = self.push(&item, written, false)?;
                    self.others.insert((first, written), other);
                    other
                }
            }
        };
        for sighting in sightings {
            self.sightings.push((first, place), &sighting.path, sighting.span)?;
        }
        Ok(item.id)
    }

    fn push(&mut self, item: &FlashItem, written: u64, from_dump: bool) -> io::Result<u32> {
        let text = self.spill(item, from_dump)?;
        let place = u32::try_from(self.items.len()).map_err(io::Error::other)?;
        self.items.push(Item { written, text });
        Ok(place)
    }

    fn spill(&mut self, item: &FlashItem, from_dump: bool) -> io::Result<Text> {
        let bytes = postcard::to_stdvec(item).map_err(io::Error::other)?;
        Ok(Text::new(self.texts.push(&bytes)?, from_dump))
    }

    pub(crate) fn distinct(&self) -> u64 {
        (self.items.len() - self.others.len()) as u64
    }

    pub(crate) fn seen(&self) -> u64 {
        self.sightings.count()
    }

    /// Gives every item with every place where it stands and every other writing of it.
    pub(crate) fn drain(self) -> io::Result<Drain> {
        let Self { texts, sightings, items, others, .. } = self;
        let mut others: Vec<(u32, u32)> =
            others.into_iter().map(|((first, _), other)| (first, other)).collect();
        others.sort_unstable();
        let mut other = vec![false; items.len()];
        for (_, place) in &others {
            other[*place as usize] = true;
        }
        let (texts, sorted) = (texts.finish()?.reader(WINDOW), sightings.finish()?);
        Ok(Drain { texts, sorted, items, others: others.into_iter().peekable(), other, next: 0 })
    }
}

/// See [`Flashes::drain`].
pub(crate) struct Drain {
    texts: PieceReader,
    sorted: Sorted,
    items: Vec<Item>,
    /// Items with their other writings.
    others: Peekable<vec::IntoIter<(u32, u32)>>,
    /// Which items are such writings.
    other: Vec<bool>,
    next: u32,
}

impl Drain {
    fn whole(&mut self, first: u32) -> io::Result<FlashItem> {
        let mut item = self.one(first, first)?;
        while let Some((_, other)) = self.others.next_if(|(of, _)| *of == first) {
            let FlashItem { id, column, title, text, outlet, seen_in, .. } =
                self.one(first, other)?;
            item.writings.push(Writing { id, column, title, text, outlet, seen_in });
        }
        Ok(item)
    }

    fn one(&mut self, first: u32, place: u32) -> io::Result<FlashItem> {
        let (bytes, _) = self.texts.piece(self.items[place as usize].text.at())?;
        let mut item: FlashItem = postcard::from_bytes(bytes).map_err(io::Error::other)?;
        item.seen_in = self.sorted.take((first, place))?;
        Ok(item)
    }
}

impl Iterator for Drain {
    type Item = io::Result<FlashItem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = self.next;
            let other = *self.other.get(first as usize)?;
            self.next += 1;
            if !other {
                return Some(self.whole(first));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{Sighting, Span};

    #[test]
    fn an_item_is_small() {
        assert_eq!(size_of::<Item>(), 16);
    }

    /// [`Flashes`] as it would be in memory: whole items, each with all its places.
    fn model(adds: &[(u64, FlashItem, bool)]) -> (Vec<String>, Vec<FlashItem>) {
        let mut items: Vec<(u64, bool, FlashItem)> = Vec::new();
        let mut ids = Vec::new();
        for (key, item, from_dump) in adds {
            let mut item = item.clone();
            let seen = item.seen_in.clone();
            let Some((_, dumped, first)) = items.iter_mut().find(|(known, ..)| known == key) else {
                ids.push(item.id.clone());
                items.push((*key, *from_dump, item));
                continue;
            };
            let same = |a: &Writing| (&a.title, &a.text) == (&item.title, &item.text);
            if *from_dump && !*dumped {
                item.seen_in = [std::mem::take(&mut first.seen_in), seen].concat();
                item.writings = std::mem::take(&mut first.writings);
                ids.push(item.id.clone());
                (*dumped, *first) = (true, item);
            } else if *from_dump || (&first.title, &first.text) == (&item.title, &item.text) {
                first.seen_in.extend(seen);
                ids.push(item.id);
            } else if let Some(other) = first.writings.iter_mut().find(|other| same(other)) {
                other.seen_in.extend(seen);
                ids.push(other.id.clone());
            } else {
                item.id = short('f', writing(&item));
                ids.push(item.id.clone());
                let FlashItem { id, column, title, text, outlet, seen_in, .. } = item;
                first.writings.push(Writing { id, column, title, text, outlet, seen_in });
            }
        }
        (ids, items.into_iter().map(|(.., item)| item).collect())
    }

    proptest! {
        #[test]
        fn items_outside_of_memory_are_as_in_it(
            adds in prop::collection::vec((0..4_u64, 0..3_usize, any::<bool>(), 0..3_u32), 0..40),
        ) {
            let adds: Vec<(u64, FlashItem, bool)> = (0..)
                .zip(adds)
                .map(|(number, (content, written, from_dump, page))| {
                    let path = format!("{page}.txt");
                    let item = FlashItem {
                        id: short('f', content << 16),
                        column: Some(format!("{number}")),
                        title: format!("第{content}條"),
                        text: ["開源", "开源", "開源。"][written].to_owned(),
                        seen_in: vec![Sighting { path, span: Span { start: number, end: number + 9 } }],
                        ..FlashItem::default()
                    };
                    (content, item, from_dump)
                })
                .collect();
            let (ids, items) = model(&adds);
            let mut flashes = Flashes::new().unwrap();
            for ((content, item, from_dump), id) in adds.iter().zip(ids) {
                prop_assert_eq!(flashes.add(*content, item.clone(), *from_dump).unwrap(), id);
            }
            prop_assert_eq!(flashes.distinct(), items.len() as u64);
            prop_assert_eq!(flashes.seen(), adds.len() as u64);
            let drained: Vec<FlashItem> = flashes.drain().unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(drained, items);
        }
    }
}
