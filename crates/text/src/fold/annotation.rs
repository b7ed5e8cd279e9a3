//! Pinyin in brackets after a Chinese character, which scraper sites insert into words:
//! `資(zī)本市(shì)場`.
//!
//! The fold drops this pinyin, so that the word is found. A syllable with a tone mark is always
//! pinyin. A syllable with a tone number, or without a tone, is pinyin only if it is a reading of
//! the character before it, and not a single letter without a tone: `馬(ma)` is an annotation,
//! `人工智能(AI)`, `泰達幣(USDT)` and `阿(a)` are not. Nothing else is dropped, so any other text
//! in brackets stays searchable.

use std::ops::Range;

use pinyin::ToPinyinMulti;

use crate::fold::accents::without_accent;
use crate::fold::chars::is_join;
use crate::tables::class::is_han;

/// How many characters before a closing bracket can belong to an annotation, at most: the opening
/// bracket, the six letters of the longest syllable (`zhuang`), and a tone number or a combining
/// tone mark.
const MAX_CHARS: usize = 8;

/// The annotations in a folded text, as byte ranges in order, brackets included. Adjacent
/// annotations are one range.
pub(crate) fn annotations(folded: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (close, _) in folded.match_indices(')') {
        let inner = folded[..close].char_indices().rev().take(MAX_CHARS);
        let Some((open, _)) = inner.take_while(|(_, c)| !is_han(*c)).find(|(_, c)| *c == '(')
        else {
            continue;
        };
        // An annotation may follow another one of the same character.
        let start = found.last().filter(|last| last.end == open).map_or(open, |last| last.start);
        let Some(character) = folded[..start].chars().next_back().filter(|c| is_han(*c)) else {
            continue;
        };
        // Without the brackets, a combining mark after them would join the character.
        if folded[close + 1..].starts_with(is_join) {
            continue;
        }
        if is_annotation(&folded[open + 1..close], character) {
            match found.last_mut().filter(|last| last.end == open) {
                Some(last) => last.end = close + 1,
                None => found.push(open..close + 1),
            }
        }
    }
    found
}

/// Whether `text` is pinyin for `character`.
fn is_annotation(text: &str, character: char) -> bool {
    let Some((syllable, tone)) = syllable(text) else { return false };
    match tone {
        Tone::Diacritic => true,
        Tone::None if syllable.len() < 2 => false,
        Tone::None | Tone::Number => is_reading(&syllable, character),
    }
}

/// How a syllable of pinyin states its tone: `zī`, `zi1` or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Diacritic,
    Number,
    None,
}

/// Splits a syllable of pinyin into its letters, with `v` for `ü`, and its tone.
fn syllable(text: &str) -> Option<(String, Tone)> {
    let (letters, has_number) = match text.strip_suffix(['1', '2', '3', '4', '5']) {
        Some(letters) => (letters, true),
        None => (text, false),
    };
    let (mut syllable, mut diacritics) = (String::new(), 0);
    for c in letters.chars() {
        let (letter, has_diacritic) = letter(c)?;
        syllable.extend(letter);
        diacritics += usize::from(has_diacritic);
    }
    let tone = match (diacritics, has_number) {
        (1, false) => Tone::Diacritic,
        (0, false) => Tone::None,
        (0 | 1, true) => Tone::Number,
        _ => return None,
    };
    is_pinyin_syllable(&syllable).then_some((syllable, tone))
}

/// A letter without its tone mark, and whether `c` has or is a tone mark. A combining tone mark has
/// no letter. `None` for characters that pinyin does not have.
fn letter(c: char) -> Option<(Option<char>, bool)> {
    const MARKED: [(char, &str); 7] = [
        ('a', "āáǎàă"),
        ('e', "ēéěèĕ"),
        ('i', "īíǐìĭ"),
        ('o', "ōóǒòŏ"),
        ('u', "ūúǔùŭ"),
        ('v', "ǖǘǚǜ"),
        ('n', "ńňǹ"),
    ];
    match c {
        'a'..='z' => Some((Some(c), false)),
        'ü' => Some((Some('v'), false)),
        // Letters of phonetic fonts.
        '\u{251}' => Some((Some('a'), false)),
        '\u{261}' => Some((Some('g'), false)),
        '\u{300}' | '\u{301}' | '\u{304}' | '\u{306}' | '\u{30c}' => Some((None, true)),
        _ => match MARKED.iter().find(|(_, marked)| marked.contains(c)) {
            Some((letter, _)) => Some((Some(*letter), true)),
            // Other accents are no tones, and the fold drops them.
            None => {
                let letter = Some(without_accent(c)).filter(char::is_ascii_lowercase);
                letter.map(|letter| (Some(letter), false))
            }
        },
    }
}

/// Whether letters may be a syllable of pinyin: an initial and a final of Mandarin, a final alone,
/// or `n` or `ng`. They must be small, without a tone, and with `v` for `ü`.
///
/// ```
/// use wensou_text::is_pinyin_syllable;
/// assert!(is_pinyin_syllable("bi") && is_pinyin_syllable("zhuang"));
/// assert!(!is_pinyin_syllable("the") && !is_pinyin_syllable("bite"));
/// ```
#[must_use]
pub fn is_pinyin_syllable(letters: &str) -> bool {
    const FINALS: [&str; 38] = [
        "a", "o", "e", "i", "u", "v", "ai", "ei", "ui", "ao", "ou", "iu", "ie", "ue", "ve", "er",
        "an", "en", "in", "un", "vn", "ang", "eng", "ing", "ong", "ia", "iao", "ian", "iang",
        "iong", "ua", "uo", "uai", "uan", "uang", "ueng", "van", "io",
    ];
    let remaining = ["zh", "ch", "sh"].iter().find_map(|initial| letters.strip_prefix(initial));
    let remaining =
        remaining.or_else(|| letters.strip_prefix(|c| "bpmfdtnlgkhjqxrzcsyw".contains(c)));
    FINALS.contains(&remaining.unwrap_or(letters)) || matches!(letters, "n" | "ng")
}

/// Whether a character can be read as `syllable`.
fn is_reading(syllable: &str, character: char) -> bool {
    let readings = character.to_pinyin_multi();
    readings.is_some_and(|readings| {
        // The fold makes `u` of `ü`.
        let same = |reading: &str| {
            reading.replace('ü', "v") == syllable
                || reading.replace('ü', "u") == syllable.replace('v', "u")
        };
        readings.into_iter().any(|reading| same(reading.plain()))
    })
}

#[cfg(test)]
mod tests {
    use crate::fold;

    #[test]
    fn annotations_are_dropped() {
        for (text, wanted) in [
            ("資(zī)本市(shì)場上的礦(kuàng)池", "資本市場上的礦池"),
            ("比（bǐ）特（tè）幣", "比特幣"),
            ("比(bi3)特(te4)幣(bi4)", "比特幣"),
            ("我們(men)的(de)馬(ma)", "我們的馬"),
            ("綠(lǜ)色(sè)女(nv3)兒(er)", "綠色女兒"),
            ("市(SHÌ)場", "市場"),
            ("市(shì)(shi)場", "市場"),
            ("礦(ku\u{251}\u{300}n\u{261})池", "礦池"),
            ("市(sh\u{ec}\u{ad})場", "市場"),
            ("銀行(háng)", "銀行"),
            ("行(xíng)", "行"),
        ] {
            assert_eq!(fold(text), fold(wanted), "{text}");
        }
    }

    #[test]
    fn other_brackets_stay() {
        for text in [
            "人工智能(AI)",
            "泰達幣(USDT)",
            "美國(USA)",
            "比特幣(BTC)",
            "馬(a)",
            "阿(a)",
            "(zī)",
            "A(zī)",
            "資 (zī)",
            "資(zī本)",
            "資(zīx)",
            "市場(shìchǎng)",
            "資()",
            "資(2)",
            "資(zi9)",
            "資(ben3)",
            "圖(a1)",
            "(財聯社)",
            "資(zī",
            "資zī)",
            "資(zī\u{304})",
            "以太坊(eth)",
        ] {
            assert!(fold(text).contains(')') == text.contains(')'), "{text}");
            // Nothing vanishes but accents.
            let letters = text.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
            assert_eq!(fold(text).chars().count(), letters.count(), "{text}");
        }
    }
}
