//! Deduplicates the flash items of a whole archive. Texts and occurrences are kept in temporary
//! files; an item takes 16 bytes in memory plus its entry in a hash table, about 50 bytes in all.

use std::io;
use std::iter::Peekable;
use std::vec;

use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::Xxh3;

use crate::flash::occurrences::{OccurrenceMerge, OccurrenceSorter, VariantKey};
use crate::id::short_id;
use crate::record::{FlashItem, Moment, Occurrence, Span, Variant};
use crate::temporary::record_log::{LogReader, RecordLog};
use crate::text::folded_hash::folded_hash;

/// A hash of what makes two items the same: the date, and the folded title and text, in which
/// script, width, case and spaces make no difference.
pub(crate) fn folded_content_hash(title: &str, text: &str, date: Option<Moment>) -> u64 {
    let date = match date {
        None => String::new(),
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.to_string(),
        Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
        Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
    };
    folded_hash([title, text, &date])
}

/// The two hashes that identify an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ItemHashes {
    /// See [`folded_content_hash`]: equal for all variants of an item.
    pub(crate) folded: u64,
    /// A hash of the title and the text, byte for byte.
    pub(crate) exact: u64,
}

impl ItemHashes {
    pub(crate) fn of(title: &str, text: &str, date: Option<Moment>) -> Self {
        let mut exact = Xxh3::new();
        for part in [title, text] {
            exact.update(part.as_bytes());
            exact.update(&[0]);
        }
        Self { folded: folded_content_hash(title, text, date), exact: exact.digest() }
    }
}

/// Collects items as they are read, and returns each item once, in the order in which the items
/// were first added.
pub(crate) struct FlashDeduplicator {
    /// The encoded [`FlashItem`] of each variant; its occurrences are in `occurrences`.
    texts: RecordLog,
    occurrences: OccurrenceSorter,
    /// The numbers of the items, by the hash of the folded content.
    item_numbers: HashMap<u64, u32>,
    /// All variants of all items; a variant's index is its number, and the number of an item is
    /// that of its first variant.
    all_variants: Vec<VariantEntry>,
    /// The numbers of all variants that are not the first of their item, by the number of the item
    /// and the exact hash of the variant; few items have any.
    further_variants: HashMap<(u32, u64), u32>,
    /// For each item with occurrences from an earlier index, the number of these occurrences. Some
    /// of them may have been read in this run, too.
    stored_occurrences: HashMap<u32, u64>,
}

/// One variant of one item.
struct VariantEntry {
    /// Exact hash of title and text.
    exact: u64,
    text: TextOffset,
}

/// The offset of a variant in [`FlashDeduplicator::texts`], and whether it comes from a dump, whose
/// record has more fields than an item in a page. Packed in one number to save memory, because
/// there are many.
#[derive(Clone, Copy)]
struct TextOffset(u64);

impl TextOffset {
    fn new(at: u64, from_dump: bool) -> Self {
        Self(at << 1 | u64::from(from_dump))
    }

    fn at(self) -> u64 {
        self.0 >> 1
    }

    fn is_from_dump(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Bytes of text to read at a time.
const READ_BYTES: usize = 1 << 16;

impl FlashDeduplicator {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            texts: RecordLog::new()?,
            occurrences: OccurrenceSorter::new()?,
            item_numbers: HashMap::default(),
            all_variants: Vec::new(),
            further_variants: HashMap::default(),
            stored_occurrences: HashMap::default(),
        })
    }

    /// Whether an item with this folded content hash was added.
    pub(crate) fn has(&self, folded: u64) -> bool {
        self.item_numbers.contains_key(&folded)
    }

    /// Adds an item as one page or dump shows it. Returns the number of the item and that of its
    /// variant; they are equal for the first variant. `item` must have the id that a first variant
    /// would get; if it is a further variant, `add` replaces that id. `item` may be `None` if an
    /// item with the same hashes was added from a page before, and no variant of it from a dump.
    pub(crate) fn add(
        &mut self,
        hashes: ItemHashes,
        item: Option<&mut FlashItem>,
        from_dump: bool,
    ) -> io::Result<VariantKey> {
        let ItemHashes { folded, exact } = hashes;
        let Some(&first) = self.item_numbers.get(&folded) else {
            let item = item.ok_or(io::ErrorKind::InvalidData)?;
            let first = self.push(item, exact, from_dump)?;
            self.item_numbers.insert(folded, first);
            return Ok((first, first));
        };
        let first_variant = &self.all_variants[first as usize];
        let replaces = from_dump && !first_variant.text.is_from_dump();
        if replaces || first_variant.exact == exact {
            if let Some(item) = item
                && replaces
            {
                // A dump's record has more fields, so it becomes the item's first variant.
                let text = self.write_text(item, from_dump)?;
                self.all_variants[first as usize] = VariantEntry { exact, text };
            }
            return Ok((first, first));
        }
        if let Some(&other) = self.further_variants.get(&(first, exact)) {
            return Ok((first, other));
        }
        // `item` is `None` here only if a dump gained items after the survey: count the occurrence
        // as one of the first variant.
        let Some(item) = item else { return Ok((first, first)) };
        item.id = variant_id(hashes);
        // Only for a first variant does it matter whether a dump has it.
        let from_dump = false;
        let other = self.push(item, exact, from_dump)?;
        self.further_variants.insert((first, exact), other);
        Ok((first, other))
    }

    /// Adds an occurrence of the variant whose key [`add`](Self::add) has returned.
    pub(crate) fn add_occurrence(
        &mut self,
        key: VariantKey,
        path: &str,
        span: Span,
    ) -> io::Result<()> {
        self.occurrences.push(key, path, span)
    }

    /// Adds an occurrence from an earlier index. If it has been read in this run, too, it counts
    /// once.
    pub(crate) fn add_stored_occurrence(
        &mut self,
        key: VariantKey,
        path: &str,
        span: Span,
    ) -> io::Result<()> {
        let (item, _) = key;
        *self.stored_occurrences.entry(item).or_default() += 1;
        self.add_occurrence(key, path, span)
    }

    /// Adds a variant; returns its number.
    fn push(&mut self, item: &FlashItem, exact: u64, from_dump: bool) -> io::Result<u32> {
        let text = self.write_text(item, from_dump)?;
        let number = u32::try_from(self.all_variants.len()).map_err(io::Error::other)?;
        self.all_variants.push(VariantEntry { exact, text });
        Ok(number)
    }

    /// Writes the encoded item of a variant to the log; returns its offset.
    fn write_text(&mut self, item: &FlashItem, from_dump: bool) -> io::Result<TextOffset> {
        let bytes = postcard::to_stdvec(item).map_err(io::Error::other)?;
        Ok(TextOffset::new(self.texts.push(&bytes)?, from_dump))
    }

    /// Number of items so far, each with all its variants.
    pub(crate) fn item_count(&self) -> u64 {
        (self.all_variants.len() - self.further_variants.len()) as u64
    }

    /// Returns an iterator over all items, with all occurrences and variants.
    pub(crate) fn drain(self) -> io::Result<Drain> {
        let Self { texts, occurrences, all_variants, further_variants, stored_occurrences, .. } =
            self;
        let occurrence_count = occurrences.count();
        let mut further_variants: Vec<(u32, u32)> =
            further_variants.into_iter().map(|((first, _), other)| (first, other)).collect();
        further_variants.sort_unstable();
        let mut is_further_variant = vec![false; all_variants.len()];
        for (_, number) in &further_variants {
            is_further_variant[*number as usize] = true;
        }
        Ok(Drain {
            texts: texts.finish()?.reader(READ_BYTES),
            sorted: occurrences.finish()?,
            all_variants,
            further_variants: further_variants.into_iter().peekable(),
            is_further_variant,
            next: 0,
            stored_occurrences,
            occurrence_count,
            carried_over: 0,
        })
    }
}

/// The id of a variant that is not the first of its item.
pub(crate) fn variant_id(hashes: ItemHashes) -> String {
    short_id('f', hashes.exact)
}

/// Iterates over all items in the order in which they were first added, see
/// [`FlashDeduplicator::drain`].
pub(crate) struct Drain {
    texts: LogReader,
    sorted: OccurrenceMerge,
    /// See [`FlashDeduplicator::all_variants`].
    all_variants: Vec<VariantEntry>,
    /// The numbers of an item and of a variant that is not its first, sorted.
    further_variants: Peekable<vec::IntoIter<(u32, u32)>>,
    /// For each of `all_variants`, whether it is not the first of its item.
    is_further_variant: Vec<bool>,
    /// Number of the variant to look at next.
    next: u32,
    /// See [`FlashDeduplicator::stored_occurrences`].
    stored_occurrences: HashMap<u32, u64>,
    /// See [`Self::occurrence_count()`].
    occurrence_count: u64,
    /// See [`Self::carried_over()`].
    carried_over: u64,
}

impl Drain {
    fn read_item(&mut self, first: u32) -> io::Result<FlashItem> {
        let mut item = self.read_variant(first, first)?;
        while let Some((_, other)) = self.further_variants.next_if(|(of, _)| *of == first) {
            let FlashItem { id, column, title, text, outlet, occurrences, .. } =
                self.read_variant(first, other)?;
            item.variants.push(Variant { id, column, title, text, outlet, occurrences });
        }
        if let Some(stored) = self.stored_occurrences.get(&first) {
            let variants = item.variants.iter_mut().map(|variant| &mut variant.occurrences);
            // A duplicate is a stored occurrence that was read in this run, too.
            let duplicates: u64 =
                variants.chain([&mut item.occurrences]).map(remove_duplicates).sum();
            self.carried_over += u64::from(duplicates < *stored);
            self.occurrence_count -= duplicates;
        }
        Ok(item)
    }

    fn read_variant(&mut self, first: u32, number: u32) -> io::Result<FlashItem> {
        let (bytes, _) = self.texts.record(self.all_variants[number as usize].text.at())?;
        let mut item: FlashItem = postcard::from_bytes(bytes).map_err(io::Error::other)?;
        item.occurrences = self.sorted.occurrences_of((first, number))?;
        Ok(item)
    }

    /// Number of occurrences of all items. An occurrence that was both read and stored counts twice
    /// until its item has been returned, and once from then on.
    pub(crate) fn occurrence_count(&self) -> u64 {
        self.occurrence_count
    }

    /// How many of the items returned so far have an occurrence that is only in the earlier index.
    pub(crate) fn carried_over(&self) -> u64 {
        self.carried_over
    }
}

/// Removes duplicate occurrences; returns how many.
fn remove_duplicates(occurrences: &mut Vec<Occurrence>) -> u64 {
    let before = occurrences.len();
    let mut known = HashSet::default();
    occurrences.retain(|occurrence| known.insert(occurrence.clone()));
    (before - occurrences.len()) as u64
}

impl Iterator for Drain {
    type Item = io::Result<FlashItem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = self.next;
            let is_further_variant = *self.is_further_variant.get(first as usize)?;
            self.next += 1;
            if !is_further_variant {
                return Some(self.read_item(first));
            }
        }
    }
}

#[cfg(test)]
mod tests;
