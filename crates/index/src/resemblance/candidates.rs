//! Finds pairs of texts that may be near-duplicates.

use super::sketch::Sketch;

/// The number of hashes that the sketches of a candidate pair must share.
const MIN_SHARED: usize = 2;
/// A hash that more texts than this have comes from a line that many pages share. Then each text is
/// paired with this many of those whose sketches are closest in order, and not with all.
const MAX_TEXTS: usize = 32;
/// Hashes that are sorted at a time, so that memory is bounded.
const BATCH: usize = 1 << 20;

/// The pairs of texts with similar sketches, ascending, each once. A text is its index in
/// `sketches`. The outcome depends on the sketches alone.
pub(crate) fn candidate_pairs(sketches: &[Sketch]) -> Vec<(u32, u32)> {
    let hashes: usize = sketches.len() * super::sketch::HASHES;
    let batches = hashes.div_ceil(BATCH).max(1) as u64;
    // A sketch has the lowest hashes of a text, so their high bits are mostly equal. Choose the
    // batch by the low bits.
    let batch_of = |hash: u32| u64::from(hash) % batches;
    let mut pairs = Vec::new();
    let mut texts: Vec<(u32, u32)> = Vec::new();
    for batch in 0..batches {
        texts.clear();
        for (text, sketch) in (0..).zip(sketches) {
            let of_batch = sketch.present().filter(|hash| batch_of(*hash) == batch);
            texts.extend(of_batch.map(|hash| (hash, text)));
        }
        texts.sort_unstable();
        for same in texts.chunk_by_mut(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            if same.len() > MAX_TEXTS {
                same.sort_unstable_by_key(|(_, text)| (&sketches[*text as usize], *text));
            }
            add_pairs(same, sketches, &mut pairs);
        }
        pairs.sort_unstable();
        pairs.dedup();
    }
    pairs
}

/// Adds the pairs of texts with the same hash.
fn add_pairs(same: &[(u32, u32)], sketches: &[Sketch], pairs: &mut Vec<(u32, u32)>) {
    for (at, (_, a)) in same.iter().enumerate() {
        for (_, b) in same[at + 1..].iter().take(MAX_TEXTS) {
            let [first, second] = [a, b].map(|text| &sketches[*text as usize]);
            if first.shared(second) >= MIN_SHARED {
                pairs.push((*a.min(b), *a.max(b)));
            }
        }
    }
}
