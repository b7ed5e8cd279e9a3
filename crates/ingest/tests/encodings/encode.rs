//! Encodes text in the encodings that pages have, for tests and for measuring how well encodings
//! are detected.

use std::collections::HashMap;
use std::sync::OnceLock;

use encoding_rs::{BIG5, Encoding, GB18030, GBK};

/// An encoding of pages, with or without byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEncoding {
    Utf8,
    Utf8Bom,
    Utf16Le,
    Utf16LeBom,
    Utf16Be,
    Utf16BeBom,
    Gb18030,
    Gbk,
    Big5,
    Big5Hkscs,
}

impl PageEncoding {
    pub const ALL: [Self; 10] = [
        Self::Utf8,
        Self::Utf8Bom,
        Self::Utf16LeBom,
        Self::Utf16BeBom,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Gb18030,
        Self::Gbk,
        Self::Big5,
        Self::Big5Hkscs,
    ];

    /// The name for messages; `marked` means with a byte order mark.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8, marked",
            Self::Utf16LeBom => "UTF-16LE, marked",
            Self::Utf16BeBom => "UTF-16BE, marked",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Gb18030 => "GB18030",
            Self::Gbk => "GBK",
            Self::Big5 => "Big5",
            Self::Big5Hkscs => "Big5-HKSCS",
        }
    }

    /// Whether the encoding lacks most Simplified characters.
    pub fn is_only_traditional(self) -> bool {
        matches!(self, Self::Big5 | Self::Big5Hkscs)
    }

    /// The byte order mark; empty if the encoding is used without one.
    pub fn bom(self) -> &'static [u8] {
        match self {
            Self::Utf8Bom => b"\xef\xbb\xbf",
            Self::Utf16LeBom => b"\xff\xfe",
            Self::Utf16BeBom => b"\xfe\xff",
            _ => b"",
        }
    }

    /// Appends a character. Returns `false` if the encoding lacks it.
    pub fn encode_char(self, c: char, bytes: &mut Vec<u8>) -> bool {
        let mut buffer = [0; 4];
        match self {
            Self::Utf8 | Self::Utf8Bom => {
                bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
            Self::Utf16Le | Self::Utf16LeBom => {
                bytes.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_le_bytes()));
            }
            Self::Utf16Be | Self::Utf16BeBom => {
                bytes.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_be_bytes()));
            }
            Self::Gb18030 => return encode_char(GB18030, c, bytes),
            Self::Gbk => return encode_char(GBK, c, bytes),
            Self::Big5 => return encode_char(BIG5, c, bytes),
            // `encode_char` appends the character if plain Big5 has it.
            Self::Big5Hkscs => match hkscs().get(&c) {
                Some(code) if !encode_char(BIG5, c, bytes) => bytes.extend_from_slice(code),
                Some(_) => {}
                None => return encode_char(BIG5, c, bytes),
            },
        }
        true
    }

    /// A page in this encoding, with its byte order mark. Panics if the encoding lacks a character.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = self.bom().to_vec();
        for c in text.chars() {
            assert!(self.encode_char(c, &mut bytes), "{} has no {c}", self.name());
        }
        bytes
    }
}

/// Appends a character. Returns `false` if the encoding lacks it.
fn encode_char(encoding: &'static Encoding, c: char, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 4];
    let (encoded, _, missing) = encoding.encode(c.encode_utf8(&mut buffer));
    if !missing {
        bytes.extend_from_slice(&encoded);
    }
    !missing
}

/// The two-byte code of each character in Big5 with the extension of Hong Kong (HKSCS). The encoder
/// of the standard does not produce the codes of the extension, so this inverts the decoder.
fn hkscs() -> &'static HashMap<char, [u8; 2]> {
    static TABLE: OnceLock<HashMap<char, [u8; 2]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = HashMap::new();
        for lead in 0x87..=0xfe_u8 {
            for trail in (0x40..=0x7e_u8).chain(0xa1..=0xfe) {
                let code = [lead, trail];
                let (text, broken) = BIG5.decode_without_bom_handling(&code);
                let mut chars = text.chars();
                if let (false, Some(c), None) = (broken, chars.next(), chars.next()) {
                    table.entry(c).or_insert(code);
                }
            }
        }
        table
    })
}
