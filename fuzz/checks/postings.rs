//! Damaged postings files: nothing panics, every walk ends, what comes out is in order.

use ownedbytes::OwnedBytes;
use wensou_postings::{
    Cursor, DocId, FORMAT_VERSION, PageHasher, Postings, TERMINATED, TermKey, TermKind, TextField,
};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of an entry of the index of the dictionary.
const INDEX_ENTRY: usize = 24;
/// Bytes that a document has in the sections of lengths and columns.
const DOCUMENT: usize = 3 + 3 * 8 + 5;

/// A file with these sections and the checksums of its pages. `lengths` are those of the first five
/// sections, and the number of documents.
fn file(mut sections: Vec<u8>, lengths: [usize; 6]) -> Vec<u8> {
    let mut pages = PageHasher::default();
    pages.update(&sections);
    let sums = pages.finish();
    sections.extend(&sums);
    let numbers = lengths.map(|length| length as u64).into_iter().chain([0; 10]);
    let mut footer: Vec<u8> = numbers.chain([xxh3_64(&sums)]).flat_map(u64::to_le_bytes).collect();
    footer.extend(xxh3_64(&footer).to_le_bytes());
    footer.extend(b"wensou");
    footer.extend((FORMAT_VERSION as u16).to_le_bytes());
    sections.extend(footer);
    sections
}

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
    // Inputs need not be long enough for the columns.
    let mut sections = sections.to_vec();
    let others = index + dictionary + words + paths + 3 * documents;
    let Some(lists) = sections.len().checked_sub(others) else { return };
    sections.resize(sections.len() + (DOCUMENT - 3) * documents, 7);
    let keys: Vec<TermKey> =
        sections[lists + dictionary..][..index].chunks(INDEX_ENTRY).filter_map(key).collect();
    let file = file(sections, [lists, dictionary, index, words, paths, documents]);
    let most = file.len() * 128;
    let postings = Postings::open(OwnedBytes::new(file)).expect("a footer that fits");
    assert_eq!(postings.length_codes(TextField::Body).map(|codes| codes.len()), Some(documents));
    let mut words = 0;
    postings.for_each_word(TextField::Body, "", |word, key| {
        assert!(postings.doc_freq(key) == 0 || !word.is_empty() || words == 0);
        words += 1;
    });
    assert!(words <= most, "there is an end of words");
    let _ = postings.term_key(TextField::Title, TermKind::Word, "btc");
    for whole in [true, false] {
        assert!(postings.docs_in_path("a", whole).doc_freq() as usize <= postings.num_docs());
    }
    for key in keys {
        let count = postings.doc_freq(key);
        let Some(walked) = postings.cursor(key) else { continue };
        assert!(walked.doc_freq() == count || walked.doc() == TERMINATED);
        let mut last: Option<DocId> = None;
        let (mut walk, mut positions, mut steps) = (walked.clone(), Vec::new(), 0);
        while walk.doc() != TERMINATED {
            assert!(last.is_none_or(|last| last < walk.doc()) && walk.doc() < TERMINATED);
            assert!(walk.term_freq() >= 1);
            walk.positions(&mut positions);
            assert!(positions.is_sorted());
            last = Some(walk.doc());
            steps += 1;
            assert!(steps <= most, "a walk ends");
            walk.advance();
        }
        assert_eq!(walk.advance(), TERMINATED, "at the end it stays there");
        seek(walked, u32::from(step), most);
    }
}

fn seek(mut cursor: Cursor, step: u32, most: usize) {
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
