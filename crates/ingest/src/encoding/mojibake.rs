//! Recognises mojibake (UTF-8 decoded as GBK and saved again) by its characters, and repairs it
//! where that is lossless.

use encoding_rs::{GB18030, GBK};

/// The result for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Ordinary text.
    Sound,
    /// Mojibake, with the repaired text.
    Repaired(String),
    /// Mojibake that has lost bytes and cannot be repaired.
    Kept,
}

/// Checks one line.
pub(crate) fn repair(line: &str) -> Repair {
    let (telling, all) = count(line);
    // One or two typical characters may be a rare name; in mojibake they are about a third.
    if telling < 2 || telling * 5 < all {
        return Repair::Sound;
    }
    match back(line) {
        Some(text) => Repair::Repaired(text),
        // Ordinary text with rare characters has a smaller share of them.
        None if telling >= 4 && telling * 4 >= all => Repair::Kept,
        None => Repair::Sound,
    }
}

/// The UTF-8 text whose bytes, decoded as GBK, give `line`.
fn back(line: &str) -> Option<String> {
    // A quick check of the first character, because encoding is slow.
    let first = line.chars().find(|c| !c.is_ascii())?;
    if !tables().opening.holds(first) {
        return None;
    }
    let (bytes, _, lost) = GBK.encode(line);
    let text = if lost { None } else { String::from_utf8(bytes.into_owned()).ok() };
    text.or_else(|| {
        let (bytes, _, lost) = GB18030.encode(line);
        if lost { None } else { String::from_utf8(bytes.into_owned()).ok() }
    })
    .filter(|text| !text.is_ascii() && !text.contains('\u{fffd}'))
}

/// Counts typical mojibake characters and all non-ASCII characters. Runs over all text, so it works
/// on UTF-8 bytes: a character's last byte selects the bit, the bytes before it select the word of
/// the table.
fn count(line: &str) -> (usize, usize) {
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
            // GBK has no characters beyond the basic multilingual plane.
            Some(&[0xf0..=0xff, _]) => {
                all += 1;
                at += 4;
            }
            _ => {}
        }
    }
    (telling, all)
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
                let c = read.chars().next().filter(|c| *c != '\u{fffd}').map_or(0, u32::from);
                if let Some(word) = bits.0.get_mut(c as usize / 64) {
                    *word |= 1 << (c % 64);
                }
            }
        }
        bits
    }

    fn holds(&self, c: char) -> bool {
        self.0.get(c as usize / 64).is_some_and(|word| word >> (c as u32 % 64) & 1 == 1)
    }
}

struct Tables {
    /// What Chinese characters and full-width punctuation turn into.
    telling: Bits,
    /// What any character turns into: mojibake begins with one of these.
    opening: Bits,
}

fn tables() -> &'static Tables {
    use std::sync::OnceLock;
    static TABLES: OnceLock<Box<Tables>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let telling = Bits::of([0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xef]);
        Box::new(Tables { telling, opening: Bits::of(0xc2..=0xf4) })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spoil(text: &str) -> String {
        GBK.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn mojibake_is_read_back() {
        let text = "以太坊的升級,將在明年三月完成。OpenAI也這麼說!";
        let spoiled = spoil(text);
        if !spoiled.contains('\u{fffd}') {
            assert_eq!(repair(&spoiled), Repair::Repaired(text.to_owned()));
        }
        assert!(spoil("以太坊").starts_with("浠ュお鍧"));
        assert_eq!(repair("浠ュお鍧婁氦鏄撴墍"), Repair::Repaired("以太坊交易所".to_owned()));
    }

    #[test]
    fn characters_are_counted_by_their_bytes() {
        for c in ('\u{1}'..='\u{10ffff}').filter(|c| !c.is_ascii()) {
            let tells = usize::from(tables().telling.holds(c));
            assert_eq!(count(&format!("a{c}z")), (tells, 1), "{c:?}");
        }
        assert_eq!(count("浠ュ,a\u{e9}\u{20000}").1, 4);
    }

    #[test]
    fn what_cannot_open_mojibake_cannot_be_read_back() {
        for c in ('\u{80}'..='\u{ffff}').filter(|c| !tables().opening.holds(*c)) {
            let text = c.to_string();
            for encoding in [GBK, GB18030] {
                let (bytes, _, lost) = encoding.encode(&text);
                let read = std::str::from_utf8(&bytes);
                let broken = read.is_err_and(|error| error.error_len().is_some());
                assert!(lost || broken, "{c:?} {bytes:x?}");
            }
        }
    }

    #[test]
    fn broken_mojibake_is_kept() {
        assert_eq!(repair("浠ュお鍧�鐨勫崌绾э紝灏嗗湪鏄庡勾"), Repair::Kept);
    }

    #[test]
    fn honest_text_is_sound() {
        for line in
            ["以太坊的升級", "鐨", "Bitcoin", "“大廠壟斷大模型”,會被開源終結嗎?", "镇江市锅炉厂"]
        {
            assert_eq!(repair(line), Repair::Sound, "{line}");
        }
    }

    proptest! {
        #[test]
        fn runs_of_characters_are_counted_as_one_by_one(text in "[a鐨浠ュ大廠，\u{e9}\u{20000}]{0,40}") {
            let chars = || text.chars().filter(|c| !c.is_ascii());
            let telling = chars().filter(|c| tables().telling.holds(*c)).count();
            prop_assert_eq!(count(&text), (telling, chars().count()));
        }
    }
}
