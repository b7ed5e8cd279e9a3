//! Lists and packed numbers are encoded as docs/FORMAT.md says.

use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::postings;
use crate::codec::posting_list::{BLOCK, PostingList};
use crate::codec::{bitpack, varint};

/// Packs bit by bit.
fn packed(numbers: &[u32], width: u8) -> Vec<u8> {
    let bits = numbers.iter().flat_map(|number| (0..width).map(move |bit| number >> bit & 1));
    let bits: Vec<u32> = bits.collect();
    bits.chunks(8).map(|bits| (0..).zip(bits).map(|(at, bit)| (*bit as u8) << at).sum()).collect()
}

/// Packs number by number: every fourth of 128 goes into the same lane, each lane is cut into words
/// of 32 bits, and the words of the lanes alternate.
fn lanes(numbers: &[u32], width: u8) -> Vec<u8> {
    let lane =
        |lane| packed(&numbers.iter().skip(lane).step_by(4).copied().collect::<Vec<_>>(), width);
    let lanes: Vec<Vec<u8>> = (0..4).map(lane).collect();
    (0..usize::from(width))
        .flat_map(|at| lanes.iter().flat_map(move |lane| lane[at * 4..][..4].to_vec()))
        .collect()
}

/// Encodes a list as FORMAT.md says.
fn encoded(postings: &[(u32, u32)], has_positions: bool) -> Vec<u8> {
    let packed = |numbers: &[u32]| {
        let width = bitpack::width_of(*numbers.iter().max().unwrap());
        [vec![width], packed(numbers, width)].concat()
    };
    let varints = |numbers: &[u32]| {
        let mut bytes = Vec::new();
        numbers.iter().for_each(|number| varint::write_varint(u64::from(*number), &mut bytes));
        bytes
    };
    let documents: Vec<&[(u32, u32)]> = postings.chunk_by(|a, b| a.0 == b.0).collect();
    let (mut skips, mut blocks, mut last) = (Vec::new(), Vec::new(), 0);
    for block in documents.chunks(BLOCK) {
        let (mut numbers, mut extra_tfs, mut deltas) = (Vec::new(), Vec::new(), Vec::new());
        let (mut less_one, mut has_tf) = (Vec::new(), Vec::new());
        for document in block {
            // Nothing is before the first document, which may be 0.
            less_one
                .push(document[0].0 - last - u32::from(!skips.is_empty() || !less_one.is_empty()));
            has_tf.push(u32::from(document.len() > 1));
            numbers.push((document[0].0 - last) * 2 + u32::from(document.len() > 1));
            last = document[0].0;
            if document.len() > 1 {
                extra_tfs.push(document.len() as u32 - 2);
            }
            deltas.push(document[0].1);
            deltas.extend(document.windows(2).map(|two| two[1].1 - two[0].1));
        }
        let full = block.len() == BLOCK;
        if full {
            let width = bitpack::width_of(*less_one.iter().max().unwrap());
            let any = has_tf.contains(&1);
            blocks.push(width + if any { 128 } else { 0 });
            blocks.extend(lanes(&less_one, width));
            blocks.extend(if any { self::packed(&has_tf, 1) } else { Vec::new() });
        } else {
            blocks.extend(varints(&numbers));
        }
        if !extra_tfs.is_empty() {
            blocks.extend(packed(&extra_tfs));
        }
        if has_positions {
            blocks.extend(if deltas.len() >= 4 { packed(&deltas) } else { varints(&deltas) });
        }
        skips.extend(last.to_le_bytes());
        skips.extend((blocks.len() as u32).to_le_bytes());
        skips.push(block.iter().map(|document| document.len() as u8).max().unwrap());
    }
    if documents.len() > BLOCK { [skips, blocks].concat() } else { blocks }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_list_is_encoded_as_its_format_says(
        deltas in vec((1..400_u32, 1..5_u32), 1..600),
        far in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        has_positions in any::<bool>(),
    ) {
        let postings = postings(&deltas, far);
        let mut list = PostingList::default();
        match has_positions {
            true => list.fill_with_positions(postings.iter().copied()),
            false => list.fill(postings.iter().map(|(document, _)| *document)),
        }
        let mut bytes = vec![7];
        list.as_slices().encode(&mut bytes);
        prop_assert_eq!(&bytes[1..], encoded(&postings, has_positions));
    }

    #[test]
    fn packing_is_as_its_format_says(numbers in vec(any::<u32>(), 0..300), width in 0..=32_u8) {
        let numbers: Vec<u32> =
            numbers.iter().map(|number| (u64::from(*number) & ((1 << width) - 1)) as u32).collect();
        let mut bytes = vec![7];
        bitpack::pack(&numbers, width, &mut bytes);
        prop_assert_eq!(&bytes[1..], packed(&numbers, width));
        let mut read = vec![1; numbers.len()];
        bitpack::unpack(&bytes[1..], width, &mut read).unwrap();
        prop_assert_eq!(read, numbers);
    }
}
