//! Where two files of postings differ, in words.

use tantivy::directory::OwnedBytes;

use super::{ENTRIES, Entries, FOOTER, INDEX_ENTRY, Postings};
use crate::postings::{CHAR_BITS, PATHS, UnitKey, WORDS};
use crate::schema::Part;

/// The first thing in a file of postings that is not as in the one that was built again, if it can
/// be named.
pub(crate) fn difference(stored: &OwnedBytes, rebuilt: &OwnedBytes) -> Option<String> {
    let wanted = Postings::open(rebuilt.clone()).ok()?;
    let found = match Postings::open(stored.clone()) {
        Ok(found) => found,
        Err(what) => return Some(what.to_owned()),
    };
    let section = |name: &str| Some(format!("{name} differs"));
    if found.dictionary.as_slice() != wanted.dictionary.as_slice()
        || found.lists.as_slice() != wanted.lists.as_slice()
    {
        let list = first_list(&found, &wanted);
        return list.or_else(|| section("the dictionary of posting lists"));
    }
    if found.index.as_slice() != wanted.index.as_slice() {
        return section("the index of the dictionary");
    }
    if found.words.0.as_slice() != wanted.words.0.as_slice() {
        return section("the table of words");
    }
    if found.paths.0.as_slice() != wanted.paths.0.as_slice() {
        return section("the table of paths");
    }
    for part in Part::ALL {
        let lengths = [&found, &wanted].map(|postings| postings.lengths(part));
        let document = lengths[0].iter().zip(lengths[1].iter()).position(|(a, b)| a != b);
        if let Some(document) = document {
            return Some(format!(
                "the length of the {} of document {document} differs",
                part.name()
            ));
        }
    }
    let footers = [stored, rebuilt].map(|file| &file[file.len() - FOOTER..]);
    if footers[0] != footers[1] { section("the footer") } else { None }
}

/// The first posting list that differs, or that only one of the two files has.
fn first_list(found: &Postings, wanted: &Postings) -> Option<String> {
    let (mut a, mut b) = (Walk::new(found), Walk::new(wanted));
    loop {
        let (of_a, of_b) = (a.next(), b.next());
        let key = match (of_a, of_b) {
            (Some(a), Some(b)) if a == b => continue,
            (Some((a, ..)), Some((b, ..))) => a.min(b),
            (Some((key, ..)), None) | (None, Some((key, ..))) => key,
            (None, None) => return None,
        };
        // A word has the text that the file which was built again gives it.
        return Some(format!("the posting list of {} differs", described(key, wanted)));
    }
}

/// Every entry of a dictionary, in order.
struct Walk<'p> {
    entries: Entries<'p>,
    block: usize,
}

impl<'p> Walk<'p> {
    fn new(postings: &'p Postings) -> Self {
        Self { entries: Entries::of(postings), block: 0 }
    }

    /// The next key, its documents and its list; `None` at the end, and where the dictionary makes
    /// no sense.
    fn next(&mut self) -> Option<(u64, u64, &'p [u8])> {
        let postings = self.entries.postings;
        if self.entries.left == 0 {
            if self.block * INDEX_ENTRY >= postings.index.len() {
                return None;
            }
            let [key, at, lists] = [0, 1, 2].map(|which| self.entries.number(self.block, which));
            let lists = usize::try_from(lists?).ok()?;
            self.entries.rest = postings.dictionary.get(usize::try_from(at?).ok()?..)?;
            self.entries.key = key?;
            self.entries.list = (lists, lists);
            self.entries.left = ENTRIES;
            self.block += 1;
        }
        if self.entries.rest.is_empty() {
            return None;
        }
        self.entries.advance()?;
        let Entries { key, count, list: (start, end), .. } = self.entries;
        Some((key, count, postings.lists.get(start..end)?))
    }
}

/// What a key stands for.
fn described(key: u64, postings: &Postings) -> String {
    let part = key >> (2 * CHAR_BITS);
    let character = |number: u64| {
        let number = u32::try_from(number & ((1 << CHAR_BITS) - 1)).unwrap_or(u32::MAX);
        char::from_u32(number).filter(|c| !c.is_control()).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    if part < WORDS {
        let name = Part::ALL[part as usize].name();
        let first = character(key >> CHAR_BITS);
        return match UnitKey(key).is_pair() {
            true => format!("the bigram `{first}{}` in {name}", character(key - 1)),
            false => format!("the unigram `{first}` in {name}"),
        };
    }
    let number = key as u32;
    let is_path = number & PATHS != 0;
    let (table, wanted) = match is_path {
        true => (&postings.paths, (number & !PATHS) >> 2),
        false => (&postings.words, number >> 2),
    };
    let mut text: Option<String> = None;
    table.each_from("", |word, number| {
        // Of a path the table has every end.
        if number == wanted && text.as_ref().is_none_or(|text| text.len() < word.len()) {
            text = Some(word.to_owned());
        }
        is_path || text.is_none()
    });
    let text = text.unwrap_or_default().replace(char::is_control, "\u{FFFD}");
    if is_path {
        return format!("the path `{text}`");
    }
    let name = Part::ALL.get((number & 3) as usize).map_or("no field", |part| part.name());
    format!("the word `{text}` in {name}")
}
