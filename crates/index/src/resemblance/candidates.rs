//! Finds pairs of texts that may be near-duplicates.

use super::sketch::Sketch;

/// The number of hashes that the sketches of a candidate pair must share, see
/// [`HASHES_PER_SKETCH`](super::sketch::HASHES_PER_SKETCH).
const MIN_SHARED: usize = 2;
/// For each hash of its sketch, a text is paired with at most this many of the texts that have the
/// same hash and come after it. If more texts have a hash, it comes from a line that many pages
/// share. These texts are sorted by sketch first, so that each is paired with those most like it.
const MAX_FOLLOWING: usize = 32;
/// About how many hashes are sorted at a time, so that memory is bounded.
const BATCH: usize = 1 << 20;

/// The pairs of texts with similar sketches, ascending, each once. Texts are identified by their
/// indexes in `sketches`, and the lower index of a pair comes first. The outcome depends on the
/// sketches alone.
pub(crate) fn candidate_pairs(sketches: &[Sketch]) -> Vec<(u32, u32)> {
    let hash_count = sketches.len() * super::sketch::HASHES_PER_SKETCH;
    let batches = hash_count.div_ceil(BATCH).max(1) as u64;
    // A sketch has the lowest hashes of a text, so their high bits are mostly equal. Choose the
    // batch by a remainder, which varies with the low bits.
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
        let groups = hashed_texts.chunk_by_mut(|(a, _), (b, _)| a == b);
        for sharing in groups.filter(|texts| texts.len() > 1) {
            if sharing.len() > MAX_FOLLOWING {
                sharing.sort_unstable_by_key(|(_, text)| (&sketches[*text as usize], *text));
            }
            add_pairs(sharing, sketches, &mut pairs);
        }
        pairs.sort_unstable();
        pairs.dedup();
    }
    pairs
}

/// Adds pairs of texts that share enough hashes. `sharing` has texts with one common hash, as pairs
/// of this hash and the text.
fn add_pairs(sharing: &[(u32, u32)], sketches: &[Sketch], pairs: &mut Vec<(u32, u32)>) {
    for (at, (_, a)) in sharing.iter().enumerate() {
        for (_, b) in sharing[at + 1..].iter().take(MAX_FOLLOWING) {
            let [first, second] = [a, b].map(|text| &sketches[*text as usize]);
            if first.count_shared(second) >= MIN_SHARED {
                pairs.push((*a.min(b), *a.max(b)));
            }
        }
    }
}
