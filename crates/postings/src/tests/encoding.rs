//! Posting lists and packed numbers are encoded as docs/FORMAT.md says. The expected bytes come
//! from a second, simple encoder.

use proptest::collection::vec;
use proptest::prelude::*;

use super::documents::postings;
use crate::codec::posting_list::{BLOCK, PostingList};
use crate::codec::{bitpack, varint};

/// Packs numbers of `width` bits, one bit after the other.
fn pack_bits(numbers: &[u32], width: u8) -> Vec<u8> {
    let bits = numbers.iter().flat_map(|number| (0..width).map(move |bit| number >> bit & 1));
    let bits: Vec<u32> = bits.collect();
    bits.chunks(8).map(|bits| (0..).zip(bits).map(|(at, bit)| (*bit as u8) << at).sum()).collect()
}

/// Packs 128 numbers in four lanes, as the `bitpacking` crate does: every fourth number goes into
/// the same lane, each lane is cut into words of 32 bits, and the words of the lanes alternate.
fn pack_lanes(numbers: &[u32], width: u8) -> Vec<u8> {
    let lane = |lane| {
        let numbers: Vec<u32> = numbers.iter().skip(lane).step_by(4).copied().collect();
        pack_bits(&numbers, width)
    };
    let lanes: Vec<Vec<u8>> = (0..4).map(lane).collect();
    (0..usize::from(width))
        .flat_map(|at| lanes.iter().flat_map(move |lane| lane[at * 4..][..4].to_vec()))
        .collect()
}

/// The width of the largest number, and the numbers, packed.
fn pack_with_width(numbers: &[u32]) -> Vec<u8> {
    let width = bitpack::width_of(*numbers.iter().max().unwrap());
    [vec![width], pack_bits(numbers, width)].concat()
}

fn varints(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut bytes = Vec::new();
    numbers.into_iter().for_each(|number| varint::write_varint(u64::from(number), &mut bytes));
    bytes
}

/// Encodes postings, pairs of a doc id and a position, as FORMAT.md says.
fn encode_list(postings: &[(u32, u32)], has_positions: bool) -> Vec<u8> {
    let documents: Vec<&[(u32, u32)]> =
        postings.chunk_by(|(doc, _), (next_doc, _)| doc == next_doc).collect();
    let (mut skips, mut blocks, mut last) = (Vec::new(), Vec::new(), None);
    for block in documents.chunks(BLOCK) {
        blocks.extend(encode_block(block, last, has_positions));
        let (last_id, _) = block[block.len() - 1][0];
        last = Some(last_id);
        skips.extend(last_id.to_le_bytes());
        skips.extend((blocks.len() as u32).to_le_bytes());
        skips.push(block.iter().map(|document| document.len() as u8).max().unwrap());
    }
    if documents.len() > BLOCK { [skips, blocks].concat() } else { blocks }
}

/// Encodes a block, which has the postings of each of its documents. `last` is the last doc id of
/// the previous block.
fn encode_block(block: &[&[(u32, u32)]], last: Option<u32>, has_positions: bool) -> Vec<u8> {
    let ids = block.iter().map(|document| {
        let (id, _) = document[0];
        id
    });
    let ids_before = std::iter::once(last).chain(ids.clone().map(Some));
    let tfs: Vec<u32> = block.iter().map(|document| document.len() as u32).collect();
    let tf_flags: Vec<u32> = tfs.iter().map(|tf| u32::from(*tf > 1)).collect();
    let mut bytes = Vec::new();
    if block.len() == BLOCK {
        let deltas: Vec<u32> = ids
            .zip(ids_before)
            .map(|(id, before)| before.map_or(id, |before| id - before - 1))
            .collect();
        let width = bitpack::width_of(*deltas.iter().max().unwrap());
        let has_flags = tf_flags.contains(&1);
        bytes.push(width + if has_flags { 128 } else { 0 });
        bytes.extend(pack_lanes(&deltas, width));
        bytes.extend(if has_flags { pack_bits(&tf_flags, 1) } else { Vec::new() });
    } else {
        let deltas = ids.zip(ids_before).map(|(id, before)| id - before.unwrap_or(0));
        bytes.extend(varints(deltas.zip(&tf_flags).map(|(delta, flag)| delta * 2 + flag)));
    }
    let extra_tfs: Vec<u32> = tfs.iter().filter(|tf| **tf > 1).map(|tf| tf - 2).collect();
    if !extra_tfs.is_empty() {
        bytes.extend(pack_with_width(&extra_tfs));
    }
    if has_positions {
        let mut deltas = Vec::new();
        for document in block {
            let positions: Vec<u32> = document.iter().map(|(_, position)| *position).collect();
            deltas.push(positions[0]);
            deltas.extend(positions.windows(2).map(|two| two[1] - two[0]));
        }
        // Fewer than four deltas are not packed.
        bytes.extend(if deltas.len() >= 4 { pack_with_width(&deltas) } else { varints(deltas) });
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_encoded_as_the_format_says(
        deltas_and_tfs in vec((1..400_u32, 1..5_u32), 1..600),
        position_distance in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        has_positions in any::<bool>(),
    ) {
        let postings = postings(&deltas_and_tfs, position_distance);
        let mut list = PostingList::default();
        match has_positions {
            true => list.fill_with_positions(postings.iter().copied()),
            false => list.fill(postings.iter().map(|(document, _)| *document)),
        }
        // `encode` appends to the bytes that are there: one byte, in this test.
        let mut bytes = vec![7];
        list.as_slices().encode(&mut bytes);
        prop_assert_eq!(&bytes[1..], encode_list(&postings, has_positions));
    }

    #[test]
    fn numbers_are_packed_as_the_format_says(numbers in vec(any::<u32>(), 0..300), width in 0..=32_u8) {
        let numbers: Vec<u32> =
            numbers.iter().map(|number| (u64::from(*number) & ((1 << width) - 1)) as u32).collect();
        let mut bytes = vec![7];
        bitpack::pack(&numbers, width, &mut bytes);
        prop_assert_eq!(&bytes[1..], pack_bits(&numbers, width));
        let mut read = vec![1; numbers.len()];
        bitpack::unpack(&bytes[1..], width, &mut read).unwrap();
        prop_assert_eq!(read, numbers);
    }
}
