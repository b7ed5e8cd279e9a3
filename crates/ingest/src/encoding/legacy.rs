//! Reads mojibake of the older Chinese encodings back: GB2312 that was decoded as Latin-1, and Big5
//! that was decoded as GBK or as Windows-1252.

use encoding_rs::{BIG5, GBK, WINDOWS_1252};

use crate::encoding::detect::frequent_proportion;

/// Minimum number of characters that must result when the runs of Latin letters in a line are read
/// as GB2312.
const MIN_GB2312_CHARS: usize = 4;
/// A line with more Latin letters than this may be Big5 that was decoded as Windows-1252.
const MAX_LATIN_LETTERS: usize = 4;
/// Minimum proportion of frequent characters in what is read as GB2312 or Big5. Pairs of accented
/// letters in other languages are rare characters as GB2312.
const MIN_FREQUENT: f64 = 0.4;
/// Minimum number of non-ASCII characters in what is read as Big5.
const MIN_BIG5_CHARS: usize = 6;
/// How much greater the proportion of frequent characters must be in what is read as Big5 than in
/// the line.
const MIN_GAIN: f64 = 0.3;

/// `line` with its runs of Latin letters read as the GB2312 that they were decoded from; `None` if
/// no run makes sense.
pub(crate) fn read_as_gb2312(line: &str) -> Option<String> {
    let is_letter = |c: char| ('\u{a1}'..='\u{fe}').contains(&c);
    // `from_runs` has only what the runs of Latin letters give.
    let (mut text, mut from_runs, mut remaining) = (String::new(), String::new(), line);
    while !remaining.is_empty() {
        let plain = remaining.find(is_letter).unwrap_or(remaining.len());
        text.push_str(&remaining[..plain]);
        remaining = &remaining[plain..];
        let end = remaining.find(|c| !is_letter(c)).unwrap_or(remaining.len());
        let (run, after) = remaining.split_at(end);
        let bytes: Vec<u8> = run.chars().map(|c| c as u8).collect();
        // GBK contains GB2312.
        let (read, broken) = GBK.decode_without_bom_handling(&bytes);
        if !broken {
            from_runs.push_str(&read);
        }
        text.push_str(if broken { run } else { &read });
        remaining = after;
    }
    let has_enough_chars = from_runs.chars().count() >= MIN_GB2312_CHARS;
    (has_enough_chars && frequent_proportion(&from_runs) >= MIN_FREQUENT).then_some(text)
}

/// `line` as Big5 text, if it was decoded as GBK or as Windows-1252 by mistake; `None` if that is
/// unlikely.
pub(crate) fn read_as_big5(line: &str) -> Option<String> {
    let bytes = line.as_bytes();
    // Big5 read as GBK has kana, Bopomofo or private characters (whose first byte in UTF-8 is EE):
    // a quick check, because encoding is slow.
    let is_kana_or_bopomofo =
        |at: usize| bytes.get(at + 1).is_some_and(|byte| (0x81..=0x84).contains(byte));
    let is_latin = memchr::memchr2_iter(0xc2, 0xc3, bytes).nth(MAX_LATIN_LETTERS).is_some();
    let encoding = if is_latin {
        WINDOWS_1252
    } else if memchr::memchr(0xee, bytes).is_some()
        || memchr::memchr_iter(0xe3, bytes).any(is_kana_or_bopomofo)
    {
        GBK
    } else {
        return None;
    };
    let (encoded, _, lost) = encoding.encode(line);
    let (text, broken) = BIG5.decode_without_bom_handling(&encoded);
    let chars = text.chars().filter(|c| !c.is_ascii()).count();
    let is_text = !lost && !broken && chars >= MIN_BIG5_CHARS;
    // Of 108,000 intact lines none gained frequent characters; in misread ones their proportion
    // grows by about 0.5.
    let is_better = || frequent_proportion(&text) >= frequent_proportion(line) + MIN_GAIN;
    (is_text && frequent_proportion(&text) >= MIN_FREQUENT && is_better())
        .then(|| text.into_owned())
}
