//! Ranks of bits: how many bits are set before a given one.

/// The number of set bits before each element of `bits`.
pub fn ranks(bits: &[u64]) -> impl Iterator<Item = u32> {
    bits.iter().scan(0, |so_far, bits| {
        let before = *so_far;
        *so_far += bits.count_ones();
        Some(before)
    })
}

/// The number of set bits before bit `at`, given the [`ranks`] of all elements.
///
/// # Panics
///
/// If `at` is not less than `64 * bits.len()`.
///
/// ```
/// use wensou_postings::{rank, ranks};
///
/// let bits = [0b1011, 0b1];
/// let ranks: Vec<u32> = ranks(&bits).collect();
/// assert_eq!((rank(&bits, &ranks, 3), rank(&bits, &ranks, 64)), (2, 3));
/// ```
#[must_use]
pub fn rank(bits: &[u64], ranks: &[u32], at: usize) -> usize {
    let before = bits[at / 64] & ((1 << (at % 64)) - 1);
    (ranks[at / 64] + before.count_ones()) as usize
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_rank_is_the_number_of_set_bits_before_a_bit(bits in vec(any::<u64>(), 1..6)) {
            let ranks: Vec<u32> = ranks(&bits).collect();
            let mut count = 0;
            for at in 0..bits.len() * 64 {
                prop_assert_eq!(rank(&bits, &ranks, at), count);
                count += (bits[at / 64] >> (at % 64) & 1) as usize;
            }
        }
    }
}
