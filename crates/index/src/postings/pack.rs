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

/// Reads what [`pack`] wrote into `out`; `None` if the bytes end before.
pub(super) fn unpack(bytes: &[u8], width: u8, out: &mut [u32]) -> Option<()> {
    if width == 0 {
        out.fill(0);
        return Some(());
    }
    if width > 32 {
        return None;
    }
    let (width, mask) = (usize::from(width), (1_u64 << width) - 1);
    let needed = packed_len(out.len(), width as u8);
    let mut bit = 0;
    // Eight bytes at any byte hold 32 bits that begin in the first one.
    if let Some(bytes) = bytes.get(..needed + 8) {
        for number in out {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[bit / 8..bit / 8 + 8]);
            *number = ((u64::from_le_bytes(eight) >> (bit % 8)) & mask) as u32;
            bit += width;
        }
        return Some(());
    }
    let bytes = bytes.get(..needed)?;
    for number in out {
        let mut eight = [0; 8];
        let rest = &bytes[bit / 8..bytes.len().min(bit / 8 + 8)];
        eight[..rest.len()].copy_from_slice(rest);
        *number = ((u64::from_le_bytes(eight) >> (bit % 8)) & mask) as u32;
        bit += width;
    }
    Some(())
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
