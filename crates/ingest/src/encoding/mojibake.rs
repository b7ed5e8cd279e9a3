//! Recognises mojibake (UTF-8 decoded as GBK or as Windows-1252, GB2312 decoded as Latin-1, Big5
//! decoded as GBK or as Latin-1, and saved again) by its characters, and repairs it as far as that
//! is possible.

use encoding_rs::{GB18030, GBK};
use wensou_text::t2s;

use crate::encoding::restore::{Misreading, read_as_big5, read_as_gb2312, read_back};

/// The result for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Ordinary text.
    Sound,
    /// Mojibake, with the repaired text.
    Repaired(String),
    /// Mojibake of which a part is lost. What could be repaired is; a lost character is U+FFFD.
    Partly(String),
    /// Mojibake that has lost bytes and cannot be repaired.
    Kept,
}

/// Checks one line.
pub(crate) fn repair(line: &str) -> Repair {
    let (telling, all) = count(line);
    // One or two typical characters may be a rare name; in mojibake they are about a third.
    let is_share = telling >= 2 && telling * 5 >= all;
    let mut read = None;
    if telling >= MIN_TELLING && (is_share || is_dense(line)) {
        read = read_back(line, Misreading::Gbk, begins_passage);
    }
    if is_share
        && !matches!(read, Some((_, 0)))
        && let Some(text) = back(line)
    {
        return Repair::Repaired(text);
    }
    let read = read.or_else(|| read_latin(line));
    match read.or_else(|| read_as_big5(line).map(|text| (text, 0))) {
        Some((text, 0)) if !is_mojibake(count(&text)) => Repair::Repaired(text),
        Some((text, _)) => Repair::Partly(text),
        None if is_mojibake((telling, all)) || telling > 0 && line.contains(LOST) => Repair::Kept,
        None => Repair::Sound,
    }
}

/// Two characters U+FFFD in UTF-8, decoded as GBK.
const LOST: &str = "锟斤拷";

/// Whether so many characters are typical of mojibake. Ordinary text with rare characters has a
/// smaller share of them.
fn is_mojibake((telling, all): (usize, usize)) -> bool {
    telling >= 4 && telling * 4 >= all
}

/// A passage of mojibake that is worth repairing has this many typical characters among as many
/// neighbours.
const MIN_TELLING: usize = 3;
const NEIGHBOURS: usize = 9;

/// Whether typical characters stand close together somewhere in a line.
fn is_dense(line: &str) -> bool {
    let telling = &tables().telling;
    let mut recent: u32 = 0;
    line.chars().filter(|c| !c.is_ascii()).any(|c| {
        recent = (recent << 1 | u32::from(telling.holds(c))) & ((1 << NEIGHBOURS) - 1);
        recent.count_ones() as usize >= MIN_TELLING
    })
}

/// Whether misread Chinese text can begin with `c`, or with what `c` was before it became
/// Traditional.
fn begins_passage(c: char) -> bool {
    let simplified = || t2s(c.encode_utf8(&mut [0; 4])).chars().next();
    let three_byte = &tables().three_byte;
    three_byte.holds(c) || simplified().is_some_and(|c| three_byte.holds(c))
}

/// Chinese text that was decoded as a Latin alphabet, read back, with the number of lost
/// characters.
fn read_latin(line: &str) -> Option<(String, usize)> {
    // The first byte of most accented letters, which is found quickly.
    memchr::memchr_iter(0xc3, line.as_bytes()).nth(1)?;
    let begins = |c| matches!(c, '\u{e2}'..='\u{f0}');
    read_back(line, Misreading::Latin1, begins)
        .or_else(|| read_as_gb2312(line).map(|text| (text, 0)))
}

/// The UTF-8 text whose bytes, decoded as GBK, give `line`.
pub(super) fn back(line: &str) -> Option<String> {
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
pub(super) fn count(line: &str) -> (usize, usize) {
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
    /// What any character of three bytes turns into.
    three_byte: Bits,
}

fn tables() -> &'static Tables {
    use std::sync::OnceLock;
    static TABLES: OnceLock<Box<Tables>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let telling = Bits::of([0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xef]);
        let (opening, three_byte) = (Bits::of(0xc2..=0xf4), Bits::of(0xe2..=0xef));
        Box::new(Tables { telling, opening, three_byte })
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
    fn lossy_mojibake_is_repaired_where_it_is_certain() {
        for (line, wanted) in [
            ("浠ュお鍧�鐨勫崌绾э紝灏嗗湪鏄庡勾", "以太�的升级，将在明年"),
            ("浠ュお鍧?鐨勫崌绾э紝灏嗗湪鏄庡勾", "以太�的升级，将在明年"),
            ("浠ュお鍧□鐨勫崌绾э紝灏嗗湪鏄庡勾", "以太�的升级，将在明年"),
        ] {
            assert_eq!(repair(line), Repair::Partly(wanted.to_owned()), "{line}");
        }
        for line in ["鐨�鏄�鍦�浜�鏈�鍜�", "锟斤拷锟斤拷", "锟斤拷"] {
            assert_eq!(repair(line), Repair::Kept, "{line}");
        }
    }

    #[test]
    fn passages_after_intact_text_are_repaired() {
        let sound = "以太坊的升級將在明年完成,這份文件認為差距正在縮小,而且還會繼續縮小。";
        let spoiled = spoil("的有些人在这里说了很多话");
        for (prefix, suffix) in
            [("❷ ", ""), (sound, ""), (sound, "。而且"), ("『壹』", ""), ("Bitcoin ", " ok")]
        {
            let repaired = format!("{prefix}的有些人在这里说了很多话{suffix}");
            let line = format!("{prefix}{spoiled}{suffix}");
            assert_eq!(repair(&line), Repair::Repaired(repaired), "{line}");
        }
    }

    #[test]
    fn mojibake_that_became_traditional_is_repaired() {
        let to_traditional = traditional_of_simplified();
        for text in [
            "比特币的价格从昨天开始上涨，这一点没有人会怀疑，",
            "以太坊的升级将在明年三月完成，交易所已经准备好了",
            "据报道，监管机构正在调查这家公司的财务问题。他们说",
        ] {
            let convert = |c| to_traditional.get(&c).copied().unwrap_or(c);
            let spoiled = spoil(text);
            let converted: String = spoiled.chars().map(convert).collect();
            assert_ne!(converted, spoiled);
            let mut wanted = text.to_owned();
            if spoiled.ends_with('\u{fffd}') {
                wanted.pop();
                wanted.push('\u{fffd}');
                assert_eq!(repair(&converted), Repair::Partly(wanted), "{converted}");
            } else {
                assert_eq!(repair(&converted), Repair::Repaired(wanted), "{converted}");
            }
        }
    }

    /// Each Simplified character with the first Traditional one that it is the Simplified form of.
    fn traditional_of_simplified() -> std::collections::HashMap<char, char> {
        let mut table = std::collections::HashMap::new();
        for c in '\u{4e00}'..='\u{9fff}' {
            let simplified = t2s(&c.to_string()).chars().next().unwrap();
            if simplified != c {
                table.entry(simplified).or_insert(c);
            }
        }
        table
    }

    #[test]
    fn chinese_that_was_read_as_latin_is_repaired() {
        use encoding_rs::WINDOWS_1252;
        let text = "以太坊的升级,将在明年三月完成。“OpenAI也这么说”";
        let latin = |bytes: &[u8]| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
        assert_eq!(repair(&latin(text.as_bytes())), Repair::Repaired(text.to_owned()));
        let line = format!("前文 {}", latin(text.as_bytes()));
        assert_eq!(repair(&line), Repair::Repaired(format!("前文 {text}")));
        let text = "以太坊的升级将在明年三月完成";
        assert_eq!(repair(&latin(&GBK.encode(text).0)), Repair::Repaired(text.to_owned()));
        for sound in [
            "D\u{e9}j\u{e0} vu, \u{e9}t\u{e9} \u{e0} No\u{eb}l",
            "\u{c5}ngstr\u{f6}m \u{c6}r\u{f8} \u{df}\u{fc}\u{e4}\u{f6}",
            "\u{c4}\u{d6}\u{dc}\u{e4}\u{f6}\u{fc}\u{df}\u{c4}\u{d6}\u{dc}",
        ] {
            assert_eq!(repair(sound), Repair::Sound, "{sound}");
        }
    }

    #[test]
    fn big5_that_was_misread_is_repaired() {
        use encoding_rs::{BIG5, WINDOWS_1252};
        for text in [
            "以太坊的升級,將在明年三月完成。OpenAI也這麼說!",
            "據報導,監管機構正在調查這家公司的財務問題",
            "中央社記者今天在台北表示,政府將會提出新的方案",
        ] {
            let bytes = BIG5.encode(text).0;
            for encoding in [GBK, WINDOWS_1252] {
                let misread = encoding.decode_without_bom_handling(&bytes).0.into_owned();
                assert_eq!(repair(&misread), Repair::Repaired(text.to_owned()), "{misread}");
            }
        }
        let kana = "これは日本語の文章です。東京で会議が開かれ、大臣が発言した。";
        for sound in [kana, "ㄅㄆㄇㄈ是注音符號", "\u{e000}\u{e001}一二三四五六", "пример текста"]
        {
            assert_eq!(repair(sound), Repair::Sound, "{sound}");
        }
    }

    #[test]
    fn honest_text_is_sound() {
        for line in [
            "以太坊的升級",
            "鐨",
            "Bitcoin",
            "“大廠壟斷大模型”,會被開源終結嗎?",
            "镇江市锅炉厂",
            "泔沔漯迥缂纨瑗榱",
            "遑論浣熊與鍥割",
            "葛飾北斎は江戸時代の絵師",
            "楊鎧、鄒鏗、鍾鎮濤、鄭鈞、鍾鈴",
            "氵氺汆汨沱泓沁沛泗沭泸",
            "鏖戰鏗鏘鐫刻鐐銬鐘鎚",
        ] {
            assert_eq!(repair(line), Repair::Sound, "{line}");
        }
    }

    /// Sound text: frequent characters, every tenth character any at all, Japanese, Latin letters.
    fn sound_text() -> impl Strategy<Value = String> {
        let frequent: Vec<char> = "的一是不了在人有我他這个們中來上大為和國地到以說時要就出會可也你對生能而子那得于着下自之年過發後作里用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實".chars().collect();
        let c = prop_oneof![
            20 => prop::sample::select(frequent),
            2 => "[一-龥]".prop_map(|text| text.chars().next().unwrap()),
            2 => "[ぁ-ヺ]".prop_map(|text| text.chars().next().unwrap()),
            2 => "[a-z ,.?]".prop_map(|text| text.chars().next().unwrap()),
            2 => prop::sample::select("，。、：“”《》（）·—…？①□\u{e9}\u{fc}".chars().collect::<Vec<_>>()),
        ];
        prop::collection::vec(c, 0..80).prop_map(String::from_iter)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn sound_text_is_never_repaired(text in sound_text()) {
            let found = repair(&text);
            prop_assert!(!matches!(found, Repair::Repaired(_) | Repair::Partly(_)), "{found:?}");
        }

        #[test]
        fn any_text_is_checked_without_panic(text in "[鐨勬湁�?□a浜\u{e4}\u{b8}\u{ad}锛€的\u{20000}]{0,60}") {
            repair(&text);
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
