//! Text that was UTF-8, was read as GBK and saved again: recognised by its characters, and read back
//! where the way back is valid.

use encoding_rs::{GB18030, GBK};

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Ordinary text.
    Sound,
    /// Mojibake, and this is what it was.
    Repaired(String),
    /// Mojibake that lost bytes on its way: there is no way back.
    Kept,
}

/// Looks at one line.
pub(crate) fn repair(line: &str) -> Repair {
    let (mut telling, mut all) = (0_usize, 0_usize);
    for c in line.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        telling += usize::from(is_telling(c));
    }
    // A pair of wrong characters could be an honest rare name; in mojibake a third of them tell.
    if telling < 2 || telling * 5 < all {
        return Repair::Sound;
    }
    match back(line) {
        Some(text) => Repair::Repaired(text),
        // Honest text that is rich in rare characters has no such share of them.
        None if telling >= 4 && telling * 4 >= all => Repair::Kept,
        None => Repair::Sound,
    }
}

/// The UTF-8 text whose bytes, read as GBK, give `line`.
fn back(line: &str) -> Option<String> {
    let (bytes, _, lost) = GBK.encode(line);
    let text = if lost { None } else { String::from_utf8(bytes.into_owned()).ok() };
    text.or_else(|| {
        let (bytes, _, lost) = GB18030.encode(line);
        if lost { None } else { String::from_utf8(bytes.into_owned()).ok() }
    })
    .filter(|text| !text.is_ascii() && !text.contains('\u{fffd}'))
}

/// Whether `c` is what GBK makes of the first two bytes of a Chinese character or mark in UTF-8.
fn is_telling(c: char) -> bool {
    use std::sync::OnceLock;
    /// A bit for every character of the first plane: this is asked of all text.
    static TABLE: OnceLock<Vec<u64>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = vec![0; 0x1_0000 / 64];
        for lead in [0xe3_u8, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xef] {
            for next in 0x80..=0xbf {
                let bytes = [lead, next];
                let (read, _) = GBK.decode_without_bom_handling(&bytes);
                let c = read.chars().next().filter(|c| *c != '\u{fffd}');
                if let Some(word) = c.and_then(|c| table.get_mut(c as usize / 64)) {
                    *word |= 1 << (c.unwrap_or_default() as u32 % 64);
                }
            }
        }
        table
    });
    table.get(c as usize / 64).is_some_and(|word| word >> (c as u32 % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
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
}
