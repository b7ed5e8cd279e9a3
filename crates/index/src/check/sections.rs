//! Compares, byte for byte, the files that tantivy divides into a section for each field. Of `idx`,
//! which has the posting lists, only the index at its end is compared here.
//!
//! ```text
//! file  = section of each field … | index | length of the index u32
//! index = number of sections | entry of each section …
//! entry = offset of the section, minus that of the section before | field u32 | 0
//! ```
//!
//! The 0 is the number of the section within its field, which has only this one. Numbers without a
//! type are varints. `inverted` compares terms and posting lists one by one, and the number of
//! values before the posting lists of each field. The remaining bytes, which are compared here,
//! tell where terms and posting lists are. Some of these bytes are never read by tantivy.

use tantivy::SegmentReader;
use tantivy::schema::Field;

use super::findings::{Findings, file_name};
use super::footers::{is_of_this_version, without_footer};
use crate::error::Error;
use crate::open::Index;

/// The number of bytes before the posting lists of a field. They contain the number of its values.
const BEFORE_LISTS: u64 = 8;

/// The section of a field in the files of a segment.
pub(super) struct Section {
    pub(super) field: Field,
    /// The number of terms.
    pub(super) terms: usize,
    /// The dictionary of these terms, as tantivy writes it.
    pub(super) dictionary: Vec<u8>,
    /// The length of the posting lists in bytes.
    pub(super) list_bytes: u64,
}

/// Compares the files with what tantivy writes for these sections.
pub(super) fn compare(
    index: &Index,
    reader: &SegmentReader,
    sections: &[Section],
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    // A merged segment also has sections without terms. A segment that was not merged has only
    // those with terms. Either is accepted here.
    let filled: Vec<&Section> = sections.iter().filter(|section| section.terms > 0).collect();
    let possible_sections = [filled, sections.iter().collect()];
    for extension in ["term", "idx", "pos", "fieldnorm"] {
        let name = file_name(reader.segment_id(), extension);
        if !is_of_this_version(index, &name)? {
            continue;
        }
        let bytes = without_footer(index, &name)?;
        let matches = |sections: &Vec<&Section>| match extension {
            "term" => {
                let dictionaries = sections.iter().map(|section| section.dictionary.as_slice());
                let lengths: Vec<u64> =
                    dictionaries.clone().map(|dictionary| dictionary.len() as u64).collect();
                let mut remaining = bytes.as_slice();
                let mut strip = |part: &[u8]| {
                    remaining.strip_prefix(part).inspect(|after| remaining = after).is_some()
                };
                let dictionaries: Vec<&[u8]> = dictionaries.collect();
                dictionaries.into_iter().all(&mut strip)
                    && remaining == index_bytes(sections, &lengths)
            }
            "idx" => {
                let lengths: Vec<u64> =
                    sections.iter().map(|section| section.list_bytes + BEFORE_LISTS).collect();
                let length = usize::try_from(lengths.iter().sum::<u64>()).unwrap_or(usize::MAX);
                bytes
                    .get(length..)
                    .is_some_and(|remaining| remaining == index_bytes(sections, &lengths))
            }
            // No field has positions, so all sections of `pos` are empty.
            "pos" => bytes.as_slice() == index_bytes(sections, &vec![0; sections.len()]),
            // `fieldnorm` has no section at all.
            _ => bytes.as_slice() == index_bytes(&[], &[]),
        };
        if !possible_sections.iter().any(matches) {
            findings.damage(&name, "its sections differ from what tantivy writes");
        }
    }
    Ok(())
}

/// The index at the end of a file whose sections have these lengths, and the length of the index.
fn index_bytes(sections: &[&Section], lengths: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(sections.len() as u64, &mut bytes);
    let mut previous_length = 0;
    for (section, length) in sections.iter().zip(lengths) {
        varint(previous_length, &mut bytes);
        bytes.extend(section.field.field_id().to_le_bytes());
        varint(0, &mut bytes);
        previous_length = *length;
    }
    let length = bytes.len() as u32;
    bytes.extend(length.to_le_bytes());
    bytes
}

/// Appends a varint as tantivy writes it: seven bits a byte, the lowest first. The highest bit of
/// the last byte is 1.
fn varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push((number & 0x7F) as u8);
        number >>= 7;
    }
    bytes.push(number as u8 | 0x80);
}
