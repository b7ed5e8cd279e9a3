//! Laws of the fold.

use std::ops::Range;

use proptest::prelude::*;
use wensou_text::{Folded, fold, fold_char, has_symbols, is_han};

use crate::corpora;

/// Strings with many difficult characters: combining marks, compatibility forms, jamo, ignorable
/// characters, variants, phrases of t2s.
pub(crate) fn difficult() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[一-龥]{1,6}",
        2 => "[ -~]{1,6}",
        1 => any::<String>(),
        3 => prop::sample::select(vec![
            "①", "㍿", "ﬁ", "İ", "e\u{301}", "\u{301}", "H\u{331}", "한", "\u{1112}\u{1161}\u{11AB}", "\u{11AB}", "ｶﾞ", "ﾞ", "か\u{3099}",
            "\u{200B}", "\u{FEFF}", "\u{FE0F}", "\u{34F}", "❤\u{FE0F}", "👨\u{200D}👩", "臺", "乾坤", "乾", "甚麼", "Ｇ", "％", "½", "ς", "Σ",
            "〇", "⻓", "⼾", "\u{F900}", "ß", "ẞ", "Å", "\u{212B}", "q\u{307}\u{323}", "a\u{328}\u{34F}\u{301}", "𝐀", "🇨🇳", "\u{0}", "\n",
            "(shì)", "（zī）", "(ma3)", "(ma)", "馬", "㍿(kāi)", "(sh\u{200B}ì)", ")", "(", "⒜", "(zī)\u{301}", "ì)",
            "й", "ё", "и", "\u{306}", "\u{345}", "ᾳ", "ΐ", "ω", "\u{483}", "ʻ", "ŉ", "…", "‥", "\u{fe19}", "…\u{301}",
            "\u{E0100}", "葛\u{E0100}", "ﷺ", "ΰ", "K", "Ⅻ", "㎏", "\u{1160}", "\u{3164}", "क\u{93C}", "\u{958}",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

/// The byte offset of the character with this index.
fn byte_of(text: &str, index: usize) -> usize {
    text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
}

/// Checks every law for one text: `fold` and `Folded` give the same text, folding twice changes
/// nothing, and each of the given ranges of the folded text maps to whole characters of the
/// original, whose fold contains the characters of the range.
fn check_laws(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) {
    let folded = Folded::new(text);
    assert_eq!(folded.as_str(), fold(text), "{text:?}");
    assert_eq!(fold(folded.as_str()), folded.as_str(), "folding twice: {text:?}");
    assert_eq!(folded.char_count(), folded.as_str().chars().count(), "{text:?}");
    for chars in ranges {
        let bytes = folded.original_bytes(chars.clone());
        let original = text.get(bytes.clone()).expect("on character boundaries");
        let whole = folded.original_chars(chars.clone());
        assert_eq!(
            byte_of(text, whole.start)..byte_of(text, whole.end),
            bytes,
            "{text:?} {chars:?}"
        );
        let piece = folded.slice(chars.clone());
        let refolded = fold(original);
        if original.chars().count() == chars.len() && folded.is_one_to_one() {
            assert_eq!(refolded, piece, "{text:?} {chars:?}");
        } else {
            // The range may cut an expansion: ㍿ is the original of each part of 株式会社.
            assert!(refolded.contains(piece), "{text:?} {chars:?}: {piece:?} not in {refolded:?}");
        }
    }
}

/// All character ranges of the folded text, also those that end one character beyond it.
fn all_ranges(text: &str) -> Vec<Range<usize>> {
    let count = Folded::new(text).char_count();
    (0..=count).flat_map(|start| (start..=count + 1).map(move |end| start..end)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn laws_hold_on_difficult_text(text in difficult()) {
        check_laws(&text, all_ranges(&text));
    }

    #[test]
    fn laws_hold_on_any_text(text in any::<String>()) {
        check_laws(&text, all_ranges(&text));
    }

    #[test]
    fn the_fold_needs_no_context(left in difficult(), right in difficult()) {
        // The right half starts with a character that does not compose with anything before it.
        let right = format!("中{right}");
        prop_assert_eq!(fold(&left) + &fold(&right), fold(&format!("{left}{right}")));
    }

    #[test]
    fn two_halves_whose_originals_do_not_overlap_fold_separately(text in difficult(), cut in any::<prop::sample::Index>()) {
        let folded = Folded::new(&text);
        let count = folded.char_count();
        let at = cut.index(count + 1);
        let left = folded.original_bytes(0..at);
        let right = folded.original_bytes(at..count);
        if left.end <= right.start {
            prop_assert_eq!(fold(&text[left]), folded.slice(0..at));
            prop_assert_eq!(fold(&text[right]), folded.slice(at..count));
        }
    }
}

#[test]
fn the_fold_of_every_character_is_stable_and_the_same_in_all_functions() {
    for c in '\0'..=char::MAX {
        let text = c.to_string();
        let once = fold(&text);
        assert_eq!(fold(&once), once, "{c:?}");
        assert_eq!(fold_char(c).collect::<String>(), once, "{c:?}");
        if is_han(c) && !('\u{F900}'..='\u{FAFF}').contains(&c) {
            assert_eq!(once.chars().count(), 1, "{c:?}");
        }
    }
}

#[test]
fn laws_hold_on_real_text() {
    for text in corpora::every_nth_text(37) {
        let count = text.chars().count();
        // A sample of ranges: 17 of every 101 characters.
        check_laws(&text, (0..count).step_by(101).map(|at| at..(at + 17).min(count)));
        let middle = byte_of(&text, count / 2);
        let (left, right) = text.split_at(middle);
        if right.chars().next().is_some_and(is_han) {
            assert_eq!(fold(left) + &fold(right), fold(&text));
        }
    }
}

#[test]
fn spellings_in_any_script_width_and_case_fold_alike() {
    for (one, other) in [
        ("開源大模型", "开源大模型"),
        ("ＧＰＴ－４", "gpt-4"),
        ("臺灣", "台湾"),
        ("裏面", "裡面"),
        ("裡面", "里面"),
        ("爲什麽", "為什麼"),
        ("甚麼", "什么"),
        ("衞生", "卫生"),
        ("敍述", "叙述"),
        ("汚染", "污染"),
        ("熱閙", "热闹"),
        ("靑年", "青年"),
        ("淸楚", "清楚"),
        ("鄕村", "乡村"),
        ("価値", "价值"),
        ("歩行", "步行"),
        ("看著", "看着"),
        ("妳好", "你好"),
        ("計畫", "计划"),
        ("帳戶", "账户"),
        ("二〇二三", "二零二三"),
        ("⻓期", "长期"),
        ("項鍊", "项链"),
        ("答覆", "答复"),
        ("藉由", "借由"),
        ("瞭解", "了解"),
        ("強説鋭税閲黃內呂吳", "强说锐税阅黄内吕吴"),
        ("区\u{200B}块\u{FEFF}链", "区块链"),
        ("❤\u{FE0F}", "❤"),
        ("Cafe\u{301}", "café"),
    ] {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
}

#[test]
fn pinyin_in_brackets_belongs_to_its_character() {
    let text = "㍿(shè)資(zī)(zi1)本\u{200B}(běn)市場(AI)";
    let folded = Folded::new(text);
    assert_eq!(folded.as_str(), "株式会社资本市场(ai)");
    let original = |chars: Range<usize>| &text[folded.original_bytes(chars)];
    assert_eq!(original(0..1), "㍿(shè)");
    assert_eq!(original(4..5), "資(zī)(zi1)");
    assert_eq!(original(4..8), "資(zī)(zi1)本\u{200B}(běn)市場");
    assert_eq!(original(6..8), "市場");
    assert_eq!(original(8..12), "(AI)");
}

#[test]
fn different_words_fold_differently() {
    for (one, other) in [("芸", "艺"), ("予", "预"), ("她", "他"), ("横浜", "横滨"), ("份", "分")]
    {
        assert_ne!(fold(one), fold(other), "{one} {other}");
    }
}

#[test]
fn a_range_inside_an_expansion_maps_to_the_whole_character() {
    let text = "在㍿①ﬁn\u{200B}e\u{301}後";
    let folded = Folded::new(text);
    assert_eq!(folded.as_str(), "在株式会社1fine后");
    let original = |chars: Range<usize>| &text[folded.original_bytes(chars)];
    assert_eq!(original(2..3), "㍿");
    assert_eq!(original(4..6), "㍿①");
    assert_eq!(original(6..7), "ﬁ");
    assert_eq!(original(7..9), "ﬁn\u{200B}");
    assert_eq!(original(9..10), "e\u{301}");
    assert_eq!(original(10..11), "後");
    assert_eq!(original(11..11), "");
    assert_eq!(original(11..99), "");
    assert_eq!(folded.original_chars(0..11), 0..9);
}

/// Words whose Traditional form by OpenCC's s2t has a character that t2s does not convert back.
/// `tests/opencc.rs` checks all words of the dictionary.
#[test]
fn words_have_one_fold_in_both_scripts() {
    for (hans, hant) in [
        ("坐标", "座標"),
        ("想象力", "想像力"),
        ("难以想象", "難以想像"),
        ("径流", "逕流"),
        ("大相径庭", "大相逕庭"),
        ("啮檗吞针", "齧蘗吞針"),
        ("拿云攫石", "拏雲攫石"),
        ("滴里嘟噜", "滴哩嘟嚕"),
        ("采椽不斫", "采椽不斲"),
    ] {
        assert_eq!(fold(hans), fold(hant), "{hans} {hant}");
    }
}

#[test]
fn accents_are_dropped_and_ligatures_expanded_with_exact_offsets() {
    for (text, folded) in [
        ("Pokémon", "pokemon"),
        ("São Paulo", "sao paulo"),
        ("Straße", "strasse"),
        ("ŒUVRE ǽther", "oeuvre aether"),
        ("Nguyễn Văn", "nguyen van"),
        ("İstanbul ığdır", "istanbul igdir"),
        ("Łódź Øre Đà", "lodz ore da"),
        ("x\u{304}y\u{20e7}", "xy\u{20e7}"),
        ("ёлка Ёлка е\u{308}лка", "елка елка елка"),
        ("мой МОЙ мои\u{306} Москва\u{301} їжак", "мой мой мой москва іжак"),
        ("Ελλάδα ΕΛΛΆΔΑ Ελλα\u{301}δα", "ελλαδα ελλαδα ελλαδα"),
        ("ΐ ᾳ ᾧ Ἀθῆναι λόγος ΛΟΓΟΣ", "ι α ω αθηναι λογοσ λογοσ"),
        ("Hawaiʻi Oʼahu Qurʾān ŉ", "hawai'i o'ahu qur'an 'n"),
        ("½ 2–3 −5", "1/2 2-3 -5"),
        ("⺬⻚", "示页"),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
    let text = "Straße e\u{302}\u{301}n";
    let folded = Folded::new(text);
    assert_eq!(folded.as_str(), "strasse en");
    let original = |chars: Range<usize>| &text[folded.original_bytes(chars)];
    assert_eq!((original(4..6), original(8..9)), ("ß", "e\u{302}\u{301}"));
    assert_eq!(original(9..10), "n");
}

#[test]
fn a_row_of_dots_is_one_mark_of_punctuation_without_symbols() {
    for dots in ["…", "‥", "\u{fe19}", "\u{fe30}", "……", "⋯"] {
        assert!(!has_symbols(&fold(&format!("然而{dots}比特幣"))), "{dots}");
    }
    // Other characters stand for what they are written with, symbols included.
    for (text, folded) in [("⒈", "1."), ("½", "1/2"), ("℅", "c/o"), ("％", "%"), ("．", ".")]
    {
        assert_eq!(fold(text), folded);
        assert!(has_symbols(folded), "{text}");
    }
}
