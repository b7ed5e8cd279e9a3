//! Damaged files of postings: nothing panics, every walk ends, what comes out is in order.

use tantivy::directory::OwnedBytes;
use tantivy::{DocId, DocSet, TERMINATED};
use wensou_index::{Postings, TermKey, TermKind, TextField};

/// Bytes of an entry of the index of the dictionary.
const INDEX_ENTRY: usize = 24;

/// Panics if `data` breaks a law. Its first bytes say how long the sections are, and the footer is
/// made to fit: chance would hardly find one that does.
pub fn check(data: &[u8]) {
    let _ = Postings::open(OwnedBytes::new(data.to_vec()));
    let Some((&[entries, dictionary, documents, step], sections)) = data.split_first_chunk() else {
        return;
    };
    let (index, documents) = (usize::from(entries % 8) * INDEX_ENTRY, usize::from(documents));
    let dictionary = usize::from(dictionary);
    let (words, paths) = (usize::from(entries / 8) * 4, usize::from(step % 8) * 4);
    let others = index + dictionary + words + paths + 3 * documents;
    let Some(lists) = sections.len().checked_sub(others) else { return };
    let keys: Vec<TermKey> =
        sections[lists + dictionary..][..index].chunks(INDEX_ENTRY).filter_map(key).collect();
    let mut file = sections.to_vec();
    for number in [lists, dictionary, index, words, paths, documents].into_iter().chain([0; 9]) {
        file.extend((number as u64).to_le_bytes());
    }
    file.extend(b"wensou-3");
    let most = file.len() * 128;
    let postings = Postings::open(OwnedBytes::new(file)).expect("a footer that fits");
    assert_eq!(postings.length_codes(TextField::Body).len(), postings.num_docs());
    let mut words = 0;
    postings.words(TextField::Body, "", |word, key| {
        assert!(postings.count(key) == 0 || !word.is_empty() || words == 0);
        words += 1;
    });
    assert!(words <= most, "there is an end of words");
    let _ = postings.term_key(TextField::Title, TermKind::Word, "btc");
    for whole in [true, false] {
        assert!(postings.docs_in_path("a", whole).count() as usize <= postings.num_docs());
    }
    for key in keys {
        let count = postings.count(key);
        let Some(walked) = postings.cursor(key) else { continue };
        assert_eq!(walked.count(), count);
        let mut last: Option<DocId> = None;
        let (mut walk, mut places, mut steps) = (walked.clone(), Vec::new(), 0);
        while walk.doc() != TERMINATED {
            assert!(last.is_none_or(|last| last < walk.doc()) && walk.doc() < TERMINATED);
            assert!(walk.term_freq() >= 1);
            walk.places(&mut places);
            assert!(places.is_sorted());
            last = Some(walk.doc());
            steps += 1;
            assert!(steps <= most, "a walk ends");
            walk.advance();
        }
        assert_eq!(walk.advance(), TERMINATED, "at the end it stays there");
        seek(walked, u32::from(step), most);
    }
}

fn seek(mut cursor: wensou_index::Cursor, step: u32, most: usize) {
    let (mut target, mut steps) = (cursor.doc(), 0);
    while cursor.doc() != TERMINATED {
        let _ = cursor.max_tf_in(target, target.saturating_add(step).max(1));
        let found = cursor.seek(target);
        assert!(found >= target, "not before what is sought");
        target = found.saturating_add(1 + step * step).min(TERMINATED);
        steps += 1;
        assert!(steps <= most, "seeking ends");
    }
}

/// The key that an entry of the index begins with.
fn key(entry: &[u8]) -> Option<TermKey> {
    let number = u64::from_le_bytes(entry.get(..8)?.try_into().ok()?);
    let part = *TextField::ALL.get(usize::try_from(number >> 42).ok()?)?;
    let first = char::from_u32((number >> 21 & 0x1F_FFFF) as u32)?;
    match (number & 0x1F_FFFF) as u32 {
        0 => Some(TermKey::unigram(part, first)),
        second => Some(TermKey::bigram(part, first, char::from_u32(second - 1)?)),
    }
}
