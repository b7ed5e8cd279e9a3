//! Reads the bytes of a stored document without trusting any length in them.
//!
//! tantivy's own deserialiser allocates as many values as a document states. In a damaged store
//! that number can be huge, and a failed allocation aborts the process. A document of this index
//! stores one value, the encoded record, so its layout is fixed and every length can be compared
//! with the number of bytes:
//!
//! ```text
//! document = number of values varint = 1 | field u32 | type code u8 | length varint | record
//! ```
//!
//! The field is little-endian. The type code 4 stands for bytes.

use tantivy::schema::Field;

/// The type code of a value of bytes.
const BYTES: u8 = 4;
/// The bit that marks the last byte of a varint.
const LAST: u8 = 0x80;

/// The encoded record in the bytes of a stored document; `None` unless they have exactly this
/// layout.
pub(crate) fn stored_record(mut bytes: &[u8], record: Field) -> Option<&[u8]> {
    if varint(&mut bytes)? != 1 {
        return None;
    }
    let (field, remaining) = bytes.split_first_chunk()?;
    let (code, mut remaining) = remaining.split_first()?;
    if u32::from_le_bytes(*field) != record.field_id() || *code != BYTES {
        return None;
    }
    let length = varint(&mut remaining)?;
    (length == remaining.len() as u64).then_some(remaining)
}

/// Reads a varint as tantivy writes it: seven bits a byte, the lowest first, the last byte marked.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, remaining) = bytes.split_first()?;
        *bytes = remaining;
        number |= u64::from(byte & !LAST).checked_shl(shift)?;
        if byte & LAST != 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(count: u8, field: u32, code: u8, length: &[u8], record: &[u8]) -> Vec<u8> {
        let mut bytes = vec![count | LAST];
        bytes.extend(field.to_le_bytes());
        bytes.push(code);
        bytes.extend(length);
        bytes.extend(record);
        bytes
    }

    #[test]
    fn only_a_document_of_one_whole_record_is_read() {
        let field = Field::from_field_id(17);
        let read = |bytes: &[u8]| stored_record(bytes, field).map(<[u8]>::to_vec);
        assert_eq!(read(&document(1, 17, 4, &[3 | LAST], b"abc")), Some(b"abc".to_vec()));
        assert_eq!(read(&document(1, 17, 4, &[LAST], b"")), Some(Vec::new()));
        // The length 300 takes two bytes: 44 + 2 × 128.
        let long = vec![7; 300];
        assert_eq!(read(&document(1, 17, 4, &[44, 2 | LAST], &long)), Some(long));
        // Another number of values, field, type code or length; a length without an end; no bytes.
        for bytes in [
            document(2, 17, 4, &[3 | LAST], b"abc"),
            document(1, 16, 4, &[3 | LAST], b"abc"),
            document(1, 17, 0, &[3 | LAST], b"abc"),
            document(1, 17, 4, &[2 | LAST], b"abc"),
            document(1, 17, 4, &[4 | LAST], b"abc"),
            document(1, 17, 4, &[0x7F; 12], b"abc"),
            Vec::new(),
        ] {
            assert_eq!(read(&bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_damaged_count_allocates_nothing() {
        // 2^62 values: tantivy would allocate memory for all of them.
        let bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0x40 | LAST, 1, 2, 3];
        assert_eq!(stored_record(&bytes, Field::from_field_id(17)), None);
    }
}
