//! Repairs short texts, such as names, which are too short to be recognised as mojibake alone: they
//! are taken for mojibake of the same kind as another text of their page or record, if they have
//! characters that are typical of it.

use encoding_rs::Encoding;

use crate::encoding::foreign::read_through;
use crate::encoding::legacy::Gb2312Runs;
use crate::encoding::mojibake::{Kind, char_counts, read_back_from_gbk};
use crate::encoding::restore::{Misreading, commonness, read_whole};
use crate::text::punctuation::is_han;

/// Maximum characters of a short text. A line with a date, a source and an author has as many if
/// each Chinese character of it became three.
const MAX_CHARS: usize = 160;
/// Maximum characters of a word that is UTF-8 decoded as GBK.
const MAX_GBK_CHARS: usize = 12;

/// The kinds of mojibake that a page or record has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Evidence(Vec<Kind>);

impl Evidence {
    pub(crate) fn add(&mut self, kind: Option<Kind>) {
        self.0.extend(kind.filter(|kind| !self.0.contains(kind)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The repaired text and the number of characters that are lost; `None` if the text is not
    /// short, or sound.
    pub(crate) fn repair(&self, text: &str) -> Option<(String, usize)> {
        if text.is_ascii() || text.chars().nth(MAX_CHARS).is_some() {
            return None;
        }
        self.0.iter().find_map(|kind| repair_as(text, *kind))
    }
}

/// Repairs a short text that may be mojibake of one kind.
fn repair_as(text: &str, kind: Kind) -> Option<(String, usize)> {
    let lossless =
        |word: &str, read: Option<String>| read.filter(|read| read != word).map(|r| (r, 0));
    match kind {
        Kind::Utf8(Misreading::Gbk) => each_word(text, is_space, read_gbk),
        Kind::Utf8(misreading) => {
            each_word(text, ends_word(misreading), |word| read_utf8(word, misreading))
        }
        // `read_doubled` needs no more than a name of two characters. What a few letters are as
        // Big5 proves nothing.
        Kind::Doubled | Kind::Big5(_) => None,
        Kind::Gb2312AsLatin => {
            let is_letter = |c: char| ('\u{a1}'..='\u{fe}').contains(&c);
            read_gb2312(text, |c| is_letter(c).then_some(c as u8))
        }
        Kind::Gb2312(page) => read_gb2312(text, |c| page.byte_of(c).filter(|byte| *byte > 0xa0)),
        Kind::Legacy { via, from } => {
            each_word(text, is_space, |word| lossless(word, read_legacy(word, via, from)))
        }
    }
}

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{3000}'
}

/// What ends a word that was decoded in this way: a space, or a Chinese character if the encoding
/// has none.
fn ends_word(misreading: Misreading) -> fn(char) -> bool {
    match misreading {
        Misreading::Latin1 | Misreading::CodePage(_) => {
            |c| c.is_ascii_whitespace() || ('\u{2e80}'..='\u{d7ff}').contains(&c)
        }
        _ => is_space,
    }
}

/// A text of which each word that `read` accepts is replaced by what it reads, and the number of
/// lost characters; `None` if it accepts none.
fn each_word(
    text: &str,
    ends_word: fn(char) -> bool,
    read: impl Fn(&str) -> Option<(String, usize)>,
) -> Option<(String, usize)> {
    let (mut repaired, mut lost, mut found) = (String::new(), 0, false);
    for piece in text.split_inclusive(ends_word) {
        let word = piece.trim_end_matches(ends_word);
        if !word.is_ascii()
            && let Some((read, lost_here)) = read(word)
        {
            repaired.push_str(&read);
            repaired.push_str(&piece[word.len()..]);
            lost += lost_here;
            found = true;
        } else {
            repaired.push_str(piece);
        }
    }
    found.then_some((repaired, lost))
}

/// A word that may be UTF-8 decoded as GBK.
fn read_gbk(word: &str) -> Option<(String, usize)> {
    if char_counts(word).telling == 0 || word.chars().nth(MAX_GBK_CHARS).is_some() {
        return None;
    }
    // First without loss, and with the characters as they are. If that fails, at most one character
    // may be lost, and characters may have been converted to Traditional ones since.
    let read = read_back_from_gbk(word).map(|read| (read, 0));
    read.or_else(|| read_whole(word, Misreading::Gbk))
}

/// A word that may be UTF-8 decoded in another way.
fn read_utf8(word: &str, misreading: Misreading) -> Option<(String, usize)> {
    read_whole(word, misreading).filter(|(read, _)| read.chars().any(is_han))
}

/// A text of which runs of letters may be GB2312. Other pairs of letters are rare characters.
fn read_gb2312(text: &str, byte_of: impl Fn(char) -> Option<u8>) -> Option<(String, usize)> {
    let runs = Gb2312Runs::new(text, byte_of);
    let common = runs.read.chars().filter(|c| commonness(*c) > 0).count();
    let is_text = runs.read.chars().any(is_han) && common * 2 > runs.read.chars().count();
    is_text.then_some((runs.text, 0))
}

/// A word in the encoding `from` that may have been decoded as `via`. Nearly any word can be read
/// so, but only misread ones have rare characters and give common ones alone.
fn read_legacy(word: &str, via: &'static Encoding, from: &'static Encoding) -> Option<String> {
    if word.chars().all(|c| c.is_ascii() || commonness(c) > 0) {
        return None;
    }
    let (read, is_whole) = read_through(word, via, from);
    let han = read.chars().filter(|c| is_han(*c)).count();
    let is_common = read.chars().all(|c| c.is_ascii() || commonness(c) > 0);
    (is_whole && is_common && han >= 2 && han * 2 >= read.chars().count()).then_some(read)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GBK, WINDOWS_1251, WINDOWS_1252};

    use super::*;
    use crate::encoding::mojibake::diagnose;

    /// The evidence that a text of this kind gives.
    fn evidence(text: &str, from: &'static Encoding, via: &'static Encoding) -> Evidence {
        let mut evidence = Evidence::default();
        evidence.add(diagnose(&misread(text, from, via)).1);
        assert!(!evidence.is_empty());
        evidence
    }

    /// What becomes of text in the encoding `from` that is decoded as `via`.
    fn misread(text: &str, from: &'static Encoding, via: &'static Encoding) -> String {
        via.decode_without_bom_handling(&from.encode(text).0).0.into_owned()
    }

    #[test]
    fn short_texts_are_repaired_like_other_texts_of_their_page() {
        use encoding_rs::{KOI8_R, MACINTOSH, UTF_8};
        let simplified = "市场对此早有预期，投资人应当留意风险，多家机构已经调整了持仓比例。";
        for (from, via) in [
            (GBK, WINDOWS_1252),
            (GBK, WINDOWS_1251),
            (GBK, KOI8_R),
            (GBK, MACINTOSH),
            (UTF_8, WINDOWS_1252),
            (UTF_8, KOI8_R),
            (UTF_8, MACINTOSH),
        ] {
            let evidence = evidence(simplified, from, via);
            for text in ["王小明", "新华社", "示例财经", "财经", "2023-05-17 10:20 来源：示例财经"]
            {
                let found = evidence.repair(&misread(text, from, via));
                assert_eq!(found, Some((text.to_owned(), 0)), "{} {}", from.name(), via.name());
            }
            for sound in ["王小明", "José", "Müller & Söhne", "来源：示例财经 …… ——“OK”", "Beijing"]
            {
                assert_eq!(evidence.repair(sound), None, "{sound}");
            }
        }
        let traditional = "不過也有交易員認為,短期內價格仍會震盪,投資人應當留意風險。";
        for via in [GBK, WINDOWS_1252] {
            let evidence = evidence(traditional, BIG5, via);
            let line = format!("2023-05-17 10:20 {}", misread("來源:示例財經", BIG5, via));
            let wanted = "2023-05-17 10:20 來源:示例財經".to_owned();
            assert_eq!(evidence.repair(&line), Some((wanted, 0)), "{}", via.name());
            for sound in ["王小明", "示例財經", "示例财经", "李喆", "記者 鄒鏗", "Åland", "张三丰"]
            {
                assert_eq!(evidence.repair(sound), None, "{sound}");
            }
        }
    }
}
