//! Varints: seven bits a byte, the lowest first; the highest bit says that another byte follows.

/// Appends a number.
pub(crate) fn write_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a number of at most nine bytes and advances `bytes` past it. `None` if the bytes end
/// before the number does, or if the number has more than nine bytes.
pub(crate) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (first, remaining) = bytes.split_first()?;
        *bytes = remaining;
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
