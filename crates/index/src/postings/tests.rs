//! Whatever is written is read back, and is what a scan of the documents finds.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use tantivy::directory::OwnedBytes;
use tantivy::{DocSet, TERMINATED};

use super::*;
use crate::schema::Kind;

#[derive(Debug, Clone)]
struct Document {
    kind: Kind,
    title: Vec<char>,
    body: Vec<char>,
    tags: Vec<Vec<char>>,
}

fn build(documents: &[Document], run: usize) -> Postings {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::with_run(folder.path(), run);
    for document in documents {
        builder.add(document.kind, &document.title, &document.body, &document.tags).unwrap();
    }
    let path = folder.path().join("pairs");
    assert_eq!(builder.finish(&path).unwrap() as usize, documents.len());
    Postings::open(OwnedBytes::new(std::fs::read(path).unwrap())).unwrap()
}

type Lists = BTreeMap<PairKey, BTreeMap<u32, Vec<u32>>>;

/// The lists by a scan of the documents.
fn scan(documents: &[Document]) -> Lists {
    let mut lists = Lists::new();
    for (number, document) in (0..).zip(documents) {
        let mut part = |part: Part, texts: &[Vec<char>]| {
            let mut place = 0;
            for text in texts {
                for (at, c) in (place..).zip(text) {
                    let single = lists.entry(PairKey::single(part, *c)).or_default();
                    single.entry(number).or_default().push(at);
                }
                for (at, pair) in (place..).zip(text.windows(2)) {
                    let pair = lists.entry(PairKey::pair(part, pair[0], pair[1])).or_default();
                    pair.entry(number).or_default().push(at);
                }
                place += text.len() as u32 + 1;
            }
        };
        part(Part::Title, std::slice::from_ref(&document.title));
        part(Part::Body, std::slice::from_ref(&document.body));
        part(Part::Tags, &document.tags);
    }
    lists
}

fn check(documents: &[Document], run: usize) {
    let (postings, lists) = (build(documents, run), scan(documents));
    for (key, wanted) in &lists {
        let mut cursor = postings.list(*key).expect("a list of every unit");
        assert_eq!(cursor.count() as usize, wanted.len());
        let mut places = Vec::new();
        for (document, wanted) in wanted {
            assert_eq!(cursor.doc(), *document);
            assert_eq!(cursor.frequency() as usize, wanted.len());
            cursor.places(&mut places);
            let expected = if key.is_pair() { wanted.as_slice() } else { &[] };
            assert_eq!(places, expected);
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
        assert_eq!(cursor.advance(), TERMINATED);
    }
    for (kind, part) in [(Kind::Article, Part::Body), (Kind::Flash, Part::Tags)] {
        let of_kind = documents.iter().filter(|document| document.kind == kind);
        assert_eq!(postings.documents_of(kind) as usize, of_kind.clone().count());
        let characters: usize = of_kind
            .map(|document| match part {
                Part::Body => document.body.len(),
                _ => document.tags.iter().map(Vec::len).sum(),
            })
            .sum();
        assert_eq!(postings.characters_of(kind, part) as usize, characters);
    }
    for (code, document) in postings.lengths(Part::Body).iter().zip(documents) {
        assert_eq!(length_of(*code).0, document.kind);
    }
    assert_eq!(postings.count(PairKey::single(Part::Body, 'x')), 0);
    assert!(postings.list(PairKey::pair(Part::Tags, '无', '无')).is_none());
}

fn text(alphabet: &'static [char], most: usize) -> impl Strategy<Value = Vec<char>> {
    vec(prop::sample::select(alphabet), 0..most)
}

fn document() -> impl Strategy<Value = Document> {
    // Beyond the first plane too: such characters have codes in a table of their own.
    const FEW: &[char] = &['币', '的', 'a', '𠀀'];
    const MANY: &[char] = &['比', '特', '币', '以', '太', '坊', '链', '上', 'b', 't', 'c', '1'];
    let kind = prop::sample::select(&Kind::ALL[..]);
    let texts = (text(MANY, 6), text(FEW, 40), vec(text(MANY, 4), 0..3));
    (kind, texts).prop_map(|(kind, (title, body, tags))| Document { kind, title, body, tags })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_what_a_scan_finds(documents in vec(document(), 0..20), run in 1..400_usize) {
        check(&documents, run);
    }

    #[test]
    fn seeking_finds_what_advancing_does(
        gaps in vec((1..40_u32, 1..5_u32), 1..600),
        targets in vec(0..24_000_u32, 1..40),
    ) {
        let mut list = list::List::default();
        let mut document = 0;
        for (gap, frequency) in gaps {
            document += gap;
            list.documents.push(document);
            list.frequencies.push(frequency);
            list.places.extend((0..frequency).map(|n| n * n));
        }
        let mut bytes = Vec::new();
        let code = |document: u32| lengths::code_of(Kind::ALL[document as usize % 2], document as usize % 99);
        list.encode(true, code, &mut bytes);
        // What follows a list must not matter.
        bytes.extend([0xFF; 3]);
        let open = || Cursor::new(OwnedBytes::new(bytes.clone()), list.documents.len() as u32, true);
        let mut targets = targets;
        targets.sort_unstable();
        let (mut cursor, mut glancing) = (open(), open());
        for target in targets {
            let at = list.documents.partition_point(|document| *document < target);
            let wanted = list.documents.get(at).copied();
            let from = cursor.doc();
            prop_assert_eq!(cursor.seek(target), wanted.unwrap_or(TERMINATED).max(from));
            let Some(document) = wanted else { continue };
            if let Some(most) = glancing.most(document) {
                prop_assert!(u32::from(most.frequency) >= list.frequencies[at]);
                let code = code(document);
                let shortest = most.shortest[length_of(code).0 as usize];
                prop_assert!(shortest.is_some_and(|shortest| shortest <= code));
            }
            if cursor.doc() == document {
                prop_assert_eq!(cursor.frequency(), list.frequencies[at]);
                let mut places = Vec::new();
                cursor.places(&mut places);
                let places_wanted: Vec<u32> = (0..list.frequencies[at]).map(|n| n * n).collect();
                prop_assert_eq!(places, places_wanted);
            }
        }
    }

    #[test]
    fn a_damaged_list_never_panics(
        mut bytes in vec(any::<u8>(), 0..400),
        count in 0..1000_u32,
        start in prop::sample::select(&[0_u8, 1, 7, 255][..]),
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = start;
        }
        let mut cursor = Cursor::new(OwnedBytes::new(bytes), count, true);
        let (mut places, mut last) = (Vec::new(), None);
        for step in 0..count {
            let document = cursor.doc();
            if document == TERMINATED {
                break;
            }
            cursor.frequency();
            cursor.places(&mut places);
            last = Some(document);
            if step % 3 == 0 { cursor.seek(document + 5) } else { cursor.advance() };
        }
        prop_assert!(last.is_none_or(|last| last < TERMINATED));
    }
}

#[test]
fn a_document_may_lie_across_runs_and_hold_every_character() {
    let every: Vec<char> = ('\u{4e00}'..='\u{9fff}').chain('\u{20000}'..='\u{2ffff}').collect();
    let body: Vec<char> = every.iter().chain(&every).copied().collect();
    let documents: Vec<Document> = (0..2)
        .map(|number| Document {
            kind: Kind::ALL[number % 2],
            title: vec!['币'],
            body: body.clone(),
            tags: vec![vec!['a'], vec!['b', 'c']],
        })
        .collect();
    check(&documents, 50_000);
    check(&documents, 10_000_000);
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::new(folder.path());
    builder.add(Kind::Article, &['币'], &['比', '特', '币'], &[]).unwrap();
    let path = folder.path().join("pairs");
    builder.finish(&path).unwrap();
    let bytes = std::fs::read(path).unwrap();
    for cut in 0..bytes.len() {
        assert!(Postings::open(OwnedBytes::new(bytes[cut + 1..].to_vec())).is_err());
        assert!(Postings::open(OwnedBytes::new(bytes[..cut].to_vec())).is_err());
    }
}
