//! Describes how two postings files differ.

use ownedbytes::OwnedBytes;

use super::dictionary::DictionaryReader;
use super::reader::Postings;
use crate::term::{CHAR_BITS, PATH_BIT, TermKey, TextField, WORDS_AND_PATHS};

/// Describes the first difference between the `stored` postings file and one that was `rebuilt`
/// from the same documents: names the posting list that differs, or else the section, the document
/// whose length differs, or the footer. If `stored` cannot be opened, says why. `None` if the files
/// have the same content, or if `rebuilt` cannot be opened or its lengths cannot be read.
#[must_use]
pub fn describe_difference(stored: &OwnedBytes, rebuilt: &OwnedBytes) -> Option<String> {
    let wanted = Postings::open(rebuilt.clone()).ok()?;
    let found = match Postings::open(stored.clone()) {
        Ok(found) => found,
        Err(what) => return Some(what.to_owned()),
    };
    if let Some(key) = first_different_list(&found, &wanted) {
        return Some(format!("the posting list of {} differs", describe(key, &wanted)));
    }
    let sections = |postings: &Postings| {
        let dictionary = &postings.dictionary;
        let columns = postings.columns();
        [
            ("the dictionary of posting lists", dictionary.entries.to_owned_bytes()),
            ("the posting lists", dictionary.lists.to_owned_bytes()),
            ("the index of the dictionary", dictionary.index.to_owned_bytes()),
            ("the table of words", postings.words.bytes().to_owned_bytes()),
            ("the table of paths", postings.paths.bytes().to_owned_bytes()),
            ("the column of tie breakers", columns.tie_breakers.to_owned_bytes()),
            ("the column of content hashes", columns.content_hashes.to_owned_bytes()),
            ("the column of id numbers", columns.id_numbers.to_owned_bytes()),
            ("the column of dates", columns.dates.to_owned_bytes()),
        ]
    };
    let wanted_sections = sections(&wanted);
    for ((name, found), (_, wanted)) in sections(&found).into_iter().zip(wanted_sections) {
        if found.as_deref() != wanted.as_deref() {
            return Some(format!("{name} differs"));
        }
    }
    for field in TextField::ALL {
        let [found, wanted] = [&found, &wanted].map(|postings| postings.length_codes(field));
        let (found, wanted) = (found.unwrap_or(OwnedBytes::empty()), wanted?);
        // If `stored` has too few or too many codes, or none that can be read, and the others are
        // equal, the message names document 0.
        let document = found.iter().zip(wanted.iter()).position(|(a, b)| a != b);
        if let Some(document) = document.or((found.len() != wanted.len()).then_some(0)) {
            let name = field.name();
            return Some(format!("the length of the {name} of document {document} differs"));
        }
    }
    (found.footer != wanted.footer).then(|| "the footer differs".to_owned())
}

/// The key of the first posting list that differs, or that only one of the two files contains.
fn first_different_list(found: &Postings, wanted: &Postings) -> Option<TermKey> {
    let mut a = DictionaryReader::new(&found.dictionary);
    let mut b = DictionaryReader::new(&wanted.dictionary);
    loop {
        match (a.next_key(), b.next_key()) {
            (Some(key_a), Some(key_b)) => {
                if key_a != key_b || a.current_list() != b.current_list() {
                    return Some(key_a.min(key_b));
                }
            }
            (Some(key), None) | (None, Some(key)) => return Some(key),
            (None, None) => return None,
        }
    }
}

/// Describes a key for a message, by the bits that the constructors of [`TermKey`] set. The key of
/// a word or path has only its number, so its text is looked up in the tables of `postings`.
fn describe(key: TermKey, postings: &Postings) -> String {
    let field = key.0 >> (2 * CHAR_BITS);
    let character = |number: u64| {
        let number = u32::try_from(number & ((1 << CHAR_BITS) - 1)).unwrap_or(u32::MAX);
        char::from_u32(number).filter(|c| !c.is_control()).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    if field < WORDS_AND_PATHS {
        let name = TextField::ALL[field as usize].name();
        let first = character(key.0 >> CHAR_BITS);
        return match key.is_bigram() {
            // A key has the second character plus 1.
            true => format!("the bigram `{first}{}` in {name}", character(key.0 - 1)),
            false => format!("the unigram `{first}` in {name}"),
        };
    }
    let low = key.0 as u32;
    if low & PATH_BIT != 0 {
        let number = ((low & !PATH_BIT) >> 2) as usize;
        let path = postings.all_paths().into_iter().nth(number).unwrap_or_default();
        return format!("the path `{}`", path.replace(char::is_control, "\u{FFFD}"));
    }
    let mut text = String::new();
    postings.words.for_each_from("", |word, number| {
        if number == low >> 2 {
            word.clone_into(&mut text);
        }
        text.is_empty()
    });
    let text = text.replace(char::is_control, "\u{FFFD}");
    let name = TextField::ALL.get((low & 3) as usize).map_or("no field", |field| field.name());
    format!("the word `{text}` in {name}")
}
