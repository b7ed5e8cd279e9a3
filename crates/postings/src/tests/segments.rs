//! Merging files gives the same file as a build of the documents that are not deleted.

use ownedbytes::OwnedBytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::{Document, document, file_bytes, open};
use crate::*;

/// The number of slots of the runs of all builders here: small, so that there are several runs.
const RUN_SLOTS: usize = 50;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_gives_the_file_that_a_build_of_the_remaining_documents_gives(
        segments in vec(vec((document(), any::<bool>()), 0..12), 1..5),
    ) {
        let files: Vec<Postings> = segments.iter().map(|segment| {
            let documents = segment.iter().map(|(document, _)| document.clone());
            let documents: Vec<Document> = documents.collect();
            open(file_bytes(&documents, RUN_SLOTS))
        }).collect();
        let mut next = 0;
        let sources: Vec<MergeSource<'_>> = files.iter().zip(&segments).map(|(postings, segment)| {
            let new_ids = segment.iter().map(|(_, alive)| alive.then(|| {
                next += 1;
                next - 1
            }));
            MergeSource { postings, new_ids: new_ids.collect() }
        }).collect();
        let alive = segments.iter().flatten().filter(|(_, alive)| *alive);
        let alive: Vec<Document> = alive.map(|(document, _)| document.clone()).collect();
        let merged = merge_segments(&sources, Vec::new()).unwrap();
        if merged != file_bytes(&alive, RUN_SLOTS) {
            let [merged, built] = [merged, file_bytes(&alive, RUN_SLOTS)].map(OwnedBytes::new);
            prop_assert!(false, "{:?}", describe_difference(&merged, &built));
        }
    }
}

#[test]
fn a_merge_of_a_damaged_file_fails() {
    let document = Document {
        kind: Kind::Flash,
        title: vec!['币'],
        body: vec!['比', '特'],
        tags: Vec::new(),
        words: Default::default(),
        paths: Vec::new(),
        date: None,
    };
    let mut bytes = file_bytes(&[document], RUN_SLOTS);
    // A file starts with its posting lists.
    bytes[0] ^= 1;
    let postings = open(bytes);
    let sources = [MergeSource { postings: &postings, new_ids: vec![Some(0)] }];
    let error = merge_segments(&sources, Vec::new()).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}
