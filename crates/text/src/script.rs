//! Which script a text is written in.

use crate::tables::script_bits;

/// The script of a Chinese text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Simplified.
    Hans,
    /// Traditional.
    Hant,
    /// Both, each with at least a tenth of the characters that tell.
    Mixed,
    /// No character that tells: no Chinese, or only characters that both scripts use.
    None,
}

/// Decides by the characters that only one script uses, as OpenCC's tables have it.
///
/// ```
/// use wensou_text::{Script, script_of};
/// assert_eq!(script_of("開源大模型"), Script::Hant);
/// assert_eq!(script_of("开源大模型"), Script::Hans);
/// assert_eq!(script_of("大模型 GPT"), Script::None);
/// ```
pub fn script_of(text: &str) -> Script {
    let (mut hant, mut hans) = (0usize, 0usize);
    for c in text.chars() {
        match script_bits(c) {
            1 => hant += 1,
            2 => hans += 1,
            _ => {}
        }
    }
    match (hant, hans) {
        (0, 0) => Script::None,
        _ if hans * 9 < hant => Script::Hant,
        _ if hant * 9 < hans => Script::Hans,
        _ => Script::Mixed,
    }
}
