use proptest::prelude::*;

use super::*;

/// The mojibake that UTF-8 text becomes when it is decoded as GBK.
fn spoil(text: &str) -> String {
    GBK.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

#[test]
fn mojibake_is_read_back() {
    assert!(spoil("以太坊").starts_with("浠ュお鍧"));
    assert_eq!(repair("浠ュお鍧婁氦鏄撴墍"), Repair::Repaired("以太坊交易所".to_owned()));
    // Before and after the Latin word, the number of bytes is even, so no byte is lost.
    let text = "以太坊的升级 ETH 将在明年三月完成";
    let misread = "浠ュお鍧婄殑鍗囩骇 ETH 灏嗗湪鏄庡勾涓夋湀瀹屾垚";
    assert_eq!(spoil(text), misread);
    assert_eq!(repair(misread), Repair::Repaired(text.to_owned()));
}

// Telling characters are those that are typical of mojibake. `char_counts` looks them up by UTF-8
// bytes, `has` by code point.
#[test]
fn char_counts_of_each_character_agrees_with_the_table_of_telling_characters() {
    for c in ('\u{1}'..='\u{10ffff}').filter(|c| !c.is_ascii()) {
        let telling = usize::from(tables().telling.has(c));
        assert_eq!(char_counts(&format!("a{c}z")), CharCounts { telling, non_ascii: 1 }, "{c:?}");
    }
    assert_eq!(char_counts("浠ュ,a\u{e9}\u{20000}").non_ascii, 4);
}

#[test]
fn only_latin1_kana_bopomofo_and_private_characters_are_signs_of_other_misreading() {
    for text in ["", "a", "以太坊的升級,將在明年三月完成。「OpenAI」"] {
        assert!(!has_signs_of_other_misreading(text), "{text}");
    }
    for text in ["\u{e9}", "a\u{a0}", "甲カ", "甲\u{e000}", "ㄅ"] {
        assert!(has_signs_of_other_misreading(text), "{text}");
    }
}

#[test]
fn characters_outside_the_opening_table_cannot_begin_utf8_decoded_as_gbk() {
    for c in ('\u{80}'..='\u{ffff}').filter(|c| !tables().opening.has(*c)) {
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
fn mojibake_with_lost_characters_is_repaired_in_part_or_kept() {
    for (line, wanted) in [
        ("浠ュお鍧�鐨勫崌绾э紝灏嗗湪鏄庡勾", "以太�的升级，将在明年"),
        ("浠ュお鍧?鐨勫崌绾э紝灏嗗湪鏄庡勾", "以太�的升级，将在明年"),
        ("浠ュお鍧□鐨勫崌绾э紝灏嗗湪鏄庡勾", "以太�的升级，将在明年"),
    ] {
        assert_eq!(repair(line), Repair::Partly(wanted.to_owned()), "{line}");
    }
    // In the first line, each character has lost a byte; `锟斤拷` is two U+FFFD, misread.
    for line in ["鐨�鏄�鍦�浜�鏈�鍜�", "锟斤拷锟斤拷", "锟斤拷"] {
        assert_eq!(repair(line), Repair::Kept, "{line}");
    }
}

#[test]
fn passages_between_intact_text_are_repaired() {
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
        // GBK reads pairs of bytes: of an odd number, the last byte is lost.
        if spoiled.ends_with('\u{fffd}') {
            wanted.pop();
            wanted.push('\u{fffd}');
            assert_eq!(repair(&converted), Repair::Partly(wanted), "{converted}");
        } else {
            assert_eq!(repair(&converted), Repair::Repaired(wanted), "{converted}");
        }
    }
}

/// For each Simplified character, the first Traditional character that t2s converts to it.
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
fn ordinary_text_is_sound() {
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

/// Sound text: mostly frequent Han characters, with some arbitrary Han characters, kana, Latin
/// letters and punctuation.
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

    // The characters begin or continue mojibake, stand for lost bytes, are what Latin-1 makes of
    // UTF-8 (`\u{e4}\u{b8}\u{ad}`), or are ordinary (`a`, `的`) or rare (`\u{20000}`).
    #[test]
    fn any_text_is_checked_without_panic(text in "[鐨勬湁�?□a浜\u{e4}\u{b8}\u{ad}锛€的\u{20000}]{0,60}") {
        repair(&text);
    }
}

proptest! {
    #[test]
    fn the_counts_of_a_text_are_the_sums_over_its_characters(
        text in "[a鐨浠ュ大廠，\u{e9}\u{20000}]{0,40}",
    ) {
        let chars = || text.chars().filter(|c| !c.is_ascii());
        let telling = chars().filter(|c| tables().telling.has(*c)).count();
        let non_ascii = chars().count();
        prop_assert_eq!(char_counts(&text), CharCounts { telling, non_ascii });
    }
}
