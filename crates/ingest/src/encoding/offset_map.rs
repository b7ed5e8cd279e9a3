//! Maps offsets in decoded text back to offsets in the file.

use encoding_rs::{Decoder, Encoding};

/// Bytes to decode in one step; few, so that they stay in the cache of the processor.
const STEP_BYTES: usize = 4096;
/// Upper bound on bytes written for each byte read, and the smallest buffer that decoders accept.
const MAX_EXPANSION: usize = 16;

/// Offsets of a text with the corresponding offsets of the file.
///
/// All offsets are mapped in one pass over the file. So a page is decoded only once more after it
/// was decoded to text, however many flash items it has.
#[derive(Debug)]
pub(crate) struct OffsetMap(Vec<(usize, u64)>);

impl OffsetMap {
    /// A map for text that equals the bytes after a byte order mark of `bom_bytes` bytes.
    pub(crate) fn shifted(offsets: impl Iterator<Item = usize>, bom_bytes: usize) -> Self {
        Self::of(offsets, |offset| (bom_bytes + offset) as u64)
    }

    /// A map for text decoded from `raw` after its byte order mark.
    pub(crate) fn decoded(
        offsets: impl Iterator<Item = usize>,
        raw: &[u8],
        bom_bytes: usize,
        encoding: &'static Encoding,
    ) -> Self {
        let mut decoder = OffsetDecoder {
            decoder: encoding.new_decoder_without_bom_handling(),
            body: &raw[bom_bytes..],
            bytes_read: 0,
            text_bytes: 0,
        };
        Self::of(offsets, |offset| (bom_bytes + decoder.advance_to(offset)) as u64)
    }

    /// A map for text in sections. A section `(text, (start, bytes), encoding)` begins at offset
    /// `text` of the text and at offset `start` of the file; `bytes` are its bytes in the file.
    pub(crate) fn sectioned<'a>(
        offsets: impl Iterator<Item = usize>,
        sections: impl IntoIterator<Item = (usize, (usize, &'a [u8]), &'static Encoding)>,
    ) -> Self {
        let mut offsets: Vec<usize> = offsets.collect();
        offsets.sort_unstable();
        offsets.dedup();
        let mut sections = sections.into_iter().peekable();
        let (mut offset_map, mut from) = (Vec::with_capacity(offsets.len()), 0);
        while let Some((text, (start, bytes), encoding)) = sections.next() {
            let end = sections.peek().map_or(usize::MAX, |(next, ..)| *next);
            let to = offsets.partition_point(|offset| *offset < end);
            let inside = offsets[from..to].iter().map(|offset| offset - text);
            let bom_bytes = 0;
            let map = Self::decoded(inside, bytes, bom_bytes, encoding);
            offset_map.extend(map.0.into_iter().map(|(at, byte)| (text + at, start as u64 + byte)));
            from = to;
        }
        Self(offset_map)
    }

    /// A map from `offsets` of an edited text to the file. `original_of` maps such an offset back
    /// to the text before the edit, whose offsets this map has.
    pub(crate) fn edited(&self, offsets: &[usize], original_of: impl Fn(usize) -> usize) -> Self {
        Self::of(offsets.iter().copied(), |offset| self.byte_at(original_of(offset)))
    }

    fn of(offsets: impl Iterator<Item = usize>, mut byte_of: impl FnMut(usize) -> u64) -> Self {
        let mut offsets: Vec<usize> = offsets.collect();
        offsets.sort_unstable();
        offsets.dedup();
        Self(offsets.into_iter().map(|offset| (offset, byte_of(offset))).collect())
    }

    /// Maps the offset of a character in the text to the file.
    ///
    /// # Panics
    ///
    /// If the map was not made with this offset.
    pub(crate) fn byte_at(&self, offset: usize) -> u64 {
        match self.0.binary_search_by_key(&offset, |(offset, _)| *offset) {
            Ok(at) => self.0[at].1,
            Err(_) => panic!("offset {offset} is not in the map"),
        }
    }
}

/// A decoder that advances through the bytes once.
struct OffsetDecoder<'a> {
    decoder: Decoder,
    /// The bytes after the byte order mark.
    body: &'a [u8],
    /// Number of bytes of `body` read so far.
    bytes_read: usize,
    /// Number of bytes of text decoded so far.
    text_bytes: usize,
}

impl OffsetDecoder<'_> {
    /// Advances until `target` bytes of text are decoded. Returns how many bytes of the file they
    /// come from.
    fn advance_to(&mut self, target: usize) -> usize {
        let mut buffer = [0; STEP_BYTES];
        let is_last = false;
        // Use large steps while the target is far away. They cannot pass it: the output has room
        // only up to the target, and decoders write whole characters.
        while self.text_bytes + MAX_EXPANSION < target && self.bytes_read < self.body.len() {
            let wanted = (target - self.text_bytes).min(STEP_BYTES);
            let unread = &self.body[self.bytes_read..];
            let (_, read, written, _) =
                self.decoder.decode_to_utf8(unread, &mut buffer[..wanted], is_last);
            if read == 0 && written == 0 {
                break;
            }
            self.bytes_read += read;
            self.text_bytes += written;
        }
        // Then go byte by byte, because a decoder may have read ahead of its output.
        while self.text_bytes < target && self.bytes_read < self.body.len() {
            let byte = &self.body[self.bytes_read..=self.bytes_read];
            let (_, read, written, _) = self.decoder.decode_to_utf8(byte, &mut buffer, is_last);
            self.bytes_read += read;
            self.text_bytes += written;
        }
        if self.text_bytes < target { self.body.len() } else { self.bytes_read }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GB18030, UTF_8, UTF_16BE, UTF_16LE};

    /// Checks the offset of every character by decoding what follows it.
    fn check_offsets(encoding: &'static Encoding, raw: &[u8], text: &str) {
        let offsets = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let bom_bytes = 0;
        let map = OffsetMap::decoded(offsets(), raw, bom_bytes, encoding);
        for offset in offsets() {
            let at = usize::try_from(map.byte_at(offset)).unwrap();
            let (following, _) = encoding.decode_without_bom_handling(&raw[at..]);
            assert_eq!(following, &text[offset..], "{} at {offset}", encoding.name());
        }
    }

    #[test]
    fn every_character_is_found_in_every_encoding() {
        // Characters of every length that an encoding has. The text in Big5 is longer than one
        // step.
        let text = "首頁 > 瑞波幣 > Info\r\n最近,正在進行AI大戰的各個大廠\n".repeat(200);
        let rare = "𠮷野家😀é\n大廠".repeat(3);
        let utf16_bytes = |order: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> {
            text.encode_utf16().flat_map(order).collect()
        };
        check_offsets(BIG5, &BIG5.encode(&text).0, &text);
        for text in [&text[..600], &rare] {
            check_offsets(GB18030, &GB18030.encode(text).0, text);
            check_offsets(UTF_16LE, &utf16_bytes(u16::to_le_bytes, text), text);
            check_offsets(UTF_16BE, &utf16_bytes(u16::to_be_bytes, text), text);
        }
    }

    #[test]
    fn offsets_that_are_many_steps_apart_are_found() {
        // Each character has three bytes in UTF-8, and two in GB18030.
        let text = "甲乙".repeat(50_000);
        let raw = GB18030.encode(&text).0;
        let offsets = [0, 6, 150_000, text.len()].into_iter();
        let bom_bytes = 0;
        let map = OffsetMap::decoded(offsets, &raw, bom_bytes, GB18030);
        assert_eq!(map.byte_at(6), 4);
        assert_eq!(map.byte_at(150_000), 100_000);
        assert_eq!(map.byte_at(text.len()), raw.len() as u64);
    }

    #[test]
    fn broken_bytes_do_not_move_what_follows() {
        let raw = b"\xe7\x94\xb2\xff\xe4\xb9\x99\n\xe4\xb8";
        let (text, broken) = UTF_8.decode_without_bom_handling(raw);
        assert!(broken);
        let second = text.find('乙').unwrap();
        let bom_bytes = 0;
        let map = OffsetMap::decoded([second, text.len()].into_iter(), raw, bom_bytes, UTF_8);
        assert_eq!(map.byte_at(second), 4);
        assert_eq!(map.byte_at(text.len()), raw.len() as u64);
    }
}
