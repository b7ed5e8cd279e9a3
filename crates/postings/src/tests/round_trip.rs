//! A postings file returns what was written: everything that a scan of the documents finds.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::{Document, ONE_RUN, document, file_bytes, open, scan};
use crate::*;

/// Writes documents in runs of at most `run_slots` slots, and checks that the file returns all that
/// was written.
fn check(documents: &[Document], run_slots: usize) {
    let postings = open(file_bytes(documents, run_slots));
    check_lists(&postings, documents);
    check_words(&postings, documents);
    check_paths(&postings, documents);
    check_lengths(&postings, documents);
    check_columns(&postings, documents);
    assert_eq!(postings.damage(), None);
}

/// The posting lists of bigrams and unigrams.
fn check_lists(postings: &Postings, documents: &[Document]) {
    for (key, expected) in &scan(documents) {
        let mut cursor = postings.cursor(*key).expect("a list of every term");
        assert_eq!(cursor.doc_freq() as usize, expected.len());
        let mut positions = Vec::new();
        for (document, expected) in expected {
            assert_eq!(cursor.doc(), *document);
            assert_eq!(cursor.term_freq() as usize, expected.len());
            cursor.positions(&mut positions);
            let expected = if key.is_bigram() { expected.as_slice() } else { &[] };
            assert_eq!(positions, expected);
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
        assert_eq!(cursor.advance(), TERMINATED);
    }
    // No document has these characters.
    assert_eq!(postings.doc_freq(TermKey::unigram(TextField::Body, 'x')), 0);
    assert!(postings.cursor(TermKey::bigram(TextField::Tags, '无', '无')).is_none());
}

/// The numbers of documents and key characters, and the length codes.
fn check_lengths(postings: &Postings, documents: &[Document]) {
    for (kind, field) in [(Kind::Article, TextField::Body), (Kind::Flash, TextField::Tags)] {
        let of_kind = documents.iter().filter(|document| document.kind == kind);
        assert_eq!(postings.num_docs_of(kind) as usize, of_kind.clone().count());
        let characters: usize = of_kind
            .map(|document| match field {
                TextField::Body => document.body.len(),
                _ => document.tags.iter().map(Vec::len).sum(),
            })
            .sum();
        assert_eq!(postings.total_length(kind, field) as usize, characters);
    }
    let codes = postings.length_codes(TextField::Body).unwrap();
    for (doc, document) in (0_u32..).zip(documents) {
        let expected = encode_length(document.kind, document.body.len());
        assert_eq!(codes[doc as usize], expected);
    }
}

/// The values of each document, and the bounds of all dates.
fn check_columns(postings: &Postings, documents: &[Document]) {
    let dates = documents.iter().filter_map(|document| document.date);
    let bounds = dates.clone().min().zip(dates.max());
    assert_eq!(postings.date_bounds(), bounds.map(|(oldest, newest)| [oldest, newest]));
    for (doc, document) in (0..).zip(documents) {
        let (columns, expected) = (postings.columns(), document.terms().columns);
        assert_eq!(columns.tie_breaker(doc), Some(expected.tie_breaker));
        assert_eq!(columns.content_hash(doc), Some(expected.content_hash));
        assert_eq!(columns.id_number(doc), expected.id_number);
        assert_eq!(columns.date(doc), expected.date);
    }
}

/// The posting lists of words, and the words and documents with a prefix.
fn check_words(postings: &Postings, documents: &[Document]) {
    let mut lists = BTreeMap::<(TextField, &str), BTreeMap<u32, u32>>::new();
    for (number, document) in (0..).zip(documents) {
        for (field, words) in TextField::ALL.into_iter().zip(&document.words) {
            for word in words {
                *lists.entry((field, word)).or_default().entry(number).or_default() += 1;
            }
        }
    }
    for ((field, word), expected) in &lists {
        let key = postings.term_key(*field, TermKind::Word, word).expect("a word of the file");
        let mut cursor = postings.cursor(key).expect("a list");
        for (document, tf) in expected {
            assert_eq!((cursor.doc(), cursor.term_freq()), (*document, *tf));
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
    }
    for prefix in ["", "b", "比", "币x"] {
        let mut found = Vec::new();
        postings.for_each_word(TextField::Body, prefix, |word, key| {
            // A word of other fields only has no list in the body.
            found.extend((postings.doc_freq(key) > 0).then(|| word.to_owned()));
        });
        let with_prefix = lists.iter().filter(|((_, word), _)| word.starts_with(prefix));
        let of_body = with_prefix.clone().filter(|((field, _), _)| *field == TextField::Body);
        assert_eq!(found, of_body.map(|((_, word), _)| (*word).to_owned()).collect::<Vec<_>>());
        let docs = postings.docs_with_word_prefix(&TextField::ALL, prefix);
        for document in 0..documents.len() as u32 + 2 {
            let is_expected = with_prefix.clone().any(|(_, list)| list.contains_key(&document));
            assert_eq!(docs.term_freq(document), u32::from(is_expected));
        }
    }
    assert_eq!(postings.term_key(TextField::Body, TermKind::Word, "无"), None);
}

/// The documents that are found by a name in one of their paths, given whole or only as a prefix.
fn check_paths(postings: &Postings, documents: &[Document]) {
    for name in ["", "a", "a.txt", "b", "新聞", "新聞/a", "a.t", "a/b/a.txt", "/a", "無"] {
        for whole in [true, false] {
            let starts_with_name = |path: &str| match path.strip_prefix(name) {
                Some(remaining) if whole => remaining.is_empty() || remaining.starts_with('/'),
                remaining => remaining.is_some(),
            };
            let has_name = |path: &&str| {
                let after_slash = path.match_indices('/').map(|(at, _)| at + 1);
                let starts = std::iter::once(0).chain(after_slash.filter(|at| *at < path.len()));
                starts.map(|at| &path[at..]).any(starts_with_name)
            };
            let docs = postings.docs_in_path(name, whole);
            for (number, document) in (0..).zip(documents) {
                let is_expected = document.paths.iter().any(has_name);
                assert_eq!(docs.term_freq(number), u32::from(is_expected), "{name} {whole}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_file_has_what_a_scan_finds(documents in vec(document(), 0..20), run_slots in 1..400_usize) {
        check(&documents, run_slots);
    }

    #[test]
    fn the_size_of_runs_does_not_change_the_file(
        documents in vec(document(), 0..20),
        run_slots in 1..400_usize,
    ) {
        prop_assert_eq!(file_bytes(&documents, run_slots), file_bytes(&documents, ONE_RUN));
    }
}

#[test]
fn a_text_with_more_characters_than_a_run_has_char_ids_spans_runs() {
    // 86,528 different characters, more than a run can number with char ids of two bytes.
    let every: Vec<char> = ('\u{4e00}'..='\u{9fff}').chain('\u{20000}'..='\u{2ffff}').collect();
    let body: Vec<char> = every.iter().chain(&every).copied().collect();
    let documents: Vec<Document> = (0..2)
        .map(|number| Document {
            kind: Kind::ALL[number % 2],
            title: vec!['币'],
            body: body.clone(),
            tags: vec![vec!['a'], vec!['b', 'c']],
            words: [vec!["a"], vec!["b"], vec![]],
            paths: vec!["a/b"],
            date: Some(number as i64),
        })
        .collect();
    // Runs that end when they have no slot left, and runs that end when they have no char id left.
    for run_slots in [50_000, 10_000_000] {
        check(&documents, run_slots);
    }
}
