//! Text that was decoded in an encoding of another language: UTF-8, GBK or Big5 decoded in a code
//! page such as Windows-1251, or as Big5, Shift_JIS, EUC-JP or EUC-KR (CP949).
//!
//! Real text in these languages is not Chinese when its bytes are read as UTF-8, GBK or Big5: they
//! are hardly ever valid UTF-8, and only about an eighth of what they are as GBK or Big5 are
//! frequent characters.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

use crate::encoding::code_page::CodePage;
use crate::encoding::detect::is_frequent;
use crate::encoding::legacy::{kana_chars, read_page_as_big5, read_page_as_gb2312};
use crate::encoding::mojibake::{Kind, Reading};
use crate::encoding::restore::{Misreading, bytes_of, read_back};
use crate::text::punctuation::is_han;

/// The encodings with two bytes for a character in which UTF-8 is misread, besides GBK.
const DOUBLE_BYTE: [&Encoding; 4] = [SHIFT_JIS, EUC_KR, BIG5, EUC_JP];
/// The ways in which GBK and Big5 are misread: as which encoding, and what they are.
const LEGACY: [(&Encoding, &Encoding); 6] = [
    (BIG5, GBK),
    (SHIFT_JIS, GBK),
    (EUC_KR, GBK),
    (EUC_JP, GBK),
    (SHIFT_JIS, BIG5),
    (EUC_KR, BIG5),
];

/// Minimum number of letters and signs with two bytes in a line that was decoded in a code page.
const MIN_LETTERS: usize = 3;
/// Minimum number of characters in what GBK or Big5 was before it was misread.
const MIN_CHARS: usize = 8;
/// Minimum proportion of frequent characters among these, lost ones aside, in a long text.
const MIN_FREQUENT: f64 = 0.3;
/// How many more frequent characters are needed than that.
const MIN_EXTRA: f64 = 3.0;
/// How much greater this proportion must be than in the line itself.
const MIN_GAIN: f64 = 0.25;
/// How many of the first characters of a line show whether it can be Chinese.
const SAMPLE_CHARS: usize = 24;
/// How many of the first characters of a line decide whether it was decoded in a double-byte
/// encoding.
const MAX_SAMPLE: usize = 1_000;
/// Minimum number of characters in such a sample.
const MIN_SAMPLE: usize = 8;

/// A line that was decoded in a code page, read back.
pub(super) fn read_code_page(line: &str) -> Option<Reading> {
    // A quick check, because looking up characters is slow: letters of other alphabets and most
    // signs of code pages have two bytes in UTF-8, and in sound lines few characters have.
    let letters = line.bytes().filter(|byte| (0xc2..=0xdf).contains(byte)).count();
    if letters < MIN_LETTERS {
        return None;
    }
    if let Some(page) = CodePage::of_utf8(line) {
        let misreading = Misreading::CodePage(page);
        let can_begin = |c| page.byte_of(c).is_some_and(|byte| (0xe2..=0xf0).contains(&byte));
        if let Some(read) = read_back(line, misreading, can_begin) {
            return Some(Reading::new(read, Kind::Utf8(misreading)));
        }
    }
    let gb2312 = read_page_as_gb2312(line).map(|(text, page)| (text, Kind::Gb2312(page)));
    let read =
        gb2312.or_else(|| read_page_as_big5(line).map(|(text, page)| (text, Kind::Big5(page))));
    read.map(|(text, kind)| Reading::new((text, 0), kind))
}

/// A line that was decoded in an encoding with two bytes for a character, read back. `has_signs`
/// says whether it has lost characters or many half-width katakana, as UTF-8 hardly lacks when it
/// is misread so.
pub(super) fn read_double_byte(line: &str, has_signs: bool) -> Option<Reading> {
    if !has_signs {
        return read_legacy(line, has_signs);
    }
    let reading = |encoding: &'static Encoding| {
        let misreading = Misreading::DoubleByte(encoding);
        let can_begin =
            |c| bytes_of(c, misreading).is_some_and(|(bytes, _)| (0xe2..=0xf0).contains(&bytes[0]));
        let read = read_back(line, misreading, can_begin)?;
        Some(Reading::new(read, Kind::Utf8(misreading)))
    };
    let best = DOUBLE_BYTE.into_iter().filter_map(reading).max_by_key(Reading::frequent);
    best.or_else(|| read_legacy(line, has_signs))
}

/// A line that is GBK or Big5 decoded in another encoding with two bytes for a character.
fn read_legacy(line: &str, may_be_lossy: bool) -> Option<Reading> {
    // Kana, which are many in Japanese, are frequent characters by chance in some encodings.
    if kana_chars(line) * 6 >= line.chars().filter(|c| is_meaningful(*c)).count() {
        return None;
    }
    // Encoding is slow, so of a long line, the beginning decides.
    let sample = line.char_indices().nth(MAX_SAMPLE).map_or(line, |(end, _)| &line[..end]);
    let before = proportion(sample);
    let readings = LEGACY.into_iter().filter_map(|(via, from)| {
        // A quick check: sound Chinese text has characters that the other encodings lack.
        if !may_be_lossy && via.encode(sample).2 {
            return None;
        }
        let (text, is_whole) = read_through(sample, via, from);
        let chars = text.chars().filter(|c| is_meaningful(*c)).count();
        let after = proportion(&text);
        // In a short text, many characters can be frequent by chance.
        let wanted = MIN_FREQUENT + MIN_EXTRA / chars.max(1) as f64;
        let is_text = chars >= MIN_CHARS && after >= wanted && after >= before + MIN_GAIN;
        let read = if sample.len() < line.len() && is_text {
            read_through(line, via, from)
        } else {
            (text, is_whole)
        };
        is_text.then_some((after, read.0, read.1, Kind::Legacy { via, from }))
    });
    let (_, text, is_whole, kind) = readings.max_by(|(a, ..), (b, ..)| a.total_cmp(b))?;
    Some(Reading { text: is_whole.then_some(text), lost: 0, kind })
}

/// The text that `from` gives for the bytes that were decoded as `via` to `line`, and whether
/// nothing of it is lost.
pub(super) fn read_through(
    line: &str,
    via: &'static Encoding,
    from: &'static Encoding,
) -> (String, bool) {
    let (mut text, mut bytes, mut is_whole) = (String::new(), Vec::new(), true);
    let mut follows_loss = false;
    let mut finish = |bytes: &mut Vec<u8>, follows_loss: bool| {
        text.push_str(&decoded(bytes, from, follows_loss));
        bytes.clear();
    };
    for c in line.chars() {
        let mut utf8 = [0; 4];
        let (encoded, _, lost) = via.encode(c.encode_utf8(&mut utf8));
        if lost {
            finish(&mut bytes, follows_loss);
            (is_whole, follows_loss) = (false, true);
        } else {
            bytes.extend_from_slice(&encoded);
        }
    }
    finish(&mut bytes, follows_loss);
    is_whole &= !text.contains('\u{fffd}');
    (text, is_whole)
}

/// Decodes bytes. After a loss, their first byte may be the second one of a character.
fn decoded(bytes: &[u8], encoding: &'static Encoding, follows_loss: bool) -> String {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    if !follows_loss || bytes.is_empty() {
        return text.into_owned();
    }
    let (shifted, _) = encoding.decode_without_bom_handling(&bytes[1..]);
    let frequent = |text: &str| text.chars().filter(|c| is_frequent_han(*c)).count();
    if frequent(&shifted) > frequent(&text) { shifted.into_owned() } else { text.into_owned() }
}

/// The proportion of frequent characters among the non-ASCII ones that are not lost.
fn proportion(text: &str) -> f64 {
    let all = text.chars().filter(|c| is_meaningful(*c)).count();
    let frequent = text.chars().filter(|c| is_frequent_han(*c)).count();
    if all == 0 { 0.0 } else { frequent as f64 / all as f64 }
}

fn is_meaningful(c: char) -> bool {
    !c.is_ascii() && c != '\u{fffd}'
}

fn is_frequent_han(c: char) -> bool {
    is_han(c) && is_frequent(c)
}

/// Whether the first characters of a line can hardly be Chinese text: at most an eighth of them are
/// frequent. It looks at every line of every page, but only at its beginning.
pub(super) fn is_unlike_chinese(line: &str) -> bool {
    let mut sampled = 0;
    let sample = line.chars().filter(|c| ('\u{2e80}'..='\u{ffef}').contains(c)).take(SAMPLE_CHARS);
    let frequent = sample.inspect(|_| sampled += 1).filter(|c| is_frequent_han(*c)).count();
    sampled >= MIN_SAMPLE && frequent * 8 <= sampled
}
