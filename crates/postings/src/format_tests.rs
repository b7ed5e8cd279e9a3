//! The vectors of docs/FORMAT.md are what this crate writes.

use crate::codec::bitpack::pack;
use crate::codec::posting_list::PostingList;
use crate::codec::varint::write_varint;
use crate::format_vectors;
use crate::write::interner::Interner;
use crate::*;

fn list(postings: &[(u32, u32)], has_positions: bool) -> Vec<u8> {
    let mut list = PostingList::default();
    match has_positions {
        true => list.fill_with_positions(postings.iter().copied()),
        false => list.fill(postings.iter().map(|(doc, _)| *doc)),
    }
    let mut bytes = Vec::new();
    list.as_slices().encode(&mut bytes);
    bytes
}

fn file() -> Vec<u8> {
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

fn vectors() -> Vec<(&'static str, Vec<u8>)> {
    let mut varints = Vec::new();
    for number in [0, 127, 128, 300, 1 << 32] {
        write_varint(number, &mut varints);
    }
    let mut packed = Vec::new();
    pack(&[1, 2, 3, 4, 5], 3, &mut packed);
    let mut pages = PageHasher::default();
    pages.update(&[0; 4097]);
    let keys = [
        TermKey::unigram(TextField::Title, '币'),
        TermKey::bigram(TextField::Body, '比', '特'),
        TermKey::word(TextField::Tags, 5),
        TermKey::path(7),
    ];
    let mut two_blocks: Vec<(u32, u32)> = (0..130).map(|number| (number * 2, 0)).collect();
    two_blocks.insert(64, (128, 0));
    let mut words = Interner::default();
    for word in ["btc20", "btc", "eth"] {
        words.number_of(word).unwrap();
    }
    let mut lengths: Vec<u8> =
        [0, 15, 16, 17, 18, 100, 5000].map(|it| encode_length(Kind::Article, it)).to_vec();
    lengths.push(encode_length(Kind::Flash, 40));
    vec![
        ("varints", varints),
        ("packed", packed),
        ("page-sums", pages.finish()),
        ("term-keys", keys.iter().flat_map(|key| key.0.to_le_bytes()).collect()),
        ("short-list", list(&[(3, 0), (4, 0), (4, 1), (4, 2), (300, 0)], false)),
        ("positions-list", list(&[(0, 1), (2, 0), (2, 7), (9, 4)], true)),
        ("two-blocks", list(&two_blocks, false)),
        ("words", words.table()),
        ("lengths", lengths),
        ("file", file()),
    ]
}

#[test]
fn the_vectors_of_the_specification_are_what_is_written() {
    // Those of records belong to the crate that encodes them.
    format_vectors::check(&vectors(), |name| !name.starts_with("record"));
}
