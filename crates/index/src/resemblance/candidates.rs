//! Finds pairs of texts that may be near-duplicates.

use super::sketch::Sketch;

/// The number of hashes that the sketches of a candidate pair must share.
const MIN_SHARED: usize = 2;
/// The maximum number of texts that follow a text and are paired with it because of one hash. A
/// hash of more texts comes from a line that many pages share; their texts are sorted by sketch
/// first, so that each is paired with those most like it.
const MAX_FOLLOWING: usize = 32;
/// The number of hashes that are sorted at a time, which bounds the memory.
const BATCH: usize = 1 << 20;

/// The pairs of texts with similar sketches, ascending, each once. Texts are identified by their
/// indexes in `sketches`. The outcome depends on the sketches alone.
pub(crate) fn candidate_pairs(sketches: &[Sketch]) -> Vec<(u32, u32)> {
    let hashes = sketches.len() * super::sketch::HASHES;
    let batches = hashes.div_ceil(BATCH).max(1) as u64;
    // A sketch has the lowest hashes of a text, so their high bits are mostly equal. Choose the
    // batch by the low bits.
    let batch_of = |hash: u32| u64::from(hash) % batches;
    let mut pairs = Vec::new();
    // Each hash of the batch, with a text that has it.
    let mut hashed_texts: Vec<(u32, u32)> = Vec::new();
    for batch in 0..batches {
        hashed_texts.clear();
        for (text, sketch) in (0..).zip(sketches) {
            let in_batch = sketch.present().filter(|hash| batch_of(*hash) == batch);
            hashed_texts.extend(in_batch.map(|hash| (hash, text)));
        }
        hashed_texts.sort_unstable();
        for same in hashed_texts.chunk_by_mut(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            if same.len() > MAX_FOLLOWING {
                same.sort_unstable_by_key(|(_, text)| (&sketches[*text as usize], *text));
            }
            add_pairs(same, sketches, &mut pairs);
        }
        pairs.sort_unstable();
        pairs.dedup();
    }
    pairs
}

/// Adds those pairs of the texts in `same`, which have a hash in common, that share enough hashes.
fn add_pairs(same: &[(u32, u32)], sketches: &[Sketch], pairs: &mut Vec<(u32, u32)>) {
    for (at, (_, a)) in same.iter().enumerate() {
        for (_, b) in same[at + 1..].iter().take(MAX_FOLLOWING) {
            let [first, second] = [a, b].map(|text| &sketches[*text as usize]);
            if first.shared(second) >= MIN_SHARED {
                pairs.push((*a.min(b), *a.max(b)));
            }
        }
    }
}
