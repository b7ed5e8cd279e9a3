//! Decodes bytes to text, and maps offsets of the text back to bytes of the file.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use crate::encoding::binary::is_binary;
use crate::encoding::clutter::without_clutter;
use crate::encoding::detect::{detect, utf16};
use crate::encoding::edits::{Edits, without_nuls};
use crate::encoding::entities::decode_entities;
use crate::encoding::mixed::{Section, sections};
use crate::encoding::offset_map::OffsetMap;
use crate::report::Reason;

/// The length of the byte order mark of a file without one.
const NO_BOM: usize = 0;
/// U+FFFD in UTF-8.
const LOST_CHAR: &[u8] = "\u{fffd}".as_bytes();

/// A decoded file.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether the text lacks something: bytes that are invalid in the encoding were replaced, now
    /// or before the file was saved (then U+FFFD stands in the file), or NUL characters were
    /// removed.
    pub(crate) lossy: bool,
    /// Whether bytes that are invalid in the encoding were replaced.
    replaced: bool,
    raw: &'a [u8],
    /// The encoding of the file, or of its first section.
    pub(crate) encoding: &'static Encoding,
    /// Length of the byte order mark.
    bom_bytes: usize,
    /// The sections of a file with lines in several encodings, each with the offset of its text;
    /// empty if the file has one encoding.
    sections: Vec<(usize, Section)>,
    /// The changes that were made to the text after decoding, in order.
    edits: Vec<Edits>,
}

impl<'a> Decoded<'a> {
    /// Decodes bytes with the given encoding, or with the detected one if none is given. `hint` is
    /// the encoding that came with the bytes, which detection considers. A byte order mark
    /// overrides both.
    pub(crate) fn new(
        raw: &'a [u8],
        encoding: Option<&'static Encoding>,
        hint: Option<&'static Encoding>,
    ) -> Result<Self, Reason> {
        let bom = Encoding::for_bom(raw);
        // Nearly every page is valid UTF-8, so check that first; its text borrows the bytes.
        // Bytes with a NUL can be valid UTF-8 and still be meant as UTF-16.
        let has_nul = memchr::memchr(0, raw).is_some();
        if bom.is_none()
            && encoding.is_none()
            && !has_nul
            && let Ok(text) = simdutf8::basic::from_utf8(raw)
        {
            let decoded = Self::without_text(raw, UTF_8, NO_BOM);
            return Self { text: Cow::Borrowed(text), ..decoded }.checked_without_nuls(has_nul);
        }
        if bom.is_none()
            && encoding.is_none()
            && utf16(raw).is_none()
            && std::str::from_utf8(raw).is_err()
            && let Some(sections) = sections(raw, hint)
        {
            let decoded = Self::without_text(raw, UTF_8, NO_BOM);
            return decoded.decode_sections(sections).checked_without_nuls(has_nul);
        }
        let (encoding, bom_bytes) =
            bom.unwrap_or_else(|| (encoding.unwrap_or_else(|| detect(raw, hint)), NO_BOM));
        let (text, replaced) = encoding.decode_without_bom_handling(&raw[bom_bytes..]);
        let decoded = Self::without_text(raw, encoding, bom_bytes);
        Self { text, replaced, ..decoded }.checked_without_nuls(has_nul)
    }

    /// A file whose text the caller has yet to set.
    fn without_text(raw: &'a [u8], encoding: &'static Encoding, bom_bytes: usize) -> Self {
        Self {
            text: Cow::Borrowed(""),
            lossy: false,
            replaced: false,
            raw,
            encoding,
            bom_bytes,
            sections: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// Sets the text of a file in several encodings.
    fn decode_sections(mut self, sections: Vec<Section>) -> Self {
        let mut text = String::with_capacity(self.raw.len());
        self.encoding = sections.first().map_or(UTF_8, |section| section.encoding);
        for section in sections {
            let bytes = &self.raw[section.bytes.clone()];
            let (part, replaced) = section.encoding.decode_without_bom_handling(bytes);
            self.replaced |= replaced;
            self.sections.push((text.len(), section));
            text.push_str(&part);
        }
        self.text = Cow::Owned(text);
        self
    }

    /// Refuses a file that is not text, and removes NUL characters. `has_nul` says whether the file
    /// has any NUL bytes.
    fn checked_without_nuls(mut self, has_nul: bool) -> Result<Self, Reason> {
        if self.text.trim().is_empty() {
            return Err(Reason::Empty);
        }
        if is_binary(&self.text, self.replaced) {
            return Err(Reason::Binary);
        }
        self.lossy =
            self.replaced || memchr::memmem::find(self.text.as_bytes(), LOST_CHAR).is_some();
        // NUL bytes need not be NUL characters: in UTF-16 they are mostly parts of others.
        if has_nul && let Some((text, edits)) = without_nuls(&self.text) {
            self.lossy = true;
            self.text = Cow::Owned(text);
            self.edits.push(edits);
        }
        Ok(self)
    }

    /// Removes from a text page what only programs understand, such as the colours of a terminal,
    /// and decodes character references such as `&nbsp;`. In a text page they have no other
    /// meaning.
    pub(crate) fn clean_text_page(&mut self) {
        for clean in [without_clutter, decode_entities] {
            if let Some((text, edits)) = clean(&self.text) {
                self.text = Cow::Owned(text);
                self.edits.push(edits);
            }
        }
    }

    /// Whether the lines of the file are in more than one encoding.
    pub(crate) fn is_mixed(&self) -> bool {
        !self.sections.is_empty()
    }

    /// The constant difference between offsets in the file and in the text, if the text is an
    /// unchanged part of the file: the length of the byte order mark.
    pub(crate) fn constant_shift(&self) -> Option<usize> {
        let unchanged = !self.replaced && self.sections.is_empty() && self.edits.is_empty();
        (self.encoding == UTF_8 && unchanged).then_some(self.bom_bytes)
    }

    /// Maps the given offsets of the text to offsets in the file, byte order mark included.
    pub(crate) fn offset_map(&self, offsets: impl Iterator<Item = usize>) -> OffsetMap {
        if self.edits.is_empty() {
            return self.decoded_offsets(offsets);
        }
        let original_of = |offset| {
            self.edits.iter().rev().fold(offset, |offset, edits| edits.original_of(offset))
        };
        let offsets: Vec<usize> = offsets.collect();
        self.decoded_offsets(offsets.iter().map(|offset| original_of(*offset)))
            .edited(&offsets, original_of)
    }

    /// [`offset_map`](Self::offset_map) for offsets of the text as decoded, before edits.
    fn decoded_offsets(&self, offsets: impl Iterator<Item = usize>) -> OffsetMap {
        if !self.sections.is_empty() {
            let sections = self.sections.iter().map(|(text, section)| {
                let bytes = section.bytes.clone();
                (*text, (bytes.start, &self.raw[bytes]), section.encoding)
            });
            return OffsetMap::sectioned(offsets, sections);
        }
        if self.encoding == UTF_8 && !self.replaced {
            return OffsetMap::shifted(offsets, self.bom_bytes);
        }
        OffsetMap::decoded(offsets, self.raw, self.bom_bytes, self.encoding)
    }
}

/// Decodes a page with the detected encoding.
///
/// # Errors
///
/// [`Reason::Empty`] if there is no text, [`Reason::Binary`] if the bytes are not text.
pub fn decode(raw: &[u8]) -> Result<Cow<'_, str>, Reason> {
    let (encoding, hint) = (None, None);
    Decoded::new(raw, encoding, hint).map(|decoded| decoded.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GB18030};

    fn encode(name: &str, text: &str) -> Vec<u8> {
        let utf16_bytes = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect();
        match name {
            "utf-8" => text.as_bytes().to_vec(),
            "utf-8-sig" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            "utf-16le" => [vec![0xff, 0xfe], utf16_bytes(u16::to_le_bytes)].concat(),
            "utf-16be" => [vec![0xfe, 0xff], utf16_bytes(u16::to_be_bytes)].concat(),
            "gb18030" => GB18030.encode(text).0.into_owned(),
            _ => BIG5.encode(text).0.into_owned(),
        }
    }

    /// Decodes bytes with the detected encoding.
    fn detected(raw: &[u8]) -> Result<Decoded<'_>, Reason> {
        let (encoding, hint) = (None, None);
        Decoded::new(raw, encoding, hint)
    }

    #[test]
    fn every_offset_is_mapped_back_to_the_file() {
        let text =
            "首頁 > 瑞波幣 > Info\r\n\r\n最近,正在進行AI大戰的各個大廠\n被谷歌泄漏的一份內部文件\n";
        for name in ["utf-8", "utf-8-sig", "utf-16le", "utf-16be", "gb18030", "big5"] {
            let raw = encode(name, text);
            let decoded = detected(&raw).unwrap();
            assert_eq!(decoded.text, text, "{name}");
            let offsets = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let offset_map = decoded.offset_map(offsets());
            for (offset, _) in text.char_indices() {
                let at = usize::try_from(offset_map.byte_at(offset)).unwrap();
                let (following, _) = decoded.encoding.decode_without_bom_handling(&raw[at..]);
                assert_eq!(following, &text[offset..], "{name}");
            }
            assert_eq!(offset_map.byte_at(text.len()), raw.len() as u64);
        }
    }

    #[test]
    fn files_without_text_are_refused() {
        let reason = |raw: &[u8]| detected(raw).map(|d| d.text.into_owned()).unwrap_err();
        assert_eq!(reason(b""), Reason::Empty);
        assert_eq!(reason(b" \n\n"), Reason::Empty);
        assert_eq!(reason(b"\xef\xbb\xbf"), Reason::Empty);
        assert_eq!(reason(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"), Reason::Binary);
        assert_eq!(
            reason(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06"),
            Reason::Binary
        );
    }
}
