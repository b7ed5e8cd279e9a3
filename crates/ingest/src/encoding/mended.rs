//! Repairs mojibake in the values of a page or record: its title, names, tags and paragraphs.

use crate::encoding::mojibake::{Repair, diagnose};
use crate::encoding::short::Evidence;

/// What was repaired of the mojibake in the texts of a page or record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mended {
    /// Number of texts that were repaired, completely or in part.
    pub(crate) repaired: u32,
    /// Whether a text has mojibake that was not repaired completely.
    pub(crate) keeps_mojibake: bool,
}

impl Mended {
    /// Repairs the texts of a page or record. If one of them is mojibake, short texts, such as
    /// names, are taken for mojibake as well if they have characters that are typical of mojibake:
    /// they are too short to be recognised alone.
    pub(crate) fn mend_all<'t>(texts: impl Iterator<Item = &'t mut String>) -> Self {
        let mut mended = Self::default();
        let (mut sound, mut evidence) = (Vec::new(), Evidence::default());
        for text in texts {
            match diagnose(text) {
                (Repair::Sound, _) => sound.push(text),
                (outcome, kind) => {
                    evidence.add(kind);
                    mended.apply(outcome, text);
                }
            }
        }
        if !evidence.is_empty() {
            for text in sound {
                if let Some((repaired, lost)) = evidence.repair(text) {
                    *text = repaired;
                    mended.repaired += 1;
                    mended.keeps_mojibake |= lost > 0;
                }
            }
        }
        mended
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
