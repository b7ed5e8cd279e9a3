//! Checks that the test vectors in docs/FORMAT.md are what this crate writes.

use crate::codec::bitpack::pack;
use crate::codec::posting_list::PostingList;
use crate::codec::varint::write_varint;
use crate::format_vectors;
use crate::write::interner::Interner;
use crate::*;

/// An encoded list of documents, each repeated as often as it contains the term.
fn list(docs: &[u32]) -> Vec<u8> {
    let mut list = PostingList::default();
    list.fill(docs.iter().copied());
    encoded(&list)
}

/// An encoded list of documents, each with a position.
fn list_with_positions(postings: &[(u32, u32)]) -> Vec<u8> {
    let mut list = PostingList::default();
    list.fill_with_positions(postings.iter().copied());
    encoded(&list)
}

fn encoded(list: &PostingList) -> Vec<u8> {
    let mut bytes = Vec::new();
    list.as_slices().encode(&mut bytes);
    bytes
}

/// A postings file with one document.
fn file_of_one_document() -> Vec<u8> {
    let mut builder = PostingsBuilder::new(std::env::temp_dir());
    let title = FieldTerms { key: "比特币".chars().collect(), words: "比特币".to_owned() };
    let terms = DocumentTerms {
        kind: Kind::Flash,
        columns: ColumnValues {
            tie_breaker: 1,
            content_hash: 2,
            id_number: Some(3),
            date: Some(4),
        },
        title,
        body: FieldTerms::default(),
        tags: Vec::new(),
        paths: vec!["a/b.txt".to_owned()],
    };
    builder.add(&terms).unwrap();
    builder.finish(Vec::new()).unwrap()
}

/// The test vectors: the name of each, and the bytes that this crate writes for it.
fn vectors() -> Vec<(&'static str, Vec<u8>)> {
    let mut varints = Vec::new();
    for number in [0, 127, 128, 300, 1 << 32] {
        write_varint(number, &mut varints);
    }
    let mut packed = Vec::new();
    let width_in_bits = 3;
    pack(&[1, 2, 3, 4, 5], width_in_bits, &mut packed);
    let mut page_hasher = PageHasher::default();
    // A whole page, and a page of one byte.
    page_hasher.update(&[0; PAGE_LEN + 1]);
    // The key of a word or path has the number that its file gives it, here 5 and 7.
    let keys = [
        TermKey::unigram(TextField::Title, '币'),
        TermKey::bigram(TextField::Body, '比', '特'),
        TermKey::word(TextField::Tags, 5),
        TermKey::path(7),
    ];
    let mut two_blocks: Vec<u32> = (0..130).map(|number| number * 2).collect();
    // One document contains the term twice.
    two_blocks.insert(64, 128);
    let mut words = Interner::default();
    for word in ["btc20", "btc", "eth"] {
        words.get_or_add(word).unwrap();
    }
    // Lengths up to 15 are exact; 17 is rounded to 16.
    let mut lengths: Vec<u8> =
        [0, 15, 16, 17, 18, 100, 5000].map(|length| encode_length(Kind::Article, length)).to_vec();
    lengths.push(encode_length(Kind::Flash, 40));
    vec![
        ("varints", varints),
        ("packed", packed),
        ("page-sums", page_hasher.finish()),
        ("term-keys", keys.iter().flat_map(|key| key.0.to_le_bytes()).collect()),
        ("short-list", list(&[3, 4, 4, 4, 300])),
        ("positions-list", list_with_positions(&[(0, 1), (2, 0), (2, 7), (9, 4)])),
        ("two-blocks", list(&two_blocks)),
        ("words", words.table()),
        ("lengths", lengths),
        ("file", file_of_one_document()),
    ]
}

#[test]
fn the_vectors_of_the_specification_are_what_is_written() {
    // `crates/index` checks the vectors of records, which it encodes.
    format_vectors::check(&vectors(), |name| !name.starts_with("record"));
}
