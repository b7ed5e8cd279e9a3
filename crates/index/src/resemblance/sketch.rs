//! Sketches: a few hashes of each text, by which texts that may be near-duplicates are found.
//!
//! A shingle is a run of adjacent key characters; texts that have much in common share shingles.

use serde::{Deserialize, Serialize};

/// The number of hashes in a sketch. Of pairs of texts that share half of their shingles, 99.7 %
/// share two hashes or more; of pairs that share 40 % of them, 98 %.
pub(crate) const HASHES_PER_SKETCH: usize = 12;
/// The number of key characters in a shingle. Fewer would not do: texts on different subjects share
/// many bigrams, and also set phrases of news agencies, many of which have four characters or a few
/// more.
const SHINGLE_CHARS: usize = 8;
/// Texts with fewer key characters than this are near-duplicates only if they are equal, title
/// included: a short notice with another name in it is another notice.
const MIN_LENGTH: usize = 40;
/// The base of the hash of a text, which is a polynomial with the characters as coefficients.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// The lowest hashes of the shingles of a text, ascending ("bottom-k MinHash": Broder, "On the
/// resemblance and containment of documents", 1997). `u32::MAX` stands for a hash that the text
/// does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sketch([u32; HASHES_PER_SKETCH]);

impl Default for Sketch {
    fn default() -> Self {
        Self([u32::MAX; HASHES_PER_SKETCH])
    }
}

impl Sketch {
    /// The sketch of a short text: the two halves of one hash, so that equal texts share
    /// two hashes, and others none.
    pub(super) fn of_short(title: &[char], body: &[char]) -> Self {
        let mut sketch = Self::default();
        if !(title.is_empty() && body.is_empty()) {
            let hash = hash_with_title(title, body);
            sketch.add(hash as u32);
            sketch.add((hash >> 32) as u32);
        }
        sketch
    }

    /// Adds the hash of a shingle if it is among the lowest.
    pub(super) fn add(&mut self, hash: u32) {
        let Self(lowest) = self;
        if hash < lowest[HASHES_PER_SKETCH - 1] && !lowest.contains(&hash) {
            let at = lowest.partition_point(|low| *low < hash);
            lowest.copy_within(at..HASHES_PER_SKETCH - 1, at + 1);
            lowest[at] = hash;
        }
    }

    /// The sketch with these hashes, as [`Sketch::hashes`] returned them.
    pub(crate) fn from_hashes(hashes: [u32; HASHES_PER_SKETCH]) -> Self {
        Self(hashes)
    }

    pub(crate) fn hashes(&self) -> &[u32; HASHES_PER_SKETCH] {
        &self.0
    }

    /// The hashes in the sketch, without the `u32::MAX` that stand for missing ones.
    pub(super) fn present(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied().take_while(|hash| *hash != u32::MAX)
    }

    /// The number of hashes that both sketches have.
    pub(super) fn count_shared(&self, other: &Self) -> usize {
        self.present().filter(|hash| other.0.binary_search(hash).is_ok()).count()
    }
}

/// Whether a text is too short to be compared by shingles.
pub(super) fn is_short(body: &[char]) -> bool {
    body.len() < MIN_LENGTH
}

/// The hash of title and body, for a short text.
pub(super) fn hash_with_title(title: &[char], body: &[char]) -> u64 {
    let text = title.iter().chain(&['\n']).chain(body);
    mixed(text.fold(0, |hash, c| extended(hash, *c)))
}

/// The hash of a text and one more character, given the hash of the text.
fn extended(hash: u64, c: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(c) + 1)
}

/// Mixes the high bits of a hash into the low ones. Before that, the low bits of a hash depend only
/// on the low bits of the characters, because the hash is a sum of products.
pub(super) fn mixed(hash: u64) -> u64 {
    (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// The hashes of all shingles of a text, in their order. Each is computed from the one before it,
/// as in Rabin-Karp search, so the time does not depend on the length of a shingle.
pub(super) fn shingles(body: &[char]) -> impl Iterator<Item = u32> + '_ {
    // When one more character is appended to the hash of a shingle, the first character of the
    // shingle has this factor in the sum. Subtracting the first character times this factor leaves
    // the hash of the next shingle.
    let leaving_weight = BASE.wrapping_pow(SHINGLE_CHARS as u32);
    let (first, following) = body.split_at(body.len().min(SHINGLE_CHARS));
    let first_hash = first.iter().fold(0, |hash, c| extended(hash, *c));
    let rolled = following.iter().zip(body).scan(first_hash, move |hash, (entering, leaving)| {
        *hash = extended(*hash, *entering)
            .wrapping_sub((u64::from(*leaving) + 1).wrapping_mul(leaving_weight));
        Some(*hash)
    });
    let hashes = (first.len() == SHINGLE_CHARS).then_some(first_hash).into_iter().chain(rolled);
    hashes.map(|hash| (mixed(hash) >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::samples::sketch_and_sample;
    use super::*;

    /// The characters `from..from + length` of a text of 20,000 different characters: two parts of
    /// it share shingles only where their ranges overlap.
    fn text(from: u32, length: u32) -> Vec<char> {
        (from..from + length).map(|n| char::from_u32(0x4E00 + n * 7919 % 20_000).unwrap()).collect()
    }

    fn sketch_of(title: &[char], body: &[char]) -> Sketch {
        let (sketch, _) = sketch_and_sample(title, body, "");
        sketch
    }

    #[test]
    fn similar_texts_share_hashes_and_others_do_not() {
        let sketch = |body: &[char]| sketch_of(&[], body);
        let whole = sketch(&text(0, 400));
        assert_eq!(whole.count_shared(&whole), HASHES_PER_SKETCH);
        assert!(whole.count_shared(&sketch(&text(0, 250))) >= 2, "a cut text");
        assert!(whole.count_shared(&sketch(&text(0, 600))) >= 2, "a longer text");
        assert_eq!(whole.count_shared(&sketch(&text(5000, 400))), 0);
    }

    #[test]
    fn a_shingle_has_the_same_hash_everywhere() {
        let text = text(0, 100);
        let all: Vec<u32> = shingles(&text).collect();
        assert_eq!(all.len(), text.len() + 1 - SHINGLE_CHARS);
        for (at, hash) in all.iter().enumerate() {
            assert_eq!(shingles(&text[at..at + SHINGLE_CHARS]).collect::<Vec<_>>(), [*hash]);
        }
        assert_eq!(shingles(&text[..SHINGLE_CHARS - 1]).count(), 0);
    }

    #[test]
    fn a_short_text_is_sketched_as_a_whole() {
        let (title, body) = (text(0, 10), text(100, 30));
        let sketch = sketch_of(&title, &body);
        assert_eq!(sketch.present().count(), 2);
        assert_eq!(sketch.count_shared(&sketch_of(&text(50, 10), &body)), 0, "another title");
        assert_eq!(sketch_of(&[], &[]).present().count(), 0);
    }

    #[test]
    fn a_text_with_few_distinct_shingles_has_fewer_hashes() {
        let repeated = ['哈'; 200];
        assert_eq!(sketch_of(&[], &repeated).present().count(), 1);
    }
}
