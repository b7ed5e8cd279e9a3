//! The laws of reading damaged postings files: nothing panics, every traversal ends, and doc ids
//! and positions are in order.

use ownedbytes::OwnedBytes;
use wensou_postings::{
    Cursor, DocId, FORMAT_VERSION, PageHasher, Postings, TERMINATED, TermKey, TermKind, TextField,
};
use xxhash_rust::xxh3::xxh3_64;

/// The number of bytes of an entry of the dictionary index (`docs/FORMAT.md` describes the file).
const INDEX_ENTRY_BYTES: usize = 24;
/// The number of bytes that a document has in the three sections of lengths: one in each.
const LENGTH_BYTES: usize = 3;
/// The number of bytes that a document has in the columns: tie breaker, content hash and id number
/// of eight bytes each, and a date of five.
const COLUMN_BYTES: usize = 3 * 8 + 5;

/// A postings file with these sections, the checksums of its pages, and a footer. `lengths` are the
/// lengths of the first five sections, and the number of documents.
fn postings_file(mut sections: Vec<u8>, lengths: [usize; 6]) -> Vec<u8> {
    let mut hasher = PageHasher::default();
    hasher.update(&sections);
    let sums = hasher.finish();
    sections.extend(&sums);
    // The numbers of documents by kind, the total lengths and the bounds of dates are all 0.
    let numbers = lengths.map(|length| length as u64).into_iter().chain([0; 10]);
    let mut footer: Vec<u8> = numbers.chain([xxh3_64(&sums)]).flat_map(u64::to_le_bytes).collect();
    footer.extend(xxh3_64(&footer).to_le_bytes());
    footer.extend(b"wensou");
    footer.extend((FORMAT_VERSION as u16).to_le_bytes());
    sections.extend(footer);
    sections
}

/// Panics if `data` breaks a law. Its first bytes give the lengths of the sections. The footer is
/// computed, because random bytes are hardly ever a valid footer.
pub fn check(data: &[u8]) {
    let _ = Postings::open(OwnedBytes::new(data.to_vec()));
    let Some((&[entries, dictionary, documents, step], sections)) = data.split_first_chunk() else {
        return;
    };
    // The lengths of the sections in bytes, and the number of documents. `entries` and `step` give
    // two numbers each.
    let (index, documents) = (usize::from(entries % 8) * INDEX_ENTRY_BYTES, usize::from(documents));
    let dictionary = usize::from(dictionary);
    // Up to 124 bytes of words and 28 of paths, in steps of 4.
    let (words, paths) = (usize::from(entries / 8) * 4, usize::from(step % 8) * 4);
    let mut sections = sections.to_vec();
    // What the other sections leave of the input is the section of posting lists.
    let others = index + dictionary + words + paths + LENGTH_BYTES * documents;
    let Some(lists) = sections.len().checked_sub(others) else { return };
    // The columns are added, so that inputs need not be long enough for them.
    sections.resize(sections.len() + COLUMN_BYTES * documents, 7);
    let keys: Vec<TermKey> = sections[lists + dictionary..][..index]
        .chunks(INDEX_ENTRY_BYTES)
        .filter_map(term_key)
        .collect();
    let file = postings_file(sections, [lists, dictionary, index, words, paths, documents]);
    // No file of this length has more words, or more documents in a list: a word takes at least a
    // byte, and so does a block of 128 documents.
    let max_steps = file.len() * 128;
    let postings = Postings::open(OwnedBytes::new(file)).expect("a footer that fits");
    assert_eq!(postings.length_codes(TextField::Body).map(|codes| codes.len()), Some(documents));
    check_words(&postings, max_steps);
    let _ = postings.term_key(TextField::Title, TermKind::Word, "btc");
    // A name in the path is `a` (`true`), or starts with `a` (`false`).
    for whole in [true, false] {
        assert!(postings.docs_in_path("a", whole).doc_freq() as usize <= postings.num_docs());
    }
    for key in keys {
        let doc_freq = postings.doc_freq(key);
        let Some(first) = postings.cursor(key) else { continue };
        assert!(first.doc_freq() == doc_freq || first.doc() == TERMINATED);
        let mut last: Option<DocId> = None;
        let (mut cursor, mut positions, mut steps) = (first.clone(), Vec::new(), 0);
        while cursor.doc() != TERMINATED {
            assert!(last.is_none_or(|last| last < cursor.doc()) && cursor.doc() < TERMINATED);
            assert!(cursor.term_freq() >= 1);
            cursor.positions(&mut positions);
            assert!(positions.is_sorted());
            last = Some(cursor.doc());
            steps += 1;
            assert!(steps <= max_steps, "the list ends");
            cursor.advance();
        }
        assert_eq!(cursor.advance(), TERMINATED, "a cursor at the end stays there");
        check_seeking(first, u32::from(step), max_steps);
    }
}

/// Checks that the table of words ends after at most `max_steps` words, and which of them may be
/// empty.
fn check_words(postings: &Postings, max_steps: usize) {
    let mut word_count = 0;
    postings.for_each_word(TextField::Body, "", |word, key| {
        let is_empty_with_docs = word.is_empty() && postings.doc_freq(key) > 0;
        assert!(
            !is_empty_with_docs || word_count == 0,
            "of words with documents, only the first is empty"
        );
        word_count += 1;
    });
    assert!(word_count <= max_steps, "the table of words ends");
}

/// Checks that seeks never stop before their target and come to an end. The targets are the farther
/// apart, the greater `step` is.
fn check_seeking(mut cursor: Cursor, step: u32, max_steps: usize) {
    let (mut target, mut steps) = (cursor.doc(), 0);
    while cursor.doc() != TERMINATED {
        let _ = cursor.max_tf_in(target, target.saturating_add(step).max(1));
        let found = cursor.seek(target);
        assert!(found >= target, "not before the target");
        target = found.saturating_add(1 + step * step).min(TERMINATED);
        steps += 1;
        assert!(steps <= max_steps, "seeking ends");
    }
}

/// The key that an entry of the dictionary index begins with, if it is that of a unigram or bigram.
fn term_key(entry: &[u8]) -> Option<TermKey> {
    // From the high bits to the low: the field, 21 bits for the first character, and 21 bits for
    // the second character plus 1, or 0 in a unigram.
    let number = u64::from_le_bytes(entry.get(..8)?.try_into().ok()?);
    let field = *TextField::ALL.get(usize::try_from(number >> 42).ok()?)?;
    let first = char::from_u32((number >> 21 & 0x1F_FFFF) as u32)?;
    match (number & 0x1F_FFFF) as u32 {
        0 => Some(TermKey::unigram(field, first)),
        second => Some(TermKey::bigram(field, first, char::from_u32(second - 1)?)),
    }
}
