//! Numbers in few bits, and numbers in few bytes.

/// Bits that hold every number up to `most`.
pub(super) fn width_of(most: u32) -> u8 {
    (u32::BITS - most.leading_zeros()) as u8
}

/// Bytes of `count` numbers of `width` bits.
pub(super) fn packed_len(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(8)
}

/// Appends the numbers, `width` bits each, lowest bits first.
pub(super) fn pack(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    let end = out.len() + packed_len(numbers.len(), width);
    let (mut held, mut bits) = (0_u64, 0);
    for number in numbers {
        // Fewer than 32 are held, and no number has more than 32.
        held |= u64::from(*number) << bits;
        bits += u32::from(width);
        if bits >= 32 {
            out.extend_from_slice(&(held as u32).to_le_bytes());
            held >>= 32;
            bits -= 32;
        }
    }
    out.extend_from_slice(&(held as u32).to_le_bytes());
    out.truncate(end);
}

/// Appends a number in seven bits a byte.
pub(super) fn variable(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads what [`variable`] wrote, and moves `bytes` behind it; `None` if the bytes end before.
pub(super) fn read_variable(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
        if shift > 56 {
            return None;
        }
    }
}
