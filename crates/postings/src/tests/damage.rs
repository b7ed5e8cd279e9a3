//! Damage is never a silent wrong answer, and never a panic.

use std::collections::BTreeMap;

use ownedbytes::OwnedBytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::{document, file_bytes, scan};
use crate::pages::PageSlice;
use crate::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_list_never_panics(
        mut bytes in vec(any::<u8>(), 0..400),
        doc_freq in 0..1000_u32,
        // The first byte of a list of one full block is the width of its doc ids. Most random bytes
        // would be invalid widths, so the byte is one of three valid widths, or 255, which is not.
        first_byte in prop::sample::select(&[0_u8, 1, 7, 255][..]),
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = first_byte;
        }
        let has_positions = true;
        let mut cursor = Cursor::new(PageSlice::of(bytes), doc_freq, has_positions);
        let (mut positions, mut last) = (Vec::new(), None);
        let (mut filling, mut scanning) = (cursor.restarted(), cursor.restarted());
        for from in (0..2048).step_by(256) {
            filling.fill(from, &mut [0; 4]);
            scanning.scan(from, from + 256, |docs, tfs| {
                assert_eq!(docs.len(), tfs.len());
            });
            scanning.max_tf_in(from, from + 256);
        }
        for step in 0..doc_freq {
            let document = cursor.doc();
            if document == TERMINATED {
                break;
            }
            cursor.term_freq();
            cursor.positions(&mut positions);
            prop_assert!(last.is_none_or(|last| last < document));
            last = Some(document);
            if step % 3 == 0 { cursor.seek(document + 5) } else { cursor.advance() };
        }
        prop_assert!(last.is_none_or(|last| last < TERMINATED));
    }

    #[test]
    fn a_damaged_byte_is_never_a_silent_wrong_answer(
        documents in vec(document(), 1..40),
        at in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let run_slots = 400;
        let mut bytes = file_bytes(&documents, run_slots);
        let lists = scan(&documents);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let Ok(postings) = Postings::open(OwnedBytes::new(bytes)) else { return Ok(()) };
        for (key, wanted) in &lists {
            let found = postings.cursor(*key).map(|mut cursor| {
                let mut found = BTreeMap::new();
                while cursor.doc() != TERMINATED {
                    let mut positions = Vec::new();
                    cursor.positions(&mut positions);
                    found.insert(cursor.doc(), (cursor.term_freq() as usize, positions));
                    cursor.advance();
                }
                found
            });
            let wanted: BTreeMap<_, _> = wanted.iter().map(|(doc, all_positions)| {
                // Only lists of bigrams have positions.
                let positions = if key.is_bigram() { all_positions.clone() } else { Vec::new() };
                (*doc, (all_positions.len(), positions))
            }).collect();
            prop_assert!(found == Some(wanted) || postings.damage().is_some());
        }
    }
}

#[test]
fn a_file_that_lacks_bytes_at_either_end_is_refused() {
    let mut builder = PostingsBuilder::new(std::env::temp_dir());
    builder.add_empty(Kind::Article).unwrap();
    let bytes = builder.finish(Vec::new()).unwrap();
    for cut in 0..bytes.len() {
        assert!(Postings::open(OwnedBytes::new(bytes[cut + 1..].to_vec())).is_err());
        assert!(Postings::open(OwnedBytes::new(bytes[..cut].to_vec())).is_err());
    }
}
