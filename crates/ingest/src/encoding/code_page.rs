//! The single-byte code pages in which Chinese text is misread, besides Windows-1252: what each
//! byte from 80 to FF becomes in them, and the way back.

use std::collections::HashMap;
use std::sync::OnceLock;

use encoding_rs::{
    Encoding, ISO_8859_15, KOI8_R, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1253,
    WINDOWS_1254,
};

/// One of the code pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodePage(usize);

/// The characters of the bytes 80 to FF in CP437, the code page of DOS in the USA.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
/// The characters of the bytes 80 to FF in CP850, the code page of DOS in Western Europe.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// The number of code pages.
const COUNT: usize = 9;
/// The code pages after CP437 and CP850. Russian in CP866 is not among them: it has the bytes of
/// UTF-8 by chance.
const ENCODINGS: [&Encoding; COUNT - 2] =
    [KOI8_R, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1253, WINDOWS_1254, ISO_8859_15];

/// Minimum number of groups of three characters that can be a character of UTF-8 each.
const MIN_GROUPS: u32 = 3;

/// The bytes of a character: one for each code page, 0 if the code page lacks it.
type Bytes = [u8; COUNT];

/// The bytes of all characters of the code pages beyond ASCII.
fn table() -> &'static HashMap<char, Bytes> {
    static TABLE: OnceLock<HashMap<char, Bytes>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let high: Vec<u8> = (0x80..=0xff).collect();
        let decoded = ENCODINGS.iter().map(|page| page.decode_without_bom_handling(&high).0);
        let pages = [CP437.into(), CP850.into()].into_iter().chain(decoded);
        let mut table: HashMap<char, Bytes> = HashMap::new();
        for (page, chars) in pages.enumerate() {
            for (c, byte) in chars.chars().zip(&high).filter(|(c, _)| *c != '\u{fffd}') {
                table.entry(c).or_default()[page] = *byte;
            }
        }
        // Programs do not agree on the byte DB of MacRoman: it is one of two currency signs.
        table.entry('\u{a4}').or_default()[3] = 0xdb;
        table
    })
}

/// The bytes of a character; none for ASCII.
fn bytes_of(c: char) -> Bytes {
    // No code page has a Chinese character: a quick check.
    if c.is_ascii() || ('\u{2e80}'..='\u{d7ff}').contains(&c) {
        return [0; COUNT];
    }
    table().get(&c).copied().unwrap_or_default()
}

impl CodePage {
    /// All code pages.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..COUNT).map(Self)
    }

    /// The byte that becomes `c`, if it is not ASCII.
    pub(crate) fn byte_of(self, c: char) -> Option<u8> {
        Some(bytes_of(c)[self.0]).filter(|byte| *byte > 0)
    }

    /// The code page in which the characters of a line form most groups that can be a character of
    /// UTF-8; `None` if there are too few.
    pub(crate) fn of_utf8(line: &str) -> Option<Self> {
        let (mut groups, mut known, mut before) = ([0; COUNT], [0; COUNT], [[0; COUNT]; 2]);
        for c in line.chars().filter(|c| !c.is_ascii()) {
            let bytes = bytes_of(c);
            for page in 0..COUNT {
                let [first, second] = before.map(|bytes: Bytes| bytes[page]);
                let is_continuation = |byte: u8| (0x80..=0xbf).contains(&byte);
                let is_group = (0xe2..=0xef).contains(&first)
                    && is_continuation(second)
                    && is_continuation(bytes[page]);
                groups[page] += u32::from(is_group);
                known[page] += u32::from(bytes[page] > 0);
            }
            before = [before[1], bytes];
        }
        // Of code pages that share most characters, the right one has all of them.
        let page = (0..COUNT).rev().max_by_key(|page| (groups[*page], known[*page]))?;
        (groups[page] >= MIN_GROUPS).then_some(Self(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_leads_back() {
        for (page, chars) in [CP437, CP850].iter().enumerate() {
            assert_eq!(chars.chars().count(), 128);
            for (c, byte) in chars.chars().zip(0x80..=0xff) {
                assert_eq!(CodePage(page).byte_of(c), Some(byte), "{c}");
            }
        }
        assert_eq!(CodePage::all().count(), COUNT);
        for (page, encoding) in ENCODINGS.iter().enumerate() {
            let bytes: Vec<u8> = (0x80..=0xff).collect();
            for (c, byte) in
                encoding.decode_without_bom_handling(&bytes).0.chars().zip(bytes.iter())
            {
                assert!(c == '\u{fffd}' || CodePage(page + 2).byte_of(c) == Some(*byte), "{c}");
            }
        }
        assert_eq!(CodePage(3).byte_of('\u{a4}'), Some(0xdb));
    }
}
