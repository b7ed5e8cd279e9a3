//! Reads mojibake of the older Chinese encodings back: GB2312 that was decoded as Latin-1, and Big5
//! that was decoded as GBK or as Windows-1252.

use std::collections::HashSet;

use encoding_rs::{BIG5, Encoding, GBK, WINDOWS_1252};

use crate::encoding::code_page::CodePage;
use crate::encoding::detect::frequent_proportion;

/// Marks that Chinese text shares with other languages.
const PUNCTUATION: &str = "“”‘’—–…·•°±×÷€©®™";
/// [`MIN_GB2312_CHARS`] for a code page other than Latin-1.
const MIN_PAGE_CHARS: usize = 6;
/// [`MIN_PAGE_CHARS`] for a line with Greek or Cyrillic letters: a few words in such a language can
/// give frequent characters by chance.
const MIN_ALPHABET_CHARS: usize = 12;
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
    let runs = Gb2312Runs::new(line, |c| is_letter(c).then_some(c as u8));
    let has_enough_chars = runs.read.chars().count() >= MIN_GB2312_CHARS;
    (has_enough_chars && frequent_proportion(&runs.read) >= MIN_FREQUENT).then_some(runs.text)
}

/// `line` with its runs of characters of a code page read as the GB2312 that they were decoded
/// from; `None` if they are more likely text in a language that uses the code page. Words in
/// another language have an odd number of letters as often as an even one, and pairs of letters are
/// rare characters as GB2312.
pub(crate) fn read_page_as_gb2312(line: &str) -> Option<(String, CodePage)> {
    let readings = CodePage::all().filter_map(|page| {
        let is_second = |byte: &u8| (0xa1..=0xfe).contains(byte);
        let runs = Gb2312Runs::new(line, |c| page.byte_of(c).filter(is_second));
        let chars = runs.distinct;
        let proportion = frequent_proportion(&runs.read);
        // In a few words in capitals, many pairs can be frequent characters by chance.
        let wanted = MIN_FREQUENT.max(0.3 + 1.5 / chars.max(1) as f64);
        let is_alphabet = |c: char| ('\u{370}'..='\u{52f}').contains(&c);
        let min_chars =
            if line.contains(is_alphabet) { MIN_ALPHABET_CHARS } else { MIN_PAGE_CHARS };
        let is_text = chars >= min_chars && runs.broken * 8 <= chars && proportion >= wanted;
        is_text.then_some((proportion * chars as f64, runs.text, page))
    });
    let best = readings.max_by(|(a, ..), (b, ..)| a.total_cmp(b));
    best.map(|(_, text, page)| (text, page))
}

/// `line` as Big5 text, if it was decoded in a code page; `None` if that is unlikely.
pub(crate) fn read_page_as_big5(line: &str) -> Option<(String, CodePage)> {
    let readings = CodePage::all().filter_map(|page| {
        let byte_of = |c: char| if c.is_ascii() { Some(c as u8) } else { page.byte_of(c) };
        let bytes: Option<Vec<u8>> = line.chars().map(byte_of).collect();
        let text = BIG5.decode_without_bom_handling_and_without_replacement(bytes.as_deref()?)?;
        let chars = text.chars().filter(|c| !c.is_ascii()).count();
        let proportion = frequent_proportion(&text);
        let is_text = chars >= MIN_BIG5_CHARS && proportion >= MIN_FREQUENT;
        is_text.then(|| (proportion * chars as f64, text.into_owned(), page))
    });
    let best = readings.max_by(|(a, ..), (b, ..)| a.total_cmp(b));
    best.map(|(_, text, page)| (text, page))
}

/// A line of which the runs of certain characters were read as GB2312.
pub(super) struct Gb2312Runs {
    /// The line, with the runs that are GB2312 read.
    pub(super) text: String,
    /// Only what these runs give.
    pub(super) read: String,
    /// The number of characters that different runs give.
    pub(super) distinct: usize,
    /// The number of runs that are not GB2312.
    pub(super) broken: usize,
}

impl Gb2312Runs {
    /// Reads the runs of characters for which `byte_of` gives the byte that they come from.
    pub(super) fn new(line: &str, byte_of: impl Fn(char) -> Option<u8>) -> Self {
        let mut runs = Self { text: String::new(), read: String::new(), distinct: 0, broken: 0 };
        let mut known = HashSet::new();
        let mut remaining = line;
        while !remaining.is_empty() {
            let plain = remaining.find(|c| byte_of(c).is_some()).unwrap_or(remaining.len());
            runs.text.push_str(&remaining[..plain]);
            remaining = &remaining[plain..];
            let end = remaining.find(|c| byte_of(c).is_none()).unwrap_or(remaining.len());
            let (run, after) = remaining.split_at(end);
            let bytes: Vec<u8> = run.chars().filter_map(&byte_of).collect();
            // GBK contains GB2312.
            let (read, broken) = GBK.decode_without_bom_handling(&bytes);
            // Quotation marks and dashes of sound Chinese text are in many code pages, too.
            // So are the characters of drawings.
            let is_drawing = |c: char| ('\u{2500}'..='\u{25ff}').contains(&c);
            let is_punctuation = || run.chars().all(|c| PUNCTUATION.contains(c) || is_drawing(c));
            let is_read = !broken && !is_punctuation();
            if is_read {
                runs.read.push_str(&read);
                // A word that recurs is no further evidence.
                if known.insert(run) {
                    runs.distinct += read.chars().count();
                }
            }
            runs.broken += usize::from(broken && !is_punctuation());
            runs.text.push_str(if is_read { &read } else { run });
            remaining = after;
        }
        runs
    }
}

/// `line` as Big5 text, if it was decoded as GBK or as Windows-1252 by mistake, and as which of
/// them; `None` if that is unlikely.
pub(crate) fn read_as_big5(line: &str) -> Option<(String, &'static Encoding)> {
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
    if kana_chars(line) * 2 >= line.chars().filter(|c| !c.is_ascii()).count() {
        return None;
    }
    let (encoded, _, lost) = encoding.encode(line);
    let (text, broken) = BIG5.decode_without_bom_handling(&encoded);
    let chars = text.chars().filter(|c| !c.is_ascii()).count();
    let is_text = !lost && !broken && chars >= MIN_BIG5_CHARS;
    // Of 108,000 intact lines none gained frequent characters; in misread ones their proportion
    // grows by about 0.5.
    let is_better = || frequent_proportion(&text) >= frequent_proportion(line) + MIN_GAIN;
    (is_text && frequent_proportion(&text) >= MIN_FREQUENT && is_better())
        .then(|| (text.into_owned(), encoding))
}

/// The number of kana in a text. Japanese is mostly kana; in Chinese that was misread, kana are a
/// fifth of the text or less.
pub(super) fn kana_chars(text: &str) -> usize {
    text.chars().filter(|c| ('\u{3041}'..='\u{30ff}').contains(c)).count()
}
