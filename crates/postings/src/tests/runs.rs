//! Sorted runs are merged into the lists of all documents.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::postings;
use crate::codec::posting_list::PostingList;
use crate::write::merge_runs::merge_runs;
use crate::write::run_file;
use crate::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_list_cut_between_any_postings_is_joined_again(
        deltas_and_tfs in vec((1..400_u32, 1..5_u32), 1..200),
        position_distance in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        has_positions in any::<bool>(),
    ) {
        let postings = postings(&deltas_and_tfs, position_distance);
        let list = |postings: &[(u32, u32)]| {
            let mut list = PostingList::default();
            match has_positions {
                true => list.fill_with_positions(postings.iter().copied()),
                false => list.fill(postings.iter().map(|(document, _)| *document)),
            }
            list
        };
        let key = match has_positions {
            true => TermKey::bigram(TextField::Body, '比', '特'),
            false => TermKey::unigram(TextField::Body, '比'),
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(postings.len() + 1)).collect();
        cuts.extend([0, postings.len()]);
        cuts.sort_unstable();
        let runs: Vec<_> = cuts
            .windows(2)
            .map(|cut| run_file::file_of(&[(key, list(&postings[cut[0]..cut[1]]))]))
            .collect();
        let mut merged = Vec::new();
        merge_runs(runs, |key, list| {
            merged.push((key, list.clone()));
            Ok(())
        })
        .unwrap();
        prop_assert_eq!(merged, [(key, list(&postings))]);
    }

    #[test]
    fn runs_are_merged_in_the_order_of_keys(
        runs in vec(vec((prop::sample::select(&['一', '丁', '七', '𠀀'][..]), any::<bool>()), 0..8), 0..20),
    ) {
        let mut wanted = BTreeMap::<TermKey, Vec<(u32, u32)>>::new();
        let mut files = Vec::new();
        // Each run has one document, which contains each of its bigrams twice: at the positions 3
        // and 5.
        for (document, run) in (0..).zip(&runs) {
            let mut lists = BTreeMap::new();
            for (c, is_bigram) in run {
                let key = match is_bigram {
                    true => TermKey::bigram(TextField::Tags, *c, 'a'),
                    false => TermKey::unigram(TextField::Title, *c),
                };
                let mut list = PostingList::default();
                match is_bigram {
                    true => list.fill_with_positions([(document, 3), (document, 5)].into_iter()),
                    false => list.fill([document].into_iter()),
                }
                if lists.insert(key, list).is_none() {
                    wanted.entry(key).or_default().push((document, 3));
                    if *is_bigram {
                        wanted.entry(key).or_default().push((document, 5));
                    }
                }
            }
            files.push(run_file::file_of(&lists.into_iter().collect::<Vec<_>>()));
        }
        let mut wanted = wanted.into_iter();
        merge_runs(files, |key, list| {
            let (next, postings) = wanted.next().expect("no more lists than were written");
            let mut expected = PostingList::default();
            match key.is_bigram() {
                true => expected.fill_with_positions(postings.iter().copied()),
                false => expected.fill(postings.iter().map(|(document, _)| *document)),
            }
            assert_eq!((key, list), (next, &expected));
            Ok(())
        })
        .unwrap();
        prop_assert_eq!(wanted.next(), None);
    }
}
