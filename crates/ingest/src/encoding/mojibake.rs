//! Recognises mojibake by its characters, and repairs it as far as that is possible. Mojibake is
//! text that was decoded in a wrong encoding and saved again: UTF-8 decoded as GBK or as
//! Windows-1252, GB2312 decoded as Latin-1, Big5 decoded as GBK or as Windows-1252, and what
//! `foreign` reads.
//!
//! In UTF-8, a Chinese character or a full-width punctuation mark has three bytes. Decoded as GBK,
//! the first two of these bytes give one character: such characters are called *telling*, because
//! they are typical of mojibake.

use encoding_rs::{BIG5, Encoding, GB18030, GBK};
use wensou_text::t2s;

use crate::encoding::code_page::CodePage;
use crate::encoding::detect::is_frequent;
use crate::encoding::doubled::{is_misread_latin, read_doubled};
use crate::encoding::foreign::{is_unlike_chinese, read_code_page, read_double_byte};
use crate::encoding::legacy::{read_as_big5, read_as_gb2312};
use crate::encoding::restore::{Misreading, read_back};
use crate::text::byte_pairs::any_pair;
use crate::text::punctuation::is_han;

/// What a line is, and how it was repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Ordinary text.
    Sound,
    /// Mojibake, with the repaired text.
    Repaired(String),
    /// Mojibake of which a part is lost: the text, in which each lost character is U+FFFD and the
    /// rest is repaired as far as possible.
    Partly(String),
    /// Mojibake that cannot be repaired, for example because bytes are lost.
    Kept,
}

/// How mojibake came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// From UTF-8.
    Utf8(Misreading),
    /// From UTF-8 that was decoded as Windows-1252 or Latin-1 twice.
    Doubled,
    /// From GB2312 that was decoded as Windows-1252 or Latin-1.
    Gb2312AsLatin,
    /// From GB2312 that was decoded in another code page.
    Gb2312(CodePage),
    /// From Big5 that was decoded in a code page.
    Big5(CodePage),
    /// From text in the encoding `from` that was decoded as `via`.
    Legacy { via: &'static Encoding, from: &'static Encoding },
}

/// What was read of a line of mojibake.
#[derive(Debug)]
pub(super) struct Reading {
    /// The text; `None` if too much of it is lost.
    pub(super) text: Option<String>,
    /// The number of characters that are lost.
    pub(super) lost: usize,
    pub(super) kind: Kind,
}

impl Reading {
    pub(super) fn new((text, lost): (String, usize), kind: Kind) -> Self {
        Self { text: Some(text), lost, kind }
    }

    /// The number of frequent Chinese characters in the text.
    pub(super) fn frequent(&self) -> usize {
        let chars = self.text.iter().flat_map(|text| text.chars());
        chars.filter(|c| is_han(*c) && is_frequent(*c)).count()
    }
}

/// Repairs a line if it is mojibake.
#[cfg(test)]
pub(crate) fn repair(line: &str) -> Repair {
    diagnose(line).0
}

/// Repairs a line if it is mojibake. Also says how the mojibake came about, if that is known.
pub(crate) fn diagnose(line: &str) -> (Repair, Option<Kind>) {
    let counts = char_counts(line);
    let CharCounts { telling, non_ascii } = counts;
    // A single telling character may be part of a rare name; in mojibake about a third of the
    // characters are telling.
    let telling_are_frequent = telling >= 2 && telling * 5 >= non_ascii;
    let kind = Kind::Utf8(Misreading::Gbk);
    // What was read back, and how many of its characters are lost.
    let mut read = None;
    if telling >= MIN_TELLING && (telling_are_frequent || is_dense(line)) {
        read =
            read_back(line, Misreading::Gbk, begins_passage).map(|read| Reading::new(read, kind));
    }
    // If the passages of the line could not be read back without loss, try the line as a whole.
    // `read_back` accepts a passage only if its text has frequent Chinese characters
    // (`detect::FREQUENT`). A line whose bytes, encoded as GBK again, are valid UTF-8 as a whole
    // needs none.
    if telling_are_frequent
        && !matches!(read, Some(Reading { lost: 0, .. }))
        && let Some(text) = read_back_from_gbk(line)
    {
        return (Repair::Repaired(text), Some(kind));
    }
    let signs = Signs::of(line);
    let read = read.or_else(|| read_other(line, signs));
    let kind = read.as_ref().map(|read| read.kind);
    let repair = match read.map(|read| (read.text, read.lost)) {
        Some((Some(text), 0)) if !is_mojibake(char_counts(&text)) => Repair::Repaired(text),
        Some((Some(text), _)) => Repair::Partly(text),
        Some((None, _)) => Repair::Kept,
        None if is_mojibake(counts) || telling > 0 && line.contains(LOST) => Repair::Kept,
        None if is_misread_latin(line, non_ascii) => Repair::Kept,
        None if signs.lost >= MIN_LOST => Repair::Kept,
        None => Repair::Sound,
    };
    (repair, kind)
}

/// Two characters U+FFFD in UTF-8, decoded as GBK.
const LOST: &str = "锟斤拷";

/// Whether a text with these counts is mojibake. Ordinary text with rare characters has a smaller
/// proportion of telling ones.
fn is_mojibake(CharCounts { telling, non_ascii }: CharCounts) -> bool {
    telling >= 4 && telling * 4 >= non_ascii
}

/// Minimum number of telling characters in a passage of mojibake that is worth repairing.
const MIN_TELLING: usize = 3;
/// [`MIN_TELLING`] characters must stand within this many consecutive non-ASCII characters, unless
/// telling characters are frequent in the whole line.
const NEIGHBOURS: usize = 9;

/// Whether telling characters stand close together somewhere in a line.
fn is_dense(line: &str) -> bool {
    let telling = &tables().telling;
    let mut recent: u32 = 0;
    line.chars().filter(|c| !c.is_ascii()).any(|c| {
        recent = (recent << 1 | u32::from(telling.has(c))) & ((1 << NEIGHBOURS) - 1);
        recent.count_ones() as usize >= MIN_TELLING
    })
}

/// Whether misread Chinese text can begin with `c` or with its Simplified form. (Mojibake may have
/// been converted to Traditional characters later.)
fn begins_passage(c: char) -> bool {
    let simplified = || t2s(c.encode_utf8(&mut [0; 4])).chars().next();
    let three_byte = &tables().three_byte;
    three_byte.has(c) || simplified().is_some_and(|c| three_byte.has(c))
}

/// A line that was misread in another way than UTF-8 as GBK, read back.
fn read_other(line: &str, signs: Signs) -> Option<Reading> {
    let of_signs = || {
        read_doubled(line).map(|read| Reading::new(read, Kind::Doubled)).or_else(|| {
            // Code pages share most of their letters, so a line that was decoded in one can be read
            // in part as if it had been decoded in another. The right one gives the most; of two
            // that give the same, Windows-1252 is the most common.
            let big5 = read_as_big5(line)
                .map(|(text, via)| Reading::new((text, 0), Kind::Legacy { via, from: BIG5 }));
            let read = [big5, read_latin(line), read_code_page(line)];
            read.into_iter().flatten().rev().max_by_key(Reading::frequent)
        })
    };
    let read = if signs.other_misreading { of_signs() } else { None };
    let has_signs = signs.lost > 0 || signs.half_width >= MIN_HALF_WIDTH;
    read.or_else(|| match has_signs || is_unlike_chinese(line) {
        true => read_double_byte(line, has_signs),
        false => None,
    })
}

/// Minimum number of half-width katakana in a line that may be Chinese text read as Shift_JIS.
const MIN_HALF_WIDTH: usize = 3;
/// Minimum number of lost characters in a line that counts as mojibake for that alone. A line with
/// fewer is most likely cut inside a character.
const MIN_LOST: usize = 3;

/// Signs of another misreading than UTF-8 as GBK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Signs {
    /// See [`has_signs_of_other_misreading`].
    other_misreading: bool,
    /// The number of half-width katakana.
    half_width: usize,
    /// The number of U+FFFD.
    lost: usize,
}

impl Signs {
    fn of(line: &str) -> Self {
        // One pass for all signs, because few lines have any. Half-width forms from U+FF40 on and
        // specials begin with EF BD to EF BF.
        let has_any = any_pair(line, |byte, next| {
            is_sign_of_other_misreading(byte, next) | (byte == 0xef) & (next >= 0xbd)
        });
        if !has_any {
            return Self::default();
        }
        let count = |wanted: fn(&char) -> bool| line.chars().filter(wanted).count();
        Self {
            other_misreading: has_signs_of_other_misreading(line),
            half_width: count(|c| ('\u{ff61}'..='\u{ff9f}').contains(c)),
            lost: count(|c| *c == '\u{fffd}'),
        }
    }
}

/// Whether a line has signs of another misreading than UTF-8 as GBK: any of the characters that
/// [`read_doubled`], [`read_latin`], [`read_code_page`] and [`read_as_big5`] look for, which are
/// letters and signs of other alphabets (they have two bytes in UTF-8), private characters, kana
/// and Bopomofo. Few lines have any.
fn has_signs_of_other_misreading(line: &str) -> bool {
    any_pair(line, is_sign_of_other_misreading)
}

/// Whether two neighbouring bytes are such a sign. Without branches, see [`any_pair`].
fn is_sign_of_other_misreading(byte: u8, next: u8) -> bool {
    (0xc2..=0xdf).contains(&byte) | (byte == 0xee) | (byte == 0xe3) & (0x81..=0x84).contains(&next)
}

/// Chinese text that was decoded as Windows-1252 or Latin-1, read back.
fn read_latin(line: &str) -> Option<Reading> {
    // A quick check: at least two characters with the first byte of most accented letters.
    memchr::memchr_iter(0xc3, line.as_bytes()).nth(1)?;
    let can_begin_passage = |c| matches!(c, '\u{e2}'..='\u{f0}');
    let kind = Kind::Utf8(Misreading::Latin1);
    let read = read_back(line, Misreading::Latin1, can_begin_passage);
    read.map(|read| Reading::new(read, kind))
        .or_else(|| read_as_gb2312(line).map(|text| Reading::new((text, 0), Kind::Gb2312AsLatin)))
}

/// The UTF-8 text whose bytes, decoded as GBK, give `line`; `None` if there is none.
pub(super) fn read_back_from_gbk(line: &str) -> Option<String> {
    // A quick check of the first character, because encoding is slow.
    let first = line.chars().find(|c| !c.is_ascii())?;
    if !tables().opening.has(first) {
        return None;
    }
    let (bytes, _, lost) = GBK.encode(line);
    let text = if lost { None } else { String::from_utf8(bytes.into_owned()).ok() };
    // GBK and GB18030 have the same decoder, but their encoders differ: they give different bytes
    // for `€`, and only GB18030 can encode characters that take four bytes.
    text.or_else(|| {
        let (bytes, _, lost) = GB18030.encode(line);
        if lost { None } else { String::from_utf8(bytes.into_owned()).ok() }
    })
    .filter(|text| !text.is_ascii() && !text.contains('\u{fffd}'))
}

/// Counts of characters in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CharCounts {
    /// Telling characters, as the header of this file defines them.
    pub(super) telling: usize,
    pub(super) non_ascii: usize,
}

/// Counts the telling characters and all non-ASCII characters. All text of an archive is counted,
/// so this works on UTF-8 bytes, which is fast: the last byte of a character selects the bit, and
/// the bytes before the last select the word of the table.
pub(super) fn char_counts(line: &str) -> CharCounts {
    let bytes = line.as_bytes();
    let table = &tables().telling.0;
    let (mut telling, mut all, mut at) = (0, 0, 0);
    while let Some(&lead) = bytes.get(at) {
        if lead < 0x80 {
            at += 1;
            continue;
        }
        // Nearly all characters have three bytes and come in runs: four at a time give independent
        // loads.
        while let Some(four) = bytes.get(at..at + 12)
            && [0, 3, 6, 9].iter().all(|first| four[*first] & 0xf0 == 0xe0)
        {
            for three in four.as_chunks::<3>().0 {
                let word = usize::from(three[0] & 0xf) << 6 | usize::from(three[1] & 0x3f);
                telling += (table[word] >> (three[2] & 0x3f) & 1) as usize;
            }
            all += 4;
            at += 12;
        }
        while let Some(&[lead @ 0xe0..=0xef, middle, last]) = bytes.get(at..at + 3) {
            let word = usize::from(lead & 0xf) << 6 | usize::from(middle & 0x3f);
            telling += (table[word] >> (last & 0x3f) & 1) as usize;
            all += 1;
            at += 3;
        }
        match bytes.get(at..at + 2) {
            Some(&[lead @ 0xc0..=0xdf, last]) => {
                telling += (table[usize::from(lead & 0x1f)] >> (last & 0x3f) & 1) as usize;
                all += 1;
                at += 2;
            }
            // Never telling: GBK has no characters beyond the basic multilingual plane.
            Some(&[0xf0..=0xff, _]) => {
                all += 1;
                at += 4;
            }
            _ => {}
        }
    }
    CharCounts { telling, non_ascii: all }
}

/// A bit set over the basic multilingual plane.
struct Bits([u64; 1 << 10]);

impl Bits {
    /// The characters that GBK decoding gives for the first two bytes of UTF-8 sequences that begin
    /// with one of `leads`.
    fn of(leads: impl IntoIterator<Item = u8>) -> Self {
        let mut bits = Self([0; 1 << 10]);
        for lead in leads {
            for next in 0x80..=0xbf {
                let bytes = [lead, next];
                let (read, _) = GBK.decode_without_bom_handling(&bytes);
                // If the bytes give no character, this sets the bit of NUL. That does no harm: only
                // non-ASCII characters are looked up to recognise mojibake.
                let c = read.chars().next().filter(|c| *c != '\u{fffd}').map_or(0, u32::from);
                if let Some(word) = bits.0.get_mut(c as usize / 64) {
                    *word |= 1 << (c % 64);
                }
            }
        }
        bits
    }

    fn has(&self, c: char) -> bool {
        self.0.get(c as usize / 64).is_some_and(|word| word >> (c as u32 % 64) & 1 == 1)
    }
}

/// The characters that the first two bytes of UTF-8 sequences give when they are decoded as GBK.
struct Tables {
    /// From sequences of Chinese characters and full-width punctuation.
    telling: Bits,
    /// From all sequences: mojibake begins with one of these characters.
    opening: Bits,
    /// From all sequences of three bytes.
    three_byte: Bits,
}

fn tables() -> &'static Tables {
    use std::sync::OnceLock;
    static TABLES: OnceLock<Box<Tables>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let telling = Bits::of([0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xef]);
        let (opening, three_byte) = (Bits::of(0xc2..=0xf4), Bits::of(0xe2..=0xef));
        Box::new(Tables { telling, opening, three_byte })
    })
}

#[cfg(test)]
mod tests;
