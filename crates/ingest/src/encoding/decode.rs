//! Decodes bytes to text, and maps offsets of the text back to bytes of the file.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use crate::encoding::detect::detect;
use crate::encoding::offset_map::OffsetMap;
use crate::report::Reason;

/// A decoded file.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// The file has bytes that are invalid in the encoding and were replaced, or NUL characters.
    pub(crate) lossy: bool,
    replaced: bool,
    raw: &'a [u8],
    pub(crate) encoding: &'static Encoding,
    /// Length of the byte order mark.
    bom_bytes: usize,
}

impl<'a> Decoded<'a> {
    /// Decodes with the given encoding, or else with the detected one; `hint` is the encoding that
    /// came with the bytes. A byte order mark overrides both.
    pub(crate) fn new(
        raw: &'a [u8],
        encoding: Option<&'static Encoding>,
        hint: Option<&'static Encoding>,
    ) -> Result<Self, Reason> {
        let bom = Encoding::for_bom(raw);
        // Nearly every page is valid UTF-8, so check that first; the checked slice is the text.
        // Bytes with a NUL may still be UTF-16.
        let nul = memchr::memchr(0, raw).is_some();
        let utf8 =
            (bom.is_none() && encoding.is_none() && !nul).then(|| simdutf8::basic::from_utf8(raw));
        let (encoding, bom_bytes) = match (bom, &utf8) {
            (Some(bom), _) => bom,
            (None, Some(Ok(_))) => (UTF_8, 0),
            (None, _) => (encoding.unwrap_or_else(|| detect(raw, hint)), 0),
        };
        let (text, replaced) = match utf8 {
            Some(Ok(text)) => (Cow::Borrowed(text), false),
            _ => encoding.decode_without_bom_handling(&raw[bom_bytes..]),
        };
        if text.trim().is_empty() {
            return Err(Reason::Empty);
        }
        if is_binary(&text) {
            return Err(Reason::Binary);
        }
        // Most NUL bytes in UTF-16 belong to other characters.
        let lossy = replaced || nul && text.contains('\0');
        Ok(Self { text, lossy, replaced, raw, encoding, bom_bytes })
    }

    /// The constant difference between offsets in the file and in the text, if the text is an
    /// unchanged part of the file: the length of the byte order mark.
    pub(crate) fn plain_shift(&self) -> Option<usize> {
        (self.encoding == UTF_8 && !self.replaced).then_some(self.bom_bytes)
    }

    /// Maps the given offsets of the text to offsets in the file, byte order mark included.
    pub(crate) fn offset_map(&self, offsets: impl Iterator<Item = usize>) -> OffsetMap {
        if let Some(bom_bytes) = self.plain_shift() {
            return OffsetMap::shifted(offsets, bom_bytes);
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
    Decoded::new(raw, None, None).map(|decoded| decoded.text)
}

/// Pages have no NUL characters and hardly any other control characters.
fn is_binary(text: &str) -> bool {
    if !has_control(text.as_bytes()) {
        return false;
    }
    let sample = text.char_indices().nth(16 << 10).map_or(text, |(end, _)| &text[..end]);
    let (mut control, mut all) = (0_usize, 0_usize);
    for c in sample.chars() {
        all += 1;
        control += usize::from(c.is_control() && !c.is_whitespace() || c == '\u{fffd}');
        if c == '\0' {
            control += 50;
        }
    }
    control * 10 > all.max(50)
}

/// Whether UTF-8 text may contain anything that [`is_binary`] counts. Runs over every byte, so it
/// is written without branches.
fn has_control(bytes: &[u8]) -> bool {
    let ascii = |b: u8| b < b' ' && !(b'\t'..=b'\r').contains(&b) || b == 0x7f;
    bytes.iter().fold(false, |found, b| found | ascii(*b))
        || memchr::memchr_iter(0xc2, bytes).any(|at| bytes.get(at + 1).is_some_and(|b| *b < 0xa0))
        || memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GB18030};

    fn encode(name: &str, text: &str) -> Vec<u8> {
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect();
        match name {
            "utf-8" => text.as_bytes().to_vec(),
            "utf-8-sig" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            "utf-16le" => [vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat(),
            "utf-16be" => [vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat(),
            "gb18030" => GB18030.encode(text).0.into_owned(),
            _ => BIG5.encode(text).0.into_owned(),
        }
    }

    #[test]
    fn every_offset_is_mapped_back_to_the_file() {
        let text =
            "首頁 > 瑞波幣 > Info\r\n\r\n最近,正在進行AI大戰的各個大廠\n被谷歌泄漏的一份內部文件\n";
        for name in ["utf-8", "utf-8-sig", "utf-16le", "utf-16be", "gb18030", "big5"] {
            let raw = encode(name, text);
            let decoded = Decoded::new(&raw, None, None).unwrap();
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
    fn every_control_character_is_checked() {
        for c in ('\0'..='\u{ffff}').filter(|c| c.is_control() && !c.is_whitespace()) {
            assert!(has_control(format!("首頁{c}頁").as_bytes()), "{c:?}");
            assert!(is_binary(&c.to_string().repeat(30)), "{c:?}");
        }
        assert!(has_control("首\u{fffd}".as_bytes()));
        assert!(!has_control("首頁 \t\r\n> 瑞波幣·Info，\u{a0}".as_bytes()));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        let reason =
            |raw: &[u8]| Decoded::new(raw, None, None).map(|d| d.text.into_owned()).unwrap_err();
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
