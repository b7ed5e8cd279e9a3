//! Whatever is written is read back, and is what a scan of the documents finds.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::{Document, bytes, document, open, scan};
use crate::*;

fn check(documents: &[Document], run: usize) {
    let (bytes, lists) = (bytes(documents, run), scan(documents));
    let postings = open(bytes);
    for (key, wanted) in &lists {
        let mut cursor = postings.cursor(*key).expect("a list of every term");
        assert_eq!(cursor.doc_freq() as usize, wanted.len());
        let mut positions = Vec::new();
        for (document, wanted) in wanted {
            assert_eq!(cursor.doc(), *document);
            assert_eq!(cursor.term_freq() as usize, wanted.len());
            cursor.positions(&mut positions);
            let expected = if key.is_bigram() { wanted.as_slice() } else { &[] };
            assert_eq!(positions, expected);
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
        assert_eq!(cursor.advance(), TERMINATED);
    }
    check_words(&postings, documents);
    check_paths(&postings, documents);
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
        let wanted = encode_length(document.kind, document.body.len());
        assert_eq!(codes[doc as usize], wanted);
    }
    let dates = documents.iter().filter_map(|document| document.date);
    let bounds = dates.clone().min().zip(dates.max());
    assert_eq!(postings.date_bounds(), bounds.map(|(oldest, newest)| [oldest, newest]));
    assert_eq!(postings.doc_freq(TermKey::unigram(TextField::Body, 'x')), 0);
    assert!(postings.cursor(TermKey::bigram(TextField::Tags, '无', '无')).is_none());
    for (doc, document) in (0..).zip(documents) {
        let (columns, wanted) = (postings.columns(), document.terms().columns);
        assert_eq!(columns.tie_breaker(doc), Some(wanted.tie_breaker));
        assert_eq!(columns.content_hash(doc), Some(wanted.content_hash));
        assert_eq!((columns.id_number(doc), columns.date(doc)), (wanted.id_number, wanted.date));
    }
    assert_eq!(postings.damage(), None);
}

fn check_words(postings: &Postings, documents: &[Document]) {
    let mut lists = BTreeMap::<(TextField, &str), BTreeMap<u32, u32>>::new();
    for (number, document) in (0..).zip(documents) {
        for (field, words) in TextField::ALL.into_iter().zip(&document.words) {
            for word in words {
                *lists.entry((field, word)).or_default().entry(number).or_default() += 1;
            }
        }
    }
    for ((field, word), wanted) in &lists {
        let key = postings.term_key(*field, TermKind::Word, word).expect("a word of the file");
        let mut cursor = postings.cursor(key).expect("a list");
        for (document, tf) in wanted {
            assert_eq!((cursor.doc(), cursor.term_freq()), (*document, *tf));
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
    }
    for prefix in ["", "b", "比", "币x"] {
        let mut found = Vec::new();
        postings.for_each_word(TextField::Body, prefix, |word, key| {
            found.extend((postings.doc_freq(key) > 0).then(|| word.to_owned()));
        });
        let begins = lists.iter().filter(|((_, word), _)| word.starts_with(prefix));
        let of_body = begins.clone().filter(|((field, _), _)| *field == TextField::Body);
        assert_eq!(found, of_body.map(|((_, word), _)| (*word).to_owned()).collect::<Vec<_>>());
        let with = postings.docs_with_word_prefix(&TextField::ALL, prefix);
        for document in 0..documents.len() as u32 + 2 {
            let wanted = begins.clone().any(|(_, list)| list.contains_key(&document));
            assert_eq!(with.term_freq(document), u32::from(wanted));
        }
    }
    assert_eq!(postings.term_key(TextField::Body, TermKind::Word, "无"), None);
}

fn check_paths(postings: &Postings, documents: &[Document]) {
    for name in ["", "a", "a.txt", "b", "新聞", "新聞/a", "a.t", "a/b/a.txt", "/a", "無"] {
        for whole in [true, false] {
            let is_wanted = |end: &str| match end.strip_prefix(name) {
                Some(remaining) if whole => remaining.is_empty() || remaining.starts_with('/'),
                begins => begins.is_some(),
            };
            let there = |path: &&str| {
                let after_slash = path.match_indices('/').map(|(at, _)| at + 1);
                let starts = std::iter::once(0).chain(after_slash.filter(|at| *at < path.len()));
                starts.map(|at| &path[at..]).any(is_wanted)
            };
            let found = postings.docs_in_path(name, whole);
            for (number, document) in (0..).zip(documents) {
                let wanted = document.paths.iter().any(there);
                assert_eq!(found.term_freq(number), u32::from(wanted), "{name} {whole}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_what_a_scan_finds(documents in vec(document(), 0..20), run in 1..400_usize) {
        check(&documents, run);
    }

    #[test]
    fn the_file_is_the_same_whatever_the_runs(
        documents in vec(document(), 0..20),
        run in 1..400_usize,
    ) {
        prop_assert_eq!(bytes(&documents, run), bytes(&documents, usize::MAX));
    }
}

#[test]
fn a_document_may_span_runs_and_contain_every_character() {
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
    check(&documents, 50_000);
    check(&documents, 10_000_000);
}
