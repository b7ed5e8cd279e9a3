//! Numbers of a fixed width in bits, packed without gaps, the lowest bit first.
//!
//! Eight numbers of n bits take n bytes. There is a copy of the unpacking function for each width,
//! in which all shifts are constants. So unpacking a block takes a third of the time that it takes
//! with a width that is known only at run time. tantivy has nothing to use instead: its
//! `BitUnpacker` knows the width only at run time and reads one number at a time, and its block
//! decoder is private.

/// How many numbers are unpacked together.
const GROUP: usize = 8;
/// The number of bytes that [`read_at`] reads for one number.
const READ_LEN: usize = size_of::<u64>();
/// The greatest width in bits.
const MAX_WIDTH: usize = 32;

/// The number of bits that a number up to `max` needs.
pub(crate) fn width_of(max: u32) -> u8 {
    (u32::BITS - max.leading_zeros()) as u8
}

/// The length of `count` packed numbers of `width` bits, in bytes.
pub(crate) fn packed_len(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(8)
}

/// Appends the numbers, `width` bits each.
pub(crate) fn pack(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    let end = out.len() + packed_len(numbers.len(), width);
    let (mut pending, mut pending_bits) = (0_u64, 0);
    for number in numbers {
        // At most 31 bits are pending, and no number has more than 32.
        pending |= u64::from(*number) << pending_bits;
        pending_bits += u32::from(width);
        if pending_bits >= 32 {
            out.extend_from_slice(&(pending as u32).to_le_bytes());
            pending >>= 32;
            pending_bits -= 32;
        }
    }
    // The last numbers seldom fill four bytes: append all four, then remove those after the end.
    out.extend_from_slice(&(pending as u32).to_le_bytes());
    out.truncate(end);
}

/// Unpacks as many numbers as `out` has. `None` if there are too few bytes, or if the width is
/// over 32.
pub(crate) fn unpack(bytes: &[u8], width: u8, out: &mut [u32]) -> Option<()> {
    if bytes.len() < packed_len(out.len(), width) {
        return None;
    }
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                0 => out.fill(0),
                $($width => unpack_groups::<$width>(bytes, out),)*
                _ => return None,
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
    Some(())
}

/// Unpacks numbers of `WIDTH` bits, in groups of eight, which take `WIDTH` bytes each. The caller
/// has checked that there are enough bytes.
fn unpack_groups<const WIDTH: usize>(bytes: &[u8], out: &mut [u32]) {
    let mut at = 0;
    // A number is read from eight bytes at once. In the last groups, these would reach beyond the
    // end of `bytes`, so the second loop copies the bytes of such a group into a longer array
    // first.
    let groups_within_bytes = (bytes.len().saturating_sub(READ_LEN)) / WIDTH;
    let unpadded_groups = groups_within_bytes.min(out.len() / GROUP);
    for numbers in out[..unpadded_groups * GROUP].chunks_exact_mut(GROUP) {
        unpack_group::<WIDTH>(&bytes[at..at + WIDTH + READ_LEN], numbers);
        at += WIDTH;
    }
    for numbers in out[unpadded_groups * GROUP..].chunks_mut(GROUP) {
        let mut padded = [0; MAX_WIDTH + READ_LEN];
        let remaining = &bytes[at.min(bytes.len())..bytes.len().min(at + WIDTH)];
        padded[..remaining.len()].copy_from_slice(remaining);
        let mut eight = [0; GROUP];
        unpack_group::<WIDTH>(&padded[..WIDTH + READ_LEN], &mut eight);
        numbers.copy_from_slice(&eight[..numbers.len()]);
        at += WIDTH;
    }
}

/// Unpacks up to eight numbers of `WIDTH` bits.
#[inline(always)]
fn unpack_group<const WIDTH: usize>(bytes: &[u8], numbers: &mut [u32]) {
    for (at, number) in numbers.iter_mut().enumerate() {
        *number = read_at(bytes, at * WIDTH, WIDTH as u8);
    }
}

/// The number of `width` bits, at most 32, that starts at bit `bit`. Bytes past the end count as 0.
#[inline(always)]
pub(crate) fn read_at(bytes: &[u8], bit: usize, width: u8) -> u32 {
    let at = bit / 8;
    let eight = match bytes.get(at..at + 8) {
        Some(eight) => eight.try_into().unwrap_or_default(),
        None => {
            let mut eight = [0; 8];
            let remaining = bytes.get(at..).unwrap_or_default();
            eight[..remaining.len()].copy_from_slice(remaining);
            eight
        }
    };
    let mask = (1_u64 << width) - 1;
    (u64::from_le_bytes(eight) >> (bit % 8) & mask) as u32
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn unpacking_returns_what_was_packed(
            width in 0..=32_u8,
            numbers in vec(any::<u32>(), 0..300),
            after in vec(any::<u8>(), 0..12),
        ) {
            let mask = ((1_u64 << width) - 1) as u32;
            let numbers: Vec<u32> = numbers.iter().map(|number| number & mask).collect();
            let mut bytes = Vec::new();
            pack(&numbers, width, &mut bytes);
            let packed = bytes.len();
            prop_assert_eq!(packed, packed_len(numbers.len(), width));
            let mut out = vec![7; numbers.len()];
            if packed > 0 {
                prop_assert!(unpack(&bytes[..packed - 1], width, &mut out).is_none());
            }
            bytes.extend(after);
            prop_assert!(unpack(&bytes, width, &mut out).is_some());
            prop_assert_eq!(&out, &numbers);
            for (at, number) in numbers.iter().enumerate() {
                prop_assert_eq!(read_at(&bytes, at * usize::from(width), width), *number);
            }
        }
    }

    #[test]
    fn widths_over_32_bits_are_refused() {
        assert!(unpack(&[0; 99], 33, &mut [0; 8]).is_none());
    }
}
