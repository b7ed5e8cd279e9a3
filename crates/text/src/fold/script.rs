//! The script that a text is written in.

use crate::tables::script_bits;

/// The script of a Chinese text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Simplified.
    Hans,
    /// Traditional.
    Hant,
    /// Both. Each has at least a tenth of the characters that only one script uses.
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
    for text in texts {
        for c in text.chars() {
            let bits = script_bits(c);
            hant += usize::from(bits == 1);
            hans += usize::from(bits == 2);
        }
    }
    match (hant, hans) {
        (0, 0) => Script::None,
        _ if hans * 9 < hant => Script::Hant,
        _ if hant * 9 < hans => Script::Hans,
        _ => Script::Mixed,
    }
}
