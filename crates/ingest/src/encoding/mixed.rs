//! Files with lines in two encodings: UTF-8, and the encoding of another page that was pasted in.

use std::ops::Range;

use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8};

use crate::encoding::detect::{declared, detect, is_chinese, mostly_utf8};
use crate::text::punctuation::is_han;

/// Consecutive lines of a file that are in one encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) bytes: Range<usize>,
    pub(crate) encoding: &'static Encoding,
}

/// A line that is valid UTF-8 is clearly UTF-8 if it has at least this many Chinese characters. A
/// few bytes of another encoding can be valid UTF-8 by chance.
const MIN_HAN: usize = 4;

/// The sections of a file that is not valid UTF-8 as a whole; `None` unless some lines are clearly
/// UTF-8 and others clearly are not.
///
/// A line break is the same byte in all encodings concerned and never part of a character.
pub(crate) fn sections(bytes: &[u8], hint: Option<&'static Encoding>) -> Option<Vec<Section>> {
    let mut lines: Vec<(Range<usize>, LineEncoding)> = Vec::new();
    let mut from = 0;
    let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes).map(|at| at + 1);
    for to in breaks.chain([bytes.len()]).filter(|to| *to > 0) {
        if to > from {
            lines.push((from..to, LineEncoding::of(&bytes[from..to])));
        }
        from = to;
    }
    if !lines.iter().any(|(_, kind)| *kind == LineEncoding::Utf8) {
        return None;
    }
    let other: Vec<u8> = lines
        .iter()
        .filter(|(_, kind)| *kind == LineEncoding::Other)
        .flat_map(|(line, _)| &bytes[line.clone()])
        .copied()
        .collect();
    if other.is_empty() {
        return None;
    }
    let encoding = detect(&other, hint.or_else(|| declared(bytes)));
    let is_chinese_encoding = [GB18030, GBK, BIG5].contains(&encoding);
    if encoding == UTF_8 || !is_chinese_encoding && !is_western(&other) {
        return None;
    }
    // A line that is invalid in this encoding as well is read as UTF-8, unless it is clearly
    // Chinese.
    Some(joined(lines, |line| {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[line]);
        if !broken || is_chinese(&text) { encoding } else { UTF_8 }
    }))
}

/// Whether bytes can be text of a Latin alphabet: mostly ASCII letters.
fn is_western(bytes: &[u8]) -> bool {
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    letters > bytes.iter().filter(|byte| !byte.is_ascii()).count()
}

/// Adjacent lines in the same encoding, joined.
fn joined(
    lines: Vec<(Range<usize>, LineEncoding)>,
    encoding_of: impl Fn(Range<usize>) -> &'static Encoding,
) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (line, kind) in lines {
        let encoding = match kind {
            LineEncoding::Other => Some(encoding_of(line.clone())),
            LineEncoding::Utf8 | LineEncoding::MostlyUtf8 => Some(UTF_8),
            LineEncoding::Neutral => None,
        };
        match sections.last_mut() {
            Some(last) if encoding.is_none_or(|encoding| encoding == last.encoding) => {
                last.bytes.end = line.end;
            }
            _ => sections.push(Section { bytes: line, encoding: encoding.unwrap_or(UTF_8) }),
        }
    }
    sections
}

/// What the bytes of a line say about its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEncoding {
    /// Only ASCII, which is the same in all encodings: the line joins the section before it.
    Neutral,
    /// Valid UTF-8 with Chinese text.
    Utf8,
    /// UTF-8 with a few errors, or with too little text to tell.
    MostlyUtf8,
    /// Not UTF-8.
    Other,
}

impl LineEncoding {
    fn of(line: &[u8]) -> Self {
        if line.is_ascii() {
            return Self::Neutral;
        }
        match std::str::from_utf8(line) {
            Ok(text) if text.chars().filter(|c| is_han(*c)).count() >= MIN_HAN => Self::Utf8,
            Ok(_) => Self::MostlyUtf8,
            Err(_) if mostly_utf8(line) => Self::MostlyUtf8,
            Err(_) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;
    use proptest::prelude::*;

    use super::*;

    const UTF8_LINE: &str = "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件。\n";
    const OTHER_LINE: &str = "這份文件認為,差距正在縮小,開源模型還能屢次達到匹敵的性能。\n";

    /// The sections of a file without a hint of its encoding.
    fn sections(bytes: &[u8]) -> Option<Vec<Section>> {
        let hint = None;
        super::sections(bytes, hint)
    }

    #[test]
    fn each_line_is_decoded_in_its_own_encoding() {
        for encoding in [GB18030, BIG5] {
            let other = encoding.encode(OTHER_LINE).0;
            for utf8_lines in [1, 20] {
                let page = [UTF8_LINE.repeat(utf8_lines).as_bytes(), &other, UTF8_LINE.as_bytes()]
                    .concat();
                let read: String = sections(&page)
                    .unwrap()
                    .iter()
                    .map(|section| {
                        let bytes = &page[section.bytes.clone()];
                        section.encoding.decode_without_bom_handling(bytes).0
                    })
                    .collect();
                assert_eq!(
                    read,
                    format!("{}{OTHER_LINE}{UTF8_LINE}", UTF8_LINE.repeat(utf8_lines))
                );
            }
        }
    }

    #[test]
    fn a_line_in_a_latin_alphabet_is_a_section_in_its_own_encoding() {
        let line = "D\u{e9}j\u{e0} vu, \u{e9}t\u{e9} \u{e0} No\u{eb}l\n";
        let page =
            [UTF8_LINE.as_bytes(), &WINDOWS_1252.encode(line).0, UTF8_LINE.as_bytes()].concat();
        let found = sections(&page).unwrap();
        assert_eq!(found[1].encoding, WINDOWS_1252);
    }

    #[test]
    fn a_file_in_one_encoding_has_no_sections() {
        assert_eq!(sections(&GB18030.encode(&OTHER_LINE.repeat(30)).0), None);
        assert_eq!(sections(&BIG5.encode(&UTF8_LINE.repeat(30)).0), None);
        // Bytes of a character that is cut off are errors in UTF-8, not text in another encoding.
        let broken = [UTF8_LINE.as_bytes(), b"\xe6\xb8", UTF8_LINE.as_bytes(), b"\xff\n"].concat();
        assert_eq!(sections(&broken), None);
        assert_eq!(sections(b""), None);
    }

    proptest! {
        #[test]
        fn sections_cover_the_file(bytes in prop::collection::vec(
            prop::sample::select(vec![
                UTF8_LINE.as_bytes().to_vec(), GB18030.encode(OTHER_LINE).0.into_owned(),
                b"abc\n".to_vec(), b"\r".to_vec(), b"\xff\xfe".to_vec(), vec![0xe6],
            ]), 0..10)) {
            let bytes = bytes.concat();
            if let Some(found) = sections(&bytes) {
                let mut at = 0;
                for section in found {
                    prop_assert_eq!(section.bytes.start, at);
                    at = section.bytes.end;
                }
                prop_assert_eq!(at, bytes.len());
            }
        }
    }
}
