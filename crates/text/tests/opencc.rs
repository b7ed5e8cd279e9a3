//! The t2s table and the fold, compared with OpenCC.

use std::collections::BTreeMap;

use opencc_rust::{DefaultConfig, OpenCC};
use wensou_text::{fold, t2s};

mod corpora;

fn converter(config: DefaultConfig) -> OpenCC {
    OpenCC::new(config).expect("libopencc-data is installed")
}

/// The number of phrases of t2s in OpenCC 1.1.6; later versions may have more.
const MIN_PHRASES: usize = 277;

/// The phrases of `t2s.tsv`. The program that generates this table checks that they are OpenCC's.
fn phrases() -> Vec<&'static str> {
    include_str!("../data/t2s.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(from, _)| from)
        .filter(|from| from.chars().count() > 1)
        .collect()
}

#[test]
fn t2s_agrees_with_opencc_on_every_character() {
    let opencc = converter(DefaultConfig::T2S);
    // NUL ends a C string.
    for c in '\u{1}'..=char::MAX {
        let text = c.to_string();
        assert_eq!(t2s(&text), opencc.convert(&text), "{c:?}");
    }
}

#[test]
fn t2s_agrees_with_opencc_on_every_phrase_whole_shortened_and_before_any_phrase() {
    let opencc = converter(DefaultConfig::T2S);
    let phrases = phrases();
    assert!(phrases.len() >= MIN_PHRASES);
    let check = |text: &str| {
        let expected = opencc.convert(text);
        assert_eq!(t2s(text), expected, "{text}");
        assert_eq!(fold(text), fold(&expected), "{text}");
    };
    for one in &phrases {
        check(one);
        // Drop the first character, or the last one, or append any phrase: cases where taking the
        // longest match can go wrong.
        let chars: Vec<char> = one.chars().collect();
        check(&chars[1..].iter().collect::<String>());
        check(&chars[..chars.len() - 1].iter().collect::<String>());
        for other in &phrases {
            check(&format!("{one}{other}"));
        }
    }
}

#[test]
fn t2s_agrees_with_opencc_on_real_text_and_keeps_the_fold_of_the_text() {
    let opencc = converter(DefaultConfig::T2S);
    let texts = corpora::texts();
    let mut bytes = 0;
    for text in &texts {
        let expected = opencc.convert(text);
        bytes += text.len();
        assert!(t2s(text) == expected, "t2s differs: {text}");
        assert!(fold(text) == fold(&expected), "t2s changes the fold: {text}");
    }
    println!("t2s: {} texts, {bytes} bytes, 0 differences", texts.len());
}

/// Counts the characters whose fold a conversion to Traditional changes. The key is the folded
/// character before the conversion, followed by the one after it. A text whose number of characters
/// changes, because a phrase gets another length, counts once, as `length`.
fn fold_differences(config: DefaultConfig, texts: &[String]) -> BTreeMap<String, usize> {
    let opencc = converter(config);
    let mut differences = BTreeMap::new();
    for text in texts {
        let (folded, folded_after) = (fold(text), fold(&opencc.convert(text)));
        if folded == folded_after {
            continue;
        }
        if folded.chars().count() != folded_after.chars().count() {
            *differences.entry("length".to_owned()).or_default() += 1;
            continue;
        }
        for (a, b) in folded.chars().zip(folded_after.chars()).filter(|(a, b)| a != b) {
            *differences.entry(format!("{a}{b}")).or_default() += 1;
        }
    }
    differences
}

#[test]
fn conversion_to_traditional_does_not_change_the_fold() {
    // OpenCC takes half a minute for s2t of all texts. s2tw and s2hk convert as s2t does, and a few
    // dozen more characters, so every eighth text is enough for them.
    for (name, config, stride) in [
        ("s2t", DefaultConfig::S2T, 1),
        ("s2tw", DefaultConfig::S2TW, 8),
        ("s2hk", DefaultConfig::S2HK, 8),
    ] {
        let differences = fold_differences(config, &corpora::every_nth_text(stride));
        println!("{name}: {differences:?}");
        assert!(differences.is_empty(), "{name}: {differences:?}");
    }
}

/// The words of the dictionary, folded.
fn dictionary() -> Vec<String> {
    let packed = include_bytes!("../data/dict.bin");
    let bytes =
        miniz_oxide::inflate::decompress_to_vec(packed).expect("the dictionary is compressed");
    let mut word = String::new();
    let text = String::from_utf8(bytes).expect("the dictionary is UTF-8");
    // The first line is the total of the frequencies. The other lines have the number of characters
    // that the word has in common with the word before it, the rest of the word, and its frequency.
    let entry = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let shared: usize = fields[0].parse().expect("a number of shared characters");
        word = word.chars().take(shared).chain(fields[1].chars()).collect();
        word.clone()
    };
    text.lines().skip(1).map(entry).collect()
}

/// Because of this law, a query has the same key in both scripts, and so the same terms and
/// expansions.
#[test]
fn every_word_and_its_traditional_form_have_one_fold() {
    let words = dictionary();
    assert!(words.len() > 300_000);
    let traditional = converter(DefaultConfig::S2T).convert(words.join("\n"));
    let different: Vec<(&String, &str)> = words
        .iter()
        .zip(traditional.lines())
        .filter(|(word, traditional)| fold(traditional) != **word)
        .collect();
    assert_eq!(different, []);
}
