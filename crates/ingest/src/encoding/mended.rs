//! Repairs mojibake in the values of a page or record: its title, names, tags and paragraphs.

use crate::encoding::mojibake::{Repair, char_counts, diagnose, read_back_from_gbk};
use crate::encoding::restore::{Misreading, read_whole};

/// What was repaired of the mojibake in the texts of a page or record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mended {
    /// Number of texts that were repaired, completely or in part.
    pub(crate) repaired: u32,
    /// Whether a text has mojibake that was not repaired completely.
    pub(crate) keeps_mojibake: bool,
}

impl Mended {
    /// Repairs the texts of a page or record. If one of them was repaired, short texts, such as
    /// names, are taken for mojibake as well if they have characters that are typical of mojibake:
    /// they are too short to be recognised alone.
    pub(crate) fn mend_all<'t>(texts: impl Iterator<Item = &'t mut String>) -> Self {
        let mut mended = Self::default();
        let mut sound = Vec::new();
        for text in texts {
            match diagnose(text).0 {
                Repair::Sound => sound.push(text),
                outcome => mended.apply(outcome, text),
            }
        }
        if mended.repaired > 0 {
            sound.into_iter().for_each(|text| mended.mend_short(text));
        }
        mended
    }

    /// Repairs a short text, if that is possible, on the assumption that it is mojibake.
    fn mend_short(&mut self, text: &mut String) {
        /// Maximum characters of a short text.
        const MAX_CHARS: usize = 12;
        // Telling characters are those that are typical of mojibake, see `mojibake`.
        if char_counts(text).telling == 0 || text.chars().nth(MAX_CHARS).is_some() {
            return;
        }
        // First without loss, and with the characters as they are. If that fails, at most one
        // character may be lost, and characters may have been converted to Traditional ones since.
        let lost = 0;
        let read = read_back_from_gbk(text).map(|text| (text, lost));
        if let Some((repaired, lost)) = read.or_else(|| read_whole(text, Misreading::Gbk)) {
            *text = repaired;
            self.repaired += 1;
            self.keeps_mojibake |= lost > 0;
        }
    }

    /// Repairs a text.
    pub(crate) fn mend(&mut self, text: &mut String) {
        self.apply(diagnose(text).0, text);
    }

    /// Applies the outcome of [`repair`] to the text that it was called with.
    fn apply(&mut self, outcome: Repair, text: &mut String) {
        let (repaired, keeps_mojibake) = match outcome {
            Repair::Sound => return,
            Repair::Kept => (None, true),
            Repair::Partly(repaired) => (Some(repaired), true),
            Repair::Repaired(repaired) => (Some(repaired), false),
        };
        self.keeps_mojibake |= keeps_mojibake;
        if let Some(repaired) = repaired {
            repaired.trim().clone_into(text);
            self.repaired += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::mojibake::repair;

    #[test]
    fn kept_mojibake_is_not_tried_again_as_a_short_text() {
        // `蜻蜓蝌蚪蜘蛛蝙蝠` as UTF-8 that was decoded as GBK, with one lost character. It has none of
        // the frequent Chinese characters by which `read_back` accepts a passage, and with a lost
        // character it cannot be read back as a whole line either.
        let kept = "铚昏□铦岃毆铚樿洓铦欒潬";
        assert_eq!(repair(kept), Repair::Kept);
        let mut texts = ["浠ュお鍧婁氦鏄撴墍", kept, kept].map(str::to_owned);
        let mended = Mended::mend_all(texts.iter_mut());
        assert_eq!(texts, ["以太坊交易所", kept, kept]);
        assert_eq!(mended, Mended { repaired: 1, keeps_mojibake: true });
    }
}
