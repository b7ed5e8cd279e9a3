//! Pinyin as letters: the plain letters of what is typed, and whether letters sound like a word.

use pinyin::{ToPinyin, ToPinyinMulti};
use unicode_normalization::UnicodeNormalization;
use wensou_text::is_han;

/// Fewer letters are not read as the initials of a word, because too many words have them.
pub(super) const MIN_INITIALS: usize = 3;
/// Fewer letters are not read as the pinyin of a whole word, because they spell too many words.
pub(super) const MIN_SPELLING: usize = 4;

/// Letters of any width and case, in lower case, without tone marks, tone numbers, apostrophes,
/// hyphens and dots (`bǐtèbì`, `bi3te4bi4`, `xi'an`), and with ü as v. `None` if there is anything
/// else.
pub(super) fn plain_letters(text: &str) -> Option<String> {
    let mut letters = String::new();
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' => letters.push(c),
            // Letters of phonetic fonts.
            'ɑ' => letters.push('a'),
            'ɡ' => letters.push('g'),
            '\u{308}' if letters.ends_with('u') => {
                letters.pop();
                letters.push('v');
            }
            // The marks of the four tones, and the breve that is typed for the mark of the third.
            '\u{304}' | '\u{301}' | '\u{30c}' | '\u{306}' | '\u{300}' if !letters.is_empty() => {}
            '0'..='5' if letters.ends_with(|c: char| c.is_ascii_lowercase()) => {}
            '\'' | '’' | 'ʼ' | '‘' | 'ʻ' | '-' | '·' if !letters.is_empty() => {}
            _ => return None,
        }
    }
    (!letters.is_empty()).then_some(letters)
}

/// Whether `letters` spell the whole word in pinyin or, if `may_be_initials`, are its initials.
pub(super) fn sounds_like(word: &str, letters: &str, may_be_initials: bool) -> bool {
    let count = word.chars().count();
    if count < 2 || count > letters.len() || !word.chars().all(is_han) {
        return false;
    }
    // Most words begin with another letter, which is quick to test.
    let begins = |c: char| {
        let mut sounds = c.to_pinyin_multi().into_iter().flatten();
        let first = letters.chars().next();
        sounds.any(|sound| sound.plain().chars().next() == first)
    };
    if !word.chars().next().is_some_and(begins) {
        return false;
    }
    let syllables: Option<Vec<Vec<String>>> = word
        .to_pinyin_multi()
        .map(|sounds| {
            let sounds = sounds?.into_iter().flat_map(|sound| typed_forms(sound.plain()));
            Some(sounds.collect())
        })
        .collect();
    let Some(syllables) = syllables else { return false };
    let initials = may_be_initials
        && letters.len() == count
        && count >= MIN_INITIALS
        && syllables
            .iter()
            .zip(letters.chars())
            .all(|(sounds, letter)| sounds.iter().any(|sound| sound.starts_with(letter)));
    initials || letters.len() >= MIN_SPELLING && spells(&syllables, letters)
}

/// How a sound is typed: ü as v, or as u.
fn typed_forms(sound: &str) -> impl Iterator<Item = String> {
    let forms = match sound.contains('ü') {
        true => [Some(sound.replace('ü', "v")), Some(sound.replace('ü', "u"))],
        false => [Some(sound.to_owned()), None],
    };
    forms.into_iter().flatten()
}

/// Whether two characters have a reading in common, tones aside.
pub(crate) fn sound_alike(one: char, other: char) -> bool {
    let [Some(one), Some(other)] = [one, other].map(|c| c.to_pinyin_multi()) else { return false };
    one.into_iter().any(|sound| other.into_iter().any(|other| other.plain() == sound.plain()))
}

/// Whether the usual readings of two characters are the same, tones aside.
pub(crate) fn usually_sound_alike(one: char, other: char) -> bool {
    let [Some(one), Some(other)] = [one, other].map(|c| c.to_pinyin()) else { return false };
    one.plain() == other.plain()
}

/// Whether one reading of each character, joined, spells the letters.
fn spells(syllables: &[Vec<String>], letters: &str) -> bool {
    match syllables.split_first() {
        None => letters.is_empty(),
        Some((sounds, remaining)) => sounds.iter().any(|sound| {
            letters.strip_prefix(sound.as_str()).is_some_and(|after| spells(remaining, after))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_plain_however_they_are_typed() {
        for (typed, letters) in [
            ("bitebi", "bitebi"),
            ("BiTeBi", "bitebi"),
            ("bǐtèbì", "bitebi"),
            ("bi3te4bi4", "bitebi"),
            ("xi'an", "xian"),
            ("xī’ān", "xian"),
            ("lǜsè", "lvse"),
            ("lüse", "lvse"),
            ("lv4se4", "lvse"),
            ("ｂｉｔｅｂｉ", "bitebi"),
            ("ＢＩ３ＴＥ４ＢＩ４", "bitebi"),
            ("ｘｉ＇ａｎ", "xian"),
            ("bǐtèbì".nfd().collect::<String>().as_str(), "bitebi"),
            ("mɑlɑ", "mala"),
        ] {
            assert_eq!(plain_letters(typed).as_deref(), Some(letters), "{typed}");
        }
        for typed in ["", "'", "3", "bi6", "gpt9", "比bi", "a.b", "ñandu", "a*"] {
            assert_eq!(plain_letters(typed), None, "{typed}");
        }
    }

    #[test]
    fn words_are_known_by_their_sound_and_their_initials() {
        let may_be_initials = true;
        for (word, letters) in [
            ("比特币", "bitebi"),
            ("比特币", "btb"),
            ("以太坊", "yitaifang"),
            ("以太坊", "ytf"),
            ("银行", "yinhang"),
            ("银行", "yinxing"),
            ("绿色", "lvse"),
            ("绿色", "luse"),
            ("侵略", "qinlve"),
            ("侵略", "qinlue"),
            ("重庆", "chongqing"),
        ] {
            assert!(sounds_like(word, letters, may_be_initials), "{word} {letters}");
        }
        for (word, letters) in [
            ("比特币", "bite"),
            ("比特币", "bitebix"),
            ("比特币", "bt"),
            ("币", "bi"),
            ("银行", "yh"),
            ("btc", "btc"),
            ("", "abc"),
        ] {
            assert!(!sounds_like(word, letters, may_be_initials), "{word} {letters}");
        }
        let may_be_initials = false;
        assert!(!sounds_like("比特币", "btb", may_be_initials));
        assert!(sounds_like("比特币", "bitebi", may_be_initials));
    }
}
