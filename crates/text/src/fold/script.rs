//! The script that a text is written in.

use crate::fold::chars::code_point_of_three_bytes;
use crate::tables::{ONLY_SIMPLIFIED, ONLY_TRADITIONAL, script_bits, script_bits_of_code};

/// The script of a Chinese text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Simplified.
    Hans,
    /// Traditional.
    Hant,
    /// Both scripts: of the characters of the text that only one script uses, each script has at
    /// least a tenth.
    Mixed,
    /// Undecided: no Chinese, or only characters that both scripts use.
    None,
}

/// The script of a text, by the characters that only one script uses according to OpenCC's tables.
///
/// ```
/// use wensou_text::{Script, script_of};
/// assert_eq!(script_of("開源大模型"), Script::Hant);
/// assert_eq!(script_of("开源大模型"), Script::Hans);
/// assert_eq!(script_of("大模型 GPT"), Script::None);
/// ```
pub fn script_of(text: &str) -> Script {
    script_of_all([text])
}

/// [`script_of`] for a text in several pieces, without joining them.
///
/// ```
/// use wensou_text::{Script, script_of_all};
/// assert_eq!(script_of_all(["開源", "大模型"]), Script::Hant);
/// ```
pub fn script_of_all<'t>(texts: impl IntoIterator<Item = &'t str>) -> Script {
    let (mut hant, mut hans) = (0usize, 0usize);
    let mut count = |bits: u8| {
        hant += usize::from(bits == ONLY_TRADITIONAL);
        hans += usize::from(bits == ONLY_SIMPLIFIED);
    };
    for text in texts {
        let mut remaining = text;
        // Nearly all characters are ASCII, which decides nothing, or have three bytes.
        while let Some(four) = remaining.as_bytes().first_chunk::<4>() {
            let length = match four[0] {
                ..0x80 => 1,
                0xe0..=0xef => {
                    count(script_bits_of_code(code_point_of_three_bytes(*four)));
                    3
                }
                _ => {
                    let c = remaining.chars().next().unwrap_or_default();
                    count(script_bits(c));
                    c.len_utf8()
                }
            };
            remaining = remaining.get(length..).unwrap_or_default();
        }
        remaining.chars().for_each(|c| count(script_bits(c)));
    }
    match (hant, hans) {
        (0, 0) => Script::None,
        _ if hans * 9 < hant => Script::Hant,
        _ if hant * 9 < hans => Script::Hans,
        _ => Script::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_counts_wherever_it_stands() {
        for c in '\0'..=char::MAX {
            let wanted = match script_bits(c) {
                ONLY_TRADITIONAL => Script::Hant,
                ONLY_SIMPLIFIED => Script::Hans,
                _ => Script::None,
            };
            for text in [format!("{c}"), format!("a{c}大a"), format!("é{c}aaaa")] {
                assert_eq!(script_of(&text), wanted, "{text:?}");
            }
        }
    }
}
