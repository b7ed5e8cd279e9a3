//! Every way of reading a list returns the documents that were written.

use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::{Document, ONE_RUN, file_bytes, open};
use crate::codec::posting_list::PostingList;
use crate::pages::PageSlice;
use crate::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn seeking_finds_the_first_document_from_the_target_on(
        deltas_and_tfs in vec((1..40_u32, 1..5_u32), 1..600),
        // The last document is before 24,000, so some targets are after it.
        targets in vec(0..24_000_u32, 1..40),
    ) {
        let (mut list, mut positions) = (PostingList::default(), Vec::new());
        let (mut documents, mut tfs, mut document) = (Vec::new(), Vec::new(), 0);
        for (delta, tf) in deltas_and_tfs {
            document += delta;
            documents.push(document);
            tfs.push(tf);
            positions.extend((0..tf).map(|n| (document, n * n)));
        }
        list.fill_with_positions(positions.iter().copied());
        let mut bytes = Vec::new();
        list.as_slices().encode(&mut bytes);
        let (doc_freq, has_positions) = (documents.len() as u32, true);
        let open = || Cursor::new(PageSlice::of(bytes.clone()), doc_freq, has_positions);
        let mut targets = targets;
        targets.sort_unstable();
        let mut cursor = open();
        for target in targets {
            let at = documents.partition_point(|document| *document < target);
            let wanted = documents.get(at).copied();
            let from = cursor.doc();
            prop_assert_eq!(cursor.seek(target), wanted.unwrap_or(TERMINATED).max(from));
            let Some(document) = wanted else { continue };
            if cursor.doc() == document {
                prop_assert_eq!(cursor.term_freq(), tfs[at]);
                let mut positions = Vec::new();
                cursor.positions(&mut positions);
                let wanted: Vec<u32> = (0..tfs[at]).map(|n| n * n).collect();
                prop_assert_eq!(positions, wanted);
            }
        }
    }

    #[test]
    fn windows_and_bitsets_have_the_documents_of_the_list(
        deltas_and_tfs in vec((1..40_u32, 1..300_u32), 1..600),
        // For each window: how many doc ids lie between the end of the previous window and its
        // start, and its length in elements of 64 bits.
        windows in vec((0..700_u32, 1..12_usize), 1..40),
    ) {
        let (mut list, mut document) = (PostingList::default(), 0);
        let mut documents = Vec::new();
        for (delta, tf) in deltas_and_tfs {
            document += delta;
            documents.push((document, tf));
        }
        let occurrences =
            documents.iter().flat_map(|(document, tf)| vec![*document; *tf as usize]);
        list.fill(occurrences.collect::<Vec<_>>().into_iter());
        let mut bytes = Vec::new();
        list.as_slices().encode(&mut bytes);
        let (doc_freq, has_positions) = (documents.len() as u32, false);
        let open = || Cursor::new(PageSlice::of(bytes.clone()), doc_freq, has_positions);
        let (mut filling, mut scanning, mut bounding) = (open(), open(), open());
        let mut from = 0;
        for (gap, elements) in windows {
            from += gap;
            let until = from + elements as u32 * 64;
            let (mut bits, mut scanned) = (vec![0; elements], Vec::new());
            scanning.scan(from, until, |docs, tfs| {
                scanned.extend(docs.iter().copied().zip(tfs.iter().copied()));
            });
            filling.fill(from, &mut bits);
            let within = documents.iter().filter(|(document, _)| (from..until).contains(document));
            prop_assert_eq!(scanned, within.clone().copied().collect::<Vec<_>>());
            let mut wanted = vec![0; elements * 64];
            within.for_each(|(document, tf)| wanted[(document - from) as usize] = *tf);
            for (at, tf) in wanted.iter().enumerate() {
                prop_assert_eq!(bits[at / 64] >> (at % 64) & 1 == 1, *tf > 0);
            }
            let max = wanted.iter().max().copied().unwrap_or_default();
            if max > 0 && let Some(bound) = bounding.max_tf_in(from, until) {
                prop_assert!(u32::from(bound) >= max.min(255));
            }
            from = until;
        }
        check_bitset(open(), &documents)?;
    }
}

/// Checks a bitset against the documents of the list that `cursor` reads, each with its term
/// frequency.
fn check_bitset(cursor: Cursor, documents: &[(DocId, u32)]) -> Result<(), TestCaseError> {
    let document = documents.last().map_or(0, |(document, _)| *document);
    // The last document of the file does not contain the term.
    let num_docs = document as usize + 2;
    let bitset = BitsetPostings::new(cursor, num_docs);
    prop_assert_eq!(bitset.doc_freq() as usize, documents.len());
    for (from, until) in
        [(0, 1), (0, document + 1), (document / 2, document + 3), (document + 9, document + 10)]
    {
        let within = documents.iter().filter(|(document, _)| (from..until).contains(document));
        let max = within.map(|(_, tf)| *tf).max().unwrap_or_default();
        prop_assert!(bitset.max_tf_in(from, until).is_none_or(|bound| bound >= max));
        // A bitset never returns 255 as a bound: it returns `None` for a tf of 255 or more.
        prop_assert!(
            max >= 255 || bitset.max_tf_in(0, document + 1).is_none_or(|bound| bound < 255)
        );
    }
    let mut remaining = documents.iter().copied().peekable();
    for doc in 0..document + 5 {
        let next = remaining.next_if(|(document, _)| *document == doc);
        let wanted = next.map_or(0, |(_, tf)| tf);
        prop_assert_eq!(bitset.term_freq(doc), wanted);
        prop_assert_eq!(bitset.contains(doc), wanted > 0);
        let bits = bitset.bits(doc / 64 * 64).first().copied().unwrap_or_default();
        prop_assert_eq!(bits >> (doc % 64) & 1 == 1, wanted > 0);
        let next = documents.iter().find(|(document, _)| *document >= doc);
        prop_assert_eq!(bitset.next(doc), next.map_or(TERMINATED, |(document, _)| *document));
    }
    Ok(())
}

#[test]
fn a_target_after_all_doc_ids_leads_to_the_end_of_the_list() {
    let document = Document {
        kind: Kind::Article,
        title: vec!['币'],
        body: Vec::new(),
        tags: Vec::new(),
        words: [Vec::new(), Vec::new(), Vec::new()],
        paths: Vec::new(),
        date: None,
    };
    // Lists of one block and of three blocks.
    for count in [3, 300] {
        let postings = open(file_bytes(&vec![document.clone(); count], ONE_RUN));
        let cursor = postings.cursor(TermKey::unigram(TextField::Title, '币'));
        let mut cursor = cursor.expect("a list");
        let (mut scanning, mut scanned) = (cursor.clone(), 0);
        assert_eq!([cursor.seek(u32::MAX), cursor.seek(u32::MAX)], [TERMINATED; 2]);
        scanning.scan(0, u32::MAX, |docs, _| {
            assert!(!docs.is_empty());
            scanned += docs.len();
        });
        assert_eq!(scanned, count);
        assert_eq!(postings.damage(), None);
    }
}
